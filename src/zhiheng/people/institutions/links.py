"""Addresses that leave the platform: full ones, and those with which an account sets its password once."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from zhiheng.people.models import Account
from zhiheng.plumbing import clock


class _Tokens(PasswordResetTokenGenerator):
    """Good until the password changes, the account signs in, or settings.PASSWORD_RESET_TIMEOUT has passed."""

    key_salt = "zhiheng.people.institutions.links"

    def _now(self) -> datetime:
        return clock.now().replace(tzinfo=None)


_tokens = _Tokens()


def days_good() -> int:
    """How long such a link lasts."""
    return settings.PASSWORD_RESET_TIMEOUT // 86400


def page(path: str) -> str:
    """The full address of a page."""
    return f"{settings.PUBLIC_URL}{path}"


def password_link(account: Account) -> str:
    """Where the account sets its password, once."""
    return page(reverse("set_password", args=[account.id, _tokens.make_token(account)]))


def link_holds(account: Account, token: str) -> bool:
    return account.is_active and _tokens.check_token(account, token)
