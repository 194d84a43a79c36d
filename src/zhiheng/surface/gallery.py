"""What the gallery shows: every component with the longest, the emptiest and the usual content."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator

from zhiheng.foundation.canonical import digest
from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.surface.forms import as_validation_error
from zhiheng.surface.icicle import Branch
from zhiheng.surface.shapes import STATES

LONG_NAME = "阿卜杜热合曼·买买提依明·艾合买提江·图尔逊尼亚孜"


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    key: str
    label: str
    start: date
    end: date | None = None
    state: str = "ahead"
    flag: str = ""
    note: str = ""
    marks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    label: str
    state: str
    at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    programme: str
    state: str
    label: str
    due: date
    fee_fen: int
    marks: Decimal | None


class ExampleForm(forms.Form):
    """A form with one field of every kind."""

    name = forms.CharField(label="姓名", help_text="与身份证件一致，证书上就印这个名字。")
    id_number = forms.CharField(label="身份证号码", help_text="只用于核对身份，页面上只显示首尾几位。")
    level = forms.ChoiceField(
        label="报考等级", choices=[("junior", "初级"), ("intermediate", "中级"), ("senior", "高级")]
    )
    route = forms.ChoiceField(
        label="按哪一条报考",
        widget=forms.RadioSelect,
        choices=[("1", "已取得初级证书，连续从业满 1 年"), ("2", "大专以上学历，连续从业满 2 年")],
        help_text="选一条即可，审核只看这一条的材料。",
    )
    proof = forms.FileField(label="学历证书", help_text="PDF 或 JPEG，不超过 8 MB；可以拖到框里。")
    note = forms.CharField(label="补充说明", required=False, widget=forms.Textarea)
    honest = forms.BooleanField(label="我确认以上内容属实，并已阅读报考须知。")

    def clean_id_number(self) -> str:
        raise as_validation_error(
            Refused(
                what="身份证号码有误：最后一位校验码与前 17 位不符",
                rule="GB 11643-1999《公民身份号码》",
                remedy="请对照身份证逐位核对后重新填写",
            )
        )


def gallery_context() -> dict[str, Any]:
    rows = _rows()
    return {
        "states": list(STATES),
        "granted": _decision(years_met=True),
        "denied": _decision(years_met=False),
        "timeline_items": _milestones(),
        "step_items": _steps(),
        "form": ExampleForm({"name": LONG_NAME, "id_number": "110101199001011230"}),
        "rows": rows,
        "one_row": rows[:1],
        "page": Paginator(range(300), 20).page(7),
        "tree": _tree(),
        "hashes": [digest({"certificate": number}) for number in range(1, 6)],
        "refused": Refused(
            what="报名材料在截止后送到，没有收下",
            rule="ccia-000 第五条：考前 7 日截止报名",
            remedy="请报名 12 月 26 日的考期，已交的材料会带过去",
        ),
        "tab_items": [
            {"url": "?state=waiting", "label": "待审核", "current": True, "count": 12},
            {"url": "?state=returned", "label": "已退回", "current": False, "count": 3},
            {"url": "?state=all", "label": "全部", "current": False, "count": 300},
        ],
        "navigation": [
            {"url": "/home/", "label": "等我办的事", "current": True},
            {"url": "/sittings/", "label": "考期", "current": False},
            {"url": "/applications/", "label": "我的报名", "current": False},
            {"url": "/learning/", "label": "学习", "current": False},
            {"url": "/verify/", "label": "证书查验", "current": False},
        ],
        "account": {"display_name": LONG_NAME, "role_label": "考生"},
        "account_links": [{"url": "/account/", "label": "账户与登录方式"}],
        "sign_out_url": "/sign-out/",
        "demo_clock": "演练时钟：现在是 2026年11月21日 周六 16:20，与真实时间无关。",
        "body_name": "职衡评价中心（演练机构）",
        "body_statement": "本机构颁发的证书证明持证人通过了所列项目的考核；它不是职业资格证书，也不是职业技能等级证书。",
    }


def _decision(*, years_met: bool) -> Decision:
    return Decision.all_of(
        Reason(code="degree", text="学历：大专，2021年6月30日毕业", met=True, rule="ccia-000 中级(2)"),
        Reason(
            code="years",
            text="连续从业 2 年 144 天 ≥ 2 年" if years_met else "连续从业 1 年 322 天 < 2 年，差 43 天",
            met=years_met,
            rule="ccia-000 中级(2)",
            remedy="从业年限按考试当日计算；2027 年 1 月 30 日的考期即可满足，届时补交工作证明。",
        ),
        Reason(code="photo", text="照片 358 × 441 像素，背景为白色", met=True, rule="报考须知 第3条"),
    )


def _milestones() -> list[Milestone]:
    return [
        Milestone(
            key="open", label="开放报名", start=date(2026, 10, 26), state="past", marks=["您 11月2日 报名"]
        ),
        Milestone(
            key="close",
            label="报名截止",
            start=date(2026, 11, 21),
            state="today",
            note="24:00 前",
            flag="周六，不审核",
        ),
        Milestone(key="review", label="资格审核", start=date(2026, 11, 21), end=date(2026, 11, 23)),
        Milestone(key="ticket", label="打印准考证", start=date(2026, 11, 25), end=date(2026, 11, 28)),
        Milestone(key="exam", label="考试", start=date(2026, 11, 28), note="09:00 至 11:00"),
        Milestone(key="result", label="公布成绩", start=date(2026, 12, 18), note="第 15 个工作日"),
        Milestone(key="certificate", label="颁发证书", start=date(2027, 2, 26), flag="遇春节顺延"),
    ]


def _steps() -> list[Step]:
    return [
        Step(label="提交报名", state="done", at="11月2日 10:14"),
        Step(label="机构初审", state="done", at="11月3日 09:40"),
        Step(label="补交材料", state="current", note="学历证书照片模糊，请在 11月21日 24:00 前重新上传。"),
        Step(label="缴费", state="ahead"),
        Step(label="准考证", state="ahead"),
    ]


def _rows() -> list[Row]:
    return [
        Row(
            name="林示范",
            programme="互联网营销师 中级",
            state="valid",
            label="已通过",
            due=date(2026, 11, 23),
            fee_fen=68000,
            marks=Decimal("86.50"),
        ),
        Row(
            name=LONG_NAME,
            programme="数字化人力资源管理师 高级",
            state="returned",
            label="退回修改",
            due=date(2026, 11, 21),
            fee_fen=1280000,
            marks=None,
        ),
        Row(
            name="欧阳样例",
            programme="全媒体运营师 初级",
            state="pending",
            label="待补材料",
            due=date(2026, 11, 21),
            fee_fen=48000,
            marks=Decimal(60),
        ),
        Row(
            name="司马演练",
            programme="互联网营销师 中级",
            state="overdue",
            label="逾期",
            due=date(2026, 11, 14),
            fee_fen=0,
            marks=Decimal("59.5"),
        ),
    ]


def _tree() -> Branch:
    return Branch(
        label="互联网营销师 四级",
        amount="100 分",
        share=Decimal("0.62"),
        children=[
            Branch(label="职业道德", weight=5, amount="5 分", share=1),
            Branch(label="基础知识", weight=10, amount="10 分", share=Decimal("0.8")),
            Branch(
                label="工作准备",
                weight=25,
                amount="25 分",
                share=Decimal("0.6"),
                children=[
                    Branch(label="宣传准备", weight=9, amount="9 分", share=Decimal("0.9")),
                    Branch(label="设备、软件和材料准备", weight=9, amount="9 分", share=Decimal("0.5")),
                    Branch(label="风险评估", weight=7, amount="7 分", share=Decimal("0.4")),
                ],
            ),
            Branch(
                label="直播营销",
                weight=45,
                amount="45 分",
                share=Decimal("0.55"),
                children=[
                    Branch(label="直播预演", weight=15, amount="15 分", share=Decimal("0.7")),
                    Branch(label="直播销售", weight=30, amount="30 分", share=Decimal("0.45"), url="#tree"),
                ],
            ),
            Branch(label="售后与复盘", weight=15, amount="15 分", share=Decimal("0.3")),
        ],
    )
