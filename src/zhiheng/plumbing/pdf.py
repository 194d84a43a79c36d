"""Documents that end on paper: one Typst engine with the Song and Hei faces of the font package."""

import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from zhiheng.plumbing.typefaces import font_folder

STYLE = Path(__file__).parent / "typst"


def font_folders() -> list[Path]:
    """Where faces are looked for: the package first, then what the settings name and the machine has."""
    return [font_folder(), *(folder for folder in settings.FONTS if folder.is_dir())]


def render(template: Path, data: dict[str, Any], *, files: dict[str, bytes] | None = None) -> bytes:
    """Compile a .typ template into PDF bytes.

    data: JSON-safe values, read in the template by `json(bytes(sys.inputs.data))`.
    files: extra inputs such as SVG by name; text is passed through `sys.inputs`.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    inputs.update({name: content.decode() for name, content in (files or {}).items()})
    pdf: bytes = typst.compile(
        str(template),
        root=str(Path(__file__).resolve().parents[1]),
        font_paths=[str(folder) for folder in font_folders()],
        ignore_system_fonts=True,
        sys_inputs=inputs,
    )
    return pdf
