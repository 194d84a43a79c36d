"""A year in one act, a new year's calendar with its trace, and the feeds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI, chinese_day, day_begins
from zhiheng.foundation.workdays import official_calendar
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine
from zhiheng.sittings.actions import call_sitting, call_year, decide_change, import_notice, open_feed
from zhiheng.sittings.core.feed import FeedEvent, calendar_text, escaped, folded
from zhiheng.sittings.core.notices import MOST_BYTES, read_notice
from zhiheng.sittings.models import HolidayNotice, PlanChange, Sitting
from zhiheng.sittings.queries import LABELS, due_rule, feed_by_token, undecided_changes, working_calendar
from zhiheng.sittings.templatetags.sittings import provisional
from zhiheng.sittings.waiting import waiting

CSV = """年份,2027
文号,国办发明电〔2026〕1号（测试）
放假,2027-01-01,2027-01-03
放假,2027-02-05,2027-02-11
放假,2027-04-03,2027-04-05
放假,2027-05-01,2027-05-05
放假,2027-10-01,2027-10-07
上班,2027-02-20
"""
YAML = """year: 2027
notice: 国办发明电〔2026〕1号（测试）
holidays:
  - {first: 2027-01-01, last: 2027-01-03}
  - {first: 2027-02-05, last: 2027-02-11}
  - {first: 2027-04-03, last: 2027-04-05}
  - {first: 2027-05-01, last: 2027-05-05}
  - {first: 2027-10-01, last: 2027-10-07}
