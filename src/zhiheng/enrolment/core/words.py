"""The literal values of a profile and the words people choose them by."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from zhiheng.enrolment.core.terms import CertificateLevel
from zhiheng.standards.core.conditions import EducationLevel, Relation, SchoolType, SkillTarget


def _same(literal: object) -> Mapping[str, str]:
    return MappingProxyType({word: word for word in get_args(literal)})


EDUCATION_LEVELS = _same(EducationLevel)
SCHOOL_TYPES = _same(SchoolType)
SKILL_TARGETS = _same(SkillTarget)
RELATIONS = _same(Relation)
STATUSES = MappingProxyType({"毕业": "毕业", "在读": "在读"})
USUAL_STATUSES = MappingProxyType(
    {"已毕业": "毕业", "毕业生": "毕业", "在校": "在读", "在校生": "在读", "就读": "在读", "未毕业": "在读"}
)
USUAL_LEVELS = MappingProxyType(
    {"大学专科": "大专", "专科": "大专", "高职": "大专", "大学本科": "本科", "大学": "本科", "研究生": "硕士"}
)
CERTIFICATE_KINDS = MappingProxyType(
    {
        "own": "本会证书",
        "other": "其他机构的职业技能证书",
        "title": "专业技术职称证书",
        "national": "国家职业资格或职业技能等级证书",
        "prep_technician": "预备技师证书",
        "none": "不计入的证书",
    }
)
CERTIFICATE_LEVELS = MappingProxyType(
    {word: word for word in get_args(CertificateLevel) if not word.isdigit()}
)
_DIGITS = {"5": "五级", "4": "四级", "3": "三级", "2": "二级", "1": "一级"}
TRAINING_LEVELS = MappingProxyType({name: name for name in _DIGITS.values()})
YES_NO = MappingProxyType({True: "是", False: "否"})


def level_word(level: str | int) -> str:
    """5, "5" and 五级 are one: 五级."""
    return _DIGITS.get(str(level), str(level))
