"""Papers looked at and made clean, here and in processes beside."""

from pathlib import Path

import pytest
from PIL import Image

from tests.enrolment.cohort import noise, zipped
from tests.factories.pictures import picture
from zhiheng.enrolment.core import workshop as shop
from zhiheng.enrolment.core.papers import check_paper, clean_paper
from zhiheng.enrolment.core.workshop import Job, Source, examine, prepare, workshop
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.sealed_files import seal_file

LOST = Job(number=4, kind="proof", path="甲/丢.jpg")
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Page >>\nendobj\ntrailer\n%%EOF\n"
FILES = {
    "甲/照片.jpg": picture(1),
    "甲/学历.pdf": PDF,
    "甲/证明.jpg": noise(3),
    "甲/坏.jpg": noise(4)[:500],
    "甲/丢.jpg": b"whole",
}
JOBS = [
    [Job(number=0, kind="photo", path="甲/照片.jpg"), Job(number=1, kind="education", path="甲/学历.pdf")],
    [Job(number=2, kind="proof", path="甲/证明.jpg"), Job(number=3, kind="proof", path="甲/坏.jpg")],
]


@pytest.mark.parametrize(
    ("content", "kind", "name", "media"),
    [
        (picture(1), "photo", "a.jpg", "image/jpeg"),
        (noise(1), "id_front", "b.jpg", "image/jpeg"),
        (PDF, "proof", "c.pdf", "application/pdf"),
    ],
)
def test_what_a_glance_takes_is_kept_clean(content: bytes, kind: str, name: str, media: str) -> None:
    check_paper(content, kind=kind, name=name)
    clean = clean_paper(content, kind=kind, name=name)
    assert (clean.media_type, clean.name) == (media, name)
    assert clean_paper(content, kind=kind, name=name) == clean


@pytest.mark.parametrize(
    ("content", "kind", "name", "code"),
    [
        (PDF, "photo", "a.pdf", "file-type"),
        (picture(1, background=(0, 90, 200)), "photo", "a.jpg", "photo-background"),
        (noise(1)[:600], "proof", "a.jpg", "picture-unreadable"),
        (PDF.replace(b"/Page", b"/JavaScript"), "proof", "a.pdf", "pdf-active"),
        (b"", "proof", "a.pdf", "file-empty"),
    ],
)
def test_a_glance_refuses_what_would_be_refused(content: bytes, kind: str, name: str, code: str) -> None:
    for work in (check_paper, clean_paper):
        with pytest.raises(Refused) as refused:
            work(content, kind=kind, name=name)
        assert refused.value.code == code


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("few", [0, 30])
def test_here_and_beside_give_the_same_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sealed: bool, few: int
) -> None:
    monkeypatch.setattr(shop, "FEW", few)
    path = tmp_path / "a.zip"
    key = seal_file([zipped(FILES)], path) if sealed else ""
    if not sealed:
        path.write_bytes(zipped(FILES))
    source = Source(path=str(path), name="a.zip", key=key)

    with workshop(source, examine, JOBS * 10) as answers:
        found = list(answers)
    assert [[bool(paper.fault) for paper in row] for row in found] == [[False, False], [False, True]] * 10
    with workshop(source, prepare, JOBS) as answers:
        made = list(answers)
    assert [[paper.clean is None for paper in row] for row in made] == [[False, False], [False, True]]
    photo = made[0][0].clean
    assert photo is not None
    (tmp_path / "p.jpg").write_bytes(photo.content)
    with Image.open(tmp_path / "p.jpg") as image:
        assert image.size == (295, 413)


def test_a_process_of_the_pool_opens_the_archive_once(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(FILES))
    shop._begin(Source(path=str(path), name="a.zip"))
    assert [paper.fault for paper in shop._do(examine, JOBS[0])] == ["", ""]


def test_a_file_damaged_in_the_archive_is_a_fault_of_its_paper(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(FILES).replace(b"whole", b"other"))
    archive = shop.opened(Source(path=str(path), name="a.zip"))
    (seen,), (made,) = examine(archive, [LOST]), prepare(archive, [LOST])
    assert (seen.sha256, "校验和不符" in seen.fault, made.clean, "校验和不符" in made.fault) == (
        "",
        True,
        None,
        True,
    )


def test_leaving_early_ends_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "FEW", 0)
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(FILES))
    source = Source(path=str(path), name="a.zip")
    with workshop(source, examine, JOBS * 30) as answers:
        assert len(next(answers)) == 2
    with pytest.raises(RuntimeError):
        next(answers)  # nothing is handed out any more
