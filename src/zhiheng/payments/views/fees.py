"""The fee table: what holds, what waits for a second pair of eyes."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.payments.fees import actions, queries
from zhiheng.payments.forms import FeeForm
from zhiheng.payments.models import FeeRow, OrderKind
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import all_institutions
from zhiheng.plumbing import clock
from zhiheng.standards.core.loader import list_rule_sets
from zhiheng.standards.core.terms import RuleSet
from zhiheng.surface.forms import as_validation_error

PER_PAGE = 50
_FIELD_OF = {
    "amount": "amount",
    "fee-past": "valid_from",
    "fee-period": "valid_until",
    "fee-reason": "reason",
}


@allow(Role.FINANCE)
def fee_table(request: SignedInRequest) -> HttpResponse:
    """Which fees hold, and which wait to be approved."""
    page = Paginator(queries.decided_fees(), PER_PAGE).get_page(request.GET.get("page"))
    words = _scope_words()
    today = clock.today()
    return render(
        request,
        "payments/fee_table.html",
        {
            "waiting": [
                {"row": row, "scope": words[_key(row)], "own": row.proposed_by_id == request.user.id}
                for row in queries.waiting_fees()
            ],
            "rules": [
                {
                    "name": rules.title,
                    "fen": rules.fees.registration_fen.value,
                    "makeup_fen": rules.fees.makeup_fen.value,
                }
                for rules in list_rule_sets()
            ],
            "rows": [
                {
                    "row": decision.row,
                    "decision": decision,
                    "scope": words[_key(decision.row)],
                    "ended": decision.row.valid_until is not None and decision.row.valid_until < today,
                    "ahead": decision.row.valid_from > today,
                }
                for decision in page
            ],
            "page": page,
        },
    )


@allow(Role.FINANCE)
def propose_fee(request: SignedInRequest) -> HttpResponse:
    """A new row for the table."""
    institutions = all_institutions()
    form = FeeForm(
        request.POST or None,
        scopes=_scopes(),
        institutions=[(str(entry.id), f"{entry.name}（{entry.code}）") for entry in institutions],
        initial={"valid_from": clock.today()},
    )
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        rule_set, programme, level = sent["scope"].split("|")
        try:
            actions.propose_fee(
                by=request.user,
                kind=OrderKind(sent["kind"]),
                rule_set=rule_set,
                programme=programme,
                level=level,
                institution=next((e for e in institutions if str(e.id) == sent["institution"]), None),
                amount_fen=sent["amount"],
                valid_from=sent["valid_from"],
                valid_until=sent["valid_until"],
                reason=sent["reason"],
            )
        except Refused as refused:
            form.add_error(_FIELD_OF.get(refused.code), as_validation_error(refused))
        else:
            messages.success(request, "已提出，等另一位财务人员批准。")
            return redirect("fee_table")
    return render(request, "payments/fee_form.html", {"form": form}, status=422 if form.errors else 200)


@allow(Role.FINANCE)
@require_POST
def decide_fee(request: SignedInRequest, row_id: UUID) -> HttpResponse:
    """Approve a row, or reject it with a reason."""
    row = queries.fee_row(row_id)
    if row is None:
        raise Http404
    decision = actions.decide_fee(
        by=request.user,
        row=row,
        approved=request.POST.get("verdict") == "approve",
        note=request.POST.get("note", "")[:200],
    )
    messages.success(request, "费用已批准。" if decision.approved else "已写明不同意的原因。")
    return redirect("fee_table")


def _key(row: FeeRow) -> str:
    return f"{row.rule_set}|{row.programme}|{row.level}"


def _scopes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every rule set with itself, its programmes, its levels, and each programme's levels."""
    return [(rules.title, _scopes_in(rules)) for rules in list_rule_sets()]


def _scopes_in(rules: RuleSet) -> list[tuple[str, str]]:
    found = [(f"{rules.id}||", f"{rules.title}：各项目各等级")]
    found += [(f"{rules.id}||{level.id}", f"各项目（{level.name}）") for level in rules.levels]
    for programme in rules.programmes:
        found.append((f"{rules.id}|{programme.id}|", f"{programme.name}：各等级"))
        found += [
            (f"{rules.id}|{programme.id}|{level.id}", f"{programme.name}（{level.name}）")
            for level in rules.levels
        ]
    return found


def _scope_words() -> dict[str, str]:
    return {value: words for _, choices in _scopes() for value, words in choices}