makeup_workdays: [2027-02-20]
"""


def test_blank_lines_of_a_sheet_say_nothing() -> None:
    assert read_notice(f"\n{CSV}\n,,\n\n".encode(), name="2027.csv") == read_notice(
        CSV.encode(), name="2027.csv"
    )


def test_an_event_without_more_to_say_has_no_description() -> None:
    event = FeedEvent(uid="u", day=date(2026, 11, 28), summary="考试")
    text = calendar_text([event], title="t", stamp=datetime(2026, 11, 1, tzinfo=UTC))

    assert "DESCRIPTION" not in text


def test_the_two_forms_say_the_same() -> None:
    assert read_notice(CSV.encode(), name="2027.csv") == read_notice(YAML.encode(), name="2027.yaml")
    assert len(read_notice(CSV.encode("utf-8-sig"), name="2027.CSV").off_days) == 25


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (CSV.replace("年份,2027", "年份,1999"), "年份 1999 不在"),
        (CSV.replace("文号,国办发明电〔2026〕1号（测试）\n", ""), "没有写通知的文号"),
        (CSV.replace("上班,2027-02-20", "上班,2027-02-17"), "上班日 2027年2月17日 不是"),
        (CSV.replace("上班,2027-02-20", "上班,2027-02-06"), "2027年2月6日写了两次"),
        (CSV.replace("2027-01-01,2027-01-03", "2027-01-03,2027-01-01"), "起止颠倒"),
        (CSV.replace("放假,2027-05-01,2027-05-05\n", ""), "2027年5月1日 是法定节日"),
        (CSV.replace("2027-10-07", "2027-12-31"), "全年放假 110 天"),
        (CSV + "不知,2027-01-09\n", "第 9 行"),
        (CSV.replace("2027-01-03", "一月三日"), "读不懂"),
        ("x" * (MOST_BYTES + 1), "超过 64 KB"),
    ],
)
def test_a_notice_that_cannot_be_is_refused(wrong: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        read_notice(wrong.encode(), name="2027.csv")
    assert refused.value.code == "notice-unfit"
    assert says in refused.value.what


def test_a_notice_of_nothing_but_brackets_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_notice(b"[" * 60_000, name="2027.yaml")
    assert "从第 1 行第 11 列起嵌套超过 10 层" in refused.value.what


@pytest.mark.parametrize("content", [b"\xff\xfe", b"year: 2027", b"[1, 2]"])
def test_a_file_that_is_no_notice_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_notice(content, name="2027.yaml")
    assert "读不懂" in refused.value.what


def test_a_year_is_opened_once_and_only_what_is_ahead(world: World) -> None:
    opened = call_year(by="test", year=2027)
    assert [sitting.day.isoformat() for sitting in opened][:2] == ["2027-01-30", "2027-02-27"]
    assert len(opened) == 12
    assert call_year(by="test", year=2027) == []
    assert [sitting.day for sitting in call_year(by="test", year=2026)] == [date(2026, 12, 26)]
    assert AuditLine.objects.filter(act="sitting-called").count() == 14

    with pytest.raises(Refused) as refused:
        call_year(by="test", year=2025)
    assert refused.value.code == "year-past"


def test_an_import_moves_provisional_dates_and_leaves_a_trace(world: World) -> None:
    before = dict(world.association.plan)
    assert "certificate_due" in before["provisional"]

    notice = import_notice(by=world[Role.ADMINISTRATOR], content=CSV.encode(), name="2027.csv")
    world.association.refresh_from_db()
    after = world.association.plan

    changes = {change.name: change for change in PlanChange.objects.filter(offering=world.association)}
    assert after["provisional"] == []
    assert after["result_due"] == before["result_due"]
    moved = {name for name in before["provisional"] if before[name] != after[name]}
    assert moved
    assert set(changes) == moved
    for name, change in changes.items():
        assert (change.before, change.after, change.was_provisional) == (before[name], after[name], True)
        assert change.applied_at is not None
    line = AuditLine.objects.get(act="dates-reckoned-again", subject=f"offering:{world.association.id}")
    assert line.detail["notice"] == notice.number
    assert {entry["date"] for entry in line.detail["changes"]} == moved


def test_the_same_notice_twice_changes_nothing(world: World) -> None:
    first = import_notice(by=world[Role.ADMINISTRATOR], content=CSV.encode(), name="a.csv")
    changes = PlanChange.objects.count()

    assert import_notice(by=world[Role.ADMINISTRATOR], content=YAML.encode(), name="b.yaml") == first
    assert (HolidayNotice.objects.count(), PlanChange.objects.count()) == (1, changes)


def test_a_settled_date_moves_only_when_somebody_confirms(world: World) -> None:
    office = world[Role.ADMINISTRATOR]
    import_notice(by=office, content=CSV.encode(), name="2027.csv")
    world.association.refresh_from_db()
    settled = dict(world.association.plan)
    later = CSV.replace("放假,2027-01-01,2027-01-03", "放假,2027-01-01,2027-01-08")

    import_notice(by=office, content=later.encode(), name="2027.csv")
    world.association.refresh_from_db()
    assert world.association.plan == settled
    waiting = PlanChange.objects.filter(offering=world.association, applied_at=None, declined_at=None)
    assert {change.was_provisional for change in waiting} == {False}

    moved, kept = waiting.get(name="certificate_due"), waiting.get(name="query_opens")
    decide_change(by=office, change=moved, apply=True)
    decide_change(by=office, change=kept, apply=False)
    world.association.refresh_from_db()
    assert world.association.plan["certificate_due"] == moved.after != settled["certificate_due"]
    assert world.association.plan["query_opens"] == settled["query_opens"]
    with pytest.raises(Refused) as refused:
        decide_change(by=office, change=kept, apply=True)
    assert refused.value.code == "change-decided"


def test_what_nobody_decided_waits_for_the_administrator_and_says_which_date(world: World) -> None:
    office = world[Role.ADMINISTRATOR]
    import_notice(by=office, content=CSV.encode(), name="2027.csv")
    later = CSV.replace("放假,2027-01-01,2027-01-03", "放假,2027-01-01,2027-01-08")
    import_notice(by=office, content=later.encode(), name="2027.csv")
    changes = undecided_changes()
    assert len(changes) > 0

    (line,) = [line for line in waiting(office, Role.ADMINISTRATOR) if "决定" in line.title]
    assert (line.count, line.url) == (len(changes), "/sittings/2026-11-28/")
    assert str(LABELS[changes[0].name]) in line.title
    assert line.due == day_begins(date.fromisoformat(min(min(one.before, one.after) for one in changes)))
    assert waiting(office, Role.REVIEWER) == []

    for change in changes:
        decide_change(by=office, change=change, apply=False)
    assert [line for line in waiting(office, Role.ADMINISTRATOR) if "决定" in line.title] == []


def test_an_exam_day_too_close_to_enrol_for_is_not_called(world: World, client: Client) -> None:
    client.force_login(world[Role.ADMINISTRATOR])
    today = clock.today()
    late, early = today + timedelta(days=7), today + timedelta(days=8)

    refused = client.post("/sittings/call/", {"day": late.isoformat()})
    assert refused.status_code == 422
    assert f"{chinese_day(late)}考试的报名于 {chinese_day(today)} 24:00 截止" in refused.text
    assert f"请选{chinese_day(early)}或以后的日子" in refused.text
    assert client.post("/sittings/call/", {"day": early.isoformat()}).status_code == 302
    assert list(Sitting.objects.filter(day__in=[late, early]).values_list("day", flat=True)) == [early]


def test_two_sittings_of_a_month_have_names_of_their_own(world: World) -> None:
    titles = [call_sitting(by="test", day=date(2026, 12, day)).title for day in (12, 26)]
    assert titles == ["2026年12月12日考期", "2026年12月考期"]


def test_a_due_date_that_is_provisional_says_so(world: World) -> None:
    offering = world.association
    offering.plan = {**offering.plan, "provisional": ["result_due"]}
    assert due_rule(offering, "result_due").endswith("；暂定：该年放假安排尚未公布")
    assert provisional(offering, "result_due") == "（暂定）"
    assert provisional(offering, "enrolment_closes") == ""


def test_the_newest_notice_of_a_year_counts(world: World) -> None:
    assert not working_calendar().is_known(date(2027, 3, 1))
    import_notice(by=world[Role.ADMINISTRATOR], content=CSV.encode(), name="2027.csv")
    found = working_calendar()
    assert (found.is_known(date(2027, 3, 1)), found.is_workday(date(2027, 2, 20))) == (True, True)
    assert found.is_holiday_period(date(2027, 2, 11))
    assert not official_calendar().is_known(date(2027, 3, 1))


# Pages


def test_the_pages_are_the_administrators(world: World, client: Client) -> None:
    assert client.get("/sittings/calendar/").status_code == 302
    for role in Role:
        client.force_login(world[role])
        expected = 200 if role == Role.ADMINISTRATOR else 403
        assert client.get("/sittings/calendar/").status_code == expected, role
        if role != Role.ADMINISTRATOR:
            assert client.post("/sittings/call-year/", {"year": "2027"}).status_code == 403
    assert Sitting.objects.count() == 1


def test_the_office_imports_confirms_and_opens_a_year(world: World, client: Client) -> None:
    client.force_login(world[Role.ADMINISTRATOR])
    upload = SimpleUploadedFile("2027.csv", CSV.encode())
    assert client.post("/sittings/calendar/", {"file": upload}).status_code == 302
    later = CSV.replace("放假,2027-01-01,2027-01-03", "放假,2027-01-01,2027-01-08")
    client.post("/sittings/calendar/", {"file": SimpleUploadedFile("2027.csv", later.encode())})
    assert "国办发明电" in client.get("/sittings/calendar/").text
    assert "等您确认" in client.get("/sittings/").text
    page = client.get("/sittings/2026-11-28/").text
    assert "已定的日期，等人确认" in page
    assert "原为暂定" in page

    change = PlanChange.objects.filter(applied_at=None).first()
    assert change is not None
    assert client.post(f"/sittings/changes/{change.id}/", {"answer": "x"}).status_code == 422
    assert client.post(f"/sittings/changes/{change.id}/", {"answer": "apply"}).status_code == 302
    assert "确认</span>" in client.get("/sittings/2026-11-28/").text

    assert client.post("/sittings/call-year/", {"year": "2027"}).status_code == 302
    assert Sitting.objects.filter(day__year=2027).count() == 12
    assert client.post("/sittings/call-year/", {"year": "next"}).status_code == 422


def test_a_bad_file_comes_back_with_its_reason(world: World, client: Client) -> None:
    client.force_login(world[Role.ADMINISTRATOR])
    page = client.post("/sittings/calendar/", {"file": SimpleUploadedFile("2027.csv", b"year")})
    assert page.status_code == 422
    assert "第 1 行" in page.text
    assert HolidayNotice.objects.count() == 0


# Feeds


@given(st.text(alphabet="甲乙a,;\\ 𠮷", max_size=120))
def test_lines_are_folded_without_cutting_a_character(text: str) -> None:
    pieces = list(folded(text))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text


def test_an_event_is_written_as_the_format_asks() -> None:
    event = FeedEvent(
        uid="1@zhiheng",
        day=date(2026, 11, 28),
        summary="考试, 甲;乙\\丙",
        description="一\n二",
        tentative=True,
    )
    lines = calendar_text([event], title="表", stamp=datetime(2026, 11, 10, 2, tzinfo=UTC)).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines[7:-2] == [
        "BEGIN:VEVENT", "UID:1@zhiheng", "DTSTAMP:20261110T020000Z", "DTSTART;VALUE=DATE:20261128",
        "DTEND;VALUE=DATE:20261129", "TRANSP:TRANSPARENT", "SUMMARY:考试\\, 甲\\;乙\\\\丙", "STATUS:TENTATIVE",
        "DESCRIPTION:一\\n二", "END:VEVENT",
    ]  # fmt: skip
    assert escaped("a\r\nb") == "a\\nb"


def test_an_event_with_an_hour_is_written_in_universal_time() -> None:
    event = FeedEvent(
        uid="u",
        day=date(2026, 11, 28),
        summary="考试",
        begins=datetime(2026, 11, 28, 9, tzinfo=SHANGHAI),
        minutes=90,
    )
    lines = calendar_text([event], title="表", stamp=datetime(2026, 11, 1, tzinfo=UTC)).split("\r\n")
    assert lines[7:-2] == [
        "BEGIN:VEVENT", "UID:u", "DTSTAMP:20261101T000000Z", "DTSTART:20261128T010000Z",
        "DTEND:20261128T023000Z", "SUMMARY:考试", "STATUS:CONFIRMED", "END:VEVENT",
    ]  # fmt: skip


def test_a_line_is_folded_at_the_seventy_fifth_octet() -> None:
    assert list(folded("a" * 75)) == ["a" * 75]
    assert list(folded("a" * 76)) == ["a" * 75, " a"]
    assert list(folded("甲" * 26)) == ["甲" * 25, " 甲"]


def test_a_notice_is_plain_json_however_it_was_written() -> None:
    facts = read_notice(CSV.encode(), name="2027.csv").facts

    assert facts == read_notice(YAML.encode(), name="2027.yaml").facts
    assert (facts["year"], facts["number"]) == (2027, "国办发明电〔2026〕1号（测试）")
    assert (len(facts["off_days"]), facts["off_days"][:2]) == (25, ["2027-01-01", "2027-01-02"])  # type: ignore[arg-type,index]  # plain JSON
    assert facts["makeup"] == ["2027-02-20"]


def test_the_public_feed_holds_every_date_of_a_programme(world: World, client: Client) -> None:
    call_sitting(by="test", day=date(2026, 12, 26))
    response = client.get("/sittings.ics?programme=internet-marketing")
    text = response.text.replace("\r\n ", "")

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 11
    assert "SUMMARY:报名截止 · 互联网营销师\r\n" in text
    assert f"DTSTART:{world.association.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" in text
    assert text.count("STATUS:TENTATIVE") == len(world.association.plan["provisional"])
    assert "DTSTART;VALUE=DATE:20261121" in text
    assert client.get("/sittings.ics").text.count("BEGIN:VEVENT") == 22
    assert client.get("/sittings.ics?programme=none").status_code == 404


def test_a_new_private_address_ends_the_old_one(world: World) -> None:
    first = open_feed(by=world[Role.CANDIDATE])
    second = open_feed(by=world[Role.CANDIDATE])
    found = feed_by_token(second.token)
    assert found is not None
    assert found.account == world[Role.CANDIDATE]
    assert feed_by_token(first.token) is None
    assert feed_by_token("") is None
