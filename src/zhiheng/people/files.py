"""A sealed file on its way to somebody who may see it."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from zhiheng.people.models import Account
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.models import VaultFile
from zhiheng.plumbing.pictures import watermarked


def sealed_file(file: VaultFile, *, reader: Account | None = None) -> HttpResponse:
    """The file for one reader and no cache; a picture carries the name of a reader on the staff, and the day."""
    content, media_type = vault.read(file), file.media_type
    if reader is not None and media_type.startswith("image/"):
        content = watermarked(content, f"{reader.display_name} {clock.today().isoformat()}")
        media_type = "image/jpeg"
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=False, filename=file.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
