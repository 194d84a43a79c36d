"""The columns of an enrolment sheet: how each is headed, what may stand in it, and where it goes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from zhiheng.enrolment.core import words

Kind = Literal["text", "date", "yes", "whole", "choice"]
EXAMPLE = "示例"
_GROUPS = {"education": 2, "employment": 3, "certificates": 2, "training": 1}
_TITLES = {"education": "学历", "employment": "工作", "certificates": "证书", "training": "培训"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """key: where the value goes: "name", or record and field, "employment.0.start". choices: word -> stored value.

    usual: other words people write for a value; understood, but not offered.
    """

    key: str
    heading: str
    kind: Kind = "text"
    choices: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    limit: int = 80


def _turned(mapping: Mapping[str, str]) -> dict[str, str]:
    """Words and stored values both are accepted."""
    return {value: value for value in mapping} | {word: value for value, word in mapping.items()}


_SINGLE = (
    Column(
        key="name",
        heading="姓名",
        also=("考生姓名", "学员姓名", "学生姓名", "申报人姓名", "申请人姓名", "名字"),
        required=True,
        example=f"{EXAMPLE}某某",
        limit=100,
    ),
    Column(
        key="id_number",
        heading="身份证号码",
        also=(
            "身份证号",
            "身份证",
            "证件号码",
            "证件号",
            "公民身份号码",
            "身份证件号码",
            "居民身份证号码",
            "居民身份证号",
            "身份号码",
        ),
        required=True,
        example="999999199506170010",
        limit=30,
    ),
    Column(
        key="phone",
        heading="手机号",
        also=(
            "手机",
            "手机号码",
            "联系电话",
            "电话",
            "移动电话",
            "联系方式",
            "本人手机",
            "本人手机号",
            "电话号码",
        ),
        required=True,
        example="13900000000",
        limit=20,
    ),
    Column(
        key="address",
        heading="通讯地址",
        also=("地址", "联系地址", "通信地址", "邮寄地址", "家庭住址", "家庭地址", "现住址"),
        limit=200,
    ),
    Column(
        key="programme",
        heading="申报项目",
        also=(
            "项目",
            "报考项目",
            "报名项目",
            "职业",
            "职业名称",
            "申报职业",
            "报考职业",
            "认定职业",
            "鉴定职业",
            "项目名称",
        ),
    ),
    Column(
        key="level",
        heading="申报级别",
        also=(
            "级别",
            "等级",
            "申报等级",
            "报考级别",
            "报考等级",
            "报名级别",
            "认定等级",
            "鉴定等级",
            "技能等级",
            "职业等级",
        ),
    ),
    Column(key="trade", heading="申报工种", also=("工种", "工种名称", "报考工种", "职业方向")),
    Column(key="condition", heading="报名条件", also=("条件", "报名条件编号", "申报条件")),
    Column(key="apprenticeship.completed", heading="学徒期满", kind="yes"),
    Column(
        key="apprenticeship.relation",
        heading="学徒与职业关系",
        kind="choice",
        choices=_turned(words.RELATIONS),
    ),
)
_REPEATED: dict[str, tuple[Column, ...]] = {
    "education": (
        Column(key="level", heading="学历", kind="choice", also=("文化程度", "最高学历", "学历层次"), choices=_turned(words.EDUCATION_LEVELS), usual=words.USUAL_LEVELS, example="大专"),
        Column(key="status", heading="毕业状态", kind="choice", also=("学业状态", "毕业情况", "在读状态"), choices=_turned(words.STATUSES), usual=words.USUAL_STATUSES, example="在读"),
        Column(key="school", heading="学校", also=("毕业院校", "院校", "毕业学校", "就读学校", "就读院校", "学校名称", "院校名称")),
        Column(key="major", heading="专业", also=("所学专业", "专业名称"), example="电子商务"),
        Column(key="major_related", heading="专业相关", kind="yes", example="是"),
        Column(key="school_type", heading="学校类型", kind="choice", choices=_turned(words.SCHOOL_TYPES)),
        Column(key="final_year", heading="应届毕业生", kind="yes"),
        Column(
            key="assessed_skill_target",
            heading="培养目标",
            kind="choice",
            choices=_turned(words.SKILL_TARGETS),
        ),
    ),
    "employment": (
        Column(key="start", heading="工作开始日", kind="date", also=("入职日期", "入职时间", "参加工作时间", "参加工作日期", "工作开始时间"), example="2024-03-01"),
        Column(key="end", heading="工作结束日", kind="date", also=("离职日期", "离职时间", "工作结束时间")),
        Column(key="employer", heading="工作单位", also=("单位", "单位名称", "工作单位名称", "现工作单位")),
        Column(key="position", heading="岗位", also=("职务", "职位", "工作岗位")),
        Column(key="related_field", heading="相关领域", kind="yes", example="是"),
        Column(
            key="relation",
            heading="工作与职业关系",
            kind="choice",
            choices=_turned(words.RELATIONS),
            example="本职业",
        ),
    ),
    "certificates": (
        Column(key="kind", heading="证书种类", kind="choice", choices=_turned(words.CERTIFICATE_KINDS)),
        Column(
            key="level",
            heading="证书级别",
            kind="choice",
            choices=_turned(words.CERTIFICATE_LEVELS) | {"5": "五级", "4": "四级", "3": "三级", "2": "二级", "1": "一级"},
        ),
        Column(key="issued", heading="发证日期", kind="date", also=("发证时间", "证书取得时间")),
        Column(key="programme", heading="证书项目"),
        Column(key="name", heading="证书名称"),
        Column(key="number", heading="证书编号", also=("原证书编号", "证书号码", "证书号")),
        Column(
            key="relation", heading="证书与职业关系", kind="choice", choices=_turned(words.RELATIONS)
        ),
    ),
    "training": (
        Column(
            key="level",
            heading="培训级别",
            kind="choice",
            choices=_turned(words.TRAINING_LEVELS) | {"5": "五级", "4": "四级", "3": "三级", "2": "二级", "1": "一级"},
        ),
        Column(key="hours", heading="培训学时", kind="whole"),
        Column(key="completion_certificate", heading="结业证书", kind="yes"),
        Column(
            key="relation", heading="培训与职业关系", kind="choice", choices=_turned(words.RELATIONS)
        ),
    ),
}  # fmt: skip


def _every() -> tuple[Column, ...]:
    columns = list(_SINGLE)
    for section, count in _GROUPS.items():
        for place in range(count):
            columns += [_placed(section, place, column) for column in _REPEATED[section]]
    return tuple(columns)


def _placed(section: str, place: int, column: Column) -> Column:
    """The first record's headings need no number."""
    ending = str(place + 1)
    names = (column.heading, *column.also)
    return Column(
        key=f"{section}.{place}.{column.key}",
        heading=column.heading if place == 0 else f"{column.heading}{ending}",
        kind=column.kind,
        choices=column.choices,
        usual=column.usual,
        also=tuple(f"{name}{ending}" for name in names) + (names if place == 0 else ()),
        example=column.example if place == 0 else "",
        limit=column.limit,
    )


COLUMNS = _every()


def plain(heading: str) -> str:
    """A heading without spaces, stars, colons and bracketed remarks."""
    return re.sub(r"[\s*＊:：]|[（(].*?[)）]", "", heading).casefold()


_BY_HEADING = {plain(name): column for column in COLUMNS for name in (column.heading, *column.also)}


def column_of(heading: str) -> Column | None:
    return _BY_HEADING.get(plain(heading))
