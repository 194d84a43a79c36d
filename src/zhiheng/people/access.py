"""Every view says who may see it, and a refusal becomes a page with its three parts."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """A request whose account is known and holds one of the roles the view allows; only_chinese: see `_in_chinese`."""

    user: Account
    roles: frozenset[Role]
    only_chinese: bool


def allow(*roles: Role) -> Callable[[View], View]:
    """Only accounts holding one of the roles may see the view; others get 403, strangers the sign-in page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            held = roles_of(request.user)
            if not held & set(roles):
                raise PermissionDenied
            cast(SignedInRequest, request).roles = held
            if Role.CANDIDATE not in held:
                _in_chinese(cast(SignedInRequest, request))
            return view(request, *args, **kwargs)

        guarded.allowed_roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the access test
        return guarded

    return decorate


def _in_chinese(request: SignedInRequest) -> None:
    """Pages for work are written in Chinese: they come whole, not with English around Chinese, and offer no switch.

    The language chosen stays as it is for the pages everybody may see.
    """
    translation.activate("zh-hans")
    request.LANGUAGE_CODE = "zh-hans"
    request.only_chinese = True


def public(view: View) -> View:
    """Anybody may see the view."""
    view.allowed_roles = None  # type: ignore[attr-defined]  # read by the access test
    return view


def refusals_as_pages(get_response: View) -> View:
    """Turn a Refused that no view answered itself into a page with status 422."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return render(request, "surface/refused.html", {"refusal": exception}, status=422)
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # Django reads it
    return middleware
