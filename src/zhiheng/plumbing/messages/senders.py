"""The ways out, behind one interface: the page itself, SMTP, SMS to a file or through a provider."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMessage

from zhiheng.foundation.errors import ZhihengError
from zhiheng.foundation.moment import iso
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import MessageChannel

_PERMANENT = 500  # SMTP answers from here on will not change by asking again


class TryAgain(ZhihengError):
    """It could not be sent now."""


class GiveUp(ZhihengError):
    """It will never be sent: no such address, no such text at the provider, no sender set up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a sender needs to know. facts: what filled the text, in the order of the text's blanks."""

    kind: str
    language: str
    address: str
    subject: str
    text: str
    facts: Mapping[str, str]


class Sender(Protocol):
    def send(self, letter: Letter) -> None:
        """Raises: TryAgain, GiveUp."""


class InApp:
    """The row itself is the message: the addressee's page shows it."""

    def send(self, letter: Letter) -> None:
        return None


class Email:
    """Django's e-mail backend: SMTP, or files in the embedded installation."""

    def send(self, letter: Letter) -> None:
        message = EmailMessage(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [letter.address])
        try:
            message.send()
        except SMTPRecipientsRefused as refused:
            codes = [int(code) for code, _ in refused.recipients.values()]
            raise _judged(min(codes, default=_PERMANENT), "the server refuses the address") from None
        except SMTPResponseException as answer:
            raise _judged(answer.smtp_code, str(answer.smtp_error)) from None
        except (SMTPException, OSError) as error:
            raise TryAgain(f"SMTP: {type(error).__name__}") from None


def _judged(code: int, words: str) -> ZhihengError:
    kind = GiveUp if code >= _PERMANENT else TryAgain
    return kind(f"SMTP {code}: {words}"[:200])


class SmsFile:
    """For installations without a provider: each message is one line of sms.jsonl, which only its owner can read."""

    def send(self, letter: Letter) -> None:
        settings.MESSAGES_FOLDER.mkdir(parents=True, exist_ok=True)
        line = {"at": iso(clock.now()), "to": letter.address, "text": letter.text}
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(settings.MESSAGES_FOLDER / "sms.jsonl", flags, 0o600), "a") as handle:
            handle.write(json.dumps(line, ensure_ascii=False) + "\n")


class SmsTencent:
    """Tencent Cloud SMS. Each kind and language has a text registered there, whose blanks are ours in order."""

    def __init__(self, client: Any = None) -> None:
        self._client = client

    def send(self, letter: Letter) -> None:
        text_id = settings.SMS_TEXTS.get(f"{letter.kind}.{letter.language}")
        if text_id is None:
            raise GiveUp(f"ZHIHENG_SMS_TEXTS names no registered text for {letter.kind}.{letter.language}")
        models, failures = _tencent()
        request = models.SendSmsRequest()
        request.SmsSdkAppId = settings.SMS_APP_ID
        request.SignName = settings.SMS_SIGNATURE
        request.TemplateId = text_id
        request.TemplateParamSet = list(letter.facts.values())
        request.PhoneNumberSet = [f"+86{letter.address}"]
        try:
            answer = (self._client or _tencent_client()).SendSms(request)
        except failures as failure:
            raise TryAgain(f"Tencent SMS: {failure.code}"[:200]) from None
        _read_answer(answer)


# What asking again cannot change: the number, the registered text or the account itself is at fault.
_HOPELESS = ("InvalidParameterValue", "FailedOperation", "UnauthorizedOperation", "UnsupportedOperation")


def _read_answer(answer: Any) -> None:
    status = answer.SendStatusSet[0]
    if status.Code == "Ok":
        return
    kind = GiveUp if status.Code.startswith(_HOPELESS) else TryAgain
    raise kind(f"Tencent SMS: {status.Code}"[:200])


def _tencent() -> tuple[Any, Any]:
    """The provider's request types and its exception: an optional package, so it is looked for only here."""
    try:
        failures = import_module("tencentcloud.common.exception.tencent_cloud_sdk_exception")
        return import_module("tencentcloud.sms.v20210111.models"), failures.TencentCloudSDKException
    except ImportError:
        raise GiveUp("the package tencentcloud-sdk-python-sms is not installed") from None


def _tencent_client() -> Any:
    credential = import_module("tencentcloud.common.credential")
    who = credential.Credential(settings.SMS_SECRET_ID, settings.SMS_SECRET_KEY)
    return import_module("tencentcloud.sms.v20210111.sms_client").SmsClient(who, settings.SMS_REGION)


def sender_for(channel: MessageChannel) -> Sender:
    if channel == MessageChannel.IN_APP:
        return InApp()
    if channel == MessageChannel.EMAIL:
        return Email()
    return SmsTencent() if settings.SMS_SENDER == "tencent" else SmsFile()
