"""The made-up sitting: a paper of sixty questions and as many candidates as asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat
from uuid import uuid4

from zhiheng.delivery.core.pack import (
    Option,
    PackCandidate,
    PackItem,
    PackPaper,
    PackSection,
    QuestionType,
    SittingPack,
    hash_id,
    seal_pack,
)
from zhiheng.delivery.hall.keys import HallKeys

SINGLES, MULTIPLES, SHORTS = 40, 15, 5
QUESTIONS = SINGLES + MULTIPLES + SHORTS
ROOM = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    ticket: str
    id_number: str
    attempt: str


def made_up_pack(
    people: list[MadeUp], *, keys: HallKeys, starts_at: datetime, ends_at: datetime
) -> SittingPack:
    paper = made_up_paper()
    return seal_pack(
        SittingPack(
            sitting=str(uuid4()),
            title="考场演练（虚构考生）",
            key_id=keys.key_id,
            papers=(paper,),
            candidates=tuple(
                PackCandidate(
                    ticket=one.ticket,
                    id_hash=hash_id(keys.hmac, one.id_number),
                    attempt=one.attempt,
                    display_name=f"演练考生{number}",
                    paper=paper.id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    late_entry_until=starts_at + timedelta(minutes=30),
                    room=f"演练 第{1 + number // ROOM}考场",
                    seat=str(1 + number % ROOM),
                )
                for number, one in enumerate(people)
            ),
        )
    )


def made_up_people(count: int) -> list[MadeUp]:
    """Tickets and identity numbers that no real one can be taken for."""
    return [
        MadeUp(ticket=f"YL{number:013d}", id_number=f"YANLIAN{number:011d}", attempt=str(uuid4()))
        for number in range(count)
    ]


def made_up_paper() -> PackPaper:
    parts: tuple[tuple[QuestionType, int], ...] = (
        ("single", SINGLES),
        ("multiple", MULTIPLES),
        ("short", SHORTS),
    )
    kinds = chain.from_iterable(repeat(kind, count) for kind, count in parts)
    items = tuple(_item(number, kind) for number, kind in enumerate(kinds, start=1))
    titles = {"single": "一、单项选择题", "multiple": "二、多项选择题", "short": "三、简答题"}
    sections = tuple(
        PackSection(title=title, items=tuple(item.id for item in items if item.type == kind))
        for kind, title in titles.items()
    )
    return PackPaper(id="rehearsal", title="演练卷", sections=sections, items=items)


def _item(number: int, kind: QuestionType) -> PackItem:
    options = () if kind == "short" else tuple(Option(id=letter, text=f"选项{letter}") for letter in "ABCD")
    return PackItem(
        id=f"YL-{number:02d}",
        type=kind,
        marks="1",
        stem=f"演练用第 {number} 题，内容与任何考试无关。" * 3,
        options=options,
    )
