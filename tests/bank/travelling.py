"""Questions on their way between systems: any a format may hold, for the tests of readers and writers."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from tests.bank.media_files import film, mp3_frames, picture
from zhiheng.bank.core.exchange.markup import picture_mark
from zhiheng.bank.core.exchange.terms import Choice, Media, Question
from zhiheng.bank.core.terms import Point

_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"))
_SIGNS = st.sampled_from(list("=~#{}:\\%[]->/|&<>\"'@+-;；，。（）AB12 $ 　"))
_PIECES = st.sampled_from(
    ["[html]", "::", "->", "//", "%50%", "\\n", "</p>", "&amp;", "]]>", "A．", "＝", "\n"]
)


def texts(*, longest: int = 24, lines: bool = True) -> st.SearchStrategy[str]:
    """What a person may write: every sign a format gives a meaning to, no blanks around, none at a line's end."""
    pieces = st.lists(st.one_of(_LETTERS, _SIGNS, _PIECES), min_size=1, max_size=longest)
    return pieces.map(lambda parts: _kept("".join(parts), lines=lines)).filter(bool)


def _kept(text: str, *, lines: bool) -> str:
    text = text if lines else text.replace("\n", " ")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip().strip("\ufeff")


def _marks() -> st.SearchStrategy[Decimal]:
    return st.integers(1, 200).map(lambda count: Decimal(count) / 2)


@st.composite
def choices(draw: st.DrawFn, *, single: bool) -> tuple[Choice, ...]:
    words = draw(st.lists(texts(), min_size=2, max_size=6))
    if single:
        right = {draw(st.integers(0, len(words) - 1))}
    else:
        right = draw(st.sets(st.integers(0, len(words) - 1), min_size=1))
    return tuple(Choice(text=text, correct=place in right) for place, text in enumerate(words))


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question with everything our own files hold, except pictures."""
    kind = draw(st.sampled_from(["single", "multiple", "short"]))
    short = kind == "short"
    return Question(
        type=kind,
        stem=draw(texts()),
        options=() if short else draw(choices(single=kind == "single")),
        answers=tuple(draw(st.lists(texts(), max_size=2))) if short else (),
        points=tuple(draw(st.lists(points(), max_size=3))) if short else (),
        feedback=draw(st.one_of(st.just(""), texts())),
        id=draw(st.just("") | st.from_regex(r"[A-Z][A-Z0-9-]{0,8}", fullmatch=True)),
        marks=draw(st.one_of(st.none(), _marks())),
        codes=tuple(draw(st.lists(st.sampled_from(["skill:4.1.1", "basics:2.2.6.5"]), unique=True))),
        difficulty=draw(st.one_of(st.none(), st.sampled_from([Decimal("0.70"), Decimal("0.5")]))),
        trades=draw(st.frozensets(st.sampled_from("ABCD"))),
        law=tuple(draw(st.lists(texts(lines=False).filter(_one_law), max_size=2))),
        language=draw(st.sampled_from(["", "en"])),
    )


def _one_law(text: str) -> bool:
    return not set(text) & {";", "；"}


def points() -> st.SearchStrategy[Point]:
    words = texts(lines=False).map(lambda text: " ".join(text.split()))
    return st.builds(Point, text=words, marks=_marks())


PICTURE = Media(
    name="图 1.png",
    content=bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000005"
        "0001a5f645400000000049454e44ae426082"
    ),
)


def alts() -> st.SearchStrategy[str]:
    """Words for a picture, as they are kept: one line, single spaces."""
    return texts(lines=False).map(lambda text: " ".join(text.split())[:60]).filter(bool)


@st.composite
def pictured(draw: st.DrawFn) -> Question:
    """A question that shows something after its stem and, where it has options, with one of them."""
    question = draw(questions())
    names = ["m1.png", "m2.jpg", "m3.mp3", "m4.mp4"]
    media = tuple(
        Media(name=name, content=FILES[name.rpartition(".")[2]], alt=draw(st.one_of(st.just(""), alts())))
        for name in names[: draw(st.integers(1, 4))]
    )
    marks = [picture_mark(medium.name) for medium in media]
    options = list(question.options)
    if options:
        last = draw(st.integers(0, len(options) - 1))
        options[last] = replace(options[last], text=f"{options[last].text}{marks.pop()}")
    stem = "\n".join((question.stem, *marks))
    return replace(question, stem=stem, options=tuple(options), media=media)


FILES = {"png": picture(), "jpg": picture("JPEG"), "mp3": mp3_frames(4), "mp4": film()}
