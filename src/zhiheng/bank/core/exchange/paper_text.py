"""A paper as lines of text, the way teachers type it: 1．题干（ ） A．… B．… 答案：B 解析：…

Sections name the kind; the answers may stand with each question or all at the end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from zhiheng.bank.core.exchange.answers import (
    TRUE_FALSE,
    broken,
    is_true_false,
    only_true_false,
    plain,
    read_key,
)
from zhiheng.bank.core.exchange.blocks import read_points
from zhiheng.bank.core.exchange.kinds import Kind, kind_of
from zhiheng.bank.core.exchange.paper_keys import KeyTable, read_keys
from zhiheng.bank.core.exchange.terms import Choice, Fault, Question, Reading, Unsupported

_NUMBER = re.compile(r"^(?:第\s*)?(\d{1,4})\s*(?:题\s*[.．、:：]?|[.．、)）]|[:：])\s*(?!\d+[^\d.．、\s])")
_SECTION = re.compile(
    r"^(?:[一二三四五六七八九十]+\s*[、.．]|第[一二三四五六七八九十]+(?:部分|大题)|[（(][一二三四五六七八九十]+[)）])\s*(.+)$"
)
_ANSWERS = re.compile(r"^[【\[]?(?:参考|标准|试题)?答案(?:及|与|和)?(?:评分标准|解析)?[】\]]?\s*[:：]?$")
_KIND_MARK = re.compile(
    r"[（(【\[]\s*(单选|多选|单项选择|多项选择|判断|简答|单选题|多选题|判断题|简答题|问答题)\s*[)）】\]]"
)
_LABELS = {
    "答案": "key", "正确答案": "key", "参考答案": "key", "标准答案": "key", "答": "key",
    "解析": "told", "答案解析": "told", "试题解析": "told", "说明": "told", "分析": "told",
    "难度": "difficulty", "难度系数": "difficulty",
    "考点": "codes", "考点代码": "codes", "知识点": "codes",
    "分值": "marks", "采分点": "points", "评分标准": "points", "评分点": "points", "得分点": "points",
    "法规": "law", "法规依据": "law", "依据": "law",
}  # fmt: skip
_WORDS = "|".join(sorted(_LABELS, key=len, reverse=True))
_LABEL = re.compile(
    rf"(?:^|(?<=[\s　。；;）)\]】A-H√×]))(?:[【\[]\s*({_WORDS})\s*[】\]]\s*[:：]?|({_WORDS})\s*[:：])\s*"
)
_IN_STEM = re.compile(r"[（(]\s*([A-HＡ-Ｈ](?:[\s,，、]*[A-HＡ-Ｈ]){0,7}|[√×对错]|正确|错误)\s*[)）]")
_CODE = re.compile(r"(?:skill|knowledge|basics):\d+(?:\.\d+)+")


@dataclass(slots=True)
class _Draft:
    """One question while its lines come in. parts: what stands behind each label."""

    number: int
    where: str
    section: int
    kind: Kind | None
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)
    at: str = "stem"


@dataclass(slots=True)
class _Paper:
    """The whole reading: where it stands and what it has found."""

    drafts: list[_Draft] = field(default_factory=list)
    kind: Kind | None = None
    section: int = 0
    tail: list[str] = field(default_factory=list)
    stray: list[Fault] = field(default_factory=list)


def read_paper(lines: Sequence[str]) -> Reading:
    """The questions of a paper's lines; where: the question's number and section."""
    paper = _Paper()
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        if _ANSWERS.match(line.strip()) and paper.drafts and _keys_follow(paper, lines[place + 1 :]):
            paper.tail = list(lines[place + 1 :])
            break
        _take(paper, line.strip(), place + 1)
    keys = read_keys(paper.tail)
    found = _Collected(remarks=list(paper.stray))
    for draft in paper.drafts:
        _finish(draft, keys, found)
    return Reading(
        questions=tuple(found.questions),
        unsupported=tuple(found.unsupported),
        errors=tuple(found.errors),
        remarks=tuple(found.remarks),
    )


@dataclass(slots=True)
class _Collected:
    questions: list[Question] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def _keys_follow(paper: _Paper, lines: Sequence[str]) -> bool:
    """Whether a line "参考答案" opens the answers of the whole paper rather than those of one question.

    It does when a section follows, or numbers while more than the last question still wants its key.
    """
    first = next((line.strip() for line in lines if line.strip()), "")
    if _SECTION.match(first):
        return True
    open_ones = sum("key" not in draft.parts for draft in paper.drafts)
    return bool(re.match(r"\d", first)) and (open_ones > 1 or bool(paper.drafts[-1].options))


def _take(paper: _Paper, line: str, number: int) -> None:
    section = _SECTION.match(line)
    kind = kind_of(section[1]) if section else None
    if kind is not None:
        paper.kind, paper.section = kind, paper.section + 1
        return
    opening = _NUMBER.match(line)
    if opening and _opens(paper, int(opening[1])):
        draft = _Draft(
            number=int(opening[1]),
            where=f"第 {opening[1]} 题（第 {number} 段）",
            section=paper.section,
            kind=paper.kind,
        )
        paper.drafts.append(draft)
        _add(draft, line[opening.end() :])
    elif paper.drafts and not (section and not paper.drafts[-1].parts and paper.drafts[-1].options):
        _add(paper.drafts[-1], line)
    elif section or paper.drafts:
        paper.stray.append(Fault(where=f"第 {number} 段", reason=f"“{line[:40]}”不属于任何一题，没有收入"))


def _opens(paper: _Paper, number: int) -> bool:
    """Whether a number starts a question: the next one, a new count after a section, or a jump after a finished one.

    Inside an answer that counts its own steps (1. 2. 3.) a number that is not the next one is part of it.
    """
    if not paper.drafts:
        return True
    last = paper.drafts[-1]
    if last.section != paper.section:
        return True
    essay = last.kind is not None and last.kind.ours == "short"
    if number == last.number + 1:
        return not (essay and last.at in ("key", "points", "told") and _counting(last, number))
    return number > last.number and not essay and bool(last.options)


def _counting(draft: _Draft, number: int) -> bool:
    """Whether the part being read already counts up to the number before."""
    return any(re.match(rf"^{number - 1}\s*[.．、)）]", line) for line in draft.parts.get(draft.at, ()))


def _add(draft: _Draft, line: str) -> None:
    """Cut a line at its labels; each piece goes where it belongs."""
    place = 0
    for match in _LABEL.finditer(line):
        _put(draft, line[place : match.start()])
        draft.at = _LABELS[match[1] or match[2]]
        draft.parts.setdefault(draft.at, [])
        place = match.end()
    _put(draft, line[place:])


def _put(draft: _Draft, text: str) -> None:
    text = text.strip(" \t　")
    if not text:
        return
    if draft.at not in ("stem", "options"):
        draft.parts[draft.at].append(text)
        return
    before, options = _cut_options(text, len(draft.options))
    if before and draft.options:
        draft.options[-1] = f"{draft.options[-1]}\n{before}"
    elif before:
        draft.stem.append(before)
    draft.options += options


def _cut_options(line: str, have: int) -> tuple[str, list[str]]:
    """What stands before the options of a line, and the options: letters go on from those already there."""
    cuts: list[re.Match[str]] = []
    place = 0
    for step in range(26 - have):
        letter = chr(ord("A") + have + step)
        wide = chr(ord("Ａ") + have + step)
        match = re.compile(rf"(?<![A-Za-z0-9(（])[(（]?[{letter}{wide}]\s*[.．、:：)）]\s*").search(
            line, place
        )
        if match is None:
            break
        cuts.append(match)
        place = match.end()
    if not cuts or (have == 0 and cuts[0].start() > 0 and len(cuts) < 2):
        return line, []
    ends = [match.start() for match in cuts[1:]] + [len(line)]
    options = [line[match.end() : end].strip(" \t　;；") for match, end in zip(cuts, ends, strict=True)]
    return line[: cuts[0].start()].strip(), options


def _finish(draft: _Draft, keys: KeyTable, found: _Collected) -> None:
    stem, marked = _marked_kind("\n".join(draft.stem))
    key, told = "\n".join(draft.parts.get("key", [])), "\n".join(draft.parts.get("told", []))
    if not key:
        entry = keys.find(section=draft.section, kind=draft.kind, number=draft.number)
        key, told = (entry.key, told or entry.told) if entry else (key, told)
    if draft.options or (draft.kind and draft.kind.word == "truefalse"):
        stem, inside = _key_in_stem(stem, len(draft.options))
        key = key or inside
    kind = marked or draft.kind or _guessed(draft, key)
    if kind.ours is None:
        found.unsupported.append(Unsupported(id="", type=kind.word, reason=kind.reason, where=draft.where))
        return
    base = Question(type=kind.ours, stem=stem, feedback=told, where=draft.where)
    question = _short(base, draft, key, found) if kind.ours == "short" else _choice(base, draft, key, found)
    if question is None:
        return
    question = _with_labels(question, draft, found)
    if reason := broken(question):
        found.errors.append(Fault(where=draft.where, reason=reason))
    else:
        found.questions.append(question)


def _marked_kind(stem: str) -> tuple[str, Kind | None]:
    """A kind written into the stem, as in （多选）, and the stem without it."""
    match = _KIND_MARK.search(stem)
    if match is None:
        return stem, None
    return (stem[: match.start()] + stem[match.end() :]).strip(), kind_of(match[1])


def _key_in_stem(stem: str, count: int) -> tuple[str, str]:
    """A key filled into the stem's brackets, and the stem with the brackets empty again."""
    matches = [
        match
        for match in _IN_STEM.finditer(stem)
        if is_true_false(match[1]) or all(plain(c) < chr(ord("A") + count) for c in match[1] if c.isalpha())
    ]
    if not matches:
        return stem, ""
    last = matches[-1]
    return f"{stem[: last.start()]}（　）{stem[last.end() :]}", last[1]


