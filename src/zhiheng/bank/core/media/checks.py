"""What must be right of everything a question shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zhiheng.bank.core.media.kinds import KIND_NAMES, KIND_OF, LIMIT_BYTES
from zhiheng.bank.core.terms import STEM, Item, Medium

MOST = 8  # of one question
LONGEST_ALT = 300
LIMIT_TOGETHER = 2 * LIMIT_BYTES
MARK = re.compile(r"［图：([^］]+)］")  # how the text of an imported question says that something stands here
_HASH = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFault:
    code: str
    text: str
    remedy: str


def media_faults(item: Item) -> Iterator[MediaFault]:
    """Everything that keeps the question out of use, as a sentence each."""
    mark = MARK.search(item.text)
    if mark:
        yield MediaFault(
            code="media-mark",
            text=f"文字里还留着没有收入的“{mark[0]}”",
            remedy="请在题目页重新加上图片或录音，并删去这个标记",
        )
    if not item.media:
        return
    yield from _together(item)
    places = {STEM, *(option.letter for option in item.options)}
    for number, medium in enumerate(item.media, 1):
        yield from _faults(medium, number, places)


def _together(item: Item) -> Iterator[MediaFault]:
    if len(item.media) > MOST:
        yield MediaFault(
            code="media-count",
            text=f"图片与录音有 {len(item.media)} 个，最多 {MOST} 个",
            remedy="请合并图片，或拆成几道题",
        )
    total = sum(medium.size for medium in item.media)
    if total > LIMIT_TOGETHER:
        yield MediaFault(
            code="media-size",
            text=f"图片、录音与短视频合计 {total / 1048576:.0f} MB，最多 {LIMIT_TOGETHER // 1048576} MB",
            remedy="请压缩，或减少短视频",
        )
    if len({medium.id for medium in item.media}) < len(item.media):
        yield MediaFault(code="media-id", text="图片与录音的编号有重复", remedy="请在题目页重新保存")


def _faults(medium: Medium, number: int, places: set[str]) -> Iterator[MediaFault]:
    what = f"第 {number} 个{KIND_NAMES[medium.kind]}"
    if KIND_OF.get(medium.media_type) != medium.kind or not _HASH.match(medium.sha256) or medium.size <= 0:
        yield MediaFault(code="media-form", text=f"{what}的类型、摘要或大小不对", remedy="请重新上传这个文件")
    if medium.where not in places:
        yield MediaFault(
            code="media-place",
            text=f"{what}放在“{medium.where}”，题目没有这个选项",
            remedy="请放在题干或现有的选项",
        )
    if medium.kind == "image" and not medium.alt.strip():
        yield MediaFault(
            code="media-alt",
            text=f"{what}没有替代文字",
            remedy="请用一两句话写出图上有什么，让看不到图的考生也能作答，但不要写出答案",
        )
    if len(medium.alt) > LONGEST_ALT:
        yield MediaFault(
            code="media-alt-long",
            text=f"{what}的替代文字有 {len(medium.alt)} 字，最多 {LONGEST_ALT} 字",
            remedy="请只写作答需要的内容",
        )
