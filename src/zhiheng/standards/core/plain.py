"""A printed condition in plain words, made from what it asks for, in Chinese and in English.

The printed words stay beside it: they decide, this only explains. How unclear words are read (`readings`)
is said here, where the print leaves it open.
"""

from collections.abc import Iterable
from typing import Literal

from zhiheng.standards.core.conditions import (
    ApprenticeshipNeed,
    CertificateNeed,
    Conditions,
    EducationNeed,
    Proof,
    Readings,
    Requires,
    TrainingNeed,
    WorkNeed,
)

Language = Literal["zh", "en"]
_SECONDARY = ("中专", "职高", "技校")
_FEW = 3  # so many levels are named one by one


def plain_words(requires: Requires, conditions: Conditions, language: Language = "zh") -> tuple[str, ...]:
    """What a condition asks for, as somebody would say it over a counter: every line must hold."""
    words = _WORDS[language]
    return tuple(words.sentence(line) for line in _said(requires, words, conditions))


def paper_words(proof: Proof, conditions: Conditions, language: Language = "zh") -> str:
    """A document by its name; in English by the kind of fact it proves."""
    if language == "zh":
        return proof.name
    kinds = (kind for kind in _PAPERS_EN if getattr(conditions.proofs, kind) == proof)
    return next((_PAPERS_EN[kind] for kind in kinds), proof.name)


def papers_of(requires: Requires, conditions: Conditions, language: Language = "zh") -> tuple[str, ...]:
    """The documents that would prove it, each once; of alternatives, those of every one."""
    return tuple(dict.fromkeys(paper_words(proof, conditions, language) for proof in _proofs(requires, conditions)))  # fmt: skip


def _proofs(requires: Requires, conditions: Conditions) -> Iterable[Proof]:
    proofs = conditions.proofs
    if requires.education:
        yield proofs.student if requires.education.completion == "in_school" else proofs.education
    if requires.certificate:
        yield proofs.certificate
    if requires.work:
        yield proofs.work
    if requires.training:
        yield proofs.training
    if requires.apprenticeship:
        yield proofs.apprenticeship
    for alternative in requires.any:
        yield from _proofs(alternative, conditions)


def _said(requires: Requires, words: "_Chinese | _English", conditions: Conditions) -> list[str]:
    said = []
    if requires.education:
        said.append(words.education(requires.education, conditions))
    if requires.certificate:
        said.append(words.certificate(requires.certificate, conditions.readings))
    if requires.work:
        said.append(words.work(requires.work, conditions.readings))
    if requires.training:
        said.append(words.training(requires.training, conditions))
    if requires.apprenticeship:
        said.append(words.apprenticeship(requires.apprenticeship))
    if requires.any:
        said.append(words.either([_said(alternative, words, conditions) for alternative in requires.any]))
    return said


