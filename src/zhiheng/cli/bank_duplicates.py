"""`zhiheng bank duplicates` and `zhiheng bench duplicates`: questions that say nearly the same."""

import os
import random
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from zhiheng.bank.core.files import Place, load_bank, load_shipped, read_items
from zhiheng.bank.core.near import THRESHOLD, SimilarPair, similar_pairs
from zhiheng.bank.core.terms import Item
from zhiheng.cli.output import AsJson, answer, read_input, say
from zhiheng.foundation.errors import Refused

PLACE = Place(level="5", area="basics")  # for files that say neither; likeness needs no place
GOAL_SECONDS = 10.0  # for ten thousand questions


def duplicates(
    *,
    bank: Annotated[
        str, typer.Option(help="题库文件或文件夹（YAML 或 JSON；- 为标准输入），默认随平台的题库")
    ] = "",
    threshold: Annotated[str, typer.Option(help="相似度至少，0.10 至 1.00")] = str(THRESHOLD),
    as_json: AsJson = False,
) -> None:
    """列出题干与选项几乎相同的题对，最相似的在前；一对也没有时也算完成。"""
    least = _share(threshold)
    texts = _texts(_items(bank))
    pairs = similar_pairs(texts, threshold=least)
    found = {
        "items": len(texts),
        "threshold": str(least),
        "pairs": [_facts(pair) for pair in pairs],
    }
    answer(found, as_json=as_json, text=lambda: _page(pairs, len(texts), least))


def _share(text: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    if share.is_nan() or not Decimal("0.1") <= share <= 1:
        raise Refused(
            what=f"选项 --threshold 的值“{text}”不是 0.10 至 1.00 的数", remedy="例如 0.60", code="threshold"
        )
    return share


def _items(bank: str) -> tuple[Item, ...]:
    if not bank:
        return load_shipped()
    if bank == "-":
        return read_items(read_input(bank), source="标准输入", place=PLACE)
    return load_bank(Path(bank), place=PLACE)


def _texts(items: tuple[Item, ...]) -> dict[str, str]:
    """Raises: Refused for an id used twice: a pair could not be named."""
    texts: dict[str, str] = {}
    for item in items:
        if item.id in texts:
            raise Refused(
                what=f"题号 {item.id} 出现不止一次", remedy="请给其中的题目换一个题号", code="id-repeated"
            )
        texts[item.id] = item.text
    return texts


def _facts(pair: SimilarPair) -> dict[str, Any]:
    return {"first": pair.first, "second": pair.second, "similarity": float(pair.similarity)}


def _page(pairs: tuple[SimilarPair, ...], items: int, least: Decimal) -> str:
    lines = [f"{pair.similarity}  {pair.first}  {pair.second}" for pair in pairs]
    return "\n".join([f"{items} 道题，相似度不低于 {least} 的有 {len(pairs)} 对", *lines])


def bench_duplicates(
    *,
    items: Annotated[int, typer.Option(min=10, max=100_000, help="题数")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """从随平台的题库拼出许多题，混入改了几个字的孪生题，量找出相似题对的时间。"""
    texts, planted = _many(items)
    say(f"{items} 道题，其中 {len(planted)} 道是另一道的改写 …")
    began = time.perf_counter()
    pairs = similar_pairs(texts)
    seconds = time.perf_counter() - began
    met = {(pair.first, pair.second) for pair in pairs}
    found = {
        "items": items,
        "planted": len(planted),
        "planted_found": len(planted & met),
        "pairs": len(pairs),
        "seconds": round(seconds, 2),
        "goal_seconds": GOAL_SECONDS,
        "processors": os.cpu_count(),
        "reached": planted <= met and (items > 10_000 or seconds < GOAL_SECONDS),
    }
    answer(
        found,
        as_json=as_json,
        text=lambda: (
            f"{items} 道题，{found['seconds']} 秒（目标 {GOAL_SECONDS:g} 秒以内，{found['processors']} 核中用一核）；"
            f"混入的 {len(planted)} 对找到 {found['planted_found']} 对，共 {len(pairs)} 对"
        ),
        yes=bool(found["reached"]),
    )


def _many(count: int) -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Texts made of halves of real stems and real options; every hundredth is another one with two letters changed."""
    rng = random.Random(20210)
    shipped = load_shipped()
    stems = [item.stem for item in shipped]
    options = [option.text for item in shipped for option in item.options]
    texts: dict[str, str] = {}
    planted = set()
    for number in range(count):
        name = f"Q{number:06d}"
        if number % 100 == 99:
            twin = f"Q{number - 50:06d}"
            texts[name] = "甲乙" + texts[twin][2:]
            planted.add((twin, name))
            continue
        head, tail = rng.choice(stems), rng.choice(stems)
        texts[name] = "\n".join((head[: len(head) // 2] + tail[len(tail) // 2 :], *rng.sample(options, 4)))
    return texts, planted
