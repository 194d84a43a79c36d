"""The public JSON interface under /api/v1/: rules, programmes, standards and dates; later stages add their routers.

A stage with something to say publicly has `api.py` with `router = ninja.Router()`; it is found here.
"""

import importlib
import importlib.util
from datetime import date
from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Schema
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day, iso
from zhiheng.payments.core.fees import Fee
from zhiheng.payments.fees.queries import offering_fees
from zhiheng.payments.models import OrderKind
from zhiheng.people.access import View, public
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit
from zhiheng.portal.catalogue import listed
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import date_of, offerings_of, sitting_on, sittings_from
from zhiheng.standards.core.conditions import load_conditions
from zhiheng.standards.core.loader import (
    content_hash,
    list_rule_sets,
    load_occupation,
    load_rule_set,
)
from zhiheng.standards.core.terms import Programme, RuleSet

LIMIT = 120  # requests a minute from one address
STAGES = ("enrolment", "learning", "seating", "delivery", "results", "certificates")
DATES = (
    "enrolment_closes",
    "review_due",
    "cram_opens",
    "mock_from",
    "mock_until",
    "tickets_from",
    "result_due",
    "makeup_closes",
    "certificate_due",
    "query_opens",
)


class RuleSetOut(Schema):
    """One rule set, in short. hash: of everything it decides by; a sitting pins it."""

    id: str
    title: str
    source: str
    regime: str
    version: str
    effective_from: date
    hash: str
    programmes: list[str]
    levels: list[str]


class ProgrammeOut(Schema):
    id: str
    name: str
    name_en: str
    definition: str
    definition_basis: str
    rule_sets: list[str]
    levels: list[str]
    trades: list[str]


class OfferingOut(Schema):
    """dates: every derived day as it was pinned; each ends at 24:00 in Shanghai. Fees: what anybody pays today."""

    title: str
    programme: str
    level: str
    trade: str
    rule_set: str
    rule_set_hash: str
    starts_at: str
    minutes: int
    fee_fen: int
    makeup_fee_fen: int
    dates: dict[str, date]
    provisional: list[str]


class SittingOut(Schema):
    day: date
    title: str


class SittingDetailOut(SittingOut):
    offerings: list[OfferingOut]


class RefusalOut(Schema):
    what: str
    rule: str
    remedy: str
    code: str


router = Router(tags=["rules"])


@router.get("/rule-sets", response=list[RuleSetOut])
def rule_sets(request: HttpRequest) -> list[RuleSetOut]:
    """Every published rule set."""
    return [_rule_set(rules) for rules in list_rule_sets()]


@router.get("/rule-sets/{rule_set}")
def rule_set(request: HttpRequest, rule_set: str) -> dict[str, Any]:
    """One rule set, whole, with its conditions of entry as printed."""
    rules = load_rule_set(rule_set)
    whole: dict[str, Any] = msgspec.to_builtins(rules, str_keys=True)
    conditions = msgspec.to_builtins(load_conditions(rules.id), str_keys=True)
    return {**whole, "hash": content_hash(rules.id), "conditions": conditions["levels"]}


@router.get("/programmes", response=list[ProgrammeOut])
def programmes(request: HttpRequest) -> list[ProgrammeOut]:
    """Every programme once, with the rule sets it can be sat under."""
    return [_programme(entry.programme, [choice.rules for choice in entry.choices]) for entry in listed()]


@router.get("/standards/{standard}")
def standard(request: HttpRequest, standard: str) -> dict[str, Any]:
    """A national standard, whole: levels, functions, skills, knowledge, weight tables."""
    whole: dict[str, Any] = msgspec.to_builtins(load_occupation(standard), str_keys=True)
    return whole


@router.get("/sittings", response=list[SittingOut])
def sittings(request: HttpRequest) -> list[SittingOut]:
    """Sittings from today on, the next one first."""
    return [_sitting(found) for found in sittings_from(clock.today())]


