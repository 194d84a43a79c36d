"""GIFT: questions as text with braces, after Moodle's published description of the format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.answers import TRUE_FALSE, broken
from zhiheng.bank.core.exchange.markup import looks_marked_up, text_of
from zhiheng.bank.core.exchange.terms import Choice, Fault, Question, Reading, Unsupported

_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
# An escaped sign travels as a character no text can hold (control characters are dropped before).
_HIDDEN = {sign: chr(place) for place, sign in enumerate("\\~=#{}:n", 1)}
_SHOWN = {hidden: "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]")
_TITLE = re.compile(r"^\s*::(.*?)::", re.S)
_ID = re.compile(r"\[id:([^\]]+)\]")
_WEIGHT = re.compile(r"^\s*%(-?\d+(?:\.\d+)?)%")
_FULL = Decimal("99.9")
_KINDS = {
    "matching": "配对题不在三种题型之内，请改写成几道单项选择题",
    "numerical": "数值题不在三种题型之内，请改写成单项选择题或简答题",
    "truefalse": TRUE_FALSE,
    "description": "这是一段说明，没有要回答的内容",
}


@dataclass(slots=True)
class _Entry:
    """The lines of one question, and what a comment above says of it."""

    line: int
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of a block: right ("=") or other ("~"), its weight in percent if given, what is said of it."""

    right: bool
    weight: Decimal | None
    text: str
    feedback: str


@dataclass(slots=True)
class _Found:
    questions: list[Question] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def read_gift(content: bytes, *, name: str) -> Reading:
    """The questions of a GIFT file. Raises: Refused when it is no text or holds too many."""
    found = _Found()
    for count, entry in enumerate(_entries(incoming.decoded(content, name=name), found), 1):
        incoming.require_count(count, name=name)
        _read(entry, f"第 {entry.line} 行", found)
    return Reading(
        questions=tuple(found.questions),
        unsupported=tuple(found.unsupported),
        errors=tuple(found.errors),
        remarks=tuple(found.remarks),
    )


def _entries(text: str, found: _Found) -> Iterator[_Entry]:
    """Questions are divided by empty lines; an empty line inside braces does not end one, unless braces open anew."""
    current = _Entry(line=0, text="")
    pending = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if line.startswith("//"):
            pending = match[1].strip() if (match := _ID.search(line)) else pending
            continue
        if line.startswith("$CATEGORY:"):
            found.remarks.append(Fault(where=f"第 {number} 行", reason=f"分类“{line[10:].strip()}”没有收入"))
            continue
        if line and not (_unclosed(current.text) and _opens_question(line)):
            if not current.text:
                current = _Entry(line=number, text="", id=pending)
                pending = ""
            current.text += ("\n" if current.text else "") + raw
        elif current.text and (line or not _unclosed(current.text)):
            yield current
            current = _Entry(line=number, text=raw if line else "", id=pending if line else "")
            pending = "" if line else pending
    if current.text:
        yield current


def _opens_question(line: str) -> bool:
    return line.startswith("::") and "{" in line


def _unclosed(text: str) -> bool:
    plain = _ESCAPE.sub("", text)
    return plain.count("{") > plain.count("}")


def _read(entry: _Entry, where: str, found: _Found) -> None:
    text = _ESCAPE.sub(lambda match: _HIDDEN[match[1]], incoming.tidy(entry.text))
    title = _TITLE.match(text)
    label = entry.id or (_plain(title[1], "plain") if title else "")
    body = text[title.end() :] if title else text
    opening, closing = body.find("{"), body.rfind("}")
    if opening == -1 and closing == -1:
        _unsupported(found, "description", label, where)
        return
    if opening == -1 or closing < opening or "{" in body[opening + 1 : closing]:
        reason = "花括号不成对。请检查答案前后的 { 与 }；题目里的花括号写成 \\{ 与 \\}"
        found.errors.append(Fault(where=where, reason=reason))
        return
    style = match[1] if (match := _FORMAT.match(body)) else ""
    before, after = body[match.end() if match else 0 : opening], body[closing + 1 :]
    gap = "____" if after.strip() else ""
    stem = _words(f"{before.rstrip()}{gap}{after.lstrip()}" if gap else before, style)
    block, _, general = body[opening + 1 : closing].partition("####")
    base = Question(type="short", stem=stem, id=label, feedback=_plain(general, style), where=where)
    _answered(base, block.strip(), style, found)


