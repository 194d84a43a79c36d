"""A link that is shown once: kept in the reader's session between the act and the page after it."""

from typing import TypedDict

from django.http import HttpRequest

from zhiheng.people.institutions.staffing.actions import Invited
from zhiheng.people.models import Institution

KEY = "password-link"


class Link(TypedDict):
    institution: str
    name: str
    username: str
    link: str


def keep_link(request: HttpRequest, institution: Institution, invited: Invited) -> None:
    request.session[KEY] = Link(
        institution=str(institution.id),
        name=invited.account.display_name,
        username=invited.account.username,
        link=invited.link,
    )


def take_link(request: HttpRequest, institution: Institution) -> Link | None:
    """The link of this institution, for the last time."""
    kept: Link | None = request.session.get(KEY)
    if kept is None or kept["institution"] != str(institution.id):
        return None
    del request.session[KEY]
    return kept
