"""Closed cases of every component, and hostile text through each of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.surface.forms import FieldError, as_validation_error, field_errors
from zhiheng.surface.gallery import Milestone, Step
from zhiheng.surface.icicle import Branch
from zhiheng.surface.shapes import ALIASES, STATES

HOSTILE = "<script>alert('朱')</script>\"'&"
ESCAPED = "&lt;script&gt;alert(&#x27;朱&#x27;)&lt;/script&gt;&quot;&#x27;&amp;"


def render(source: str, **context: Any) -> str:
    return Template("{% load surface %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("key", "own", "word"),
    [
        ("valid", "valid", "有效"),
        ("pending", "pending", "待补"),
        ("returned", "returned", "退回"),
        ("overdue", "overdue", "逾期"),
        ("paused", "paused", "暂停"),
        ("revoked", "revoked", "撤销"),
        ("ahead", "ahead", "未开始"),
        ("not-started", "ahead", "未开始"),
        ("in-transit", "note", "in-transit"),
    ],
)
def test_a_state_is_shape_and_word(key: str, own: str, word: str) -> None:
    svg = (
        '<svg class="shape" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
    )
    assert render("{% state key %}", key=key) == (
        f'<span class="state state-{own}">{svg}{STATES[own].drawing}</svg>{word}</span>'
    )


def test_every_state_has_a_shape_of_its_own() -> None:
    assert len({shape.drawing for shape in STATES.values()}) == len(STATES)
    assert set(ALIASES.values()) <= set(STATES)


def test_the_reckoning_of_a_decision() -> None:
    decision = Decision.all_of(
        Reason(code="degree", text="大专", met=True, rule="中级(2)", remedy="不用做什么"),
        Reason(code="years", text="1 年 < 2 年", met=False, remedy="满 2 年后再报"),
    )
    assert render("{% reckoning decision refused='暂不符合' %}", decision=decision) == (
        '<div class="reckoning"><ol>\n'
        '<li class="met"><span class="tick"><span aria-hidden="true">✓</span><span class="visually-hidden">符合</span></span>'
        '<span class="fact">大专</span><span class="rule">中级(2)</span></li>\n'
        '<li class="unmet"><span class="tick"><span aria-hidden="true">✗</span><span class="visually-hidden">不符合</span></span>'
        '<span class="fact">1 年 &lt; 2 年</span><span class="remedy">满 2 年后再报</span></li>\n'
        "</ol>\n"
        '<p class="sum unmet"><span class="tick" aria-hidden="true">✗</span><span>暂不符合</span></p>\n'
        "</div>"
    )


def test_the_reckoning_of_reasons_alone_has_no_sum() -> None:
    assert render("{% reckoning reasons %}", reasons=[]) == '<div class="reckoning"><ol>\n</ol>\n\n</div>'


def test_a_granted_decision_says_so_without_being_told_how() -> None:
    html = render("{% reckoning decision %}", decision=Decision.yes())
    assert html.splitlines()[2] == (
        '<p class="sum met"><span class="tick" aria-hidden="true">✓</span><span>结论：符合</span></p>'
    )


def test_the_timeline_says_past_today_and_ahead_in_words() -> None:
    items = [
        Milestone(key="a", label="报名", start=date(2026, 10, 26), end=date(2026, 11, 21), state="past"),
        Milestone(
            key="b",
            label="考试",
            start=date(2026, 11, 28),
            end=date(2026, 11, 28),
            state="today",
            flag="补班日",
        ),
        Milestone(key="c", label="成绩", start=date(2026, 12, 18), note="第 15 个工作日", marks=["甲", "乙"]),
    ]
    lines = render("{% timeline items label='考期' %}", items=items).splitlines()
    node = '<svg class="shape node" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
    assert lines == [
        '<div class="timeline"><ol class="line" aria-label="考期">',
        f'<li class="past">{node}<circle class="solid" cx="6" cy="6" r="4"/></svg>',
        '<span class="when"><span class="from">10月26日 周一</span><span class="to"> 至 11月21日</span></span>',
        '<span class="what">报名<span class="visually-hidden"> 已过</span></span>',
        "</li>",
        f'<li class="today" aria-current="date">{node}<circle cx="6" cy="6" r="5"/><circle class="solid" cx="6" cy="6" r="2"/></svg>',
        '<span class="when"><span class="from">11月28日 周六</span></span>',
        '<span class="what">考试<span class="visually-hidden"> 今天</span></span>',
        '<span class="flag">补班日</span>',
        "</li>",
        f'<li class="ahead">{node}<circle cx="6" cy="6" r="4"/></svg>',
        '<span class="when"><span class="from">12月18日 周五</span></span>',
        '<span class="what">成绩<span class="visually-hidden"> 未到</span></span>',
        '<span class="note">第 15 个工作日</span>',
        '<ul class="marks"><li>甲</li><li>乙</li></ul>',
        "</li>",
        "</ol></div>",
    ]


class Example(forms.Form):
    number = forms.CharField(label="号码", help_text="用于核对")
    remark = forms.CharField(label="备注", required=False)
    route = forms.ChoiceField(label="条件", widget=forms.RadioSelect, choices=[("1", "甲")])
    honest = forms.BooleanField(label="属实")
    token = forms.CharField(widget=forms.HiddenInput)

    def clean_number(self) -> str:
        raise as_validation_error(
            Refused(what="号码有误 100%", rule="GB 11643", remedy="请核对", code="id-number")
        )

    def clean(self) -> None:
        raise forms.ValidationError("考期已满")


def test_a_field_shows_reason_and_error_in_three_parts() -> None:
    form = Example({"number": HOSTILE})
    assert render("{% field form.number %}", form=form) == (
        '<div class="field">\n<label for="id_number">号码</label>\n'
        '<div class="help" id="id_number_helptext">用于核对</div>\n'
        f'<input type="text" name="number" value="{ESCAPED}" required aria-invalid="true" '
        'aria-describedby="id_number_helptext id_number_error" id="id_number">\n'
        '<div id="id_number_error"><div class="error"><span class="what">号码有误 100%</span> '
        '<span class="rule">依据：GB 11643</span> <span class="remedy">请核对</span>\n</div></div>\n</div>'
    )


def test_an_optional_field_says_so_and_a_check_box_stands_before_its_label() -> None:
    form = Example()
    assert render("{% field form.remark %}", form=form) == (
        '<div class="field">\n<label for="id_remark">备注<span class="optional">选填</span></label>\n'
        '<input type="text" name="remark" id="id_remark">\n</div>'
    )
    assert render("{% field form.honest %}", form=form) == (
        '<div class="field check">\n<input type="checkbox" name="honest" required id="id_honest">'
        '<label for="id_honest">属实</label>\n</div>'
    )


def test_a_group_is_a_fieldset_with_a_legend() -> None:
    assert (
        render("{% field form.route %}", form=Example()).splitlines()[1] == "<fieldset><legend>条件</legend>"
    )


def test_what_is_wrong_with_the_form_comes_first_with_ways_to_each_field() -> None:
    html = render("{% form_errors form %}", form=Example({"remark": "x"}))
    assert html == (
        '<div class="form-errors" role="alert" tabindex="-1">\n<p class="title">还有 3 处需要修改</p>\n<ul>'
        '<li class="error"><span class="what">考期已满</span>\n</li>'
        '<li class="error"><span class="what">这一项还没有填写</span>\n</li>'
        '<li><a href="#id_number">号码</a></li><li><a href="#id_route">条件</a></li>'
        '<li><a href="#id_honest">属实</a></li></ul>\n</div>'
    )
    assert render("{% form_errors form %}", form=Example()) == ""


def test_a_required_error_of_the_form_s_own_keeps_its_words() -> None:
    class Own(forms.Form):
        name = forms.CharField(error_messages={"required": "请写姓名"})
        other = forms.CharField()

    form = Own({})
    assert field_errors(form["name"]) == [FieldError(what="请写姓名")]
    assert field_errors(form["other"]) == [FieldError(what="这一项还没有填写")]


def test_a_refusal_has_three_parts() -> None:
    refused = Refused(what="没有收下", rule="第五条", remedy="请报下一期")
    whole = (
        '<div class="refusal"><p class="what">没有收下</p><dl><dt>依据</dt><dd>{}</dd>'
        "<dt>怎么办</dt><dd>请报下一期</dd></dl></div>"
    )
    assert render("{% refusal refused %}", refused=refused) == whole.format("第五条")
    assert render("{% refusal refused rule_url='/r/' %}", refused=refused) == whole.format(
        '<a href="/r/">第五条</a>'
    )
    assert render("{% refusal '没有收下' %}") == '<div class="refusal"><p class="what">没有收下</p></div>'


def test_progress_and_steps() -> None:
    assert render("{% progress done=38 total=90 label='课时' unit='节' %}") == (
        '<div class="progress"><span class="line"><span>课时</span><span class="count">38 / 90 节</span></span>'
        '<progress value="38" max="90" aria-label="课时">90 中的 38</progress></div>'
    )
    lines = render(
        "{% steps items %}", items=[Step(label="初审", state="current", at="11月3日", note="等")]
    ).splitlines()
    svg = (
        '<svg class="shape" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
    )
    assert lines[1] == (
        f'<li class="current" aria-current="step">{svg}{STATES["pending"].drawing}</svg><span><span class="name">初审</span>'
        '<span class="visually-hidden"> 进行中</span><span class="at">11月3日</span></span><span class="note">等</span></li>'
    )


def test_a_confirmation_posts_with_its_token() -> None:
    html = render(
        "{% confirm what='撤销' label='撤销证书' url='/x/' danger='yes' name='why' value='error' back_url='/b/' %}",
        csrf_token="t0ken",
    )
    assert html == (
        '<section class="confirm"><p><strong>撤销</strong></p><form method="post" action="/x/">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="t0ken"><div class="actions">'
        '<button class="button danger" name="why" value="error">撤销证书</button>'
        '<a class="button quiet" href="/b/">返回，不做改动</a></div></form></section>'
    )


def test_pagination_keeps_the_query_and_marks_the_page() -> None:
    request = RequestFactory().get("/", {"state": "待&审", "page": "1"})
    html = render("{% pagination page %}", page=Paginator(range(21), 10).page(2), request=request)
    kept = "?state=%E5%BE%85%26%E5%AE%A1&amp;page={}"
    assert html == (
        f'<nav class="pagination" aria-label="分页"><a href="{kept.format(1)}" rel="prev">上一页</a><ul>'
        f'<li><a href="{kept.format(1)}">1</a></li><li><span aria-current="page">2</span></li>'
        f'<li><a href="{kept.format(3)}">3</a></li></ul><a href="{kept.format(3)}" rel="next">下一页</a>'
        '<span class="total">共 21 条</span></nav>'
    )
    assert render("{% pagination page %}", page=Paginator(range(9), 10).page(1)) == ""
    assert '<span class="gap">…</span>' in render(
        "{% pagination page %}", page=Paginator(range(300), 10).page(15)
    )


def test_small_pieces() -> None:
    assert render("{% fact label='座位' value=None %}") == "<div><dt>座位</dt><dd>—</dd></div>"
    assert render("{% fact label='缺考' value=0 %}") == "<div><dt>缺考</dt><dd>0</dd></div>"
    assert render("{% empty what='还没有报名' how='提交后出现' %}") == (
        '<div class="empty"><p class="what">还没有报名</p><p class="how">提交后出现</p></div>'
    )
    assert render("{% next_step what='补交' url='/u/' label='去' due='今天' rule='第3条' %}") == (
        '<section class="next-step" aria-labelledby="next-step-words"><div class="words"><h2 id="next-step-words">'
        '<span class="label">下一步</span><span class="what">补交</span></h2><p class="due">今天 · 第3条</p></div>'
        '<a class="button primary" href="/u/">去</a></section>'
    )
    items = [{"url": "/a/", "label": "甲", "current": True, "count": 0}, {"url": "/b/", "label": "乙"}]
    assert render("{% tabs items label='按状态' %}", items=items) == (
        '<nav class="tabs" aria-label="按状态"><ul><li><a href="/a/" aria-current="page">甲<span class="count">0</span></a></li>'
        '<li><a href="/b/">乙</a></li></ul></nav>'
    )


@dataclass
class Hostile:
    """Answers every attribute a component may ask for with the same hostile text."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in {"resolve_expression", "do_not_call_in_templates"}:
            raise AttributeError(name)
        return {"start": date(2026, 1, 1), "end": None, "marks": [HOSTILE], "met": False}.get(name, HOSTILE)


