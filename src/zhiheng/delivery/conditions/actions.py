"""Setting the conditions of an offering. Every setting is a new row; after publishing none is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from zhiheng.delivery.conditions.queries import (
    hall_address,
    latest,
    own_files,
    rooms_of_offering,
    seb_settings_of,
)
from zhiheng.delivery.core.conditions import EVENTS, read_networks
from zhiheng.delivery.core.seb import FILE_TYPE, SebSettings, config_key, read_seb, start_url_of
from zhiheng.delivery.models import DeliveryMode, HallConditions, NetworkPolicy, SecondSignIn
from zhiheng.delivery.preparing.queries import is_open, latest_preparation
from zhiheng.delivery.queries import pack_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.sittings.models import Offering

MOST_FILES = 10
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to hold. networks: room id -> what was typed. seb: None leaves the browser's settings as they are."""

    mode: str = DeliveryMode.CENTRE
    second_sign_in: str = SecondSignIn.ASK
    network_policy: str = NetworkPolicy.WARN
    networks: Mapping[UUID, str]
    events: Sequence[str] = tuple(EVENTS)
    seb: SebSettings | None = None


@transaction.atomic
def set_conditions(*, by: Account, offering: Offering, wanted: Wanted, reason: str = "") -> HallConditions:
    """Say under which conditions the offering is sat.

    Raises: Refused once the pack is published or being made, for a network that is none, or a choice unknown.
    """
    _lock_open(offering)
    before = latest(offering)
    return _append(
        by,
        offering,
        mode=_choice(wanted.mode, DeliveryMode.values),
        second_sign_in=_choice(wanted.second_sign_in, SecondSignIn.values),
        network_policy=_choice(wanted.network_policy, NetworkPolicy.values),
        networks=_networks(offering, wanted.networks),
        events=[_choice(kind, list(EVENTS)) for kind in dict.fromkeys(wanted.events)],
        seb=asdict(replace(wanted.seb or seb_settings_of(before), start_url=hall_address())),
        seb_files=before.seb_files if before is not None else [],
        reason=reason.strip()[:200],
    )


@transaction.atomic
def add_seb_file(*, by: Account, offering: Offering, name: str, content: bytes) -> HallConditions:
    """Take in a configuration somebody made: its Config Key counts beside that of the file made here.

    Raises: Refused when it cannot be read, does not start at the hall, is there already, or the pack is published.
    """
    _lock_open(offering)
    found = read_seb(content)
    _require_hall(start_url_of(found))
    key, row = config_key(found), latest(offering)
    held = own_files(row)
    if key in {one.key for one in held}:
        raise Refused(what="这份配置已经在用", remedy="无需重复上传", code="seb-known")
    if len(held) >= MOST_FILES:
        raise Refused(
            what=f"自备的配置文件已有 {MOST_FILES} 份", remedy="请先移除不用的", code="seb-too-many"
        )
    file = vault.keep(
        content, kind="seb", name=name[:NAME_LENGTH] or "own.seb", by=str(by.id), media_type=FILE_TYPE
    )
    kept = [*_kept(row)["seb_files"], {"file": str(file.pk), "name": file.name, "key": key}]
    return _append(
        by, offering, **{**_kept(row), "seb_files": kept, "reason": f"加入自备的配置文件 {file.name}"}
    )


@transaction.atomic
def remove_seb_file(*, by: Account, offering: Offering, file_id: UUID) -> HallConditions:
    """Its Config Key does not count any more; the file stays in the history.

    Raises: Refused when it is not in use, or the pack is published.
    """
    _lock_open(offering)
    row = latest(offering)
    gone = next((one for one in own_files(row) if one.file == file_id), None)
    if gone is None:
        raise Refused(what="这份配置不在使用中", remedy="请刷新页面", code="seb-unknown")
    kept = [one for one in _kept(row)["seb_files"] if one["file"] != str(file_id)]
    return _append(
        by, offering, **{**_kept(row), "seb_files": kept, "reason": f"移除自备的配置文件 {gone.name}"}
    )


def _lock_open(offering: Offering) -> None:
    """Hold the offering's conditions, as publishing does. Raises: Refused as `require_open`."""
    lock_named(f"pack:{offering.id}")
    require_open(offering)


def require_open(offering: Offering) -> None:
    """Raises: Refused when the conditions cannot be changed any more, or just now."""
    if pack_of(offering) is not None:
        raise Refused(
            what=f"{offering.title}的考场数据已发布，实施条件不能再改",
            rule="实施条件写在考场数据包里，发布后随数据包固定",
            remedy="考试当天的情况请由监考员在考场现场页面处理",
            code="conditions-locked",
        )
    preparation = latest_preparation(offering)
    if preparation is not None and is_open(preparation):
        raise Refused(
            what=f"{offering.title}的考场数据正在准备",
            rule="准备期间不能改变实施条件",
            remedy="请等它完成，或先取消准备",
            code="preparing",
        )


def _append(by: Account, offering: Offering, **values: Any) -> HallConditions:
    row = HallConditions.objects.create(offering=offering, by=by, **values)
    record(
        by=str(by.id),
        act="conditions-set",
        subject=f"offering:{offering.id}",
        detail={"mode": row.mode, "rooms": len(row.networks), "seb_files": len(row.seb_files)},
    )
    return row


def _kept(row: HallConditions | None) -> dict[str, Any]:
    """Everything of a row that a new one carries on."""
    return {
        "mode": row.mode if row else DeliveryMode.CENTRE,
        "second_sign_in": row.second_sign_in if row else SecondSignIn.ASK,
        "network_policy": row.network_policy if row else NetworkPolicy.WARN,
        "networks": row.networks if row else {},
        "events": row.events if row else list(EVENTS),
        "seb": asdict(seb_settings_of(row)),
        "seb_files": row.seb_files if row else [],
    }


def _networks(offering: Offering, typed: Mapping[UUID, str]) -> dict[str, list[str]]:
    rooms = {room.pk: room for room in rooms_of_offering(offering)}
    found: dict[str, list[str]] = {}
    for room_id, text in typed.items():
        room = rooms.get(room_id)
        if room is None:
            raise _unknown()
        networks = read_networks(text, room=f"{room.centre.name} {room.name}")
        if networks:
            found[str(room_id)] = list(networks)
    return found


def _choice(value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise _unknown()
    return value


def _unknown() -> Refused:
    return Refused(what="所选的项目不在可选范围内", remedy="请刷新页面重新选择", code="conditions-choice")


def _require_hall(start: str) -> None:
    hall, given = urlsplit(hall_address()), urlsplit(start)
    if (given.scheme, given.netloc) != (hall.scheme, hall.netloc) or not given.path.startswith("/hall"):
        raise Refused(
            what=f"这份配置打开的网址是“{start or '（没有填）'}”，不是本场考试的地址",
            rule=f"SEB 的起始网址（Start URL）应为 {hall_address()}",
            remedy="请在 SEB 配置工具里改好起始网址，另存后再上传",
            code="seb-start",
        )
