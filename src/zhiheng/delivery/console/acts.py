"""The acts a person can choose on the running exam, and how each is asked about."""

from dataclasses import dataclass

from django import forms

from zhiheng.delivery.console.forms import (
    GrantForm,
    MessageForm,
    PauseForm,
    ResumeForm,
    SecondForm,
    SubmitForm,
)
from zhiheng.delivery.models import HallActKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """question, button: may hold {whom}. sure: what a second look asks; empty when the act can be undone.

    kind: None when the form itself decides between two. one_only: never for everybody.
    """

    slug: str
    label: str
    question: str
    button: str
    form: type[forms.Form]
    kind: HallActKind | None
    sure: str = ""
    one_only: bool = False


ACTS = {
    page.slug: page
    for page in (
        ActPage(
            slug="grant",
            label="延长时间",
            question="给{whom}延长多少时间",
            button="延长",
            form=GrantForm,
            kind=HallActKind.GRANT,
            sure="给出的时间立即生效，不能收回。",
        ),
        ActPage(
            slug="pause",
            label="暂停",
            question="为什么暂停{whom}的考试",
            button="暂停考试",
            form=PauseForm,
            kind=HallActKind.PAUSE,
        ),
        ActPage(
            slug="resume",
            label="恢复",
            question="恢复{whom}的考试吗",
            button="恢复考试",
            form=ResumeForm,
            kind=HallActKind.RESUME,
        ),
        ActPage(
            slug="message",
            label="发消息",
            question="对{whom}说什么",
            button="发出",
            form=MessageForm,
            kind=HallActKind.MESSAGE,
            sure="消息会立即显示在考生的页面上，不能收回。",
        ),
        ActPage(
            slug="second",
            label="处理换机请求",
            question="{whom}要在另一台机器上登录",
            button="记录决定",
            form=SecondForm,
            kind=None,
            one_only=True,
        ),
        ActPage(
            slug="submit",
            label="代为交卷",
            question="为什么替{whom}交卷",
            button="代为交卷",
            form=SubmitForm,
            kind=HallActKind.SUBMIT,
            sure="交卷后考生不能再作答，也不能撤回。已保存的答案全部计入。",
            one_only=True,
        ),
    )
}
