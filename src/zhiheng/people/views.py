"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from zhiheng.people.access import public
from zhiheng.people.forms import SignInForm
from zhiheng.people.queries import demo_accounts


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; a demonstration lists one account per role."""
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_safe_next(request))
    accounts = demo_accounts() if settings.DEMO else []
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "people/sign_in.html",
        {"form": form, "demo_accounts": accounts, "next": request.GET.get("next", "")},
        status=status,
    )


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return settings.LOGIN_REDIRECT_URL
