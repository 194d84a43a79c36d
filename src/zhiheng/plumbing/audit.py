"""The audit trail: appended lines, each sealing the one before, so that an altered line is found."""

from typing import Any

from zhiheng.foundation.canonical import digest
from zhiheng.foundation.moment import iso
from zhiheng.plumbing import clock
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.models import AuditLine

GENESIS = "0" * 64


def record(*, by: str, act: str, subject: str, detail: dict[str, Any] | None = None) -> AuditLine:
    """Append one line inside the caller's transaction.

    by: account id as text, or a service name. subject: "kind:id". detail: JSON of str, int, bool, list, dict.
    """
    lock_named("audit")
    last = AuditLine.objects.order_by("-id").values_list("seal", flat=True).first()
    at = clock.now().replace(microsecond=0)
    line = AuditLine(at=at, by=by, act=act, subject=subject, detail=detail or {}, previous=last or GENESIS)
    line.seal = seal_of(line)
    line.save(force_insert=True)
    return line


def seal_of(line: AuditLine) -> str:
    return digest([line.previous, iso(line.at), line.by, line.act, line.subject, line.detail])


def first_broken() -> AuditLine | None:
    """The first line whose seal does not fit its content and its predecessor, if any."""
    previous = GENESIS
    for line in AuditLine.objects.order_by("id").iterator():
        if line.previous != previous or line.seal != seal_of(line):
            return line
        previous = line.seal
    return None
