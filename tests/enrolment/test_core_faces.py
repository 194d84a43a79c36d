"""A face's place on a one-inch photo, in words."""

import pytest

from zhiheng.enrolment.core.comparing import Agreement
from zhiheng.enrolment.core.faces import Face, face_hint


def face(*, width: float = 0.5, across: float = 0.5, down: float = 0.4) -> Face:
    height = width * 295 / 413
    return Face(left=across - width / 2, top=down - height / 2, width=width, height=height)


@pytest.mark.parametrize(
    ("faces", "agreement", "words"),
    [
        ([], Agreement.UNREAD, "没有认出人脸，请看是否正面、清晰、无遮挡"),
        ([face()], Agreement.SAME, "认出 1 张人脸，位置适中，脸宽占照片宽的 50%"),
        ([face(), face(across=0.2)], Agreement.DIFFERENT, "认出 2 张人脸，照片上应只有本人"),
        ([face(width=0.2)], Agreement.DIFFERENT, "认出 1 张人脸，偏小（脸宽只占照片宽的 20%）"),
        ([face(width=0.9)], Agreement.DIFFERENT, "认出 1 张人脸，偏大（脸宽占照片宽的 90%）"),
        ([face(across=0.3)], Agreement.DIFFERENT, "认出 1 张人脸，偏左"),
        ([face(across=0.7, down=0.7)], Agreement.DIFFERENT, "认出 1 张人脸，偏右，偏下"),
        ([face(down=0.2)], Agreement.DIFFERENT, "认出 1 张人脸，偏上"),
    ],
)
def test_what_is_said_about_faces(faces: list[Face], agreement: Agreement, words: str) -> None:
    hint = face_hint(faces)
    assert (hint.agreement, hint.words) == (agreement, words)
