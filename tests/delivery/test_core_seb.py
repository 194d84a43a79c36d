"""A Config Key is a matter of single characters: every rule of SEB-JSON has its own line here."""

import gzip
import hashlib
import plistlib
import random
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.delivery.core import seb
from zhiheng.delivery.core.seb import (
    SebSettings,
    any_matches,
    config_key,
    configuration,
    header_matches,
    launch_url,
    password_hash,
    read_seb,
    request_hash,
    script_matches,
    seb_file,
    seb_json,
    start_url_of,
)
from zhiheng.foundation.errors import Refused

HALL = SebSettings(start_url="https://exam.example.cn/hall/")
EMPTY = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def refusal(raw: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_seb(raw)
    return refused.value.code


def xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">{body}</plist>'.encode()


def test_the_key_of_nothing_is_the_hash_of_two_brackets() -> None:
    assert config_key({}) == EMPTY
    assert config_key({"originatorVersion": "SEB_OSX_2.1.4"}) == EMPTY
    assert hashlib.sha256(b"[]").hexdigest() == EMPTY


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({"a": True, "b": False}, '{"a":true,"b":false}'),
        ({"a": 0, "b": -7}, '{"a":0,"b":-7}'),
        ({"a": 1.0, "b": 0.5, "c": -0.0}, '{"a":1,"b":0.5,"c":0}'),
        ({"a": 0.1 + 0.2, "b": 2e20}, '{"a":0.3,"b":2e+20}'),
        ({"a": b"\x00\xff"}, '{"a":"AP8="}'),
        ({"a": datetime(2026, 11, 28, 9, 5, 6)}, '{"a":"2026-11-28T09:05:06Z"}'),
        ({"a": [], "b": ["x", 1, {"d": 1, "C": 2}]}, '{"a":[],"b":["x",1,{"C":2,"d":1}]}'),
        ({"a": {}, "b": {"c": {}, "d": 1}}, '{"b":{"d":1}}'),
        ({"a": r"ws:\localhost:8706", "b": '"/考"'}, r'{"a":"ws:\localhost:8706","b":""/考""}'),
        (
            {"originatorVersion": "x", "b": {"originatorVersion": "kept"}},
            '{"b":{"originatorVersion":"kept"}}',
        ),
    ],
)
def test_seb_json_is_written_without_space_or_escape(found: dict[str, object], text: str) -> None:
    assert seb_json(found) == text
    assert config_key(found) == hashlib.sha256(text.encode()).hexdigest()


def test_keys_are_sorted_without_regard_to_case() -> None:
    """The order of names printed in the vendor's own example."""
    names = [
        "allowDownUploads",
        "allowedDisplayBuiltin",
        "allowFlashFullscreen",
        "allowWlan",
        "allowWLAN",
        "URLFilterMessage",
        "urlFilterRegex",
        "URLFilterRules",
        "urlFilterTrustedContent",
    ]
    shuffled = random.Random(7).sample(names, len(names))

    assert seb_json(dict.fromkeys(shuffled, 1)) == "{" + ",".join(f'"{name}":1' for name in names) + "}"


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        seb_json({"zoom": float("nan")})

    assert refused.value.code == "seb-value"


LEAVES = st.one_of(
    st.booleans(), st.integers(-(2**31), 2**31), st.text('aAbB中\\/"', max_size=6), st.binary(max_size=6)
)
TREES = st.dictionaries(
    st.text("abcdE", min_size=1, max_size=5),
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abC", min_size=1), inner, max_size=3)
        ),
    ),
    max_size=5,
)


@given(found=TREES, seed=st.integers())
def test_neither_order_nor_the_way_through_a_file_changes_the_key(
    found: dict[str, object], seed: int
) -> None:
    shuffled = dict(random.Random(seed).sample(sorted(found.items()), len(found)))

    assert config_key(shuffled) == config_key(found)
    assert config_key(read_seb(seb_file(found))) == config_key(found)
    assert read_seb(gzip.compress(b"plnd" + gzip.compress(seb_file(found)))) == found


def test_a_sitting_starts_at_the_hall_and_opens_nothing_else() -> None:
    found = configuration(HALL)

    assert start_url_of(found) == "https://exam.example.cn/hall/"
    assert found["URLFilterRules"] == [
        {"action": 1, "active": True, "expression": "exam.example.cn/*", "regex": False}
    ]
    assert (found["browserViewMode"], found["browserWindowAllowReload"]) == (1, True)
    assert [name for name in ("quitURL", "hashedQuitPassword") if name in found] == []
    assert seb_json(found) == (
        '{"allowQuit":true,"allowSpellCheck":false,"allowSwitchToApplications":false,'
        '"browserViewMode":1,"browserWindowAllowReload":true,"browserWindowWebView":3,'
        '"enablePrintScreen":false,"enableZoomPage":true,"enableZoomText":true,'
        '"sebConfigPurpose":0,"sendBrowserExamKey":true,"showReloadButton":true,"showReloadWarning":true,'
        '"showTaskBar":true,"showTime":true,"startURL":"https://exam.example.cn/hall/",'
        '"URLFilterEnable":true,"URLFilterEnableContentFilter":false,'
        '"URLFilterRules":[{"action":1,"active":true,"expression":"exam.example.cn/*","regex":false}]}'
    )


