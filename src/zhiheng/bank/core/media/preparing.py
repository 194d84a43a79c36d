"""A file somebody brings for a question, made fit to be kept."""

from zhiheng.bank.core.media.kinds import KIND_OF, Prepared, told_type
from zhiheng.bank.core.media.pictures import redrawn
from zhiheng.bank.core.media.recordings import checked


def prepared(content: bytes, *, name: str) -> Prepared:
    """Raises: Refused for everything that is not a sound picture, recording or short video."""
    media_type = told_type(content, name=name)
    if KIND_OF.get(media_type, "image") == "image":
        return redrawn(content, media_type=media_type, name=name)
    return checked(content, media_type=media_type, name=name)
