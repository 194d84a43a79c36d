"""The score report on paper."""

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils import translation

from zhiheng.foundation.moment import chinese_day
from zhiheng.plumbing import pdf
from zhiheng.results.amending.presenting import amended_words
from zhiheng.results.amending.queries import amended
from zhiheng.results.models import Outcome, Result
from zhiheng.results.queries import kept_until_of, theory_breakdown_of, ticket_number_of
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_body
from zhiheng.surface.wording import mark_words

TEMPLATE = Path(__file__).parent / "typst" / "score_report.typ"


def score_report_pdf(result: Result) -> bytes:
    """One page with every component, its reckoning and the rules behind it."""
    application = result.application
    offering = application.offering
    rules = rules_for(offering)
    person = application.person
    released = result.release.released_at
    facts = {
        "准考证号": ticket_number_of(result),
        "身份证号码": person.id_masked,
        "报名机构": application.institution.name,
        "考核": offering.title,
        "考试日期": chinese_day(offering.sitting.day),
        "成绩发布": chinese_day(released) if released else "尚未发布",
    }
    with translation.override("zh-hans"):  # paper is Chinese, whoever asks for it
        put_right = [
            f"成绩于 {chinese_day(one.decision.created_at)} 更正：{amended_words(one)}。原因：{one.amendment.reason}"
            for one in amended([result])[result.id]
        ]
    kept = [
        f"{line['name']}的合格成绩保留至 {chinese_day(kept_until_of(line, rules))}。"
        for line in result.components
        if line["passed"] and result.outcome != Outcome.PASSED
    ]
    return pdf.render(
        TEMPLATE,
        {
            "body": load_body(rules.body).name,
            "name": person.name,
            "facts": [{"label": label, "value": value} for label, value in facts.items()],
            "passed": result.outcome == Outcome.PASSED,
            "outcome": result.get_outcome_display(),
            "components": [_component(line) for line in result.components],
            "areas": theory_areas(result),
            "reckoning": result.reckoning,
            "notes": [
                *put_right,
                *kept,
                f"成绩按小数比较，不进位。规则：{rules.source}，版本 {rules.version}，"
                f"摘要 {result.revision.content_hash[:12]}。",
                f"对成绩有疑问的，请在成绩发布后 {rules.retention.review_window_days.value} 日内通过报名机构申请复核。",
                "本成绩单只说明本次考核的成绩，不是证书；合格者另发证书。",
            ],
        },
    )


def _component(line: dict[str, Any]) -> dict[str, str]:
    return {
        "name": line["name"],
        "note": f"保留 {chinese_day(date.fromisoformat(line['sat_on']))} 考期的合格成绩"
        if line["kept"]
        else "",
        "marks": "缺考" if line["absent"] else mark_words(Decimal(line["marks"])),
        "pass_mark": mark_words(Decimal(line["pass_mark"])),
        "max_mark": mark_words(Decimal(line["max_mark"])),
        "verdict": "合格" if line["passed"] else "缺考" if line["absent"] else "不合格",
    }


def theory_areas(result: Result) -> list[dict[str, str]]:
    """The theory mark by area of the weight table, where marking has written it down."""
    breakdown = theory_breakdown_of(result)
    areas = breakdown.get("areas") if isinstance(breakdown, dict) else None
    if isinstance(areas, dict):
        areas = [{"title": title, **entry} for title, entry in areas.items() if isinstance(entry, dict)]
    shown = []
    for area in areas if isinstance(areas, list) else []:
        try:
            shown.append(
                {
                    "title": str(area.get("title") or area["area"]),
                    "marks": mark_words(Decimal(str(area["marks"]))),
                    "possible": mark_words(Decimal(str(area["possible"]))),
                }
            )
        except (AttributeError, KeyError, InvalidOperation):  # an older breakdown without sums
            return []
    return shown