def _guessed(draft: _Draft, key: str) -> Kind:
    if not draft.options:
        return (
            Kind(ours=None, word="truefalse", reason=TRUE_FALSE)
            if key and is_true_false(key)
            else Kind(ours="short")
        )
    if only_true_false(draft.options):
        return Kind(ours=None, word="truefalse", reason=TRUE_FALSE)
    return Kind(ours="multiple" if len(read_key(key, draft.options) or ()) > 1 else "single")


def _short(base: Question, draft: _Draft, key: str, found: _Collected) -> Question | None:
    if draft.options:
        lines = [f"{chr(ord('A') + place)}．{text}" for place, text in enumerate(draft.options)]
        base = replace(base, stem="\n".join([base.stem, *lines]))
    points = read_points("\n".join(draft.parts.get("points", [])))
    if points is None:
        found.remarks.append(Fault(where=draft.where, reason="评分标准没有写明各点的分值，并入参考答案"))
        key, points = "\n".join([key, *draft.parts["points"]]).strip(), ()
    return replace(base, answers=(key,) if key else (), points=points)


def _choice(base: Question, draft: _Draft, key: str, found: _Collected) -> Question | None:
    places = read_key(key, draft.options) if key else ()
    if places is None:
        reason = f"答案“{key[:40]}”不是选项。选择题的答案写字母，如 A 或 ACD"
        found.errors.append(Fault(where=draft.where, reason=reason))
        return None
    options = tuple(Choice(text=text, correct=place in places) for place, text in enumerate(draft.options))
    return replace(base, options=options)


def _with_labels(question: Question, draft: _Draft, found: _Collected) -> Question:
    words = {name: " ".join(lines) for name, lines in draft.parts.items()}
    codes = tuple(_CODE.findall(words.get("codes", "")))
    if words.get("codes") and not codes:
        reason = f"考点“{words['codes'][:40]}”不是考点代码，没有收入"
        found.remarks.append(Fault(where=draft.where, reason=reason))
    difficulty = _number(words.get("difficulty", ""))
    if words.get("difficulty") and (difficulty is None or not 0 < difficulty < 1):
        reason = f"难度“{words['difficulty'][:20]}”不是 0 与 1 之间的预期得分率，没有收入"
        found.remarks.append(Fault(where=draft.where, reason=reason))
        difficulty = None
    return replace(
        question,
        codes=codes,
        difficulty=difficulty,
        marks=_number(words.get("marks", "").rstrip("分 ")),
        law=tuple(part.strip() for part in re.split(r"[;；]", words.get("law", "")) if part.strip()),
    )


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(plain(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
