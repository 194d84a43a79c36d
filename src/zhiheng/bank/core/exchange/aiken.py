"""Aiken: a stem, lettered options, and a line that names the key."""

import re
from dataclasses import dataclass, field

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.answers import broken, plain, read_key
from zhiheng.bank.core.exchange.terms import Choice, Fault, Question, Reading

_OPTION = re.compile(r"^\s*([A-Za-zＡ-Ｚ])\s*[.)．）、]\s*(.*)$")
_ANSWER = re.compile(r"^\s*(?:ANSWER|答案|正确答案)\s*[:：]\s*(.*)$", re.I)


@dataclass(slots=True)
class _Open:
    """The question being read."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


def read_aiken(content: bytes, *, name: str) -> Reading:
    """The questions of an Aiken file. Raises: Refused when it is no text or holds too many."""
    questions: list[Question] = []
    errors: list[Fault] = []
    current = _Open()
    for number, raw in enumerate(incoming.decoded(content, name=name).split("\n"), 1):
        line = incoming.tidy(raw)
        answer = _ANSWER.match(line)
        if answer is None:
            _take(current, line, number)
            continue
        _close(current, answer[1], questions, errors)
        incoming.require_count(len(questions) + len(errors), name=name)
        current = _Open()
    if current.stem or current.options:
        reason = "最后一题没有 ANSWER: 行，请补上答案"
        errors.append(Fault(where=f"第 {current.line} 行", reason=reason))
    return Reading(questions=tuple(questions), errors=tuple(errors))


def _take(current: _Open, line: str, number: int) -> None:
    if not line:
        return
    current.line = current.line or number
    option = _OPTION.match(line)
    expected = chr(ord("A") + len(current.options))
    if option and current.stem and plain(option[1]).upper() == expected:
        current.options.append(option[2].strip())
    elif current.options:
        current.options[-1] = f"{current.options[-1]}\n{line}".strip()
    else:
        current.stem.append(line)


def _close(current: _Open, answer: str, questions: list[Question], errors: list[Fault]) -> None:
    where = f"第 {current.line} 行"
    key = read_key(answer, current.options) if current.options else ()
    if key is None or not current.options:
        reason = f"答案“{answer.strip()[:40]}”不是上面列出的选项" if current.options else "没有选项"
        errors.append(Fault(where=where, reason=f"{reason}。每个选项写成“A. 内容”，答案写成“ANSWER: A”"))
        return
    question = Question(
        type="single" if len(key) == 1 else "multiple",
        stem="\n".join(current.stem),
        options=tuple(Choice(text=text, correct=place in key) for place, text in enumerate(current.options)),
        where=where,
    )
    if reason := broken(question):
        errors.append(Fault(where=where, reason=reason))
    else:
        questions.append(question)
