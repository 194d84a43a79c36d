"""Results for those who set them, those who sat, and those who entered them."""

from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Institution, Person, Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.plumbing import clock
from zhiheng.results import actions
from zhiheng.results.amending.presenting import amended_words, follows_words
from zhiheng.results.amending.queries import amended, changes
from zhiheng.results.amending.views import shown_changes
from zhiheng.results.core.histogram import Histogram, draw
from zhiheng.results.documents import score_report_pdf, theory_areas
from zhiheng.results.forms import MakeUpForm, SendBackForm
from zhiheng.results.models import Outcome, Release, Result
from zhiheng.results.queries import (
    chances_of,
    ends_at,
    histograms,
    kept_until_of,
    later_offerings,
    makeup_fee,
    makeup_of,
    makeups_of,
    offerings_to_propose,
    passed_since,
    release_of,
    releases,
    request_of,
    result_due,
    results_of_institution,
    results_of_person,
    results_of_release,
    state_of,
    ticket_number_of,
)
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.templatetags.standards import COMPONENTS
from zhiheng.surface.forms import done
from zhiheng.surface.wording import english

OUTCOME_SHAPES = {Outcome.PASSED: "valid", Outcome.FAILED: "overdue", Outcome.ABSENT: "ahead"}
_PAGE = 50


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


# Results officer


