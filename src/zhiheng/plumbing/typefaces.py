"""Where the faces that print Chinese lie: a package of the platform's own."""

from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn


@cache
def font_folder() -> Path:
    return Path(pylopdf_fonts_zh_cn.__file__).parent
