"""What a paper's questions show, as the printing engine takes it."""

import base64
import io
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image

from zhiheng.assembly.queries import PaperItem
from zhiheng.bank.core.media.kinds import KIND_NAMES, SUFFIXES
from zhiheng.bank.core.media.pictures import as_printable
from zhiheng.bank.core.media.placing import shown_at
from zhiheng.bank.core.terms import STEM, Medium
from zhiheng.bank.media.queries import contents_of

WIDEST, HIGHEST = 120.0, 85.0  # millimetres on the page
BESIDE = 0.5  # of that beside an option
DOTS = 150  # of a picture to an inch, where there is room


def printed_media(items: Iterable[PaperItem]) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Number of a question -> place -> [{svg, width (mm), words}]: a picture, or words that name a file to play.

    Raises: Refused when a file is not kept or was altered.
    """
    rows = [item for item in items if item.media]
    pictures = [medium for item in rows for medium in item.media if medium.kind == "image"]
    contents = dict(contents_of(pictures))
    return {
        item.number: {
            where: [_printed(item, medium, contents) for medium in shown_at(item.media, where)]
            for where in (STEM, *(option.letter for option in item.options))
        }
        for item in rows
    }


def _printed(item: PaperItem, medium: Medium, contents: Mapping[str, bytes]) -> dict[str, Any]:
    if medium.kind != "image":
        name = f"{item.number:02}-{medium.id}.{SUFFIXES[medium.media_type]}"
        words = f"{KIND_NAMES[medium.kind]} {name}（由考点播放）：{medium.alt or '请注意听、看'}"
        return {"svg": "", "width": 0, "words": words}
    content, media_type = as_printable(contents[medium.sha256], medium.media_type)
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    return {
        "svg": _framed(content, media_type, width, height),
        "width": _millimetres(width, height, 1.0 if medium.where == STEM else BESIDE),
        "words": medium.alt,
    }


def _millimetres(width: int, height: int, share: float) -> float:
    natural = width * 25.4 / DOTS
    return round(min(natural, WIDEST * share, HIGHEST * share * width / height), 1)


def _framed(content: bytes, media_type: str, width: int, height: int) -> str:
    """An SVG with one embedded picture: the engine takes text only."""
    encoded = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:{media_type};base64,{encoded}"/></svg>'
    )
