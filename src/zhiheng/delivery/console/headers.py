"""The headers of pages on which the live seats are watched."""

from django.conf import settings
from django.http import HttpResponse

from zhiheng.plumbing.headers import POLICY


def with_live_line(response: HttpResponse) -> HttpResponse:
    """Let this one page also speak to the hall's address."""
    response.headers["Content-Security-Policy"] = f"{POLICY}; connect-src 'self' {settings.HALL_URL}"
    return response
