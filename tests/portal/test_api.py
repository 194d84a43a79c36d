"""The public JSON interface says what the pages say."""

import pytest
from django.test import Client

from tests.factories.world import World
from zhiheng.portal.api import LIMIT
from zhiheng.standards.core.loader import content_hash

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


def test_rule_sets_carry_the_hash_a_sitting_pins(client: Client) -> None:
    found = client.get(f"{V1}/rule-sets").json()
    assert {entry["id"]: entry["hash"] for entry in found} == {
        name: content_hash(name) for name in ("ccia-000", "ccia-001", "ccia-002", "nos-4-01-02-07-2021")
    }


def test_a_rule_set_comes_whole_by_id_or_number(client: Client) -> None:
    whole = client.get(f"{V1}/rule-sets/000").json()
    assert whole["fees"]["makeup_fen"] == {
        "value": 10000,
        "basis": "printed",
        "source": "000《考试安排·关于补考》“100 元/次”",
    }
    assert [len(level["conditions"]) for level in whole["conditions"]] == [5, 6, 7]


def test_programmes_name_their_rule_sets(client: Client) -> None:
    found = {entry["id"]: entry["rule_sets"] for entry in client.get(f"{V1}/programmes").json()}
    assert found["omnimedia-operations"] == ["ccia-001", "ccia-002"]
    assert len(found) == 7


def test_a_standard_comes_whole(client: Client) -> None:
    whole = client.get(f"{V1}/standards/4-01-02-07-2021").json()
    assert [level["id"] for level in whole["levels"]] == ["5", "4", "3", "2", "1"]


def test_a_sitting_lists_its_offerings_and_dates(world: World, client: Client) -> None:
    assert client.get(f"{V1}/sittings").json() == [{"day": "2026-11-28", "title": "2026年11月考期"}]

    offered = client.get(f"{V1}/sittings/2026-11-28").json()["offerings"]
    own = next(entry for entry in offered if entry["rule_set"] == "ccia-000")
    assert own["dates"]["enrolment_closes"] == "2026-11-21"
    assert own["dates"]["result_due"] == "2026-12-18"
    assert own["starts_at"] == "2026-11-28T09:00:00+08:00"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/rule-sets/nope", 404, "rules-unknown"),
        ("/standards/1-01", 404, "standard-unknown"),
        ("/sittings/2026-11-27", 404, "sitting-unknown"),
        ("/sittings/november", 422, "bad-value"),
    ],
)
def test_a_refusal_keeps_its_parts(client: Client, path: str, status: int, code: str) -> None:
    response = client.get(V1 + path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"what", "rule", "remedy", "code"}


def test_the_interface_describes_itself_and_has_no_console(client: Client) -> None:
    document = client.get(f"{V1}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert f"{V1}/sittings/{{day}}" in document["paths"]
    assert client.get(f"{V1}/docs").status_code == 404


def test_one_address_may_not_call_without_end(client: Client) -> None:
    codes = {client.get(f"{V1}/sittings", REMOTE_ADDR="203.0.113.77").status_code for _ in range(LIMIT)}
    last = client.get(f"{V1}/sittings", REMOTE_ADDR="203.0.113.77")
    assert (codes, last.status_code, last.json()["code"]) == ({200}, 429, "too-many")
