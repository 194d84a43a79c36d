"""What every page needs to know about its reader."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing import clock
from zhiheng.portal.body import body_words
from zhiheng.surface.wording import moment_words

ROLES = (
    gettext_noop("考生"),
    gettext_noop("机构"),
    gettext_noop("资格审核员"),
    gettext_noop("财务"),
    gettext_noop("命题员"),
    gettext_noop("监考员"),
    gettext_noop("考评员"),
    gettext_noop("阅卷员"),
    gettext_noop("成绩管理员"),
    gettext_noop("证书管理员"),
    gettext_noop("管理员"),
)  # the labels of Role, which a migration keeps in Chinese


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    display_name: str
    role_label: str


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: navigation, account, the demo clock, and the body's own words."""
    account = getattr(request, "user", None)
    body = body_words()
    context: dict[str, Any] = {
        "body_name": body.name,
        "body_statement": body.statement,
        "sign_in_url": reverse("sign_in"),
        "sign_out_url": reverse("sign_out"),
        "complaint_url": reverse("new_complaint"),
        "demo_clock": _demo_words(),
        "navigation": _navigation(request),
    }
    if isinstance(account, Account):
        roles = roles_of(account)
        context["account"] = Reader(
            display_name=account.display_name,
            role_label=_("、").join(_(str(role.label)) for role in Role if role in roles),
        )
        context["account_links"] = [
            {"url": reverse("home"), "label": _("我的首页")},
            *_own_links(roles),
            {"url": reverse("password"), "label": _("更换密码")},
        ]
    return context


def _own_links(roles: frozenset[Role]) -> list[dict[str, Any]]:
    """What only some roles have of their own."""
    links: list[dict[str, Any]] = []
    if roles & {Role.CANDIDATE, Role.INSTITUTION}:
        links.append({"url": reverse("messages"), "label": _("消息")})
    if Role.CANDIDATE in roles:
        links.append({"url": reverse("my_data"), "label": _("我的数据")})
    if Role.ADMINISTRATOR in roles:
        links.append({"url": reverse("message_log"), "label": _("消息记录")})
    return links


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for name, label in (
        ("programmes", _("报考项目")),
        ("check", _("报考自测")),
        ("directory", _("机构名录")),
        ("verify", _("查验证书")),
        ("faq", _("常见问题")),
    ):
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        entries.append({"url": url, "label": label, "current": request.path.startswith(url)})
    return entries


def _demo_words() -> str:
    if not clock.is_moved():
        return ""
    return _("演示时钟：%(moment)s") % {"moment": moment_words(clock.now())}
