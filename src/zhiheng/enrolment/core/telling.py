"""A profile in words, one line per record: the same on the reviewer's page and on the review form."""

from dataclasses import dataclass

from zhiheng.enrolment.core.terms import Apprenticeship, HeldCertificate, Profile, Schooling, TrainingCourse
from zhiheng.enrolment.core.terms import Employment as Job
from zhiheng.enrolment.core.words import CERTIFICATE_KINDS, level_word
from zhiheng.foundation.moment import chinese_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """kind: 学历, 工作, 证书, 培训 or 学徒."""

    kind: str
    words: str


def tell(profile: Profile) -> tuple[Told, ...]:
    """What was claimed, in the order of the form; what was not said is left out."""
    return (
        *(Told(kind="学历", words=_schooling(record)) for record in profile.education),
        *(Told(kind="工作", words=_job(record)) for record in profile.employment),
        *(Told(kind="证书", words=_certificate(record)) for record in profile.certificates),
        *(Told(kind="培训", words=_training(record)) for record in profile.training),
        *(
            (Told(kind="学徒", words=_apprenticeship(profile.apprenticeship)),)
            if profile.apprenticeship
            else ()
        ),
    )


def _schooling(record: Schooling) -> str:
    return _joined(
        f"{record.level} {record.status}",
        record.school,
        record.major,
        _either(record.major_related, "专业相关", "专业不相关"),
        record.school_type,
        _either(record.final_year, "应届，尚未取得毕业证", None),
        f"经评估论证的培养目标：{record.assessed_skill_target}" if record.assessed_skill_target else None,
    )


def _job(record: Job) -> str:
    return _joined(
        f"{chinese_day(record.start)} 至 {chinese_day(record.end) if record.end else '今'}",
        record.employer,
        record.position,
        _either(record.related_field, "相关领域", "非相关领域"),
        record.relation,
    )


def _certificate(record: HeldCertificate) -> str:
    name = record.name or record.programme or "未写名称"
    return _joined(
        f"{name} {record.level_name or ''}".strip(),
        f"{chinese_day(record.issued)} 发证" if record.issued else None,
        record.number,
        CERTIFICATE_KINDS[record.kind],
        record.relation,
    )


def _training(record: TrainingCourse) -> str:
    return _joined(
        record.name,
        level_word(record.level),
        f"{record.hours} 学时",
        _either(record.completion_certificate, "有结业证书", "无结业证书"),
        record.relation,
    )


def _apprenticeship(record: Apprenticeship) -> str:
    return _joined("期满" if record.completed else "未满", record.relation)


def _either(said: bool | None, yes: str, no: str | None) -> str | None:
    if said is None:
        return None
    return yes if said else no


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
