"""A made-up class for `zhiheng bench enrolment`: real JPEG pictures of noise, photographs of nobody on white."""

import io
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter
from PIL import Image, ImageDraw

from zhiheng.foundation.check_digit import mod11_2

if TYPE_CHECKING:
    from zhiheng.enrolment.models import Batch
    from zhiheng.people.models import Account

_HEADINGS = ("姓名", "身份证号码", "手机号", "学历", "毕业状态", "专业", "专业相关")
_PAGE = (1600, 1067)  # a scanned card or page
_PORTRAIT = (900, 1260)
_KINDS = ("照片", "身份证正面", "身份证反面")
_DISTINCT = 24  # pictures that are drawn; each copy differs in its last bytes, so that none is the same file
_DAYS_AHEAD = 30
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    sheet: bytes
    archive: Path
    pictures: int


def make_class(folder: Path, *, rows: int) -> Material:
    """The sheet, and an archive with three pictures of about 300 KB per person."""
    pages = [_page(seed) for seed in range(_DISTINCT)]
    portraits = [_portrait(seed) for seed in range(_DISTINCT)]
    archive = folder / "class.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for serial in range(rows):
            for place, kind in enumerate(_KINDS):
                drawn = (
                    portraits[serial % _DISTINCT] if kind == "照片" else pages[(serial + place) % _DISTINCT]
                )
                # Bytes after the end of a JPEG change the file and not the picture.
                target.writestr(f"{_number(serial)}_{kind}.jpg", drawn + f"{serial}/{place}".encode())
    return Material(sheet=_sheet(rows), archive=archive, pictures=rows * len(_KINDS))


def _number(serial: int) -> str:
    body = f"999999{1980 + serial // 9000:04d}{1 + serial // 750 % 12:02d}{1 + serial // 30 % 25:02d}{serial % 30:03d}"
    return body + mod11_2(body)


def _sheet(rows: int) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, _HEADINGS)
        for serial in range(rows):
            line = (
                f"测{serial:05d}", _number(serial), f"139{serial:08d}", "大专", "在读", "电子商务", "是",
            )  # fmt: skip
            for place, text in enumerate(line):
                sheet.write_string(serial + 1, place, text)
    return target.getvalue()


def _page(seed: int) -> bytes:
    rng = random.Random(seed)
    coarse = Image.frombytes("RGB", (400, 267), rng.randbytes(400 * 267 * 3))
    return _jpeg(coarse.resize(_PAGE, Image.Resampling.BICUBIC), quality=52)


def _portrait(seed: int) -> bytes:
    rng = random.Random(seed)
    width, height = _PORTRAIT
    image = Image.new("RGB", _PORTRAIT, (255, 255, 255))
    texture = Image.frombytes("RGB", (300, 420), rng.randbytes(300 * 420 * 3)).resize(_PORTRAIT)
    figure = Image.new("L", _PORTRAIT, 0)
    draw = ImageDraw.Draw(figure)
    draw.ellipse((width * 0.33, height * 0.18, width * 0.67, height * 0.55), fill=255)
    draw.pieslice((width * 0.1, height * 0.58, width * 0.9, height * 1.5), 180, 360, fill=255)
    image.paste(texture, mask=figure)
    return _jpeg(image, quality=88)


def _jpeg(image: Image.Image, *, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def decode_all(archive: Path) -> float:
    """Seconds to unpack every picture to its full size in one process, and nothing else."""
    started = time.perf_counter()
    with zipfile.ZipFile(archive) as source:
        for name in source.namelist():
            with Image.open(io.BytesIO(source.read(name))) as image:
                image.load()
    return time.perf_counter() - started


def check_class(material: Material, *, tell: Callable[[int, int], None]) -> "tuple[Batch, Account, float]":
    """Upload and check the class in a database of its own; the seconds are those of the check alone."""
    from zhiheng.enrolment.batches.actions import check_now, upload_batch  # noqa: PLC0415 - after start_backend
    from zhiheng.people.actions import authorise_institution, create_account  # noqa: PLC0415 - the same
    from zhiheng.people.models import InstitutionKind, Role  # noqa: PLC0415 - the same
    from zhiheng.plumbing import clock  # noqa: PLC0415 - the same
    from zhiheng.sittings.actions import call_sitting, offer  # noqa: PLC0415 - the same

    today = clock.today()
    institution = authorise_institution(
        by="bench",
        code="999",
        name="测速培训中心",
        kind=InstitutionKind.TRAINING,
        province="福建省",
        city="福州市",
        valid_from=today - timedelta(days=30),
        valid_until=today + timedelta(days=365),
    )
    by = create_account(
        by="bench",
        username="bench",
        password=None,
        display_name="测速",
        roles=[Role.INSTITUTION],
        institution=institution,
    )
    sitting = call_sitting(by="bench", day=today + timedelta(days=_DAYS_AHEAD))
    offering = offer(
        by="bench", sitting=sitting, rule_set="ccia-000", programme="internet-marketing", level="junior"
    )
    batch = upload_batch(
        by=by,
        institution=institution,
        sheet=material.sheet,
        sheet_name="class.xlsx",
        offering=offering,
        archive=_pieces(material.archive),
        archive_name="class.zip",
        unfinished_too=True,  # the proof of schooling is left to the candidates
    )
    started = time.perf_counter()
    batch = check_now(batch_id=batch.id, progress=tell)
    return batch, by, time.perf_counter() - started


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as handle:
        while piece := handle.read(_PIECE):
            yield piece


def accepted(batch: "Batch") -> int:
    from zhiheng.enrolment.batches.queries import counts_of  # noqa: PLC0415 - models exist only after start_backend

    return counts_of(batch).accepted


def enter_class(batch: "Batch", by: "Account") -> None:
    from zhiheng.enrolment.batches.actions import confirm_batch  # noqa: PLC0415 - after start_backend
    from zhiheng.enrolment.batches.entering.actions import enter_now  # noqa: PLC0415 - the same

    confirm_batch(by=by, batch=batch, queued=False)
    enter_now(batch_id=batch.id)