def _unsupported(found: _Found, kind: str, label: str, where: str) -> None:
    found.unsupported.append(Unsupported(id=label, type=kind, reason=_KINDS[kind], where=where))


def _answered(base: Question, block: str, style: str, found: _Found) -> None:
    kind = _kind(block)
    if kind in _KINDS:
        _unsupported(found, kind, base.id, base.where)
        return
    answers = _answers(block, style)
    if block and not answers:
        reason = "花括号里的答案没有以 = 或 ~ 开头"
        found.errors.append(Fault(where=base.where, reason=reason))
        return
    question = _choice(base, answers, found) if "~" in block else _short(base, answers, found)
    if question is None:
        return
    reason = broken(question)
    if reason:
        found.errors.append(Fault(where=base.where, reason=reason))
    else:
        found.questions.append(question)


def _kind(block: str) -> str:
    if block.startswith("#"):
        return "numerical"
    if block.partition("#")[0].strip().upper() in {"T", "F", "TRUE", "FALSE"}:
        return "truefalse"
    pieces = [piece for piece in re.split("(?==)", block) if piece.startswith("=")]
    pairs = ["->" in piece and not _WEIGHT.match(piece[1:]) for piece in pieces]
    if len(pairs) > 1 and all(pairs) and "~" not in block:
        return "matching"
    return ""


def _answers(block: str, style: str) -> list[_Answer]:
    found = []
    pieces = re.split("([=~])", block)
    if pieces[0].strip():
        return []
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        weight = _WEIGHT.match(piece)
        text, _, feedback = piece[weight.end() if weight else 0 :].partition("#")
        found.append(
            _Answer(
                right=sign == "=",
                weight=Decimal(weight[1]) if weight else None,
                text=_plain(text, style),
                feedback=_plain(feedback, style),
            )
        )
    return found


def _choice(base: Question, answers: list[_Answer], found: _Found) -> Question | None:
    """With a "=" one option is right; with weights only, all that earn something are."""
    one = any(answer.right for answer in answers)
    weights = [
        answer.weight if answer.weight is not None else Decimal(100 * answer.right) for answer in answers
    ]
    correct = [weight >= _FULL if one else weight > 0 for weight in weights]
    if one and sum(correct) > 1:
        reason = "有几个选项都单独得满分，本平台的单选题只有一个正确选项。请改成多选题或只留一个"
        found.unsupported.append(Unsupported(id=base.id, type="multichoice", reason=reason, where=base.where))
        return None
    shares = {weight for weight, right in zip(weights, correct, strict=True) if right}
    lost = any(weight < 0 for weight in weights) if one else len(shares) > 1
    if lost or (one and any(0 < weight < _FULL for weight in weights)):
        reason = "选项的部分得分或扣分没有收入：本平台按题型统一计分"
        found.remarks.append(Fault(where=base.where, reason=reason))
    options = tuple(
        Choice(text=answer.text, correct=right) for answer, right in zip(answers, correct, strict=True)
    )
    told = [f"{_letter(place)}：{answer.feedback}" for place, answer in enumerate(answers) if answer.feedback]
    return replace(
        base,
        type="single" if one else "multiple",
        options=options,
        feedback="\n".join(filter(None, (base.feedback, *told))),
    )


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"第 {place + 1} 项"


def _short(base: Question, answers: list[_Answer], found: _Found) -> Question:
    full = [answer for answer in answers if answer.weight is None or answer.weight >= _FULL]
    for answer in answers:
        if answer not in full:
            reason = f"只得部分分数的答案“{answer.text[:40]}”（{answer.weight}%）没有收入"
            found.remarks.append(Fault(where=base.where, reason=reason))
    told = (answer.feedback for answer in full)
    feedback = "\n".join(filter(None, (base.feedback, *told)))
    texts = tuple(answer.text for answer in full if answer.text)
    return replace(base, answers=texts, feedback=feedback)


def _plain(text: str, style: str) -> str:
    """The words of a piece: its own format or the question's, hidden signs shown again."""
    if match := _FORMAT.match(text):
        style, text = match[1], text[match.end() :]
    return _words(text, style)


def _words(text: str, style: str) -> str:
    shown = "".join(_SHOWN.get(character, character) for character in text)
    if style in ("html", "moodle", "") and looks_marked_up(shown):
        return text_of(shown)
    return incoming.tidy(shown)
