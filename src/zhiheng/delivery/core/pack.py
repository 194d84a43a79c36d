"""The sitting pack: everything the exam hall needs to run one sitting without asking anybody.

A pack is one JSON file. It holds no key, no explanation and no identity number: a candidate is found
by ticket and recognised by a keyed hash of the identity number. The pack carries its own hash, which
is pinned by every receipt.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from zhiheng.delivery.core.order import plan_order
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused

QuestionType = Literal["single", "multiple", "short"]
SIGN_IN_OPENS_BEFORE = timedelta(minutes=30)


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    text: str


class PackItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question as a candidate may see it.

    marks: a decimal string. fixed_options: the printed order carries meaning ("以上都对"), keep it.
    """

    id: str
    type: QuestionType
    marks: str
    stem: str
    options: tuple[Option, ...] = ()
    fixed_options: bool = False


class PackSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A printed part of the paper; its items are shuffled among themselves only."""

    title: str
    items: tuple[str, ...]


class PackPaper(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: str
    sections: tuple[PackSection, ...]
    items: tuple[PackItem, ...]

    def item(self, item_id: str) -> PackItem | None:
        return next((item for item in self.items if item.id == item_id), None)


class PackCandidate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One admission ticket.

    id_hash: `hash_id(...)`. ends_at: the candidate's own deadline, accommodations included.
    granted_minutes: time given during the sitting, with its reason; the hall writes it to the log.
    item_order, option_order: as this candidate sees the paper; empty means as printed.
    """

    ticket: str
    id_hash: str
    attempt: str
    display_name: str
    paper: str
    starts_at: datetime
    ends_at: datetime
    item_order: tuple[str, ...] = ()
    option_order: dict[str, tuple[str, ...]] = {}
    room: str = ""
    seat: str = ""
    late_entry_until: datetime | None = None
    granted_minutes: int = 0
    granted_reason: str = ""


class SittingPack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """key_id names the hall's secret under which the hashes were made. hash: over all else."""

    format: Literal["zhiheng-sitting-pack-1"] = "zhiheng-sitting-pack-1"
    sitting: str
    title: str
    key_id: str
    papers: tuple[PackPaper, ...]
    candidates: tuple[PackCandidate, ...]
    hash: str = ""

    def paper(self, paper_id: str) -> PackPaper | None:
        return next((paper for paper in self.papers if paper.id == paper_id), None)


def hash_id(key: bytes, id_number: str) -> str:
    """HMAC-SHA256 in hex of an identity number, spaces removed and letters upper-cased."""
    normal = "".join(id_number.split()).upper()
    return hmac.new(key, b"id:" + normal.encode(), hashlib.sha256).hexdigest()


def with_order(candidate: PackCandidate, paper: PackPaper, *, seed: str) -> PackCandidate:
    """The candidate with an order of questions and options drawn from the seed; same seed, same order."""
    order = plan_order(
        sections=[section.items for section in paper.sections],
        options={
            item.id: [option.id for option in item.options] for item in paper.items if not item.fixed_options
        },
        seed=seed,
    )
    return msgspec.structs.replace(candidate, item_order=order.items, option_order=order.options)


def seal_pack(pack: SittingPack) -> SittingPack:
    """The pack with its hash.

    Raises: Refused when the pack could not be sat (see `check_pack`).
    """
    check_pack(pack)
    return msgspec.structs.replace(pack, hash=_hash(pack))


def encode_pack(pack: SittingPack) -> bytes:
    return msgspec.json.format(msgspec.json.encode(pack), indent=1)


def decode_pack(raw: bytes) -> SittingPack:
    """Read a pack file.

    Raises: Refused when it is not a pack, was changed after sealing, or could not be sat.
    """
    try:
        pack = msgspec.json.decode(raw, type=SittingPack)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unusable(f"考场数据包读不懂：{error}", "pack-format") from None
    if not hmac.compare_digest(pack.hash.encode(), _hash(pack).encode()):
        raise _unusable("考场数据包的摘要与内容不符，文件在封装后被改动或没有写完", "pack-hash")
    check_pack(pack)
    return pack


def check_pack(pack: SittingPack) -> None:
    """Refuse a pack in which somebody could not sit their paper."""
    papers = {paper.id: paper for paper in pack.papers}
    for paper in pack.papers:
        _check_paper(paper)
    for name in ("ticket", "attempt"):
        seen: set[str] = set()
        for candidate in pack.candidates:
            value = getattr(candidate, name)
            if value in seen:
                raise _unusable(f"考场数据包里 {name} “{value}”出现了两次", "pack-duplicate")
            seen.add(value)
    for candidate in pack.candidates:
        _check_candidate(candidate, papers)


def _check_paper(paper: PackPaper) -> None:
    ids = [item.id for item in paper.items]
    printed = [item_id for section in paper.sections for item_id in section.items]
    if sorted(ids) != sorted(printed) or len(set(ids)) != len(ids) or not ids:
        raise _unusable(f"试卷“{paper.id}”各部分所列的题目与题目清单不一致", "pack-paper")
    for item in paper.items:
        options = [option.id for option in item.options]
        if len(set(options)) != len(options) or (item.type == "short") != (not options):
            raise _unusable(f"试卷“{paper.id}”的题目“{item.id}”选项有误", "pack-item")


def _check_candidate(candidate: PackCandidate, papers: dict[str, PackPaper]) -> None:
    who = f"准考证 {candidate.ticket}"
    paper = papers.get(candidate.paper)
    if paper is None:
        raise _unusable(f"{who} 指向的试卷“{candidate.paper}”不在数据包里", "pack-candidate")
    if candidate.starts_at.tzinfo is None or candidate.ends_at.tzinfo is None:
        raise _unusable(f"{who} 的起止时间没有时区", "pack-candidate")
    if candidate.ends_at <= candidate.starts_at:
        raise _unusable(f"{who} 的结束时间不在开始时间之后", "pack-candidate")
    if candidate.item_order and sorted(candidate.item_order) != sorted(item.id for item in paper.items):
        raise _unusable(f"{who} 的题目顺序与试卷不一致", "pack-candidate")
    for item_id, order in candidate.option_order.items():
        item = paper.item(item_id)
        if item is None or sorted(order) != sorted(option.id for option in item.options):
            raise _unusable(f"{who} 的题目“{item_id}”选项顺序与试卷不一致", "pack-candidate")


def _hash(pack: SittingPack) -> str:
    facts = msgspec.to_builtins(pack)
    del facts["hash"]
    return digest(facts)


def _unusable(what: str, code: str) -> Refused:
    return Refused(what=what, remedy="请在后台重新生成并发布该场次的考场数据包", code=code)