def test_what_a_sitting_asks_stands_in_the_file() -> None:
    found = configuration(
        SebSettings(
            start_url="http://127.0.0.1:8802/hall/",
            quit_url="http://127.0.0.1:8802/hall/done",
            quit_password_hash=password_hash("开卷-2026"),
            allow_reload=False,
            full_screen=False,
            spell_check=True,
            other_programs=True,
        )
    )

    names = (
        "quitURL",
        "browserWindowAllowReload",
        "browserViewMode",
        "allowSpellCheck",
        "allowSwitchToApplications",
    )
    assert [found[name] for name in names] == ["http://127.0.0.1:8802/hall/done", False, 0, True, True]
    assert found["hashedQuitPassword"] == hashlib.sha256("开卷-2026".encode()).hexdigest()
    assert len(found["URLFilterRules"]) == 1  # type: ignore[arg-type]  # a list, as configuration() makes it
    assert plistlib.loads(seb_file(found)) == found
    assert password_hash("") == ""


def test_a_start_address_that_is_no_text_is_none() -> None:
    assert (start_url_of({}), start_url_of({"startURL": 5})) == ("", "")


def test_a_client_proves_the_key_for_the_address_it_asked_for() -> None:
    url, key = "https://exam.example.cn/hall/signin?x=1", config_key(configuration(HALL))
    header = request_hash(url, key)

    assert header == hashlib.sha256((url + key).encode()).hexdigest()
    assert header_matches(url + "#top", key, f" {header.upper()} ")
    assert script_matches(url, key, header)
    assert not header_matches("https://exam.example.cn/hall/", key, header)
    assert not header_matches(url, EMPTY, header)
    assert not header_matches(url, key, "")
    assert not header_matches(url, key, "考")
    assert any_matches(["https://other.example.cn/", url], [EMPTY, key], header)
    assert not any_matches([url], [], header)


def test_an_installed_client_is_started_by_its_own_scheme() -> None:
    assert launch_url("https://exam.example.cn/seb/1.seb") == "sebs://exam.example.cn/seb/1.seb"
    assert launch_url("http://127.0.0.1:8800/seb/1.seb?x=1") == "seb://127.0.0.1:8800/seb/1.seb?x=1"


@pytest.mark.parametrize("prefix", [b"pswd", b"pwcc", b"pkhs", b"phsk"])
def test_encrypted_files_are_refused_by_name(prefix: bytes) -> None:
    assert refusal(gzip.compress(prefix + b"\x02\x01secret")) == "seb-encrypted"
    assert refusal(prefix + b"\x02\x01secret") == "seb-encrypted"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\x1f\x8bnot gzip",
        gzip.compress(b"plnd<plist/>", mtime=0)[:-4],  # a moment in it would give each worker another name
        xml("<array/>"),
        xml("<dict><key>a</key></dict>"),
        xml("<dict><key>a</key><date>yesterday</date></dict>"),
        xml("<dict><key>a</key><integer>many</integer></dict>"),
        xml("<dict><key>a</key><data>A</data></dict>"),
        b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aa">]><plist><dict><key>a</key><string>&a;</string></dict></plist>',
        plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY),
    ],
)
def test_what_is_no_configuration_is_refused(raw: bytes) -> None:
    assert refusal(raw) == "seb-unreadable"


def test_sizes_and_depths_have_an_end() -> None:
    deep = "<dict><key>a</key>" * 30 + "<true/>" + "</dict>" * 30
    wide = "<array>" * 30 + "</array>" * 30

    assert refusal(b" " * (seb.LIMIT_FILE + 1)) == "seb-size"
    assert refusal(gzip.compress(b" " * (seb.LIMIT_UNPACKED + 1))) == "seb-size"
    assert refusal(xml(deep)) == "seb-deep"
    assert refusal(xml(f"<dict><key>a</key>{wide}</dict>")) == "seb-deep"
    assert read_seb(xml("<dict><key>a</key><true/></dict>")) == {"a": True}


@pytest.mark.parametrize(
    "raw",
    [
        xml("<dict><key>a</key><true/></dict>"),
        gzip.compress(xml("<dict><key>a</key><true/></dict>")),
        b"plnd" + xml("<dict><key>a</key><true/></dict>"),
        gzip.compress(b"plnd" + gzip.compress(xml("<dict><key>a</key><true/></dict>"))),
    ],
    ids=["bare", "packed", "marked", "packed-and-marked"],
)
def test_a_file_is_read_however_it_is_wrapped(raw: bytes) -> None:
    assert read_seb(raw) == {"a": True}
