"""What an authorisation allows, how it is renewed, changed and ended, and what that stops."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import STUDENT, World, id_number
from zhiheng.enrolment.actions import enter_application, submit
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import authorise_institution, suspend_institution
from zhiheng.people.core.authorisation import (
    Authority,
    Line,
    Wish,
    check_period,
    check_scope,
    days_left,
    decide_authorised,
    renewal_begins,
)
from zhiheng.people.core.places import check_regions, check_seat, provinces, registered_in
from zhiheng.people.institutions.actions import change_scope, end_authorisation, renew_authorisation
from zhiheng.people.institutions.programmes import check_programmes, names_of_programmes, programme_names
from zhiheng.people.institutions.queries import (
    ending_within,
    history_of,
    institutions_in_force,
    line_in_force,
    suspension_reason,
)
from zhiheng.people.institutions.waiting import waiting
from zhiheng.people.models import Institution, InstitutionAuthorisation, InstitutionKind, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine, OutgoingMessage

TODAY = date(2026, 11, 10)  # the world's day
WISH = Wish(programme="internet-marketing", name="互联网营销师（初级）")


def refused(act: Callable[..., object], **words: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(**words)
    return caught.value.code


def authority(line: Line | None, *, suspended: bool = False) -> Authority:
    return Authority(
        institution="青禾",
        province="福建省",
        suspended=suspended,
        begins=date(2026, 1, 1),
        until=date(2027, 12, 31),
        line=line,
    )


def line(begins: str = "2026-01-01", until: str = "2027-12-31", **more: Any) -> Line:
    return Line(begins=date.fromisoformat(begins), until=date.fromisoformat(until), **more)


# The decision


def unmet(found: Authority, *, today: date = TODAY) -> list[str]:
    return [reason.code for reason in decide_authorised(found, WISH, today=today).unmet]


def test_the_whole_country_and_every_programme() -> None:
    assert unmet(authority(line())) == []
    assert unmet(authority(line()), today=date(2027, 12, 31)) == []


def test_each_thing_that_is_missing_says_so() -> None:
    assert unmet(authority(line(), suspended=True)) == ["institution-suspended"]
    assert unmet(authority(None)) == ["institution-authorised"]
    assert unmet(authority(line()), today=date(2028, 1, 1)) == ["institution-authorised"]
    assert unmet(authority(line()), today=date(2025, 12, 31)) == ["institution-authorised"]
    assert unmet(authority(line(ended=True))) == ["institution-authorised"]
    assert unmet(authority(line(regions=("重庆市",)))) == ["institution-region"]
    assert unmet(authority(line(programmes=("digital-hr",)))) == ["institution-programme"]
    assert unmet(authority(line(regions=("重庆市", "福建省"), programmes=("internet-marketing",)))) == []


def test_every_reason_that_is_not_met_says_what_to_do() -> None:
    found = authority(line(regions=("重庆市",), programmes=("digital-hr",), ended=True), suspended=True)
    reasons = decide_authorised(found, WISH, today=TODAY).unmet
    assert [reason.remedy for reason in reasons] == [
        "请联系专委会恢复授权",
        "请先续办授权",
        "请联系专委会变更授权地区",
        "请联系专委会增加授权项目，或改报已授权的项目",
    ]
    assert all(reason.rule.startswith("002 Q1") for reason in reasons)


@pytest.mark.parametrize(
    ("lines", "begins"),
    [
        ([], TODAY),
        ([line(until="2026-11-08")], TODAY),
        ([line(until="2026-11-09")], TODAY),
        ([line(until="2026-11-10")], date(2026, 11, 11)),
        ([line(), line("2028-01-01", "2028-06-30")], date(2028, 7, 1)),
        ([line(ended=True)], TODAY),
    ],
)
def test_a_renewal_goes_on_without_a_gap_or_begins_today(lines: list[Line], begins: date) -> None:
    assert renewal_begins(lines, today=TODAY) == begins


def test_an_authorisation_reaches_its_own_seat() -> None:
    check_scope(province="福建省", regions=())
    check_scope(province="福建省", regions=("福建省", "浙江省"))
    assert refused(check_scope, province="福建省", regions=("浙江省",)) == "region-misses-seat"


def test_an_authorisation_may_end_on_the_day_it_begins_but_not_before() -> None:
    check_period(TODAY, TODAY)
    assert refused(check_period, begins=TODAY, until=date(2026, 11, 9)) == "authorisation-dates"


@pytest.mark.parametrize(("until", "left"), [("2026-11-12", 2), ("2026-11-10", 0), ("2026-11-09", -1)])
def test_days_are_counted_after_today(until: str, left: int) -> None:
    assert days_left(date.fromisoformat(until), today=TODAY) == left


# Places and programmes


def test_the_places_are_complete() -> None:
    assert len(provinces()) == 31
    assert len({entry.code for entry in provinces()}) == 31
    whole = [entry for entry in provinces() if entry.cities == (entry.name,)]  # the four municipalities
    assert [entry.name for entry in whole] == ["北京市", "天津市", "上海市", "重庆市"]
    assert sum(len(entry.cities) for entry in provinces()) - 4 == 333  # prefecture-level divisions
    assert all(len(set(entry.seats)) == len(entry.seats) for entry in provinces())


def test_a_seat_is_a_city_of_its_province() -> None:
    check_seat("福建省", "厦门市")
    check_seat("湖北省", "潜江市")
    check_seat("重庆市", "重庆市")
    assert refused(check_seat, province="福建省", city="杭州市") == "place-unknown"
    assert refused(check_seat, province="福建", city="福州市") == "place-unknown"
    check_regions(("福建省", "西藏自治区"))
    assert refused(check_regions, regions=("福建省", "闽省")) == "region-unknown"


def test_a_code_tells_its_registry() -> None:
    assert registered_in("91350100M000100Y43") == "福建省"
    assert registered_in("91100000M000100Y4X") == ""


def test_programmes_bear_names_that_tell_them_apart() -> None:
    names = [entry.name for entry in programme_names()]
    assert len(names) == len(set(names)) == 7
    assert names_of_programmes(["internet-marketer", "gone"]) == ["互联网营销师（国家标准）", "gone"]
    check_programmes(["digital-hr"])
    assert refused(check_programmes, ids=["digital-hr", "gone"]) == "programme-unknown"


# The lines of one institution


def spans(institution: Institution) -> list[tuple[str, str, bool]]:
    rows = InstitutionAuthorisation.objects.filter(institution=institution).order_by("begins", "created_at")
    return [(row.begins.isoformat(), row.until.isoformat(), row.ended_at is None) for row in rows]


def period(institution: Institution) -> tuple[str, str]:
    institution.refresh_from_db()
    return institution.authorised_from.isoformat(), institution.authorised_until.isoformat()


def test_a_renewal_is_one_more_line(world: World) -> None:
    boss, school = world[Role.ADMINISTRATOR], world.institution
    renew_authorisation(by=boss, institution=school, until=date(2029, 12, 31), programmes=["digital-hr"])

    assert spans(school) == [("2026-01-01", "2027-12-31", True), ("2028-01-01", "2029-12-31", True)]
    assert period(school) == ("2026-01-01", "2029-12-31")
    now, ahead = (line_in_force(school, on=date(year, 6, 1)) for year in (2026, 2028))
    assert (now is not None and now.programmes, ahead is not None and ahead.programmes) == (
        [],
        ["digital-hr"],
    )
    assert AuditLine.objects.latest("id").act == "institution-renewed"
    (told,) = OutgoingMessage.objects.filter(institution_id=school.id)
    assert "已续期至 2029年12月31日" in told.text


def test_what_has_run_out_is_renewed_from_today(world: World) -> None:
    boss, school = world[Role.ADMINISTRATOR], world.institution
    clock.move_to(datetime(2028, 3, 1, 9, 0, tzinfo=SHANGHAI))
    assert refused(renew_authorisation, by=boss, institution=school, until=date(2028, 2, 1)) == (
        "authorisation-dates"
    )
    renew_authorisation(by=boss, institution=school, until=date(2028, 12, 31), regions=["福建省"])
    assert spans(school)[-1] == ("2028-03-01", "2028-12-31", True)
    assert period(school) == ("2028-03-01", "2028-12-31")
    assert school in institutions_in_force(on=clock.today())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"regions": ["浙江省"]}, "region-misses-seat"),
        ({"regions": ["闽省"]}, "region-unknown"),
        ({"programmes": ["gone"]}, "programme-unknown"),
        ({"until": date(2027, 12, 31)}, "authorisation-dates"),
    ],
)
def test_what_cannot_be_renewed_leaves_nothing(world: World, change: dict[str, Any], code: str) -> None:
    words = {"until": date(2028, 12, 31)} | change
    act = renew_authorisation
    assert refused(act, by=world[Role.ADMINISTRATOR], institution=world.institution, **words) == code
    assert spans(world.institution) == [("2026-01-01", "2027-12-31", True)]
    assert period(world.institution) == ("2026-01-01", "2027-12-31")


def test_a_changed_scope_ends_the_line_and_begins_another(world: World) -> None:
    boss, school = world[Role.ADMINISTRATOR], world.institution
    (first,) = InstitutionAuthorisation.objects.filter(institution=school)
    words: dict[str, Any] = {"by": boss, "institution": school, "line": first, "reason": "只开两个项目"}
    assert refused(change_scope, **words, regions=[], programmes=[]) == "authorisation-same"
    assert refused(change_scope, **words | {"reason": " "}, regions=["福建省"], programmes=[]) == (
        "reason-missing"
    )
    change_scope(**words, regions=["福建省"], programmes=["digital-hr"])

    assert spans(school) == [("2026-01-01", "2027-12-31", False), ("2026-11-10", "2027-12-31", True)]
    assert period(school) == ("2026-01-01", "2027-12-31")
    newest, oldest = history_of(school)
    assert (newest.granted_by, newest.ended_by) == ("测试管理员", "")
    assert (oldest.granted_by, oldest.ended_by, oldest.row.end_reason) == (
        "平台登记",
        "测试管理员",
        "只开两个项目",
    )
    assert refused(change_scope, **words, regions=[], programmes=[]) == "authorisation-over"


def test_the_history_writes_days_out(world: World) -> None:
    for role, url in (
        (Role.ADMINISTRATOR, reverse("institution", args=[world.institution.id])),
        (Role.INSTITUTION, reverse("my_institution")),
    ):
        client = Client()
        client.force_login(world[role])
        page = client.get(url).text
        assert "2026年1月1日 周四 至 2027年12月31日 周五</th>" in page
        assert "2026-01-01" not in page


def test_an_end_is_at_once_and_can_be_followed_by_a_renewal(world: World) -> None:
    boss, school = world[Role.ADMINISTRATOR], world.institution
    assert refused(end_authorisation, by=boss, institution=school, reason="") == "reason-missing"
    end_authorisation(by=boss, institution=school, reason="协议解除")

    assert period(school) == ("2026-01-01", "2026-11-09")
    assert school not in institutions_in_force(on=TODAY)
    assert AuditLine.objects.latest("id").detail["reason"] == "协议解除"
    assert refused(end_authorisation, by=boss, institution=school, reason="再来") == "authorisation-over"

    renew_authorisation(by=boss, institution=school, until=date(2027, 6, 30))
    assert period(school) == ("2026-11-10", "2027-06-30")
    assert institutions_in_force(on=TODAY) == [school, world.other_institution]


def test_what_is_ended_before_its_first_day_never_was(world: World) -> None:
    made = authorise_institution(
        by="test", code="103", name="早春学校（测试）", kind=InstitutionKind.SCHOOL, province="福建省",
        city="厦门市", valid_from=date(2026, 12, 1), valid_until=date(2027, 12, 1),
    )  # fmt: skip
    end_authorisation(by=world[Role.ADMINISTRATOR], institution=made, reason="未签约")
    assert period(made) == ("2026-11-09", "2026-11-09")
    assert made not in institutions_in_force(on=date(2026, 12, 2))


# What it stops


def enter(world: World) -> object:
    return enter_application(
        by=world[Role.INSTITUTION],
        institution=world.institution,
        offering=world.association,
        name="测甲一",
        id_number=id_number(700),
        phone="13900000700",
        profile=STUDENT,
    )


def rescope(world: World, **scope: list[str]) -> None:
    row = line_in_force(world.institution, on=clock.today())
    assert row is not None
    change_scope(
        by=world[Role.ADMINISTRATOR], institution=world.institution, line=row, reason="测试",
        **({"regions": [], "programmes": []} | scope),
    )  # fmt: skip


def test_a_programme_outside_the_authorisation_is_not_entered(world: World) -> None:
    rescope(world, programmes=["digital-hr"])
    with pytest.raises(Refused) as caught:
        enter(world)
    assert caught.value.code == "institution-programme"
    assert caught.value.sentence.endswith("请联系专委会增加授权项目，或改报已授权的项目。")
    rescope(world, programmes=["digital-hr", "internet-marketing"])
    enter(world)


def test_a_draft_of_before_is_not_handed_in_after_the_end(world: World) -> None:
    application = world.enter()
    end_authorisation(by=world[Role.ADMINISTRATOR], institution=world.institution, reason="协议解除")
    application.institution.refresh_from_db()
    assert refused(submit, by=world[Role.INSTITUTION], application=application) == "institution-authorised"


def test_a_seat_that_has_moved_away_is_not_listed_and_does_not_enrol(world: World) -> None:
    rescope(world, regions=["福建省"])
    assert world.institution in institutions_in_force(on=TODAY)
    world.institution.province = "浙江省"
    world.institution.save(update_fields=["province"])
    assert institutions_in_force(on=TODAY) == [world.other_institution]
    assert refused(enter, world=world) == "institution-region"


# What waits


def titles(world: World, role: Role) -> list[str]:
    return [entry.title for entry in waiting(world[role], role)]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2027-11-01T09:00", ["授权还有 60 天到期，请办理续期"]),
        ("2027-12-31T09:00", ["授权还有 0 天到期，请办理续期"]),
        ("2027-10-31T09:00", []),
        ("2028-01-02T09:00", ["授权已到期，不能报名，请联系专委会续期"]),
    ],
)
def test_an_institution_is_told_sixty_days_before(world: World, day: str, said: list[str]) -> None:
    clock.move_to(datetime.fromisoformat(day).replace(tzinfo=SHANGHAI))
    assert titles(world, Role.INSTITUTION) == said


def test_the_administrator_sees_which_ends_first(world: World) -> None:
    boss = world[Role.ADMINISTRATOR]
    assert titles(world, Role.ADMINISTRATOR) == []
    renew_authorisation(by=boss, institution=world.other_institution, until=date(2028, 1, 31))
    clock.move_to(datetime(2027, 12, 20, 9, 0, tzinfo=SHANGHAI))
    (found,) = waiting(boss, Role.ADMINISTRATOR)
    assert (found.title, found.count) == ("2 家机构的授权在 60 天内到期", 2)
    assert found.due == datetime(2028, 1, 1, tzinfo=SHANGHAI)
    assert list(ending_within(20, on=clock.today())) == [world.institution]
    assert waiting(world[Role.MARKER], Role.MARKER) == []


def test_why_an_institution_is_suspended(world: World) -> None:
    assert suspension_reason(world.institution) == ""
    suspend_institution(by=world[Role.ADMINISTRATOR], institution=world.institution, reason="年检未过")
    assert suspension_reason(world.institution) == "年检未过"