class _Chinese:
    def education(self, need: EducationNeed, conditions: Conditions) -> str:
        parts = [self._schooling(need, conditions)]
        if need.major == "related":
            parts.append("专业相关")
        elif need.major == "other":
            strict = conditions.readings.other_major_reading == "unrelated"
            parts.append("专业不相关" if strict else "什么专业都可以")
        if need.assessed_target:
            parts.append(f"学校经评估论证，以{need.assessed_target}（或更高）技能为培养目标")
        return "，".join(parts)

    def _schooling(self, need: EducationNeed, conditions: Conditions) -> str:
        if need.at_least:
            equal, known = _equal(need.at_least, conditions), conditions.education[need.at_least]
            if len(known) <= _FEW:
                return f"{_listed(known, '、')}毕业"
            counted = f"（{'、'.join(equal)}也算）" if equal else ""
            return f"{need.at_least}{counted}或更高学历，已毕业"
        who = _listed(need.school_types or need.levels, "、")
        ending = {"graduated": "毕业", "in_school": "在读学生", "graduated_or_final_year": "毕业"}
        final = "（应届、还没领到毕业证的也算）" if need.completion == "graduated_or_final_year" else ""
        return f"{who}{ending[need.completion]}{final}"

    def certificate(self, need: CertificateNeed, readings: Readings) -> str:
        level = _level(need, readings, "{0}", "{0}或更高级别")
        return f"{self._paper(need, readings, level)}{f'，取得已满 {need.held_years} 年' if need.held_years else ''}"

    def _paper(self, need: CertificateNeed, readings: Readings, level: str) -> str:
        if need.kinds == ("own",):
            return f"已有专委会发的{level}证书（{'、'.join(readings.own_certificate_scope)}）"
        if "other" in need.kinds:
            own = "，专委会其他项目的证书也算" if readings.own_of_other_programme_is_other else ""
            return f"已有别的机构发的{level}职业证书、技能证书或职称证书{own}"
        relation = _listed(need.relations, "、", "或")
        if need.kinds == ("prep_technician",):
            return f"已有{relation}的预备技师证书"
        return f"已有{relation}的{level}职业资格证书或技能等级证书"

    def work(self, need: WorkNeed, readings: Readings) -> str:
        what = f"{'或'.join(need.relations)}的工作" if need.relations else "相关领域的工作"
        how = "连续" if need.spell == "continuous" else "各段加起来"
        gap = "，中间没有间断" if need.spell == "continuous" else ""
        after = need.since == "certificate" or (need.since == "reading" and readings.work_after_certificate)
        before = "（取得证书以前的也算）" if need.since == "reading" and not after else ""
        return f"{'取得证书以后，' if after else ''}做{what}{how}满 {need.years} 年{before}{gap}"

    def training(self, need: TrainingNeed, conditions: Conditions) -> str:
        level = conditions.for_level(need.level).name
        return f"参加过{'或'.join(need.relations)}{level}的正规培训，不少于 {need.hours} 学时，并有结业证书"

    def apprenticeship(self, need: ApprenticeshipNeed) -> str:
        return f"{'或'.join(need.relations)}学徒期满"

    def either(self, said: list[list[str]]) -> str:
        ways = (f"{mark} {'，并且'.join(parts)}" for mark, parts in zip("①②③④⑤", said, strict=False))
        return f"下列任一种：{'；或 '.join(ways)}"

    def sentence(self, line: str) -> str:
        return line


_PAPERS_EN = {
    "education": "a copy of the graduation certificate",
    "student": "a student card or proof of enrolment at a school",
    "work": "proof of work",
    "certificate": "a copy of the certificate",
    "training": "the certificate of completed training",
    "apprenticeship": "proof of a completed apprenticeship",
}
LEVELS_EN = {
    "初级": "junior", "中级": "intermediate", "高级": "senior", "预备技师": "preparatory technician",
    "五级": "level 5", "四级": "level 4", "三级": "level 3", "二级": "level 2", "一级": "level 1",
    "5": "level 5", "4": "level 4", "3": "level 3", "2": "level 2", "1": "level 1",
}  # fmt: skip
EDUCATION_EN = {
    "小学": "primary school", "初中": "junior middle school", "高中": "senior high school",
    "中专": "secondary specialised school", "职高": "vocational high school", "技校": "technical school",
    "大专": "junior college", "本科": "a bachelor's degree", "硕士": "a master's degree",
    "博士": "a doctorate", "研究生": "a postgraduate degree",
}  # fmt: skip
SCHOOLS_EN = {
    "普通高中": "ordinary high school", "职业高中": "vocational high school",
    "中等专业学校": "secondary specialised school", "技工学校": "technical school",
    "高级技工学校": "senior technical school", "技师学院": "technician college",
    "高等职业学校": "higher vocational school", "普通高校": "university or college",
}  # fmt: skip
RELATIONS_EN = {"本职业": "this occupation", "相关职业": "a related occupation", "无关": "another occupation"}
PROGRAMMES_EN = {
    "互联网营销师": "Internet Marketer", "全媒体运营师": "Omnimedia Operator",
    "数字化管理师": "Digital Management Specialist", "数字化技术工程师": "Digital Technology Engineer",
    "数字碳中和工程师": "Digital Carbon-Neutrality Engineer",
    "数字化人力资源管理师": "Digital Human Resources Manager",
}  # fmt: skip


def years_en(count: int) -> str:
    return f"{count} year{'' if count == 1 else 's'}"


def relations_en(relations: Iterable[str]) -> str:
    return _listed([RELATIONS_EN[relation] for relation in relations], ", ", " or ")


