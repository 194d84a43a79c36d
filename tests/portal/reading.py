"""What a reader of a page sees, by language."""

import re
from html.parser import HTMLParser

HAN = re.compile(r"[\u3400-\u9fff]+")
VOID = {"meta", "link", "input", "br", "hr", "img", "rect", "circle", "path", "option"}
UNREAD = {"script", "style"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.stray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        language = said.get("lang") or (self.open[-1][1] if self.open else "")
        if tag not in VOID:
            self.open.append((tag, language))
        for name in ("aria-label", "data-label", "title"):
            self._keep(str(said.get(name) or ""), language)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] not in UNREAD:
            self._keep(data, self.open[-1][1])

    def _keep(self, text: str, language: str) -> None:
        if not language.startswith("zh"):
            self.stray += HAN.findall(text)


def stray_chinese(html: str) -> list[str]:
    """Chinese that is not said to be Chinese, on a page in English."""
    reader = _Reader()
    reader.feed(html)
    return reader.stray
