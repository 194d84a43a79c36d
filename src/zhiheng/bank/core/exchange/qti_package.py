"""A QTI content package: the list of its resources, its files by their addresses, its shared stimuli.

Source: IMS Content Packaging 1.1 and 1.2 as QTI 2.1, 2.2 and 3.0 profile it.
"""

import base64
import binascii
import io
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import filetype

from zhiheng.bank.core.exchange.incoming import LIMITS, LONGEST
from zhiheng.bank.core.exchange.qti_text import text_of
from zhiheng.bank.core.exchange.qti_words import children, first, in_plain_words
from zhiheng.bank.core.exchange.terms import Media
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.markup import read_xml
from zhiheng.plumbing.archives import Archive, Entry, leaves

MEGABYTE = 1024 * 1024
LIMIT_XML = 4 * MEGABYTE  # one item or stimulus
LIMIT_MANIFEST = 40 * MEGABYTE
LIMIT_RESOURCES = 20_000
MANIFEST = "imsmanifest.xml"
_MEDIA = re.compile(r"\.(png|jpe?g|gif|webp|bmp|mp3|m4a|ogg|wav|mp4|webm)$", re.IGNORECASE)
_MARK = "\x05"  # XML holds no such character
_PLACEHOLDER = re.compile(f"{_MARK}([0-9]+){_MARK}")
T = TypeVar("T")
_DATA = re.compile(r"data:[\w/+.-]*;base64,([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An entry of the package's list. href: the path of its file in the package, "" when it has none."""

    id: str
    type: str
    href: str
    files: tuple[str, ...] = ()
    metadata: Element | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    medium: Media
    words: str

    def taken(self, take: Callable[[Media, str], str]) -> str:
        return take(self.medium, self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stimulus:
    """A shared text; its pictures stand in it by their number between two marks."""

    text: str
    pictures: tuple[_Picture, ...]


@dataclass(slots=True, kw_only=True)
class Package:
    """An opened package; single items are packages of one file without a list."""

    name: str
    archive: Archive | None = None
    _places: dict[str, Entry] = field(default_factory=dict)
    _media: dict[str, Media | Refused] = field(default_factory=dict)
    _stimuli: dict[str, "_Stimulus | Refused"] = field(default_factory=dict)

    @classmethod
    def opened(cls, content: bytes, *, name: str) -> "Package":
        """Raises: Refused when the archive is not an honest one."""
        archive = Archive(io.BytesIO(content), name=name, limits=LIMITS)
        found = cls(name=name, archive=archive)
        found._places = {entry.path: entry for entry in archive.entries}
        return found

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self._places)

    @property
    def manifest(self) -> str:
        """Where the list lies; "" without one. Some wrap the whole package in a folder."""
        found = [path for path in self.paths if posixpath.basename(path) == MANIFEST]
        return min(found, key=lambda path: path.count("/"), default="")

    def content(self, path: str, *, longest: int = LIMITS.file) -> bytes:
        """Raises: Refused when the package has no such file or it is longer than that."""
        entry = self._places.get(path)
        if entry is None or self.archive is None:
            raise _missing(f"包里没有文件“{path[:200]}”")
        if entry.size > longest:
            raise _missing(
                f"文件“{path[:200]}”有 {entry.size / MEGABYTE:.1f} MB，超过 {longest // MEGABYTE} MB"
            )
        return self.archive.read(entry.number)

    def xml(self, path: str, *, longest: int = LIMIT_XML) -> Element:
        """A file of the package as a tree in plain words."""
        content = self.content(path, longest=longest)
        return in_plain_words(read_xml(content, name=path, longest=longest))

    def file(self, base: str, address: str) -> Media:
        """A picture or recording by its address in the file at `base`."""
        inline = _DATA.fullmatch(address.strip())
        return _inline(inline[1]) if inline else self.medium(place(base, address))

    def medium(self, path: str) -> Media:
        """A picture or recording by its path."""
        return _once(self._media, path, lambda: _medium(posixpath.basename(path), self.content(path)))

    def stimulus(self, base: str, address: str, take: Callable[[Media, str], str]) -> str:
        """The text of a shared stimulus. take: puts one of its pictures into the question and names it."""
        path = place(base, address)
        found = _once(self._stimuli, path, lambda: self._read_stimulus(path))
        return _PLACEHOLDER.sub(lambda number: found.pictures[int(number[1])].taken(take), found.text)

    def _read_stimulus(self, path: str) -> "_Stimulus":
        body = first(self.xml(path), "stimulusBody")
        if body is None:
            raise _missing(f"共用材料“{path}”里没有正文")
        pictures: list[_Picture] = []

        def fetch(address: str, words: str) -> str:
            pictures.append(_Picture(medium=self.file(path, address), words=words))
            return f"{_MARK}{len(pictures) - 1}{_MARK}"

        text = text_of(body, fetch=fetch)
        if len(text) > LONGEST:
            raise _missing(f"共用材料“{path}”有 {len(text)} 个字，超过 {LONGEST} 个字")
        return _Stimulus(text=text, pictures=tuple(pictures))

    def resources(self) -> tuple[Resource, ...]:
        """The list of the package, nothing without one. Raises: Refused when it cannot be read or is absurdly long."""
        if not self.manifest:
            return ()
        root = self.xml(self.manifest, longest=LIMIT_MANIFEST)
        found: list[Resource] = []
        _collect(root, self.manifest.removesuffix(MANIFEST), found)
        if len(found) > LIMIT_RESOURCES:
            raise Refused(
                what=f"题目包“{self.name}”的清单列了 {len(found)} 项，超过 {LIMIT_RESOURCES} 项",
                remedy="请分成几个题目包导入",
                code="qti-count",
            )
        return tuple(found)


def place(base: str, address: str) -> str:
    """The path in the package of what an address in the file at `base` names.

    Raises: Refused for an address outside the package.
    """
    address = address.strip()
    if re.match(r"([A-Za-z][A-Za-z0-9+.-]*:|//)", address):
        raise _missing(f"题目引用包外的地址“{address[:200]}”，不会去下载")
    plain = unquote(address.partition("#")[0].partition("?")[0]).replace("\\", "/")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), plain)) if plain else ""
    if not path or leaves(path):
        raise _missing(f"题目引用的位置“{address[:200]}”不在包里")
    return path


