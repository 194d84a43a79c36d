"""A class to enrol: fifty people in a sheet with their papers in one .zip, seven of them wrong in different ways."""

import io
import random
import zipfile
from dataclasses import dataclass, field

from PIL import Image

from tests.enrolment.books import book
from tests.factories.pictures import picture
from tests.factories.world import id_number

HEADINGS = (
    "序号", "学员姓名", "身份证件号码", "联系电话", "报考项目", "报考级别", "文化程度", "毕业状态", "所学专业",
    "专业相关", "入职时间", "相关领域",
)  # fmt: skip
SIZE = 50
FIRST = 2  # the row of the first person


@dataclass
class Cohort:
    """rows: the sheet's lines under HEADINGS; files: path in the archive -> content. wrong: row -> what is planted."""

    rows: list[list[str | None]]
    files: dict[str, bytes]
    wrong: dict[int, str] = field(default_factory=dict)

    def sheet(self) -> bytes:
        return book(self.rows, headings=HEADINGS)

    def archive(self) -> bytes:
        return zipped(self.files)

    def only(self, *rows: int) -> "Cohort":
        return Cohort(rows=[self.rows[row - FIRST] for row in rows], files=self.files)


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


def noise(seed: int, *, size: tuple[int, int] = (320, 200)) -> bytes:
    """A picture of nothing, different for every seed."""
    rng = random.Random(seed)
    image = Image.frombytes("RGB", (16, 10), rng.randbytes(480)).resize(size)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    return target.getvalue()


def line(serial: int, *, name: str = "") -> list[str | None]:
    return [
        str(serial), name or called(serial), id_number(serial), f"1390000{serial:04d}", "互联网营销师", "初级",
        "大专", "在读", "电子商务", "是", None, None,
    ]  # fmt: skip


def called(serial: int) -> str:
    """A name of its own for every serial."""
    digits = "零一二三四五六七八九"
    return "测" + "".join(digits[int(digit)] for digit in f"{serial:03d}")


def papers(
    serial: int, stem: str, *, kinds: tuple[str, ...] = ("照片", "身份证正面", "身份证反面", "学生证")
) -> dict[str, bytes]:
    """Files under a stem such as "{}/{}" or "{1}"; photo small but fit, the rest pictures of nothing."""
    found = {}
    for place, kind in enumerate(kinds):
        content = picture(serial) if kind == "照片" else noise(serial * 10 + place)
        found[stem.format(kind) + ".jpg"] = content
    return found


def cohort() -> Cohort:
    """Fifty rows; seven wrong ones, each in another way."""
    rows = [line(serial) for serial in range(1, SIZE + 1)]
    files: dict[str, bytes] = {}
    for serial in range(1, SIZE + 1):
        # Three ways in which institutions name files: by number, by folder, by name.
        stem = (f"{id_number(serial)}_{{}}", f"一班/{called(serial)}/{{}}", f"{called(serial)}-{{}}")[
            serial % 3
        ]
        files |= papers(serial, stem)
    made = Cohort(rows=rows, files=files)
    _plant(made)
    return made


def _without(made: Cohort, serial: int, kind: str) -> str:
    """Take one paper of a person away; returns the path it had."""
    path = next(
        path for path in made.files if (id_number(serial) in path or called(serial) in path) and kind in path
    )
    del made.files[path]
    return path


def _plant(made: Cohort) -> None:
    def wrong(serial: int, what: str) -> list[str | None]:
        made.wrong[serial + FIRST - 1] = what
        return made.rows[serial - 1]

    number = wrong(4, "id")[2] or ""
    made.rows[3][2] = number[:-1] + ("1" if number[-1] != "1" else "2")
    row = wrong(9, "ineligible")
    row[6], row[7], row[8], row[9] = "初中", "毕业", None, None
    wrong(15, "missing photo")
    _without(made, 15, "照片")
    wrong(21, "photo not white")
    made.files[_without(made, 21, "照片")] = picture(21, background=(40, 90, 200))
    wrong(28, "level")[5] = "特级"
    wrong(33, "date")[10] = "二〇二三年"
    wrong(42, "duplicate")
    made.rows[41][1], made.rows[41][2] = made.rows[40][1], made.rows[40][2]
