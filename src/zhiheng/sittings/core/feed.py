"""Dates as an iCalendar text. Source: RFC 5545, sections 3.1 (lines and folding), 3.3.11 (escapes), 3.6.1 (events)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

OCTETS = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One entry. uid: stable over time; day: a whole day, unless begins and minutes are given (the exam itself)."""

    uid: str
    day: date
    summary: str
    description: str = ""
    tentative: bool = False
    begins: datetime | None = None
    minutes: int = 0


def calendar_text(events: Iterable[FeedEvent], *, title: str, stamp: datetime) -> str:
    """The whole calendar, lines ended by CRLF and none longer than 75 octets."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Zhiheng//Sittings//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(title)}",
        "X-WR-TIMEZONE:Asia/Shanghai",
    ]
    for event in events:
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(event: FeedEvent, stamp: datetime) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_moment(stamp)}"]
    if event.begins is not None:
        ends = event.begins + timedelta(minutes=event.minutes)
        lines += [f"DTSTART:{_moment(event.begins)}", f"DTEND:{_moment(ends)}"]
    else:
        lines += [
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            "TRANSP:TRANSPARENT",
        ]
    lines += [
        f"SUMMARY:{escaped(event.summary)}",
        f"STATUS:{'TENTATIVE' if event.tentative else 'CONFIRMED'}",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{escaped(event.description)}")
    return [*lines, "END:VEVENT"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    for plain, written in (
        ("\\", "\\\\"),
        (";", "\\;"),
        (",", "\\,"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        ("\r", "\\n"),
    ):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets; each after the first begins with a space, and no character is cut."""
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > OCTETS:
            yield piece
            piece, size = " ", 1
        piece += character
        size += width
    yield piece
