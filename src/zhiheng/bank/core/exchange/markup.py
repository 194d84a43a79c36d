"""Marked-up text to plain lines, and back where a picture has to stand in it."""

import html
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote, unquote

import nh3

from zhiheng.bank.core.exchange.incoming import tidy
from zhiheng.bank.core.media.checks import MARK

_KEPT = {
    "br",
    "p",
    "div",
    "li",
    "tr",
    "td",
    "th",
    "sup",
    "sub",
    "img",
    "audio",
    "video",
    "source",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "table",
}
_LINE_ENDS = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-4]|ul|ol|table)>", re.I)
_CELL_ENDS = re.compile(r"</t[dh]>", re.I)
_RAISED = re.compile(r"<(sup|sub)>(.*?)</\1>", re.I | re.S)
_IMAGE = re.compile(r'<(?:img|audio|video)\b[^>]*?\bsrc="([^"]*)"[^>]*>', re.I)
_PLAYER = re.compile(r"<(audio|video)\b([^>]*)>(.*?)</\1>", re.I | re.S)
_SOURCE = re.compile(r'\bsrc="([^"]*)"', re.I)
_WORDS = re.compile(r'\b(?:alt|title)="([^"]*)"', re.I)
_SHOWS = {"img": {"src", "alt"}, "audio": {"src", "title"}, "video": {"src", "title"}, "source": {"src"}}
PLAYED = {"mp3": "audio", "ogg": "audio", "m4a": "audio", "wav": "audio", "mp4": "video", "webm": "video"}
_TAG = re.compile(r"<[^>]*>")
_TAG_LIKE = re.compile(r"</?(?:p|br|b|i|u|em|strong|span|div|ul|ol|li|sup|sub|img|table)\b[^>]*>", re.I)
_BETWEEN_HAN = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])[ \t]*\n[ \t]*(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])"
)
_INDENT = re.compile("^ ", re.M)  # a browser shows no plain blank at the start of a line
_SPACE = re.compile(r"[ \t\r\n]+")
PICTURE = MARK
_SCRIPTS = {
    "sup": dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True)),
    "sub": dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True)),
}


def picture_mark(name: str) -> str:
    """How a text says that a picture stands here."""
    return f"［图：{name}］"


def looks_marked_up(text: str) -> bool:
    return bool(_TAG_LIKE.search(text))


def text_of(markup: str) -> str:
    """What a reader would see, line by line. Scripts and styles go with their content; pictures leave their mark."""
    clean = _cleaned(markup)
    flat = _SPACE.sub(" ", _BETWEEN_HAN.sub("", clean))
    flat = _RAISED.sub(_raised, flat)
    flat = _IMAGE.sub(lambda match: picture_mark(_picture_name(html.unescape(match[1]))), flat)
    lines = _TAG.sub("", _CELL_ENDS.sub("　", _LINE_ENDS.sub("\n", flat)))
    return tidy("\n".join(line.strip(" ") for line in html.unescape(lines).split("\n")))


def _cleaned(markup: str) -> str:
    """Without anything that runs; a player with its sources inside becomes one with its first source."""
    clean = nh3.clean(markup, tags=_KEPT, attributes=_SHOWS, url_schemes={"http", "https", "data"})
    return _PLAYER.sub(_player, clean)


def _player(match: re.Match[str]) -> str:
    source = _SOURCE.search(match[2]) or _SOURCE.search(match[3])
    words = _WORDS.search(match[2])
    return f"<{match[1]} {source[0]} {words[0] if words else ''}>" if source else ""


def told_words(markup: str) -> dict[str, str]:
    """Name of each picture or recording -> the words that stand in for it; those without are left out."""
    found: dict[str, str] = {}
    for shown in _IMAGE.finditer(_cleaned(markup)):
        words = _WORDS.search(shown[0])
        plain = " ".join(html.unescape(words[1]).split()) if words else ""
        if plain:
            found.setdefault(_picture_name(html.unescape(shown[1])), plain)
    return found


def _raised(match: re.Match[str]) -> str:
    kind, text = match[1].lower(), html.unescape(_TAG.sub("", match[2]))
    table = _SCRIPTS[kind]
    if text and all(character in table for character in text):
        return "".join(table[character] for character in text)
    return html.escape(f"{'^' if kind == 'sup' else '_'}({text})" if text else "")


def _picture_name(source: str) -> str:
    if source.startswith("data:"):
        return "图片"
    if source.startswith("@@PLUGINFILE@@/"):
        source = unquote(source.removeprefix("@@PLUGINFILE@@/"))
    return unicodedata.normalize("NFC", source).replace("［", "[").replace("］", "]")


def html_of(text: str, *, pictures: Mapping[str, str], folder: str) -> str:
    """A text whose marks become pictures and players of a folder; other marks stay words.

    pictures: name -> the words that stand in for it.
    """

    def shown(match: re.Match[str]) -> str:
        name = html.unescape(match[1])
        if name not in pictures:
            return match[0]
        source, words = f"{folder}{quote(name)}", html.escape(pictures[name])
        tag = PLAYED.get(name.rpartition(".")[2].lower())
        if tag:
            return f'<{tag} src="{source}" title="{words}" controls="true"></{tag}>'
        return f'<img src="{source}" alt="{words}">'

    kept = _INDENT.sub("\xa0", html.escape(text, quote=False)).replace("  ", " \xa0")
    lines = kept.replace("\n", "<br>")
    return PICTURE.sub(shown, lines)