def _once(known: dict[str, T | Refused], path: str, make: Callable[[], T]) -> T:
    """Made once however often it is asked for, a refusal too: a file may be named ten thousand times."""
    if path not in known:
        try:
            known[path] = make()
        except Refused as refused:
            known[path] = refused
    found = known[path]
    if isinstance(found, Refused):
        raise found
    return found


def is_medium(path: str) -> bool:
    return _MEDIA.search(path) is not None


def _collect(element: Element, base: str, found: list[Resource]) -> None:
    """Resources in order, with those of lists inside the list; xml:base adds up."""
    base += unquote(element.get("base", ""))
    for child in element:
        if child.tag == "resource":
            found.append(_resource(child, base + unquote(child.get("base", ""))))
        elif child.tag in ("resources", "manifest"):
            _collect(child, base, found)


def _resource(element: Element, base: str) -> Resource:
    files = [_listed(base, entry.get("href", "")) for entry in children(element, "file")]
    href = _listed(base, element.get("href", "")) or next(iter(files), "")
    return Resource(
        id=element.get("identifier", "").strip()[:200],
        type=element.get("type", "").strip()[:200],
        href=href,
        files=tuple(file for file in files if file and file != href),
        metadata=first(element, "metadata"),
    )


def _listed(base: str, address: str) -> str:
    """A path as the list gives it; addresses outside lead to no file and are told when they are looked for."""
    plain = unquote(address.partition("#")[0].partition("?")[0]).replace("\\", "/")
    return posixpath.normpath(base + plain) if plain else ""


def _medium(name: str, content: bytes) -> Media:
    kind = filetype.guess(content)
    if kind is None or kind.mime.partition("/")[0] not in ("image", "audio", "video"):
        raise _missing(f"“{name}”的内容不是图片、录音或录像")
    return Media(name=name.replace("［", "[").replace("］", "]"), content=content)


def _inline(text: str) -> Media:
    try:
        content = base64.b64decode(text)
    except binascii.Error:
        raise _missing("题目里内嵌的图片已损坏") from None
    kind = filetype.guess(content)
    return _medium(f"picture.{kind.extension if kind else 'bin'}", content)


def _missing(what: str) -> Refused:
    return Refused(what=what, remedy="请把缺少的文件放进题目包，或改好后重新导出", code="qti-file")
