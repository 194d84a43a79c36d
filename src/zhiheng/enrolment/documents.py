"""The 报名审核表 on paper: what was claimed, how the condition was reckoned, what was decided."""

import base64
from pathlib import Path
from typing import Any

from django.utils import translation

from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.eligibility import Assessment
from zhiheng.enrolment.core.photo import HEIGHT, WIDTH
from zhiheng.enrolment.core.telling import tell
from zhiheng.enrolment.models import Application, ApplicationStatus, Document, DocumentKind
from zhiheng.enrolment.queries import assessment_of, documents_of, review_history
from zhiheng.foundation.identity import mask_phone
from zhiheng.foundation.moment import chinese_day
from zhiheng.plumbing import pdf, vault
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_body
from zhiheng.surface.wording import day_words, moment_words

TEMPLATE = Path(__file__).parent / "typst" / "review_form.typ"


def review_form_pdf(application: Application) -> bytes:
    """One application as the 报名审核表, from the same record the pages show; a draft says that it is one."""
    assessment = assessment_of(application)
    documents = documents_of(application)
    with translation.override("zh-hans"):  # paper speaks Chinese whatever language the page was in
        data = _who(application) | _reckoning(application, assessment) | _papers(application, documents)
    return pdf.render(TEMPLATE, data, files={"photo": _portrait(documents)})


def _who(application: Application) -> dict[str, Any]:
    person, rules = application.person, rules_for(application.offering)
    return {
        "body": load_body(rules.body).name,
        "name": person.name,
        "facts": [
            ["身份证号码", person.id_masked],
            ["出生日期", chinese_day(person.born)],
            ["手机号", mask_phone(person.phone)],
            ["申报项目与级别", application.offering.title],
            ["考试日期", day_words(application.sitting.day)],
            ["报名机构", application.institution.name],
            ["提交时间", moment_words(application.submitted_at) if application.submitted_at else "尚未提交"],
        ],
        "number": str(application.id),
        "status": application.get_status_display(),
        "draft": application.status in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED),
        "rules": f"{rules.source}（{application.offering.revision}）",
    }


def _reckoning(application: Application, assessment: Assessment) -> dict[str, Any]:
    claimed = next((line for line in assessment.lines if line.number == application.claimed_condition), None)
    profile = profile_from_facts(application.profile, as_of=assessment.as_of)
    return {
        "profile": [[told.kind, told.words] for told in tell(profile)],
        "as_of": day_words(assessment.as_of),
        "claimed": {
            "number": claimed.number,
            "printed": claimed.printed,
            "source": claimed.source,
            "parts": [[part.met, part.text] for part in claimed.parts],
            "met": claimed.met,
        }
        if claimed
        else None,
    }


def _papers(application: Application, documents: list[Document]) -> dict[str, Any]:
    return {
        "documents": [
            [
                document.get_kind_display(),
                document.file.name,
                chinese_day(document.created_at),
                document.file.sha256[:16],
            ]
            for document in documents
        ],
        "decisions": [
            {
                "verdict": decision.get_verdict_display(),
                "by": decision.by.display_name,
                "at": moment_words(decision.created_at),
                "reasons": decision.reasons,
            }
            for decision in review_history(application)
        ],
    }


def _portrait(documents: list[Document]) -> bytes:
    """The photo as text the PDF engine takes; empty when none was handed in."""
    photo = next((document for document in documents if document.kind == DocumentKind.PHOTO), None)
    if photo is None:
        return b""
    coded = base64.b64encode(vault.read(photo.file)).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<image href="data:{photo.file.media_type};base64,{coded}" width="{WIDTH}" height="{HEIGHT}"/></svg>'
    ).encode()
