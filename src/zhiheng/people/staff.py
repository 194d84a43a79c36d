"""The administrator's pages: accounts and their roles, institutions, and the audit trail."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people import actions
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.forms import AccountForm, GrantForm, SuspendForm
from zhiheng.people.institutions import presenting
from zhiheng.people.institutions.applying.queries import partner_counts
from zhiheng.people.institutions.forms import InstitutionForm
from zhiheng.people.models import Account, Institution, InstitutionKind, PartnerState, Role, RoleGrant
from zhiheng.people.queries import (
    account_by_id,
    accounts_matching,
    all_institutions,
    institution_by_id,
    live_grants,
    names_of,
)
from zhiheng.plumbing import clock
from zhiheng.plumbing.acts import act_words
from zhiheng.plumbing.audit import first_broken
from zhiheng.plumbing.queries import audit_lines

ROWS = 50
SUBJECT_WIDTH = 24
DETAIL_WIDTH = 24


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


@allow(Role.ADMINISTRATOR)
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts with the roles they hold; ?q= looks for a name."""
    words = request.GET.get("q", "").strip()
    page = Paginator(accounts_matching(words), ROWS).get_page(request.GET.get("page"))
    held = live_grants(page.object_list)
    rows = [{"account": account, "grants": _grants(held[account.id])} for account in page.object_list]
    return render(request, "people/accounts.html", {"rows": rows, "page": page, "words": words})


def _grants(grants: list[RoleGrant]) -> list[dict[str, object]]:
    return [
        {"role": Role(grant.role), "institution": grant.institution, "since": grant.created_at}
        for grant in grants
    ]


@allow(Role.ADMINISTRATOR)
def new_account(request: SignedInRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.create_account(
                by=str(request.user.id),
                username=given["username"],
                password=given["password"],
                display_name=given["display_name"],
                roles=[Role(given["role"])],
                institution=given["institution"],
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"账号“{made.username}”已开设。请把初始密码另行告知本人。")
            return redirect("account", account_id=made.id)
    return render(request, "people/new_account.html", {"form": form}, status=_status(request))


@allow(Role.ADMINISTRATOR)
def account(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    """One account: its roles, and the form that grants another."""
    found = _account(account_id)
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            actions.grant_role(
                by=request.user, account=found, role=role, institution=form.cleaned_data["institution"]
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已授予{role.label}。")
            return redirect("account", account_id=found.id)
    grants = _grants(live_grants([found])[found.id])
    context = {"shown": found, "grants": grants, "form": form}
    return render(request, "people/account.html", context, status=_status(request))


@allow(Role.ADMINISTRATOR)
@require_POST
def revoke(request: SignedInRequest, account_id: UUID) -> HttpResponse:
    found = _account(account_id)
    wanted = request.POST.get("role", "")
    if wanted not in Role.values:
        raise Http404
    role = Role(wanted)
    actions.revoke_role(by=request.user, account=found, role=role)
    messages.success(request, f"已收回{role.label}。做过的事都留着。")
    return redirect("account", account_id=found.id)


def _account(account_id: UUID) -> Account:
    found = account_by_id(account_id)
    if found is None:
        raise Http404
    return found


@allow(Role.ADMINISTRATOR)
def institutions(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    rows = [
        {
            "institution": institution,
            "kind": InstitutionKind(institution.kind).label,
            "standing": presenting.standing(institution, today=today),
            "seat": presenting.seat_words(institution.province, institution.city),
        }
        for institution in all_institutions()
    ]
    asking = partner_counts().get(PartnerState.WAITING, 0)
    return render(request, "people/institutions.html", {"rows": rows, "asking": asking})


@allow(Role.ADMINISTRATOR)
def new_institution(request: SignedInRequest) -> HttpResponse:
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "kind": InstitutionKind(form.cleaned_data["kind"])}
        try:
            made = actions.authorise_institution(by=str(request.user.id), **given)
        except Refused as refused:
            form.refuse(refused, institution_known="code", region_misses_seat="regions")
        else:
            messages.success(request, f"{made.name}已登记。接下来为它开设负责人账号。")
            return redirect("institution", made.id)
    return render(request, "people/new_institution.html", {"form": form}, status=_status(request))


@allow(Role.ADMINISTRATOR)
def suspend(request: SignedInRequest, institution_id: UUID) -> HttpResponse:
    """Asks for the reason, then suspends."""
    institution = _institution(institution_id)
    form = SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.suspend_institution(
                by=request.user, institution=institution, reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{institution.name}已暂停，不能再报名；已交的报名继续办理。")
            return redirect("institutions")
    context = {"form": form, "institution": institution}
    return render(request, "people/suspend.html", context, status=_status(request))


@allow(Role.ADMINISTRATOR)
@require_POST
def resume(request: SignedInRequest, institution_id: UUID) -> HttpResponse:
    institution = _institution(institution_id)
    actions.resume_institution(by=request.user, institution=institution)
    messages.success(request, f"{institution.name}已恢复，可以报名。")
    return redirect("institutions")


def _institution(institution_id: UUID) -> Institution:
    found = institution_by_id(institution_id)
    if found is None:
        raise Http404
    return found


@allow(Role.ADMINISTRATOR)
def audit_trail(request: HttpRequest) -> HttpResponse:
    """The last lines, newest first, and whether the chain of seals holds; ?subject= follows one thing."""
    subject = request.GET.get("subject", "").strip()
    page = Paginator(audit_lines(subject), ROWS).get_page(request.GET.get("page"))
    lines = list(page.object_list)
    names = names_of({line.by for line in lines})
    rows = [
        {
            "line": line,
            "by": names.get(line.by, line.by),
            "act": act_words(line.act),
            "subject": _shortened(line.subject, SUBJECT_WIDTH),
            "detail": _detail(line.detail),
        }
        for line in lines
    ]
    context = {"rows": rows, "page": page, "subject": subject, "broken": first_broken()}
    return render(request, "people/audit_trail.html", context)


def _detail(detail: dict[str, object]) -> str:
    """What a line adds, in one readable piece; hashes are cut."""
    return "；".join(
        f"{name} {_shortened(str(value), DETAIL_WIDTH)}"
        for name, value in detail.items()
        if value not in ("", [], {})
    )


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
