"""Messages: their texts, their way out, trying again, and giving up."""

import json
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as live
from django.core import mail
from django_tasks_db.models import DBTaskResult

from zhiheng.plumbing.messages import senders, wording
from zhiheng.plumbing.messages.posting import (
    MOST_ATTEMPTS,
    Addressee,
    carry_out,
    keep_address,
    mask_address,
    pause_after,
    put,
    queue_again,
)
from zhiheng.plumbing.messages.tasks import deliver
from zhiheng.plumbing.models import MessageChannel, MessageEvent, MessageState, OutgoingMessage

PERSON = uuid4()
FACTS = {
    "name": "测甲一",
    "exam": "互联网营销师（初级）",
    "day": "2026年11月28日 周六",
    "link": "http://x/results/",
}


def put_one(channel: MessageChannel = MessageChannel.EMAIL, about: str = "release:1") -> OutgoingMessage:
    address = {MessageChannel.EMAIL: "yi@example.org", MessageChannel.SMS: "13900001234"}.get(channel, "")
    to = Addressee(channel=channel, language="zh-hans", address=address, person_id=PERSON)
    message = put(kind="results-released", about=about, to=to, facts=FACTS)
    assert message is not None
    return message


def test_every_text_exists_in_both_languages_and_fits_its_kind() -> None:
    assert wording.faults() == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("主题\n{name}{exam}{day}{link}{stranger}", "results-released.zh-hans: unknown blank stranger"),
        ("主题\n{name}{exam}{day}", "results-released.zh-hans: link is never told"),
        ("\n{name}{exam}{day}{link}", "results-released.zh-hans: subject of 0 characters"),
        ("主题\n{name}{exam}{day}{link}" + "长" * 500, "results-released.zh-hans: text of 523 characters"),
        ("主题\n{name.first}", "results-released.zh-hans: A blank must be a plain name: {name.first}."),
        ("主题\n{name", "results-released.zh-hans: expected '}' before end of string"),
    ],
)
def test_the_linter_sees_a_bad_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, fault: str
) -> None:
    for path in wording.FOLDER.iterdir():
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "results-released.zh-hans.txt").write_text(content)
    monkeypatch.setattr(wording, "FOLDER", tmp_path)
    wording.text_of.cache_clear()
    try:
        assert wording.faults() == [fault]
    finally:
        wording.text_of.cache_clear()


def test_a_missing_and_a_stray_text_are_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "greeting.en.txt").write_text("Hello\nyou")
    monkeypatch.setattr(wording, "FOLDER", tmp_path)
    wording.text_of.cache_clear()
    found = wording.faults()
    assert len(found) == 2 * len(wording.KINDS) + 1
    assert found[-1] == "greeting.en.txt: no such kind"


def test_facts_must_be_exactly_those_of_the_kind() -> None:
    with pytest.raises(wording.BadText):
        wording.render("results-released", "zh-hans", FACTS | {"more": "x"})


@pytest.mark.parametrize(
    ("address", "masked"),
    [("13900001234", "139****1234"), ("yi@example.org", "y***@example.org"), ("12345", "*****"), ("", "")],
)
def test_an_address_is_masked(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@pytest.mark.django_db
def test_nobody_is_told_twice_on_one_channel() -> None:
    put_one()
    to = Addressee(
        channel=MessageChannel.EMAIL, language="zh-hans", address="yi@example.org", person_id=PERSON
    )
    assert put(kind="results-released", about="release:1", to=to, facts=FACTS) is None
    put_one(MessageChannel.SMS)
    put_one(about="release:2")
    assert OutgoingMessage.objects.count() == 3


@pytest.mark.django_db
def test_an_email_goes_out_and_its_events_are_kept() -> None:
    message = put_one()
    assert carry_out(str(message.id)) is None
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["yi@example.org"], "成绩已公布：互联网营销师（初级）")
    assert "测甲一，2026年11月28日 周六的互联网营销师（初级）考试成绩已公布" in sent.body
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.SENT, 1)
    assert [event.state for event in MessageEvent.objects.filter(message=message)] == ["queued", "sent"]
    assert carry_out(str(message.id)) is None
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_an_sms_becomes_a_line_only_its_owner_can_read(settings: Any, tmp_path: Path) -> None:
    settings.MESSAGES_FOLDER = tmp_path / "messages"
    for about in ("release:1", "release:2"):
        carry_out(str(put_one(MessageChannel.SMS, about).id))
    file = live.MESSAGES_FOLDER / "sms.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["to"] for line in lines] == ["13900001234"] * 2
    assert file.stat().st_mode & 0o777 == 0o600


