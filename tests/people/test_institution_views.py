"""The pages of institutions: the public form, the administrator's and the institution's own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories.world import PASSWORD, World
from tests.people.partners import applied, posted
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.foundation.wording import faults
from zhiheng.people.actions import create_account, suspend_institution
from zhiheng.people.institutions.applying.actions import accept_application, refuse_application, status_path
from zhiheng.people.institutions.applying.views import APPLICATIONS_A_MINUTE
from zhiheng.people.institutions.queries import line_in_force
from zhiheng.people.models import Account, Institution, PartnerApplication, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

Counted = Callable[..., Any]
ONCE = "这里只显示这一次"
ANSWER = {
    "code": "205",
    "valid_from": "2026-12-01",
    "valid_until": "2028-11-30",
    "regions": ["福建省"],
    "programmes": ["internet-marketing"],
    "username": "xinhe",
}


@pytest.fixture
def office(world: World, client: Client) -> Client:
    client.force_login(world[Role.ADMINISTRATOR])
    return client


@pytest.fixture
def head(world: World) -> Client:
    client = Client()
    client.force_login(world[Role.INSTITUTION])
    return client


# Applying


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_anybody_applies_and_follows_it_by_key(world: World, client: Client, language: str) -> None:
    client.post("/language/", {"language": language})
    form = client.get("/institutions/apply/")
    assert form.status_code == 200
    sent = client.post("/institutions/apply/", posted(1))
    made = PartnerApplication.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (302, status_path(made))
    page = client.get(status_path(made))
    assert (page.status_code, made.number in page.text, made.phone in page.text) == (200, True, False)
    assert (made.language, made.province, made.city) == (language, "福建省", "厦门市")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"credit_code": "52350100YHT0000011"}, "credit_code"),
        ({"kind": "king"}, "kind"),
        ({"place": "福建省/杭州市"}, "place"),
        ({"contact": " "}, "contact"),
        ({"phone": "call me"}, "phone"),
        ({"email": "nowhere"}, "email"),
        ({"programmes": []}, "programmes"),
        ({"capability": "很好"}, "capability"),
        ({"licence": ""}, "licence"),
        ({"licence": SimpleUploadedFile("a.jpg", b"not a picture")}, "licence"),
        ({"licence": SimpleUploadedFile("a.pdf", b"%PDF-1.4 cut off")}, "licence"),
        ({"licence": SimpleUploadedFile("a.pdf", bytes(16 * 1024 * 1024 + 1))}, "licence"),
    ],
)
def test_an_answer_that_does_not_hold_is_said_beside_it(
    world: World, client: Client, change: dict[str, Any], field: str
) -> None:
    page = client.post("/institutions/apply/", posted(1) | change)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not PartnerApplication.objects.exists()


def test_a_second_application_is_refused_beside_the_code(world: World, client: Client) -> None:
    applied(1)
    page = client.post("/institutions/apply/", posted(1))
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["credit_code"])


def test_the_page_says_whose_fees_and_criteria_they_are(client: Client, db: None) -> None:
    page = client.get("/institutions/apply/").text
    assert "由专委会决定并书面答复" in page
    assert faults(page) == ()
    assert '<optgroup label="福建省">' in page


def test_applying_in_bulk_is_slowed(world: World, client: Client) -> None:
    for _ in range(APPLICATIONS_A_MINUTE):
        assert "请求太多" not in client.post("/institutions/apply/", {}).text
    assert "请求太多" in client.post("/institutions/apply/", posted(1)).text


def test_the_page_of_an_application_needs_its_own_key(world: World, client: Client) -> None:
    first, second = applied(1), applied(2)
    assert client.get(f"/institutions/apply/{first.number}/").status_code == 404
    assert client.get(f"/institutions/apply/{first.number}/?key={second.key}").status_code == 404
    assert client.get(f"/institutions/apply/HZ202699999/?key={first.key}").status_code == 404


def test_the_applicant_reads_the_answer(world: World, client: Client) -> None:
    boss, first, second = world[Role.ADMINISTRATOR], applied(1), applied(2)
    refuse_application(by=boss, application=first, reason="营业执照已过有效期")
    assert "营业执照已过有效期" in client.get(status_path(first)).text
    terms = ANSWER | {"valid_from": clock.today(), "valid_until": clock.today().replace(year=2028)}
    accept_application(by=boss, application=second, **terms)  # type: ignore[arg-type]  # facts by name
    page = client.get(status_path(second)).text
    assert ("205" in page, "xinhe" in page) == (True, False)


# The administrator


def admin_pages(world: World, made: PartnerApplication) -> list[str]:
    row = line_in_force(world.institution, on=clock.today())
    assert row is not None
    base = f"/institutions/{world.institution.id}/"
    return [
        "/institutions/applications/",
        f"/institutions/applications/{made.id}/",
        f"/institutions/applications/{made.id}/licence/",
        base,
        f"{base}renew/",
        f"{base}end/",
        f"{base}lines/{row.id}/",
    ]


def test_only_the_administrator_decides(world: World, client: Client) -> None:
    made = applied(1)
    pages = admin_pages(world, made)
    assert {client.get(path).status_code for path in pages} == {302}
    for role in Role:
        client.force_login(world[role])
        codes = {client.get(path).status_code for path in pages}
        assert codes == ({200} if role == Role.ADMINISTRATOR else {403}), role
        if role != Role.ADMINISTRATOR:
            for act in ("accept", "refuse"):
                assert client.post(f"/institutions/applications/{made.id}/{act}/", {}).status_code == 403


def test_what_is_not_there_is_not_found(world: World, office: Client) -> None:
    nobody, line = world[Role.MARKER].id, line_in_force(world.other_institution, on=clock.today())
    assert line is not None
    paths = [
        f"/institutions/{nobody}/",
        f"/institutions/{nobody}/renew/",
        f"/institutions/{nobody}/staff/",
        f"/institutions/applications/{nobody}/",
        f"/institutions/{world.institution.id}/lines/{line.id}/",
    ]
    assert {office.get(path).status_code for path in paths} == {404}


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_however_many_there_are(
    world: World, office: Client, count: int, django_assert_num_queries: Counted
) -> None:
    for serial in range(count):
        applied(serial + 1)
    office.get("/institutions/applications/")
    with django_assert_num_queries(7):
        page = office.get("/institutions/applications/")
    assert len(page.context["rows"]) == count
    assert [tab["count"] for tab in page.context["tabs"]] == [count, 0, 0]


def test_an_application_is_accepted_and_the_link_shown_once(world: World, office: Client) -> None:
    made = applied(1)
    path = f"/institutions/applications/{made.id}/"
    assert office.get(path).context["accept"].initial["code"] == "103"
    for change in (
        {"code": "101"},
        {"username": "a b"},
        {"valid_until": "2026-11-30"},
        {"regions": ["浙江省"]},
    ):
        assert office.post(f"{path}accept/", ANSWER | change).status_code == 422
    sent = office.post(f"{path}accept/", ANSWER)
    school = Institution.objects.get(code="205")
    assert sent.headers["Location"] == f"/institutions/{school.id}/"
    first, second = office.get(f"/institutions/{school.id}/"), office.get(f"/institutions/{school.id}/")
    assert (ONCE in first.text, ONCE in second.text) == (True, False)
    assert "待设密码" in second.text
    again = office.post(f"{path}accept/", ANSWER | {"code": "206"})
    assert (again.status_code, "已接受" in again.text) == (422, True)


def test_an_application_is_refused_with_a_reason(world: World, office: Client) -> None:
    made = applied(1)
    path = f"/institutions/applications/{made.id}/"
    assert office.post(f"{path}refuse/", {"reason": ""}).status_code == 422
    assert office.post(f"{path}refuse/", {"reason": "资料不全"}).status_code == 302
    assert office.post(f"{path}refuse/", {"reason": "资料不全"}).status_code == 422
    assert "资料不全" in office.get(path).text
    assert office.get(f"{path}accept/").status_code == 405


def test_the_licence_is_opened_with_a_trace(world: World, office: Client) -> None:
    made = applied(1)
    file = office.get(f"/institutions/applications/{made.id}/licence/")
    assert (file.headers["Content-Type"], file.headers["Cache-Control"]) == (
        "image/jpeg",
        "no-store, private",
    )
    assert file.content[:3] == b"\xff\xd8\xff"
    line = AuditLine.objects.latest("id")
    assert (line.act, line.by) == ("licence-seen", str(world[Role.ADMINISTRATOR].id))


def test_a_registry_elsewhere_is_pointed_out(world: World, office: Client) -> None:
    near, far = applied(1), applied(2, province="浙江省", city="杭州市")
    shown = [
        office.get(f"/institutions/applications/{made.id}/").context["elsewhere"] for made in (near, far)
    ]
    assert shown == [False, True]


def test_renewing_changing_and_ending_on_their_pages(world: World, office: Client) -> None:
    school = world.institution
    base = f"/institutions/{school.id}/"
    row = line_in_force(school, on=clock.today())
    assert row is not None
    scope: dict[str, Any] = {"regions": ["福建省"], "programmes": ["digital-hr"]}
    assert office.post(f"{base}lines/{row.id}/", scope | {"reason": ""}).status_code == 422
    assert (
        office.post(f"{base}lines/{row.id}/", scope | {"reason": "x", "regions": ["浙江省"]}).status_code
        == 422
    )
    assert office.post(f"{base}lines/{row.id}/", scope | {"reason": "收窄"}).status_code == 302
    assert office.get(f"{base}renew/").context["form"].initial["regions"] == ("福建省",)
    assert office.post(f"{base}renew/", scope | {"until": "2027-01-01"}).status_code == 422
    assert office.post(f"{base}renew/", scope | {"until": "2029-12-31"}).status_code == 302
    assert office.post(f"{base}end/", {"reason": ""}).status_code == 422
    assert office.post(f"{base}end/", {"reason": "协议解除"}).status_code == 302
    assert office.post(f"{base}end/", {"reason": "协议解除"}).status_code == 422

    page = office.get(base)
    assert [(row["state"].word, row["open"]) for row in page.context["history"]] == [("已结束", False)] * 3
    assert page.context["standing"].word == "已到期"
    assert page.text.count("协议解除") == 2


def test_an_institution_is_registered_with_its_scope(world: World, office: Client) -> None:
    given = {
        "name": "新禾学校（测试）", "code": "103", "kind": "school", "province": "福建省", "city": "杭州市",
        "valid_from": "2026-11-01", "valid_until": "2027-10-31", "programmes": ["digital-hr"],
    }  # fmt: skip
    wrong = office.post("/institutions/new/", given)
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["city"])
    assert office.post("/institutions/new/", given | {"city": "厦门市"}).status_code == 302
    row = line_in_force(Institution.objects.get(code="103"), on=clock.today())
    assert row is not None
    assert row.programmes == ["digital-hr"]


# The institution itself


def test_an_institution_sees_its_own_and_nothing_of_another(world: World, head: Client) -> None:
    page = head.get("/institution/")
    assert page.status_code == 200
    assert (world.institution.name in page.text, world.other_institution.name in page.text) == (True, False)
    assert "outsider" not in page.text

    other, account = world.other_institution.id, world.outsider.id
    assert head.get(f"/institutions/{other}/staff/").status_code == 404
    assert head.get(f"/institutions/{other}/").status_code == 403
    for act in ("deactivate", "reset", "appoint", "dismiss", "restore"):
        assert head.post(f"/institutions/{other}/staff/{account}/{act}/").status_code == 404
        mine = f"/institutions/{world.institution.id}/staff/{account}/{act}/"
        assert head.post(mine).status_code == 404
    world.outsider.refresh_from_db()
    assert world.outsider.check_password(PASSWORD)


def test_others_have_no_institution(world: World, client: Client) -> None:
    assert client.get("/institution/").status_code == 302
    paths = ["/institution/", f"/institutions/{world.institution.id}/staff/"]
    for role in Role:
        client.force_login(world[role])
        allowed = {Role.INSTITUTION: [200, 200], Role.ADMINISTRATOR: [403, 200]}.get(role, [403, 403])
        assert [client.get(path).status_code for path in paths] == allowed, role


def test_the_head_looks_after_its_accounts(world: World, head: Client) -> None:
    base = f"/institutions/{world.institution.id}/staff/"
    assert head.post(base, {"username": "a b", "display_name": "经办二"}).status_code == 422
    assert head.post(base, {"username": "marker", "display_name": "经办二"}).status_code == 422
    sent = head.post(base, {"username": "second", "display_name": "经办二"})
    assert sent.headers["Location"] == "/institution/"
    assert [ONCE in head.get("/institution/").text for _ in range(2)] == [True, False]

    made = Account.objects.get(username="second")
    for act, state in (("appoint", "负责人"), ("dismiss", "经办人"), ("reset", "待设密码"), ("deactivate", "已停用"),
                       ("restore", "待设密码")):  # fmt: skip
        assert head.post(f"{base}{made.id}/{act}/").status_code == 302, act
        assert state in head.get("/institution/").text
    assert head.post(f"{base}{made.id}/promote/").status_code == 404
    assert head.get(f"{base}{made.id}/reset/").status_code == 405
    last = head.post(f"{base}{world[Role.INSTITUTION].id}/deactivate/")
    assert (last.status_code, "最后一位负责人" in last.text) == (422, True)


def test_one_of_the_staff_sees_but_does_not_change(world: World) -> None:
    colleague = create_account(
        by="test", username="second", password=PASSWORD, display_name="经办二", roles=[Role.INSTITUTION],
        institution=world.institution,
    )  # fmt: skip
    client = Client()
    client.force_login(colleague)
    page = client.get("/institution/")
    assert ("账号由本机构负责人管理" in page.text, "开设账号" in page.text) == (True, False)
    base = f"/institutions/{world.institution.id}/staff/"
    assert client.post(base, {"username": "third", "display_name": "经办三"}).status_code == 422
    assert client.post(f"{base}{world[Role.INSTITUTION].id}/reset/").status_code == 422
    assert not Account.objects.filter(username="third").exists()


def test_an_administrator_comes_back_to_the_institutions_page(world: World, office: Client) -> None:
    base = f"/institutions/{world.institution.id}/"
    sent = office.post(f"{base}staff/", {"username": "second", "display_name": "经办二", "head": "on"})
    assert sent.headers["Location"] == base
    made = Account.objects.get(username="second")
    assert office.post(f"{base}staff/{made.id}/reset/").headers["Location"] == base


@pytest.mark.parametrize("more", [1, 3])
def test_the_own_page_asks_the_same_however_many_there_are(
    world: World, head: Client, more: int, django_assert_num_queries: Counted
) -> None:
    for number in range(more):
        create_account(
            by="test", username=f"more{number}", password=None, display_name=f"测{number}",
            roles=[Role.INSTITUTION], institution=world.institution,
        )  # fmt: skip
    head.get("/institution/")
    with django_assert_num_queries(8):
        page = head.get("/institution/")
    assert len(page.context["members"]) == more + 1


@pytest.mark.parametrize(
    ("day", "key", "word", "note"),
    [
        ("2026-11-10", "valid", "有效", ""),
        ("2027-11-01", "pending", "有效", "还有 60 天到期"),
        ("2027-12-01", "overdue", "即将到期", "还有 30 天"),
        ("2028-01-02", "overdue", "已到期", "已过 2 天，不能报名"),
    ],
)
def test_the_standing_in_shape_and_word(
    world: World, head: Client, day: str, key: str, word: str, note: str
) -> None:
    clock.move_to(datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=SHANGHAI))
    shown = head.get("/institution/").context["standing"]
    assert (shown.key, shown.word, shown.note) == (key, word, note)


def test_why_it_is_suspended_is_read_on_the_own_page(world: World, head: Client) -> None:
    suspend_institution(by=world[Role.ADMINISTRATOR], institution=world.institution, reason="年检未过")
    assert "本机构的授权已暂停：年检未过" in head.get("/institution/").text
