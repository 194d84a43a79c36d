"""Inviting, replacing and letting go of an institution's accounts, and the page behind a one-time link."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.institutions import queries
from zhiheng.people.institutions.forms import InviteForm
from zhiheng.people.institutions.links import days_good, link_holds
from zhiheng.people.institutions.staffing import actions
from zhiheng.people.institutions.staffing.actions import Invited
from zhiheng.people.institutions.staffing.forms import FirstPasswordForm
from zhiheng.people.institutions.staffing.once import keep_link
from zhiheng.people.models import Account, Institution, Role
from zhiheng.people.queries import account_by_id, institution_by_id, institution_of
from zhiheng.plumbing.throttle import admit

TRIES_A_MINUTE = 10  # for one link from one address


@allow(Role.INSTITUTION, Role.ADMINISTRATOR)
def invite(request: SignedInRequest, institution_id: UUID) -> HttpResponse:
    """Open an account for another colleague."""
    found = _institution(request, institution_id)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invited = actions.invite_staff(by=request.user, institution=found, **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused, username_taken="username")
        else:
            keep_link(request, found, invited)
            messages.success(request, f"账号“{invited.account.username}”已开设。请把下面的链接交给本人。")
            return _back(request, found)
    context = {"form": form, "institution": found, "back": _page_of(request), "days": days_good()}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/institutions/invite.html", context, status=status)


@allow(Role.INSTITUTION, Role.ADMINISTRATOR)
@require_POST
def change_staff(request: SignedInRequest, institution_id: UUID, account_id: UUID, act: str) -> HttpResponse:
    """One of the acts on one account of the institution."""
    found = _institution(request, institution_id)
    member = queries.member_of(found, account_id)
    do = ACTS.get(act)
    if member is None or do is None:
        raise Http404
    words, invited = do(by=request.user, institution=found, account=member.account)
    if invited is not None:
        keep_link(request, found, invited)
    messages.success(request, f"{member.account.display_name}{words}")
    return _back(request, found)


Outcome = tuple[str, Invited | None]


def _deactivate(**who: Any) -> Outcome:
    actions.deactivate_staff(**who)
    return "已停用，不能再为本机构办理；做过的事都留着。", None


def _restore(**who: Any) -> Outcome:
    return "已恢复。请把下面的链接交给本人。", actions.restore_staff(**who)


def _reset(**who: Any) -> Outcome:
    return "的旧密码已作废。请把下面的链接交给本人。", actions.reset_staff(**who)


def _appoint(**who: Any) -> Outcome:
    actions.appoint_staff(**who, head=True)
    return "现在是负责人。", None


def _dismiss(**who: Any) -> Outcome:
    actions.appoint_staff(**who, head=False)
    return "现在是经办人。", None


ACTS: dict[str, Callable[..., Outcome]] = {
    "deactivate": _deactivate,
    "restore": _restore,
    "reset": _reset,
    "appoint": _appoint,
    "dismiss": _dismiss,
}


@public
@never_cache
def set_password(request: HttpRequest, account_id: UUID, token: str) -> HttpResponse:
    """Choose a password through a link that works once. Raises: Refused for a link that does not."""
    if request.method == "POST":
        admit(request, name=f"set-password:{account_id}", limit=TRIES_A_MINUTE)
    account = _account_behind(account_id, token)
    form = FirstPasswordForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_first_password(account=account, new=form.cleaned_data["new_password1"])
        messages.success(request, _("密码已设好，请登录。这个链接已失效。"))
        return redirect("sign_in")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "shown": account}
    return render(request, "people/institutions/set_password.html", context, status=status)


def _account_behind(account_id: UUID, token: str) -> Account:
    account = account_by_id(account_id)
    if account is None or not link_holds(account, token):
        raise Refused(
            what=_("这个设置密码的链接已失效"),
            rule=_("链接 %(days)d 天内有效，只能用一次，重设后旧链接作废") % {"days": days_good()},
            remedy=_("请本机构负责人或专委会重发链接；已设过密码的请直接登录"),
            code="password-link",
        )
    return account


def _institution(request: SignedInRequest, institution_id: UUID) -> Institution:
    """An administrator's any, somebody else's own; the rest does not exist for them."""
    if Role.ADMINISTRATOR in request.roles:
        found = institution_by_id(institution_id)
    else:
        own = institution_of(request.user)
        found = own if own is not None and own.id == institution_id else None
    if found is None:
        raise Http404
    return found


def _page_of(request: SignedInRequest) -> str:
    return "institution" if Role.ADMINISTRATOR in request.roles else "my_institution"


def _back(request: SignedInRequest, institution: Institution) -> HttpResponse:
    if Role.ADMINISTRATOR in request.roles:
        return redirect("institution", institution.id)
    return redirect("my_institution")
