"""The sentences of a reckoning, in Chinese and in English: the arithmetic is done once, said in either.

`needs` finds what is so; a voice only puts it into words. What somebody typed (names of papers) is said as typed.
"""

from collections.abc import Iterable
from datetime import date

from zhiheng.enrolment.core.duration import Length
from zhiheng.enrolment.core.terms import HeldCertificate, Schooling
from zhiheng.foundation.moment import chinese_day, english_day
from zhiheng.standards.core.conditions import (
    CertificateNeed,
    Conditions,
    EducationNeed,
    Proof,
    Requires,
    TradeLevels,
    TrainingNeed,
)
from zhiheng.standards.core.plain import (
    EDUCATION_EN,
    LEVELS_EN,
    SCHOOLS_EN,
    Language,
    paper_words,
    plain_words,
    relations_en,
    years_en,
)


class Chinese:
    language: Language = "zh"
    comma = "，"
    semicolon = "；"
    or_else = "；或 "
    unfilled = "未填"
    has_served = "学徒期满"

    def schooling(self, record: Schooling) -> str:
        """大专（毕业，高等职业学校，相关专业）."""
        related = {
            True: "相关专业",
            False: "非相关专业",
            None: "专业是否相关未认定" if record.major else None,
        }
        target = record.assessed_skill_target
        details = [
            "应届" if record.status == "在读" and record.final_year else record.status,
            record.school_type,
            related[record.major_related],
            f"以{target}技能为培养目标" if target else None,
        ]
        return f"{record.level}（{'，'.join(detail for detail in details if detail)}）"

    def lacks_schooling(self, need: EducationNeed, conditions: Conditions, held: Iterable[str]) -> str:
        return f"需{_schooling_needed(need, conditions)}（现有：{'、'.join(held) or self.unfilled}）"

    def certificate(self, held: HeldCertificate) -> str:
        """四级 互联网营销师; the level is not said twice."""
        name, level = held.name or "", held.level_name or ""
        return name if level in name else f"{level} {name}".strip()

    def lacks_certificate(self, need: CertificateNeed, conditions: Conditions, held: Iterable[str]) -> str:
        titles = "、".join(held)
        lack = f"现有：{titles}" if titles else "没有"
        return f"需{_certificate_needed(need, conditions)}（{lack}）"

    def undated_certificate(self, need: CertificateNeed, conditions: Conditions, held: str) -> str:
        return f"需{_certificate_needed(need, conditions)}（{held} 未填取得日期，不能核对）"

    def obtained(self, certificate: str, issued: date) -> str:
        return f"{certificate}（{chinese_day(issued)} 取得）"

    def not_yet(self, named: str, as_of: date) -> str:
        return f"{named}：核对日 {chinese_day(as_of)} 尚未取得"

    def held_for(self, named: str, length: Length, sign: str, years: int) -> str:
        return f"{named}，取得满 {length} {sign} {years} 年"

    def no_certificate_to_count_from(self, years: int) -> str:
        return f"取得该证书后的工作：没有证书，不能起算（需 {years} 年）"

    def worked(self, length: Length, sign: str, years: int, *, unbroken: bool, since: date | None) -> str:
        after = f"{chinese_day(since)} 取得证书后" if since else ""
        return f"{after}{'连续' if unbroken else '累计'} {length} {sign} {years} 年"

    def trained(self, need: TrainingNeed, conditions: Conditions, hours: int, sign: str) -> str:
        level = conditions.for_level(need.level).name
        return f"{level}培训 {hours} 学时 {sign} {need.hours} 学时，有结业证书"

    def trained_without_certificate(self, need: TrainingNeed, conditions: Conditions, hours: int) -> str:
        level = conditions.for_level(need.level).name
        return f"{level}培训 {hours} 学时，没有结业证书（需 {need.hours} 学时）"

    def not_trained(self, need: TrainingNeed, conditions: Conditions) -> str:
        level = conditions.for_level(need.level).name
        return f"没有{'或'.join(need.relations)}{level}正规培训（需 {need.hours} 学时）"

    def not_served(self, relations: Iterable[str]) -> str:
        return f"没有{'或'.join(relations)}学徒期满的记录"

    def no_such_level(self, trade: TradeLevels, wanted: str, conditions: Conditions) -> str:
        offered = "、".join(conditions.for_level(level).name for level in trade.levels)
        return f"{trade.name}（{trade.mark}）不设{conditions.for_level(wanted).name}，只设{offered}"

    another_level = "请改报该工种设有的级别，或改报其他工种"

    def remedy(self, papers: Iterable[str], earliest: date | None) -> str:
        names = "、".join(papers)
        if earliest is not None:
            return f"其他不变，{chinese_day(earliest)}起满足；届时请备好{names}"
        return f"如实际已具备，请补充{names}"

    def paper(self, proof: Proof, conditions: Conditions) -> str:
        return paper_words(proof, conditions, self.language)


def _schooling_needed(need: EducationNeed, conditions: Conditions) -> str:
    at_least = f"{need.at_least}及以上" if need.at_least else "、".join(need.levels)
    major = {"any": "", "related": "相关专业", "other": ""}[need.major]
    if need.major == "other" and conditions.readings.other_major_reading == "unrelated":
        major = "其他专业"
    completion = {
        "graduated": "毕业",
        "graduated_or_final_year": "毕业或应届",
        "in_school": "在读",
    }[need.completion]
    target = f"经评估论证、以{need.assessed_target}技能为培养目标的" if need.assessed_target else ""
    return f"{target}{'、'.join(need.school_types)}{at_least}{major}{completion}"


