"""What a face finder's answer means for a one-inch photo: a hint for the reviewer, never a decision.

The bounds are working values of ours, none is printed: a face finder marks the face from the brows to the chin,
on a usual one-inch photo a good half of the width, in the middle, above the lower third.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from zhiheng.enrolment.core.comparing import Agreement

NARROWEST, WIDEST = 0.28, 0.8  # of the photo's width
ASIDE = 0.12  # how far the face's middle may lie from the photo's, of its width
HIGHEST, LOWEST = 0.24, 0.62  # where the face's middle may lie, of the photo's height from the top


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Where a face was found, as shares of the picture: 0 to 1 from the upper left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def across(self) -> float:
        return self.left + self.width / 2

    @property
    def down(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceHint:
    """agreement: SAME for one face well placed; UNREAD when none was found, for finders miss real ones."""

    agreement: Agreement
    words: str


def face_hint(faces: Sequence[Face]) -> FaceHint:
    if not faces:
        return FaceHint(agreement=Agreement.UNREAD, words="没有认出人脸，请看是否正面、清晰、无遮挡")
    if len(faces) > 1:
        return FaceHint(agreement=Agreement.DIFFERENT, words=f"认出 {len(faces)} 张人脸，照片上应只有本人")
    oddities = _oddities(faces[0])
    if oddities:
        return FaceHint(agreement=Agreement.DIFFERENT, words=f"认出 1 张人脸，{'，'.join(oddities)}")
    return FaceHint(
        agreement=Agreement.SAME, words=f"认出 1 张人脸，位置适中，脸宽占照片宽的 {faces[0].width:.0%}"
    )


def _oddities(face: Face) -> list[str]:
    found = []
    if face.width < NARROWEST:
        found.append(f"偏小（脸宽只占照片宽的 {face.width:.0%}）")
    if face.width > WIDEST:
        found.append(f"偏大（脸宽占照片宽的 {face.width:.0%}）")
    if abs(face.across - 0.5) > ASIDE:
        found.append("偏左" if face.across < 0.5 else "偏右")
    if face.down < HIGHEST:
        found.append("偏上")
    if face.down > LOWEST:
        found.append("偏下")
    return found
