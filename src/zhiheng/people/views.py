"""Signing in and out, and choosing a password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.actions import change_password
from zhiheng.people.core.consents import consent_texts
from zhiheng.people.forms import NewPasswordForm, SignInForm
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import demo_accounts, person_of
from zhiheng.people.rights.queries import unanswered
from zhiheng.plumbing.crypto import keyed_hash
from zhiheng.plumbing.throttle import admit

ATTEMPTS_A_MINUTE = 10  # for one account from one address
DEMO_PASSWORD = "demo-zhiheng"


@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; a demonstration lists one account per role."""
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST":
        username = request.POST.get("username", "")
        admit(request, name=f"sign-in:{keyed_hash(username, purpose='sign-in')}", limit=ATTEMPTS_A_MINUTE)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_first_asked(form.get_user()) or _safe_next(request))
    accounts = demo_accounts() if settings.DEMO else []
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "people/sign_in.html",
        {
            "form": form,
            "demo_accounts": accounts,
            "demo_password": DEMO_PASSWORD,
            "next": _safe_next(request, usual=""),
        },
        status=status,
    )


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("/")


@allow(*Role)
def password(request: SignedInRequest) -> HttpResponse:
    """Choose another password; the sessions elsewhere end."""
    form = NewPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(by=request.user, new=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已更换。别处的登录都已失效。"))
        return redirect("home")
    return render(request, "people/password.html", {"form": form}, status=422 if form.errors else 200)


def _first_asked(account: Account) -> str:
    """Where a candidate is asked who may use their data, as long as they never answered."""
    person = person_of(account)
    return reverse("my_consent") if person and len(unanswered(person)) == len(consent_texts()) else ""


def _safe_next(request: HttpRequest, *, usual: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Where to go on to: a page of ours that was asked for, else the usual one."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return usual
