"""A candidate whose last answers never arrived, and the file their page made of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from tests.delivery.test_actions import START, answered, seal_small_paper, write_log
from tests.factories.world import PASSWORD, World
from tests.seating.rooms import open_room, seat_people
from zhiheng.delivery.core.attempt import Entry, Kind, opened_entry
from zhiheng.delivery.core.rescue import Contents, Row, seal_rescue
from zhiheng.delivery.core.token import Session, mint_token
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall_line import Rescued
from zhiheng.delivery.models import Attempt
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.foundation.canonical import canonical_json
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role

CUT_AT = START + timedelta(minutes=20)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def published(world: World, count: int = 2) -> list[Attempt]:
    """Seated candidates with a pack at the hall; nobody has signed in."""
    seal_small_paper(world)
    seat_people(world, open_room(), count)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    rows = Attempt.objects.select_related("ticket__application__person", "ticket__offering", "paper")
    return list(rows.order_by("ticket__number"))


def cut_off(attempt: Attempt) -> None:
    """Signed in, answered the first question; then the network went."""
    write_log(
        attempt,
        opened_entry(str(attempt.id), epoch=1, at=milliseconds(START)),
        answered(attempt, item="Q1", body='"A"', seq=1, at=START + timedelta(minutes=5)),
    )


def row(item: str, value: Any, *, seq: int, at: datetime = CUT_AT, epoch: int = 1) -> Row:
    return Row(epoch=epoch, item=item, seq=seq, value=value, client_time=at.isoformat())


UNSENT = (row("Q1", "B", seq=2), row("Q2", "复盘三项数据", seq=3))


def file_of(of: Attempt, /, *rows: Row, token: bool = True, **header: str) -> bytes:
    keys = ensure_keys(settings.HALL_DATA)
    session = Session(str(of.ticket.offering_id), str(of.id), 1, milliseconds(START) + 1)
    facts = {
        "attempt": str(of.id),
        "ticket": of.ticket.number,
        "sitting": str(of.ticket.offering_id),
        "created_at": CUT_AT.isoformat(),
    }
    point = keys.rescue.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    contents = Contents(
        epoch=1, token=mint_token(session, key=keys.hmac) if token else "", rows=rows or UNSENT
    )
    return seal_rescue(contents, facts | header, recipient=point)


def another_administrator(name: str = "guanli-yi") -> Account:
    return create_account(
        by="test", username=name, password=PASSWORD, display_name="管理乙", roles=[Role.ADMINISTRATOR]
    )


class Line:
    """A hall that writes rescued rows to its log as the real one does."""

    def __init__(self, *, at: datetime, silent: bool = False) -> None:
        self.at = at
        self.silent = silent
        self.calls = 0

    def rescue(self, attempt: str, rows: Sequence[Mapping[str, Any]]) -> Rescued:
        self.calls += 1
        if self.silent:
            raise Refused(what="考场服务没有应答，这次操作没有办成", code="hall-silent")
        entries = [
            Entry(
                attempt=attempt,
                epoch=one["epoch"],
                item=one["item"],
                seq=one["seq"],
                kind=Kind.RESCUED,
                body=canonical_json(one["value"]).decode(),
                client_time=one["client_time"],
                server_time=milliseconds(self.at),
            )
            for one in rows
        ]
        write_log(Attempt(), *entries)
        return Rescued(appended=len(rows), repeated=0, conflicts=())
