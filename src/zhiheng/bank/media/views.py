"""A kept picture or recording on its way to those who may see the question."""

from django.http import Http404, HttpRequest, HttpResponse

from zhiheng.bank.media.queries import content_of, media_file
from zhiheng.bank.models import MediaFile
from zhiheng.people.access import allow
from zhiheng.people.models import Role


def medium_response(file: MediaFile) -> HttpResponse:
    """The file by its checked type, as something to look at or listen to and nothing else."""
    response = HttpResponse(content_of(file), content_type=file.media_type)
    response.headers["Cache-Control"] = "private, max-age=3600, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@allow(Role.ITEM_WRITER, Role.ADMINISTRATOR)
def item_medium(request: HttpRequest, sha256: str) -> HttpResponse:
    """For those who write questions and those who look at papers."""
    found = media_file(sha256)
    if found is None:
        raise Http404
    return medium_response(found)