class _English:
    def education(self, need: EducationNeed, conditions: Conditions) -> str:
        parts = [self._schooling(need, conditions)]
        if need.major == "related":
            parts.append("in a related major")
        elif need.major == "other":
            strict = conditions.readings.other_major_reading == "unrelated"
            parts.append("in an unrelated major" if strict else "in any major")
        if need.assessed_target:
            target = LEVELS_EN[need.assessed_target]
            parts.append(f"at a school assessed as training for {target} skills or higher")
        return ", ".join(parts)

    def _schooling(self, need: EducationNeed, conditions: Conditions) -> str:
        if need.at_least:
            known = conditions.education[need.at_least]
            if len(known) <= _FEW:
                return f"{_listed([EDUCATION_EN[level] for level in known], ', ', ' or ')}, completed"
            equal = [EDUCATION_EN[level] for level in _equal(need.at_least, conditions)]
            counted = f" ({_listed(equal, ', ', ' or ')} counts as well)" if equal else ""
            return f"{EDUCATION_EN[need.at_least]}{counted} or higher, completed"
        schools = [SCHOOLS_EN[school] for school in need.school_types]
        who = _listed(schools or [EDUCATION_EN[level] for level in need.levels], ", ", " or ")
        if need.completion == "in_school":
            return f"a student now, at the level of {who}"
        final = " (or in the final year there, the diploma still to come)"
        return f"a graduate of {who}{final if need.completion == 'graduated_or_final_year' else ''}"

    def certificate(self, need: CertificateNeed, readings: Readings) -> str:
        level = LEVELS_EN[need.level]
        level = _level(need, readings, level, f"{level} or higher")
        held = f", held for {years_en(need.held_years)}" if need.held_years else ""
        return f"{self._paper(need, readings, level)}{held}"

    def _paper(self, need: CertificateNeed, readings: Readings, level: str) -> str:
        if need.kinds == ("own",):
            scope = ", ".join(PROGRAMMES_EN.get(name, name) for name in readings.own_certificate_scope)
            return f"a certificate of the committee, {level} ({scope})"
        if "other" in need.kinds:
            own = "; the committee's certificates of other programmes count too"
            counted = own if readings.own_of_other_programme_is_other else ""
            return f"a vocational, skill or professional-title certificate of another body, {level}{counted}"
        relation = relations_en(need.relations)
        if need.kinds == ("prep_technician",):
            return f"a preparatory technician's certificate in {relation}"
        return f"a vocational qualification or skill-level certificate in {relation}, {level}"

    def work(self, need: WorkNeed, readings: Readings) -> str:
        what = f"in {relations_en(need.relations)}" if need.relations else "in a related field"
        after = need.since == "certificate" or (need.since == "reading" and readings.work_after_certificate)
        before = " (work before the certificate counts too)" if need.since == "reading" and not after else ""
        how = "without a break" if need.spell == "continuous" else "in all"
        return (
            f"{'after the certificate, ' if after else ''}{years_en(need.years)} of work {what} {how}{before}"
        )

    def training(self, need: TrainingNeed, conditions: Conditions) -> str:
        level = LEVELS_EN[need.level]
        where = relations_en(need.relations)
        return (
            f"regular training for {level} in {where}, {need.hours} class hours or more, with its certificate"
        )

    def apprenticeship(self, need: ApprenticeshipNeed) -> str:
        return f"a completed apprenticeship in {relations_en(need.relations)}"

    def either(self, said: list[list[str]]) -> str:
        ways = (f"({mark}) {', and '.join(parts)}" for mark, parts in zip("abcde", said, strict=False))
        return f"one of these: {'; or '.join(ways)}"

    def sentence(self, line: str) -> str:
        return line[0].upper() + line[1:]


_WORDS: dict[Language, _Chinese | _English] = {"zh": _Chinese(), "en": _English()}


def _equal(level: str, conditions: Conditions) -> list[str]:
    """The other kinds of secondary school that answer a demand for this level."""
    return [name for name in conditions.education[level] if name in _SECONDARY and name != level]


def _level(need: CertificateNeed, readings: Readings, exact: str, or_higher: str) -> str:
    return (or_higher if readings.higher_certificate_counts else exact).format(need.level)


def _listed(names: Iterable[str], comma: str, last: str = "或") -> str:
    """甲、乙或丙."""
    known = list(names)
    return last.join(part for part in (comma.join(known[:-1]), known[-1]) if part)
