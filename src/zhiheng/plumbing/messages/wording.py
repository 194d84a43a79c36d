"""What is said: one file per kind and language, its first line the subject, the rest the text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from zhiheng.foundation.errors import ZhihengError

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("zh-hans", "en")
LONGEST_SUBJECT = 60
LONGEST_TEXT = 500  # characters: seven parts of a long SMS

# Every kind of message with the blanks its texts fill, each of them in every language.
KINDS: dict[str, frozenset[str]] = {
    "application-approved": frozenset({"name", "exam", "day", "institution", "tickets_from"}),
    "application-returned": frozenset({"name", "exam", "day", "institution", "reasons"}),
    "application-returned-institution": frozenset({"name", "exam", "day", "reasons", "link"}),
    "application-reopened": frozenset({"name", "exam", "day", "due"}),
    "application-reopened-institution": frozenset({"name", "exam", "day", "due", "reasons", "link"}),
    "order-paid": frozenset({"reference", "sitting", "count", "amount", "link"}),
    "exam-notice": frozenset({"name", "exam", "day", "starts", "centre", "address", "seat", "number"}),
    "results-released": frozenset({"name", "exam", "day", "link"}),
    "results-released-institution": frozenset({"exam", "day", "count", "link"}),
    "result-amended": frozenset({"name", "exam", "day", "change", "reason", "follows", "link"}),
    "result-amended-institution": frozenset({"name", "exam", "day", "change", "reason", "follows", "link"}),
    "certificate-issued": frozenset({"name", "exam", "number", "link"}),
    "certificates-issued-institution": frozenset({"exam", "day", "count", "link"}),
    "correction-applied": frozenset({"name", "number", "link"}),
    "correction-refused": frozenset({"name", "number", "reason", "link"}),
    "adjustment-decided": frozenset({"name", "exam", "day", "number", "link"}),
    "complaint-received": frozenset({"number", "due", "link"}),
    "complaint-message": frozenset({"number", "link"}),
    "complaint-answered": frozenset({"number", "link"}),
    "complaint-question": frozenset({"link"}),
    "partner-received": frozenset({"name", "number", "link"}),
    "partner-accepted": frozenset({"name", "number", "code", "begins", "until", "username", "link"}),
    "partner-refused": frozenset({"name", "number", "reason", "link"}),
    "erasure-granted": frozenset({"name", "kept"}),
    "erasure-refused": frozenset({"name", "reason"}),
    "authorisation-changed": frozenset({"institution", "what", "link"}),
}


class BadText(ZhihengError):
    """A text file is missing or does not fit its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    subject: str
    body: str


@cache
def text_of(kind: str, language: str) -> Text:
    """Raises: BadText."""
    path = FOLDER / f"{kind}.{language}.txt"
    if kind not in KINDS or not path.is_file():
        raise BadText(f"There is no text for {kind} in {language}.")
    subject, _, body = path.read_text(encoding="utf-8").partition("\n")
    return Text(subject=subject.strip(), body=body.strip())


def render(kind: str, language: str, facts: Mapping[str, str]) -> Text:
    """The text with its blanks filled. Raises: BadText when a fact is missing or one too many is given."""
    text = text_of(kind, language)
    if set(facts) != KINDS[kind]:
        raise BadText(f"{kind} needs exactly {sorted(KINDS[kind])}, got {sorted(facts)}.")
    return Text(subject=text.subject.format_map(facts), body=text.body.format_map(facts))


def blanks_of(text: str) -> list[str]:
    """The names of the blanks in order of appearance. Raises: BadText for a blank that is more than a name."""
    found = []
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise BadText(f"A blank must be a plain name: {{{name}}}.")
        found.append(name)
    return found


def faults() -> list[str]:
    """What is wrong with the files: a blank unknown or never used, a subject or text missing or too long, a stray file."""
    found = [fault for kind in KINDS for language in LANGUAGES for fault in _faults_of(kind, language)]
    expected = {f"{kind}.{language}.txt" for kind in KINDS for language in LANGUAGES}
    return found + [f"{path.name}: no such kind" for path in FOLDER.iterdir() if path.name not in expected]


def _faults_of(kind: str, language: str) -> list[str]:
    where = f"{kind}.{language}"
    try:
        text = text_of(kind, language)
        subject, body = set(blanks_of(text.subject)), set(blanks_of(text.body))
    except (BadText, ValueError) as error:
        return [f"{where}: {error}"]
    found = [f"{where}: unknown blank {name}" for name in sorted((subject | body) - KINDS[kind])]
    found += [f"{where}: {name} is never told" for name in sorted(KINDS[kind] - body - subject)]
    if not 0 < len(text.subject) <= LONGEST_SUBJECT:
        found.append(f"{where}: subject of {len(text.subject)} characters")
    if not 0 < len(text.body) <= LONGEST_TEXT:
        found.append(f"{where}: text of {len(text.body)} characters")
    return found
