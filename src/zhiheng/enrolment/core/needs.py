"""How each thing a condition asks for is found in a profile, and since when it holds."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from zhiheng.enrolment.core import duration
from zhiheng.enrolment.core.terms import Employment, HeldCertificate, Profile, Schooling
from zhiheng.enrolment.core.voices import CHINESE, Voice
from zhiheng.standards.core.conditions import (
    ApprenticeshipNeed,
    CertificateNeed,
    Conditions,
    EducationNeed,
    ProgrammeNames,
    Proof,
    Requires,
    TrainingNeed,
    WorkNeed,
)

ALWAYS = date.min  # a fact without a date of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One requirement of a condition with its arithmetic, in the voice of the question."""

    text: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found for a need.

    since: the first day on which it holds, perhaps in the future; None when time alone never brings it.
    """

    since: date | None
    parts: tuple[Part, ...]
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The facts and rules a need is looked up in."""

    profile: Profile
    conditions: Conditions
    programme: ProgrammeNames
    as_of: date
    voice: Voice = CHINESE

    def finding(self, since: date | None, proof: Proof, met_text: str, unmet_text: str = "") -> Finding:
        met = since is not None and since <= self.as_of
        text = met_text if met else unmet_text or met_text
        return Finding(since=since, parts=(Part(text=text, met=met),), proofs=(proof,))


def find(question: Question, requires: Requires) -> Finding:
    """Everything named must hold, so the last to come true decides; of alternatives, the first."""
    findings: list[Finding] = []
    if requires.education:
        findings.append(_education(question, requires.education))
    if requires.certificate:
        findings.append(_certificate(question, requires.certificate))
    if requires.work:
        findings.append(_work(question, requires.work, requires.certificate))
    if requires.training:
        findings.append(_training(question, requires.training))
    if requires.apprenticeship:
        findings.append(_apprenticeship(question, requires.apprenticeship))
    if requires.any:
        findings.append(_either(question, [find(question, alternative) for alternative in requires.any]))
    return _together(findings)


def _together(findings: list[Finding]) -> Finding:
    dates = [finding.since for finding in findings if finding.since is not None]
    return Finding(
        since=max(dates) if len(dates) == len(findings) else None,
        parts=tuple(part for finding in findings for part in finding.parts),
        proofs=tuple(dict.fromkeys(proof for finding in findings for proof in finding.proofs)),
    )


def _either(question: Question, findings: list[Finding]) -> Finding:
    first = min(findings, key=lambda finding: finding.since or date.max)
    if first.since is not None and first.since <= question.as_of:
        return first
    voice = question.voice
    text = voice.or_else.join(voice.comma.join(part.text for part in finding.parts) for finding in findings)
    return Finding(since=first.since, parts=(Part(text=text, met=False),), proofs=first.proofs)


def _education(question: Question, need: EducationNeed) -> Finding:
    suited = [record for record in question.profile.education if _schooling_suits(question, need, record)]
    in_school = need.completion == "in_school" or (suited and all(one.status == "在读" for one in suited))
    proofs = question.conditions.proofs
    said = question.voice.schooling
    return question.finding(
        ALWAYS if suited else None,
        proofs.student if in_school else proofs.education,
        min((said(record) for record in suited), default=""),
        question.voice.lacks_schooling(
            need, question.conditions, sorted({said(record) for record in question.profile.education})
        ),
    )


def _schooling_suits(question: Question, need: EducationNeed, record: Schooling) -> bool:
    levels = question.conditions.education[need.at_least] if need.at_least else need.levels
    bars_related = question.conditions.readings.other_major_reading == "unrelated"
    return (
        (not levels or record.level in levels)
        and (not need.school_types or record.school_type in need.school_types)
        and (need.major != "related" or record.major_related is True)
        and not (need.major == "other" and bars_related and record.major_related is True)
        and _is_complete(need, record)
        and _target_reaches(question, need, record)
    )


def _is_complete(need: EducationNeed, record: Schooling) -> bool:
    if need.completion == "in_school":
        return record.status == "在读"
    if need.completion == "graduated_or_final_year" and record.final_year:
        return True
    return record.status == "毕业"


def _target_reaches(question: Question, need: EducationNeed, record: Schooling) -> bool:
    """A school assessed for a higher skill level also trains for the lower one."""
    if need.assessed_target is None:
        return True
    ranks = question.conditions.level_equivalence
    target = record.assessed_skill_target
    return target is not None and ranks[target] >= ranks[need.assessed_target]


