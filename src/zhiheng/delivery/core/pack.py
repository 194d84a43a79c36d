"""The sitting pack: everything the exam hall needs to run one sitting without asking anybody.

A pack is one JSON file. It holds no key, no explanation and no identity number: a candidate is found
by ticket and recognised by a keyed hash of the identity number. In which order a candidate sees the
questions is not in it: the order is derived from the attempt's id (see `order_of`). The pack carries
its own hash, which is pinned by every receipt. A field that has its default is not written, so that a
new field with a default changes no hash.
"""

import hashlib
import hmac
import ipaddress
import re
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from zhiheng.delivery.core.order import Order, plan_order
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused

QuestionType = Literal["single", "multiple", "short"]
SIGN_IN_OPENS_BEFORE = timedelta(minutes=30)
_HEX_64 = re.compile(r"[0-9a-f]{64}")


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    text: str


class PackMedia(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture, sound or film of a question; its bytes lie beside the packs under their SHA-256.

    alt: what it shows, in words. bytes: how many. where: after the stem ("stem"), or the id of the option
    it stands with.
    """

    id: str
    media_type: str
    sha256: str
    alt: str
    bytes: int
    where: str = "stem"


class PackItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question as a candidate may see it.

    marks: a decimal string. fixed_options: the printed order carries meaning ("以上都对"), keep it.
    """

    id: str
    type: QuestionType
    marks: str
    stem: str
    options: tuple[Option, ...] = ()
    fixed_options: bool = False
    media: tuple[PackMedia, ...] = ()


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


class PackCandidate(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One admission ticket.

    id_hash: `hash_id(...)`. ends_at: the candidate's own deadline, accommodations included.
    accommodation, accommodation_en: what was accommodated, in the words the candidate reads, Chinese and English.
    granted_minutes: time given during the sitting, with its reason; the hall writes it to the log.
    """

    ticket: str
    id_hash: str
    attempt: str
    display_name: str
    paper: str
    starts_at: datetime
    ends_at: datetime
    room: str = ""
    seat: str = ""
    late_entry_until: datetime | None = None
    granted_minutes: int = 0
    granted_reason: str = ""
    accommodation: str = ""
    accommodation_en: str = ""


class SittingPack(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="format",
    tag="zhiheng-sitting-pack-2",
):
    """key_id names the hall's secret under which the hashes were made. hash: over all else.

    second_sign_in: what happens when a ticket signs in on another machine while one is in use: ask the
    invigilator, or let the second take over. silent_after_seconds: how long a machine may be silent and
    still count as in use. seb_config_keys: Config Keys of Safe Exam Browser that are accepted, in hex;
    empty asks for no such browser. networks: room -> the networks (CIDR) its candidates sit in; a room
    without an entry is free. network_policy: what happens elsewhere, a note or a refused sign-in.
    unrecorded: kinds of events of the page that are not recorded at this sitting.
    """

    sitting: str
    title: str
    key_id: str
    papers: tuple[PackPaper, ...]
    candidates: tuple[PackCandidate, ...]
    second_sign_in: Literal["ask", "allow"] = "ask"
    silent_after_seconds: int = 60
    seb_config_keys: tuple[str, ...] = ()
    networks: dict[str, tuple[str, ...]] = {}
    network_policy: Literal["warn", "refuse"] = "warn"
    unrecorded: tuple[str, ...] = ()
    hash: str = ""

    def paper(self, paper_id: str) -> PackPaper | None:
        return next((paper for paper in self.papers if paper.id == paper_id), None)


def hash_id(key: bytes, id_number: str) -> str:
    """HMAC-SHA256 in hex of an identity number, spaces removed and letters upper-cased."""
    normal = "".join(id_number.split()).upper()
    return hmac.new(key, b"id:" + normal.encode(), hashlib.sha256).hexdigest()


def order_of(paper: PackPaper, *, attempt: str) -> Order:
    """In which order this attempt sees the paper; the attempt's id is the seed, so nobody has to keep it."""
    return plan_order(
        sections=[section.items for section in paper.sections],
        options={
            item.id: [option.id for option in item.options] for item in paper.items if not item.fixed_options
        },
        seed=attempt,
    )


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
    _check_conditions(pack)


def _check_paper(paper: PackPaper) -> None:
    ids = [item.id for item in paper.items]
    printed = [item_id for section in paper.sections for item_id in section.items]
    if sorted(ids) != sorted(printed) or len(set(ids)) != len(ids) or not ids:
        raise _unusable(f"试卷“{paper.id}”各部分所列的题目与题目清单不一致", "pack-paper")
    for item in paper.items:
        options = [option.id for option in item.options]
        if len(set(options)) != len(options) or (item.type == "short") != (not options):
            raise _unusable(f"试卷“{paper.id}”的题目“{item.id}”选项有误", "pack-item")
        if any(not _HEX_64.fullmatch(media.sha256) for media in item.media):
            raise _unusable(f"试卷“{paper.id}”的题目“{item.id}”所附媒体的摘要有误", "pack-media")


def _check_candidate(candidate: PackCandidate, papers: dict[str, PackPaper]) -> None:
    who = f"准考证 {candidate.ticket}"
    paper = papers.get(candidate.paper)
    if paper is None:
        raise _unusable(f"{who} 指向的试卷“{candidate.paper}”不在数据包里", "pack-candidate")
    if candidate.starts_at.tzinfo is None or candidate.ends_at.tzinfo is None:
        raise _unusable(f"{who} 的起止时间没有时区", "pack-candidate")
    if candidate.ends_at <= candidate.starts_at:
        raise _unusable(f"{who} 的结束时间不在开始时间之后", "pack-candidate")


def _check_conditions(pack: SittingPack) -> None:
    for room, networks in pack.networks.items():
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise _unusable(f"考场“{room}”的网段“{network}”写法有误", "pack-network") from None
    for key in pack.seb_config_keys:
        if not _HEX_64.fullmatch(key):
            raise _unusable(f"安全考试浏览器的配置密钥“{key[:20]}”不是 64 位十六进制数", "pack-config-key")
    if pack.silent_after_seconds < 1:
        raise _unusable("离线判定的秒数应为正数", "pack-silent")


def _hash(pack: SittingPack) -> str:
    facts = msgspec.to_builtins(pack)
    facts.pop("hash", None)
    return digest(facts)


def _unusable(what: str, code: str) -> Refused:
    return Refused(what=what, remedy="请在后台重新生成并发布该场次的考场数据包", code=code)