_KIND_NAMES = {
    "own": "本会证书",
    "other": "其他职业或技能证书",
    "title": "职称证书",
    "national": "职业资格证书或技能等级证书",
    "prep_technician": "预备技师证书",
}


def _certificate_needed(need: CertificateNeed, conditions: Conditions) -> str:
    if need.kinds == ("own",):
        return f"{need.level}证书（{'、'.join(conditions.readings.own_certificate_scope)}）"
    if "other" in need.kinds:
        return f"其他{need.level}职业或技能证书、职称证书"
    level = "" if need.kinds == ("prep_technician",) else need.level
    kinds = "、".join(_KIND_NAMES[kind] for kind in need.kinds)
    return f"{'或'.join(need.relations)}{level}{kinds}"


def _length(length: Length) -> str:
    return f"{years_en(length.years)} {length.days} day{'' if length.days == 1 else 's'}"


class English:
    language: Language = "en"
    comma = ", "
    semicolon = "; "
    or_else = "; or "
    unfilled = "nothing entered"
    has_served = "Apprenticeship completed"
    another_level = "Choose a level the trade has, or another trade"

    def schooling(self, record: Schooling) -> str:
        related = {
            True: "related major",
            False: "unrelated major",
            None: "whether the major is related is not settled" if record.major else None,
        }
        target = record.assessed_skill_target
        studying = "in the final year" if record.final_year else "studying"
        details = [
            studying if record.status == "在读" else "graduated",
            SCHOOLS_EN[record.school_type] if record.school_type else None,
            related[record.major_related],
            f"trains for {LEVELS_EN[target]} skills" if target else None,
        ]
        return f"{EDUCATION_EN[record.level]} ({', '.join(detail for detail in details if detail)})"

    def lacks_schooling(self, need: EducationNeed, conditions: Conditions, held: Iterable[str]) -> str:
        return f"Needed: {self._need(Requires(education=need), conditions)} (you have: {'; '.join(held) or self.unfilled})"

    def certificate(self, held: HeldCertificate) -> str:
        level = LEVELS_EN[held.level_name] if held.level_name else ""
        return f"{held.name or 'certificate'}{f', {level}' if level else ''}"

    def lacks_certificate(self, need: CertificateNeed, conditions: Conditions, held: Iterable[str]) -> str:
        titles = "; ".join(held)
        lack = f"you have: {titles}" if titles else "you have none"
        return f"Needed: {self._need(Requires(certificate=need), conditions)} ({lack})"

    def undated_certificate(self, need: CertificateNeed, conditions: Conditions, held: str) -> str:
        wanted = self._need(Requires(certificate=need), conditions)
        return f"Needed: {wanted} ({held}: without its date it cannot be checked)"

    def obtained(self, certificate: str, issued: date) -> str:
        return f"{certificate} (obtained {english_day(issued)})"

    def not_yet(self, named: str, as_of: date) -> str:
        return f"{named}: not yet obtained on {english_day(as_of)}"

    def held_for(self, named: str, length: Length, sign: str, years: int) -> str:
        return f"{named}, held for {_length(length)} {sign} {years_en(years)}"

    def no_certificate_to_count_from(self, years: int) -> str:
        return f"Work after that certificate: no certificate to count from ({years_en(years)} needed)"

    def worked(self, length: Length, sign: str, years: int, *, unbroken: bool, since: date | None) -> str:
        after = f", after the certificate of {english_day(since)}" if since else ""
        return f"{'Unbroken work' if unbroken else 'Work in all'}{after}: {_length(length)} {sign} {years_en(years)}"

    def trained(self, need: TrainingNeed, conditions: Conditions, hours: int, sign: str) -> str:
        level = LEVELS_EN[need.level]
        return f"Training for {level}: {hours} class hours {sign} {need.hours}, with its certificate"

    def trained_without_certificate(self, need: TrainingNeed, conditions: Conditions, hours: int) -> str:
        level = LEVELS_EN[need.level]
        return f"Training for {level}: {hours} class hours without its certificate ({need.hours} needed)"

    def not_trained(self, need: TrainingNeed, conditions: Conditions) -> str:
        where = relations_en(need.relations)
        return f"No regular training for {LEVELS_EN[need.level]} in {where} ({need.hours} class hours needed)"

    def not_served(self, relations: Iterable[str]) -> str:
        return f"No completed apprenticeship in {relations_en(relations)}"

    def no_such_level(self, trade: TradeLevels, wanted: str, conditions: Conditions) -> str:
        level = LEVELS_EN[conditions.for_level(wanted).id]
        offered = ", ".join(LEVELS_EN[level] for level in trade.levels)
        return f"Trade {trade.mark} has no {level}, only {offered}"

    def remedy(self, papers: Iterable[str], earliest: date | None) -> str:
        names = ", ".join(papers)
        if earliest is not None:
            return f"Met from {english_day(earliest)} on if nothing else changes; have ready: {names}"
        return f"If it is so in fact, add {names}"

    def paper(self, proof: Proof, conditions: Conditions) -> str:
        return paper_words(proof, conditions, self.language)

    def _need(self, requires: Requires, conditions: Conditions) -> str:
        (line,) = plain_words(requires, conditions, self.language)
        return line[0].lower() + line[1:]


Voice = Chinese | English
CHINESE = Chinese()
ENGLISH = English()
