"""The optional machines: a text reader and a face finder, each there only when its packages are installed."""

import io
import logging
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from zhiheng.enrolment.core.faces import Face

_CASCADE = "haarcascade_frontalface_default.xml"
_STEP, _NEIGHBOURS = 1.08, 6  # of the cascade: fine steps, and several hits before a face is believed
_SMALLEST = 0.15  # of the photo's width: smaller ones are patterns of clothes


class TextReader(Protocol):
    """Reads the lines of a picture, top to bottom."""

    name: str

    def lines(self, picture: Image.Image) -> list[str]: ...


class FaceFinder(Protocol):
    """Finds the faces of a picture."""

    name: str

    def faces(self, picture: Image.Image) -> list[Face]: ...


def can_read_text() -> bool:
    """Whether the extra `ocr` is installed; nothing is loaded."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2"))


def can_find_faces() -> bool:
    """Whether the extra `faces` is installed; nothing is loaded."""
    return find_spec("cv2") is not None


@cache
def text_reader() -> TextReader | None:
    return _RapidReader() if can_read_text() else None


@cache
def face_finder() -> FaceFinder | None:
    return _CascadeFinder() if can_find_faces() else None


class _RapidReader:
    """RapidOCR on ONNX Runtime with the models of its wheel, on one core: reading must not slow the pages."""

    def __init__(self) -> None:
        module = import_module("rapidocr")
        logging.getLogger("RapidOCR").setLevel(logging.WARNING)
        self.name = f"rapidocr {metadata.version('rapidocr')}"
        self._engine: Any = module.RapidOCR(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Global.log_level": "warning",
            }
        )

    def lines(self, picture: Image.Image) -> list[str]:
        target = io.BytesIO()
        picture.save(target, "PNG")
        return [str(line) for line in self._engine(target.getvalue()).txts or ()]


class _CascadeFinder:
    """OpenCV's frontal face cascade, which ships in its wheel up to version 4."""

    def __init__(self) -> None:
        self._cv2 = import_module("cv2")
        self._arrays = import_module("numpy")
        self.name = f"opencv {self._cv2.__version__} haar"
        self._cascade = self._cv2.CascadeClassifier(str(Path(self._cv2.data.haarcascades) / _CASCADE))

    def faces(self, picture: Image.Image) -> list[Face]:
        width, height = picture.size
        grey = self._arrays.asarray(picture.convert("L"))
        smallest = round(width * _SMALLEST)
        found = self._cascade.detectMultiScale(
            grey, scaleFactor=_STEP, minNeighbors=_NEIGHBOURS, minSize=(smallest, smallest)
        )
        return [
            Face(left=left / width, top=top / height, width=across / width, height=down / height)
            for left, top, across, down in (tuple(int(value) for value in box) for box in found)
        ]