class Failing:
    """A mail server that answers every message with the same failure."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def send(self, letter: senders.Letter) -> None:
        raise self.failure


def test_pauses_grow() -> None:
    assert [pause_after(number) for number in (1, 2, 3)] == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=25),
    ]


@pytest.mark.django_db
def test_what_cannot_be_sent_now_is_tried_six_times_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "sender_for", lambda channel: Failing(senders.TryAgain("busy")))
    message = put_one()
    pauses = [carry_out(str(message.id)) for _ in range(MOST_ATTEMPTS)]
    assert [pause is None for pause in pauses] == [False] * 5 + [True]
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (MessageState.FAILED, 6, "busy")

    queue_again(message, note="by hand")
    assert carry_out(str(message.id)) == timedelta(minutes=1)


@pytest.mark.django_db
def test_what_can_never_be_sent_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "sender_for", lambda channel: Failing(senders.GiveUp("no such address")))
    message = put_one()
    assert carry_out(str(message.id)) is None
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.FAILED, 1)


@pytest.mark.django_db
def test_the_worker_plans_the_next_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    message = put_one()
    monkeypatch.setattr(senders, "sender_for", lambda channel: Failing(senders.TryAgain("busy")))
    deliver.call(message_id=str(message.id))
    (planned,) = DBTaskResult.objects.all()
    assert planned.args_kwargs["kwargs"] == {"message_id": str(message.id)}
    assert planned.run_after.year < 9999
    monkeypatch.undo()
    deliver.call(message_id=str(message.id))
    assert DBTaskResult.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("failure", "judged"),
    [
        (SMTPServerDisconnected(), senders.TryAgain),
        (ConnectionRefusedError(), senders.TryAgain),
        (SMTPRecipientsRefused({"a": (550, b"unknown")}), senders.GiveUp),
        (SMTPRecipientsRefused({"a": (451, b"later")}), senders.TryAgain),
    ],
)
def test_a_mail_servers_answer_is_judged(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, judged: type[Exception]
) -> None:
    def refuse(self: object) -> int:
        raise failure

    monkeypatch.setattr("zhiheng.plumbing.messages.senders.EmailMessage.send", refuse)
    with pytest.raises(judged):
        senders.Email().send(LETTER)


LETTER = senders.Letter(
    kind="results-released",
    language="zh-hans",
    address="13900001234",
    subject="s",
    text="t",
    facts={"name": "测甲一", "day": "今天"},
)


class Cloud:
    """The provider as its library shows it: remembers the request, answers with one code."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.asked: list[Any] = []

    def SendSms(self, request: Any) -> Any:  # noqa: N802 - the provider's name
        self.asked.append(request)
        return SimpleNamespace(SendStatusSet=[SimpleNamespace(Code=self.code)])


class CloudFailure(Exception):
    code = "RequestLimitExceeded"


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SMS_TEXTS = {"results-released.zh-hans": "77"}
    settings.SMS_SENDER, settings.SMS_SIGNATURE, settings.SMS_APP_ID = "tencent", "职衡", "1400"
    types = SimpleNamespace(SendSmsRequest=SimpleNamespace)
    monkeypatch.setattr(senders, "_tencent", lambda: (types, CloudFailure))


@pytest.mark.usefixtures("provider")
def test_the_provider_gets_the_registered_text_and_its_blanks_in_order() -> None:
    cloud = Cloud("Ok")
    senders.SmsTencent(cloud).send(LETTER)
    assert vars(cloud.asked[0]) == {
        "SmsSdkAppId": "1400",
        "SignName": "职衡",
        "TemplateId": "77",
        "TemplateParamSet": ["测甲一", "今天"],
        "PhoneNumberSet": ["+8613900001234"],
    }


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("code", "judged"),
    [
        ("LimitExceeded.PhoneNumberDailyLimit", senders.TryAgain),
        ("InvalidParameterValue.IncorrectPhoneNumber", senders.GiveUp),
    ],
)
def test_the_providers_answer_is_judged(code: str, judged: type[Exception]) -> None:
    with pytest.raises(judged):
        senders.SmsTencent(Cloud(code)).send(LETTER)


@pytest.mark.usefixtures("provider")
def test_a_text_that_is_not_registered_is_given_up(settings: Any) -> None:
    settings.SMS_TEXTS = {}
    with pytest.raises(senders.GiveUp):
        senders.SmsTencent(Cloud("Ok")).send(LETTER)


@pytest.mark.usefixtures("provider")
def test_a_provider_out_of_reach_is_asked_again() -> None:
    class Away:
        def SendSms(self, request: Any) -> Any:  # noqa: N802 - the provider's name
            raise CloudFailure

    with pytest.raises(senders.TryAgain):
        senders.SmsTencent(Away()).send(LETTER)


def test_each_channel_has_its_sender(settings: Any) -> None:
    kinds = [type(senders.sender_for(channel)) for channel in MessageChannel]
    settings.SMS_SENDER = "tencent"
    assert kinds == [senders.InApp, senders.Email, senders.SmsFile]
    assert type(senders.sender_for(MessageChannel.SMS)) is senders.SmsTencent
    assert senders.InApp().send(LETTER) is None  # type: ignore[func-returns-value]  # that it returns is the point


@pytest.mark.django_db
def test_an_address_is_kept_sealed_and_changed() -> None:
    account = uuid4()
    keep_address(account_id=account, email="a@example.org", language="en")
    kept = keep_address(account_id=account, email="b@example.org", language="zh-hans")
    kept.refresh_from_db()
    assert (kept.email, kept.language) == ("b@example.org", "zh-hans")