@pytest.mark.parametrize(
    "source",
    [
        "{% state 'valid' x %}",
        "{% state x %}",
        "{% reckoning items %}",
        "{% timeline items label=x %}",
        "{% steps items %}",
        "{% refusal x rule=x remedy=x rule_url=x %}",
        "{% empty what=x how=x url=x label=x %}",
        "{% next_step what=x url=x label=x due=x rule=x %}",
        "{% confirm what=x label=x url=x how=x back_url=x name=x value=x %}",
        "{% progress done=1 total=2 label=x unit=x %}",
        "{% fact label=x value=x %}",
        "{% tabs items label=x %}",
        "{% seal hash x x %}",
        "{% icicle tree label=x %}",
    ],
)
def test_hostile_text_is_escaped(source: str) -> None:
    tree = Branch(label=HOSTILE, amount=HOSTILE, url=HOSTILE, children=[Branch(label=HOSTILE, url=HOSTILE)])
    html = render(source, x=HOSTILE, items=[Hostile()], hash="0" * 64, tree=tree)
    assert "<script" not in html
    assert ESCAPED[:20] in html


def test_english() -> None:
    with translation.override("en"):
        assert render("{{ d|day }} {{ d|short_day }} {{ d|plain_day }}", d=date(2026, 11, 28)) == (
            "Sat 28 Nov 2026 Sat 28 Nov 28 Nov"
        )


def test_filters() -> None:
    assert render(
        "{{ fen|money }} {{ marks|marks }} {{ id|id_mask }}",
        fen=68000,
        marks=Decimal("86.50"),
        id="110101199001011237",
    ) == ("¥680.00 86.5 110***********1237")
