"""Signing in and out, and the administrator's pages."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.factories.world import PASSWORD, World
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Institution, Role
from zhiheng.people.queries import roles_of
from zhiheng.people.views import ATTEMPTS_A_MINUTE, DEMO_PASSWORD
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

FRESH = {
    "username": "newcomer",
    "display_name": "新来的人",
    "password": "quite-a-long-word",
    "role": "marker",
    "institution": "",
}


@pytest.fixture
def office(world: World, client: Client) -> Client:
    client.force_login(world[Role.ADMINISTRATOR])
    return client


# Signing in


@pytest.mark.parametrize("role", list(Role))
def test_every_role_signs_in_and_lands_at_home(world: World, client: Client, role: Role) -> None:
    response = client.post("/sign-in/", {"username": str(role), "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/home/")


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/sittings/", "/sittings/"),
        ("https://elsewhere.example/", "/home/"),
        ("//elsewhere.example", "/home/"),
    ],
)
def test_signing_in_leads_on_to_our_own_pages_only(
    world: World, client: Client, wanted: str, reached: str
) -> None:
    answers = {"username": "administrator", "password": PASSWORD, "next": wanted}
    assert client.post("/sign-in/", answers).headers["Location"] == reached


def test_a_wrong_password_says_so_and_signs_nobody_in(world: World, client: Client) -> None:
    response = client.post("/sign-in/", {"username": "marker", "password": "something-else"})
    assert (response.status_code, "账号或密码不对" in response.text) == (422, True)
    assert client.get("/home/").status_code == 302


def test_a_closed_account_cannot_sign_in(world: World, client: Client) -> None:
    world[Role.MARKER].is_active = False
    world[Role.MARKER].save(update_fields=["is_active"])
    assert client.post("/sign-in/", {"username": "marker", "password": PASSWORD}).status_code == 422


def test_demo_accounts_are_listed_in_a_demonstration_only(
    world: World, client: Client, settings: Any
) -> None:
    assert "演示账号" not in client.get("/sign-in/").text
    settings.DEMO = True
    page = client.get("/sign-in/")
    assert [entry.username for entry in page.context["demo_accounts"]] == [str(role) for role in Role]


def test_a_demo_account_enters_by_its_button(world: World, client: Client, settings: Any) -> None:
    settings.DEMO = True
    create_account(
        by="test", username="shown", password=DEMO_PASSWORD, display_name="演示", roles=[Role.MARKER]
    )
    page = client.get("/sign-in/?next=/home/").text
    assert f'name="password" value="{DEMO_PASSWORD}"' in page
    assert client.post("/sign-in/", {"username": "shown", "password": DEMO_PASSWORD}).status_code == 302


def test_guessing_passwords_is_slowed_for_that_account_only(world: World, client: Client) -> None:
    def attempt(username: str, password: str = "wrong") -> int:
        answers = {"username": username, "password": password}
        return client.post("/sign-in/", answers, REMOTE_ADDR="203.0.113.50").status_code

    assert {attempt("marker") for _ in range(ATTEMPTS_A_MINUTE)} == {422}
    refused = client.post(
        "/sign-in/", {"username": "marker", "password": PASSWORD}, REMOTE_ADDR="203.0.113.50"
    )
    assert (refused.status_code, "一分钟内的请求太多" in refused.text) == (422, True)
    assert attempt("finance", PASSWORD) == 302


def test_a_new_password_takes_the_old_ones_place(world: World, client: Client) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.post("/sign-in/", {"username": "marker", "password": PASSWORD})
    answers = {
        "old_password": PASSWORD,
        "new_password1": "another-long-word",
        "new_password2": "another-long-word",
    }
    assert client.post("/password/", answers | {"old_password": "wrong"}).status_code == 422
    assert client.post("/password/", answers | {"new_password2": "another-long-wort"}).status_code == 422
    short = {"new_password1": "short", "new_password2": "short"}
    assert client.post("/password/", answers | short).status_code == 422
    assert client.post("/password/", answers).headers["Location"] == "/home/"

    assert client.get("/home/").status_code == 200
    assert elsewhere.get("/home/").status_code == 302
    assert Client().post("/sign-in/", {"username": "marker", "password": PASSWORD}).status_code == 422
    assert AuditLine.objects.latest("id").act == "password-changed"


def test_signing_out_is_a_deed_not_a_link(office: Client) -> None:
    assert office.get("/sign-out/").status_code == 405
    assert office.post("/sign-out/").headers["Location"] == "/"
    assert office.get("/home/").status_code == 302


def test_a_revoked_role_closes_its_pages_at_once(world: World, office: Client) -> None:
    finance = Client()
    finance.force_login(world[Role.FINANCE])
    assert finance.get("/home/").status_code == 200
    office.post(f"/accounts/{world[Role.FINANCE].id}/revoke/", {"role": "finance"})
    assert finance.get("/home/").status_code == 403


# The administrator's pages


def pages(world: World) -> list[str]:
    return [
        "/accounts/",
        "/accounts/new/",
        f"/accounts/{world[Role.MARKER].id}/",
        "/institutions/",
        "/institutions/new/",
        f"/institutions/{world.institution.id}/suspend/",
        "/audit/",
    ]


def test_only_the_administrator_enters(world: World, client: Client) -> None:
    assert {client.get(path).status_code for path in pages(world)} == {302}
    for role in Role:
        client.force_login(world[role])
        codes = {client.get(path).status_code for path in pages(world)}
        assert codes == ({200} if role == Role.ADMINISTRATOR else {403}), role


def test_others_change_nothing(world: World, client: Client) -> None:
    client.force_login(world[Role.REVIEWER])
    account, school = world[Role.MARKER].id, world.institution.id
    for path in (f"/accounts/{account}/revoke/", f"/institutions/{school}/suspend/", "/accounts/new/"):
        assert client.post(path, FRESH | {"role": "marker", "reason": "x"}).status_code == 403
    assert roles_of(world[Role.MARKER]) == {Role.MARKER}
    assert not Account.objects.filter(username="newcomer").exists()


def test_an_account_is_opened_with_one_role(office: Client) -> None:
    office.post("/accounts/new/", FRESH)
    made = Account.objects.get(username="newcomer")
    assert (roles_of(made), made.check_password("quite-a-long-word")) == ({Role.MARKER}, True)


@pytest.mark.parametrize(
    "change",
    [
        {"username": "marker"},
        {"password": "short"},
        {"role": "king"},
        {"role": "institution"},
        {"display_name": ""},
    ],
)
def test_an_account_that_cannot_be_opened_comes_back(office: Client, change: dict[str, str]) -> None:
    assert office.post("/accounts/new/", FRESH | change).status_code == 422
    assert not Account.objects.filter(username="newcomer").exists()


def test_roles_are_granted_and_revoked_on_the_account_page(world: World, office: Client) -> None:
    marker = world[Role.MARKER]
    path = f"/accounts/{marker.id}/"

    assert office.post(path, {"role": "examiner"}).status_code == 302
    assert roles_of(marker) == {Role.MARKER, Role.EXAMINER}
    again = office.post(path, {"role": "examiner"})
    assert (again.status_code, "已经是考评员" in again.text) == (422, True)

    assert office.post(f"{path}revoke/", {"role": "examiner"}).status_code == 302
    assert roles_of(marker) == {Role.MARKER}
    assert office.post(f"{path}revoke/", {"role": "king"}).status_code == 404
    assert office.get(f"{path}revoke/").status_code == 405


def test_the_last_administrator_is_told_why(world: World, office: Client) -> None:
    response = office.post(f"/accounts/{world[Role.ADMINISTRATOR].id}/revoke/", {"role": "administrator"})
    assert (response.status_code, "是最后一位管理员" in response.text) == (422, True)


def test_unknown_accounts_and_institutions_are_not_found(world: World, office: Client) -> None:
    nobody = world.institution.id
    assert office.get(f"/accounts/{nobody}/").status_code == 404
    assert office.get(f"/institutions/{world[Role.MARKER].id}/suspend/").status_code == 404
    assert office.post(f"/institutions/{world[Role.MARKER].id}/resume/").status_code == 404


def test_an_institution_is_authorised_suspended_and_resumed(office: Client) -> None:
    facts = {
        "name": "新禾学校（测试）",
        "code": "103",
        "kind": "school",
        "province": "福建省",
        "city": "厦门市",
        "valid_from": "2026-11-01",
        "valid_until": "2027-10-31",
    }
    assert office.post("/institutions/new/", facts | {"valid_until": "2026-10-31"}).status_code == 422
    assert office.post("/institutions/new/", facts | {"code": "AB"}).status_code == 422
    assert office.post("/institutions/new/", facts).status_code == 302
    assert office.post("/institutions/new/", facts).status_code == 422

    made = Institution.objects.get(code="103")
    assert office.post(f"/institutions/{made.id}/suspend/", {"reason": ""}).status_code == 422
    assert office.post(f"/institutions/{made.id}/suspend/", {"reason": "年检未过"}).status_code == 302
    made.refresh_from_db()
    assert made.suspended_at is not None
    assert office.post(f"/institutions/{made.id}/suspend/", {"reason": "再停"}).status_code == 422
    assert office.post(f"/institutions/{made.id}/resume/").status_code == 302
    assert office.post(f"/institutions/{made.id}/resume/").status_code == 422


def test_an_authorisation_is_shown_as_it_stands_today(office: Client) -> None:
    def states() -> list[str]:
        return [row["standing"].word for row in office.get("/institutions/").context["rows"]]

    assert states() == ["有效", "有效"]
    clock.move_to(datetime(2025, 12, 31, tzinfo=SHANGHAI))
    assert states() == ["未开始", "未开始"]
    clock.move_to(datetime(2028, 1, 1, tzinfo=SHANGHAI))
    assert states() == ["已到期", "已到期"]


def test_the_accounts_page_asks_the_same_however_many_there_are(
    office: Client, django_assert_num_queries: object
) -> None:
    office.get("/accounts/")
    with django_assert_num_queries(7):  # type: ignore[operator]  # pytest-django's fixture
        office.get("/accounts/")
    for number in range(3):
        create_account(
            by="test",
            username=f"more{number}",
            password=None,
            display_name=f"测{number}",
            roles=[Role.MARKER],
        )
    with django_assert_num_queries(7):  # type: ignore[operator]
        office.get("/accounts/")


def test_the_audit_trail_follows_one_thing_and_names_who_acted(world: World, office: Client) -> None:
    office.post(f"/accounts/{world[Role.MARKER].id}/", {"role": "examiner"})
    page = office.get("/audit/", {"subject": f"account:{world[Role.MARKER].id}"})

    assert [(row["by"], row["line"].act) for row in page.context["rows"]] == [
        ("测试管理员", "role-granted"),
        ("test", "account-created"),
    ]
    assert "操作记录完整" in page.text


def test_an_altered_line_is_found_and_said(office: Client) -> None:
    altered = AuditLine.objects.order_by("id")[2]
    AuditLine.objects.filter(pk=altered.pk).update(act="something-else")
    assert f"操作记录在第 {altered.pk} 行被改动过" in office.get("/audit/").text