def _certificate(question: Question, need: CertificateNeed) -> Finding:
    best = _earliest(question, need)
    proof, voice = question.conditions.proofs.certificate, question.voice
    if best is None:
        held = [one for one in question.profile.certificates if one.kind != "none"]
        lack = voice.lacks_certificate(
            need, question.conditions, sorted({voice.certificate(one) for one in held})
        )
        return question.finding(None, proof, lack)
    title = voice.certificate(best)
    if best.issued is None:
        return question.finding(None, proof, voice.undated_certificate(need, question.conditions, title))
    since = duration.add_years(best.issued, need.held_years)
    named = voice.obtained(title, best.issued)
    if best.issued > question.as_of:
        return question.finding(since, proof, voice.not_yet(named, question.as_of))
    if not need.held_years:
        return question.finding(since, proof, named)
    length = duration.longest([duration.Span(start=best.issued, stop=duration.OPEN)], today=question.as_of)
    return question.finding(
        since,
        proof,
        voice.held_for(named, length, "≥", need.held_years),
        voice.held_for(named, length, "<", need.held_years),
    )


def _earliest(question: Question, need: CertificateNeed) -> HeldCertificate | None:
    """The certificate that answers the need for the longest time; equal days are settled by name."""
    suited = [one for one in question.profile.certificates if _certificate_suits(question, need, one)]
    return min(suited, key=lambda one: (one.issued or date.max, one.name or "", str(one.level)), default=None)


def _certificate_suits(question: Question, need: CertificateNeed, held: HeldCertificate) -> bool:
    ranks = question.conditions.level_equivalence
    if held.level_name is None:
        return False
    rank, asked = ranks[held.level_name], ranks[need.level]
    higher = question.conditions.readings.higher_certificate_counts
    return (
        (rank >= asked if higher else rank == asked)
        and _kind_suits(question, need, held)
        and (not need.relations or held.relation in need.relations)
    )


def _kind_suits(question: Question, need: CertificateNeed, held: HeldCertificate) -> bool:
    readings = question.conditions.readings
    if held.kind != "own":
        return held.kind in need.kinds
    programme = _programme_name(question, held.programme)
    if "own" in need.kinds:
        return programme in readings.own_certificate_scope
    named = programme is not None and programme not in question.programme.names
    return "other" in need.kinds and readings.own_of_other_programme_is_other and named


def _programme_name(question: Question, programme: str | None) -> str | None:
    """A certificate may name its programme by id or by name."""
    for entry in question.conditions.programmes:
        if programme == entry.id:
            return entry.names[0]
    return programme


def _work(question: Question, need: WorkNeed, certificate: CertificateNeed | None) -> Finding:
    proof = question.conditions.proofs.work
    since = date.min
    if certificate and _counts_from_certificate(question, need):
        best = _earliest(question, certificate)
        if best is None or best.issued is None:
            return question.finding(None, proof, question.voice.no_certificate_to_count_from(need.years))
        since = best.issued
    runs = _runs(question, need, since)
    unbroken = need.spell == "continuous"
    if unbroken:
        length = duration.longest(runs, today=question.as_of)
        reached = duration.first_day_of_longest(runs, years=need.years)
    else:
        length = duration.total(runs, today=question.as_of)
        reached = duration.first_day_of_total(runs, years=need.years)
    counted = partial(
        question.voice.worked,
        length,
        years=need.years,
        unbroken=unbroken,
        since=None if since == date.min else since,
    )
    return question.finding(reached, proof, counted(sign="≥"), counted(sign="<"))


def _counts_from_certificate(question: Question, need: WorkNeed) -> bool:
    reading = question.conditions.readings.work_after_certificate
    return need.since == "certificate" or (need.since == "reading" and reading)


def _runs(question: Question, need: WorkNeed, since: date) -> tuple[duration.Span, ...]:
    """The spells that count; a job that starts after the reference date is a plan, not work."""
    spans = [
        duration.Span.worked(job.start, job.end).clip(since=since)
        for job in question.profile.employment
        if job.start <= question.as_of and _job_counts(need, job)
    ]
    gap = question.conditions.readings.continuity_gap_days if need.spell == "continuous" else 0
    return duration.merge(spans, gap_days=gap)


def _job_counts(need: WorkNeed, job: Employment) -> bool:
    return job.relation in need.relations if need.relations else job.related_field is True


def _training(question: Question, need: TrainingNeed) -> Finding:
    relevant = [
        course
        for course in question.profile.training
        if course.level_id == need.level and course.relation in need.relations
    ]
    certified = max((course.hours for course in relevant if course.completion_certificate), default=None)
    hours = max((course.hours for course in relevant), default=None)
    done = certified is not None and certified >= need.hours
    voice, conditions = question.voice, question.conditions
    if certified is not None:
        text = voice.trained(need, conditions, certified, "≥" if done else "<")
    elif hours is not None:
        text = voice.trained_without_certificate(need, conditions, hours)
    else:
        text = voice.not_trained(need, conditions)
    return question.finding(ALWAYS if done else None, conditions.proofs.training, text)


def _apprenticeship(question: Question, need: ApprenticeshipNeed) -> Finding:
    served = question.profile.apprenticeship
    done = served is not None and served.completed and served.relation in need.relations
    return question.finding(
        ALWAYS if done else None,
        question.conditions.proofs.apprenticeship,
        question.voice.has_served,
        question.voice.not_served(need.relations),
    )