@router.get("/sittings/{day}", response=SittingDetailOut)
def sitting(request: HttpRequest, day: date) -> SittingDetailOut:
    """One sitting with everything offered on it and every date."""
    found = sitting_on(day)
    if found is None:
        raise Refused(
            what=f"{chinese_day(day)}没有考期",
            remedy="已设立的考期见 /api/v1/sittings",
            code="sitting-unknown",
        )
    return SittingDetailOut(day=found.day, title=found.title, offerings=_offerings(list(offerings_of(found))))


def _rule_set(rules: RuleSet) -> RuleSetOut:
    return RuleSetOut(
        id=rules.id,
        title=rules.title,
        source=rules.source,
        regime=rules.regime,
        version=rules.version,
        effective_from=rules.effective_from,
        hash=content_hash(rules.id),
        programmes=[programme.id for programme in rules.programmes],
        levels=[level.id for level in rules.levels],
    )


def _programme(programme: Programme, found: list[RuleSet]) -> ProgrammeOut:
    return ProgrammeOut(
        id=programme.id,
        name=programme.name,
        name_en=programme.name_en,
        definition=programme.definition.value,
        definition_basis=programme.definition.basis,
        rule_sets=[rules.id for rules in found],
        levels=[level.id for level in found[0].levels],
        trades=[trade.mark for trade in found[0].trades],
    )


def _sitting(found: Sitting) -> SittingOut:
    return SittingOut(day=found.day, title=found.title)


def _offerings(offerings: list[Offering]) -> list[OfferingOut]:
    fees = offering_fees(offerings)
    makeup = offering_fees(offerings, kind=OrderKind.MAKEUP)
    return [_offering(entry, fees[entry.id], makeup[entry.id]) for entry in offerings]


def _offering(offering: Offering, fee: Fee, makeup: Fee) -> OfferingOut:
    return OfferingOut(
        title=offering.title,
        programme=offering.programme,
        level=offering.level,
        trade=offering.trade,
        rule_set=offering.revision.rule_set,
        rule_set_hash=offering.revision.content_hash,
        starts_at=iso(offering.starts_at),
        minutes=offering.minutes,
        fee_fen=fee.amount_fen,
        makeup_fee_fen=makeup.amount_fen,
        dates={name: date_of(offering, name) for name in DATES},
        provisional=offering.plan["provisional"],
    )


class PlainJson(JSONRenderer):
    """Chinese is written as itself."""

    json_dumps_params = {"ensure_ascii": False}


def limited(request: HttpRequest) -> bool:
    """Every call counts against its address."""
    admit(request, name="api", limit=LIMIT)
    return True


api = NinjaAPI(
    title="职衡 Zhiheng",
    version="1",
    description="规则、项目、标准与考期的公开数据。Public data: rules, programmes, standards and dates.",
    docs_url=None,
    urls_namespace="api",
    auth=limited,
    renderer=PlainJson(),
)
api.add_router("", router)
for _stage in STAGES:
    if importlib.util.find_spec(f"zhiheng.{_stage}.api") is not None:
        api.add_router("", importlib.import_module(f"zhiheng.{_stage}.api").router)


@api.exception_handler(Refused)
def refused_as_json(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal keeps its three parts; too many calls are 429, unknown names 404, the rest 422."""
    status = {"too-many": 429}.get(refused.code, 404 if refused.code.endswith("-unknown") else 422)
    body = RefusalOut(what=refused.what, rule=refused.rule, remedy=refused.remedy, code=refused.code)
    return api.create_response(request, body.dict(), status=status)


@api.exception_handler(ValidationError)
def bad_value_as_json(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Every value that cannot be read, by its place in the request."""
    places = "、".join(".".join(str(part) for part in error["loc"][1:]) for error in fault.errors)
    body = RefusalOut(
        what=f"参数 {places} 有误",
        rule="",
        remedy="日期写作 2026-11-28；其余取值见 /api/v1/openapi.json",
        code="bad-value",
    )
    return api.create_response(request, body.dict(), status=422)


def patterns() -> list[Any]:
    """The interface's paths; all of them are public."""
    found, _app, _namespace = api.urls
    for pattern in found:
        public(cast(View, pattern.callback))
    return list(found)
