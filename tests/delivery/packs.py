"""Packs for tests: a small paper and plainly fictional candidates."""

from datetime import datetime, timedelta

from zhiheng.delivery.core.pack import (
    Option,
    PackCandidate,
    PackItem,
    PackPaper,
    PackSection,
    SittingPack,
    hash_id,
    seal_pack,
)

ID_NUMBER = "11010119900101123x"


def small_paper() -> PackPaper:
    letters = "abcd"
    single = [
        PackItem(
            id=f"s{n}",
            type="single",
            marks="2",
            stem=f"直播间第 {n} 项准备工作，下列哪一项应当最先完成？",
            options=tuple(Option(id=letter, text=f"核对第 {letter} 类商品的资质文件") for letter in letters),
        )
        for n in (1, 2, 3)
    ]
    multiple = [
        PackItem(
            id="m1",
            type="multiple",
            marks="3",
            stem="选品时应当核对的文件有哪些？",
            options=tuple(Option(id=letter, text=f"文件{letter}") for letter in letters),
        )
    ]
    short = [PackItem(id="t1", type="short", marks="10", stem="写出直播复盘应当记录的三项数据，并说明理由。")]
    return PackPaper(
        id="paper-a",
        title="互联网营销师 五级 理论知识试卷",
        sections=(
            PackSection(title="一、单项选择题", items=("s1", "s2", "s3")),
            PackSection(title="二、多项选择题", items=("m1",)),
            PackSection(title="三、简答题", items=("t1",)),
        ),
        items=(*single, *multiple, *short),
    )


def candidate(
    number: int, key: bytes, *, starts: datetime, minutes: int = 90, **more: object
) -> PackCandidate:
    facts: dict[str, object] = {
        "ticket": f"2026112800{number:04d}",
        "id_hash": hash_id(key, ID_NUMBER),
        "attempt": f"00000000-0000-4000-8000-{number:012d}",
        "display_name": "演示考生甲",
        "paper": "paper-a",
        "starts_at": starts,
        "ends_at": starts + timedelta(minutes=minutes),
        "room": "第一机房",
        "seat": f"{number:02d}",
    }
    return PackCandidate(**(facts | more))  # type: ignore[arg-type]  # the fields of the struct, by name


def small_pack(
    key_id: str, *candidates: PackCandidate, sitting: str = "2026-11-28", paper: PackPaper | None = None
) -> SittingPack:
    return seal_pack(
        SittingPack(
            sitting=sitting,
            title="2026 年 11 月 互联网营销师 理论考试",
            key_id=key_id,
            papers=(paper or small_paper(),),
            candidates=candidates,
        )
    )