@allow(Role.RESULTS_OFFICER)
def offerings(request: HttpRequest) -> HttpResponse:
    """What waits to be proposed, what waits to be released, and what is out."""
    known = Paginator(releases(), _PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "results/releases.html",
        {"states": offerings_to_propose(moment=clock.now()), "page": known},
    )


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.RESULTS_OFFICER)
def offering(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """One offering: unsettled, ready to propose, ready to release, or out."""
    return _offering_page(request, _offering(offering_id), SendBackForm())


def _offering_page(
    request: HttpRequest, chosen: Offering, form: SendBackForm, *, status: int = 200
) -> HttpResponse:
    found = release_of(chosen)
    context: dict[str, Any] = {"offering": chosen, "release": found, "due": result_due(chosen), "form": form}
    if found is None:
        state = state_of(chosen)
        context |= {
            "state": state,
            "over": clock.now() >= ends_at(chosen),
            "histograms": histograms(state.sheets),
        }
        return render(request, "results/offering.html", context, status=status)
    results = list(results_of_release(found))
    context |= {
        "rows": _rows(results),
        "counts": {outcome.label: sum(row.outcome == outcome for row in results) for outcome in Outcome},
        "histograms": _drawn(results),
        "own": found.proposed_by_id == _account(request).id,
        "changes": shown_changes(changes(chosen)) if found.released_at else [],
    }
    return render(request, "results/release.html", context, status=status)


def _rows(results: list[Result]) -> list[dict[str, Any]]:
    """With the day on which each was last put right, None for most."""
    put_right = amended(results)
    return [
        _row(result)
        | {"amended": put_right[result.id][-1].decision.created_at if put_right[result.id] else None}
        for result in results
    ]


def _row(result: Result) -> dict[str, Any]:
    return {
        "result": result,
        "person": result.application.person,
        "lines": [_line(line) for line in result.components],
        "shape": OUTCOME_SHAPES[Outcome(result.outcome)],
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    name = str(COMPONENTS[line["key"]]) if english() else line["name"]
    return line | {"name": name, "number": None if line["absent"] else Decimal(line["marks"])}


def _drawn(results: list[Result]) -> list[Histogram]:
    first = results[0].components if results else []
    drawn = []
    for place, component in enumerate(first):
        column = [result.components[place] for result in results if not result.components[place]["kept"]]
        drawn.append(
            draw(
                component["name"],
                [None if line["absent"] else Decimal(line["marks"]) for line in column],
                pass_marks=Decimal(component["pass_mark"]),
                max_marks=Decimal(component["max_mark"]),
            )
        )
    return drawn


@allow(Role.RESULTS_OFFICER)
@require_POST
def propose(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    actions.propose(by=_account(request), offering=_offering(offering_id))
    messages.success(request, "成绩已提交。请另一位成绩管理员核对后发布。")
    return redirect("release", offering_id=offering_id)


def _release(offering_id: UUID) -> Release:
    found = release_of(_offering(offering_id))
    if found is None:
        raise Http404
    return found


@allow(Role.RESULTS_OFFICER)
@require_POST
def publish(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    actions.release(by=_account(request), release=_release(offering_id))
    messages.success(request, "成绩已发布，考生与机构现在可以查询。")
    return redirect("release", offering_id=offering_id)


@allow(Role.RESULTS_OFFICER)
@require_POST
def send_back(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _release(offering_id)
    form = SendBackForm(request.POST)
    reason = request.POST.get("reason", "")
    if done(form, lambda: actions.send_back(by=_account(request), release=found, reason=reason)):
        messages.success(request, "已退回。更正后可以重新提交。")
        return redirect("release", offering_id=offering_id)
    return _offering_page(request, found.offering, form, status=422)


# Candidate


def _person(request: HttpRequest) -> Person:
    person = person_of(_account(request))
    if person is None:
        raise Http404
    return person


def _own_result(request: HttpRequest, result_id: UUID) -> Result:
    return get_object_or_404(results_of_person(_person(request)), pk=result_id)


@allow(Role.CANDIDATE)
def my_results(request: HttpRequest) -> HttpResponse:
    person = person_of(_account(request))
    found = list(results_of_person(person)) if person else []
    return render(request, "results/my_results.html", {"rows": _rows(found)})


@allow(Role.CANDIDATE)
def my_result(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """The outcome, how it came about, and what can be done next."""
    return _result_page(request, _own_result(request, result_id))


def _result_page(
    request: HttpRequest, result: Result, form: MakeUpForm | None = None, *, status: int = 200
) -> HttpResponse:
    rules = rules_for(result.application.offering)
    ordered = makeup_of(result)
    failed = result.outcome != Outcome.PASSED
    if failed and ordered is None and form is None and not passed_since(result):
        ahead = later_offerings(result, moment=clock.now())
        form = MakeUpForm(ahead) if ahead else None
    context = {
        "result": result,
        "row": _row(result),
        "amended": [(one, amended_words(one), follows_words(one)) for one in amended([result])[result.id]],
        "decision": _decision(result),
        "ticket": ticket_number_of(result),
        "areas": theory_areas(result),
        "kept": [
            {"name": line["name"], "until": kept_until_of(line, rules)}
            for line in result.components
            if failed and line["passed"]
        ],
        "rules": rules,
        "makeup": ordered if failed else None,
        "unneeded": ordered if not failed else None,
        "fee_fen": makeup_fee(result.application.offering, result.application.institution).amount_fen
        if form
        else 0,
        "asked": request_of(result),
        "form": form,
    }
    return render(request, "results/my_result.html", context, status=status)


def _decision(result: Result) -> Decision:
    return Decision.all_of(*(Reason(**line) for line in result.reckoning))


@allow(Role.CANDIDATE)
def report(request: HttpRequest, result_id: UUID) -> HttpResponse:
    return _pdf(_own_result(request, result_id))


def _pdf(result: Result) -> HttpResponse:
    response = HttpResponse(score_report_pdf(result), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="score-report-{ticket_number_of(result)}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@allow(Role.CANDIDATE)
@require_POST
def ask_makeup(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = _own_result(request, result_id)
    form = MakeUpForm(later_offerings(result, moment=clock.now()), request.POST)
    if done(form, lambda: actions.ask_makeup(by=_account(request), result=result, offering=form.chosen)):
        messages.success(request, _("已告诉报名机构。机构下单并缴费后，补考报名生效。"))
        return redirect("my_result", result_id=result_id)
    return _result_page(request, result, form, status=422)


# Institution


def _institution(request: HttpRequest) -> Institution:
    institution = institution_of(_account(request))
    if institution is None:
        raise Http404
    return institution


@allow(Role.INSTITUTION)
def institution_results(request: HttpRequest) -> HttpResponse:
    """Released results of the institution's candidates, and who may sit again."""
    institution = _institution(request)
    found = Paginator(results_of_institution(institution), _PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "results/institution_results.html",
        {
            "page": found,
            "rows": _rows(list(found)),
            "chances": chances_of(institution, moment=clock.now()),
            "makeups": makeups_of(institution)[:_PAGE],
        },
    )


@allow(Role.INSTITUTION)
def institution_report(request: HttpRequest, result_id: UUID) -> HttpResponse:
    return _pdf(get_object_or_404(results_of_institution(_institution(request)), pk=result_id))


@allow(Role.INSTITUTION)
def order_makeup(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Enter one failed candidate for a later sitting; the order for the fee is placed with it."""
    result = get_object_or_404(
        results_of_institution(_institution(request)).exclude(outcome=Outcome.PASSED), pk=result_id
    )
    asked = request_of(result)
    ahead = later_offerings(result, moment=clock.now())
    form = MakeUpForm(ahead, request.POST or None, wanted=str(asked.offering_id) if asked else "")
    if request.method == "POST" and done(
        form, lambda: actions.order_makeup(by=_account(request), result=result, offering=form.chosen)
    ):
        messages.success(request, "补考已报名并下单。请按订单编号转账，到账后生效。")
        return redirect("institution_results")
    context = {
        "result": result,
        "row": _row(result),
        "form": form,
        "offerings": ahead,
        "asked": asked,
        "makeup": makeup_of(result),
        "fee_fen": makeup_fee(ahead[0], _institution(request)).amount_fen if ahead else 0,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "results/order_makeup.html", context, status=status)
