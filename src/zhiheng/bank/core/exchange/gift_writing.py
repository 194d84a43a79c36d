"""Questions written as GIFT. Text is marked [plain], so that nothing in it is taken for markup."""

import re
from collections.abc import Iterable
from decimal import Decimal

from zhiheng.bank.core.exchange.terms import Choice, Question

_SIGNS = re.compile(r"([\\~=#{}:])")
_LOOKS_LIKE_FORMAT = re.compile(r"^\s*\[(?:html|moodle|plain|markdown)\]")


def write_gift(questions: Iterable[Question]) -> bytes:
    """UTF-8. What GIFT has no place for is listed in `formats.LOSSES`."""
    return "\n\n".join(map(_question, questions)).encode() + b"\n"


def _question(question: Question) -> str:
    title = f"::{_escaped(question.id)}::" if question.id else ""
    answers = _options(question.options, one=question.type == "single")
    if question.type == "short":
        answers = [f"=%100%{_text(answer)}" for answer in question.answers]
    feedback = [f"####{_text(question.feedback)}"] if question.feedback else []
    lines = "".join(f"\n\t{line}" for line in [*answers, *feedback])
    return f"{title}[plain]{_escaped(question.stem)} {{{lines}{chr(10) if lines else ''}}}"


def _options(options: tuple[Choice, ...], *, one: bool) -> list[str]:
    right = sum(option.correct for option in options)
    return [f"{_sign(option, right=right, one=one)}{_text(option.text)}" for option in options]


def _sign(option: Choice, *, right: int, one: bool) -> str:
    if one:
        return "=%100%" if option.correct else "~%0%"
    return f"~%{_share(right)}%" if option.correct else "~%-100%"


def _share(right: int) -> str:
    """100 divided by the number of right options, in the five places Moodle knows."""
    return f"{(Decimal(100) / right).quantize(Decimal('0.00001')).normalize():f}"


def _text(text: str) -> str:
    return ("[plain]" if _LOOKS_LIKE_FORMAT.match(text) else "") + _escaped(text)


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text).replace("\n", "\\n")
