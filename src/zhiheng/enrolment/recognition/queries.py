"""What machines saw, held against what the form says now."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.comparing import (
    Agreement,
    Compared,
    compare_certificate,
    compare_id_card,
)
from zhiheng.enrolment.core.faces import Face, face_hint
from zhiheng.enrolment.models import Application, Document, DocumentKind, Finding
from zhiheng.enrolment.recognition.engines import can_find_faces, can_read_text
from zhiheng.plumbing import clock

PATIENCE = timedelta(hours=1)  # after that the machine's work is not waited for any more
SHAPES = {Agreement.SAME: "valid", Agreement.DIFFERENT: "overdue", Agreement.UNREAD: "pending"}


FACE_WORDS = {Agreement.SAME: "一张", Agreement.DIFFERENT: "请留意", Agreement.UNREAD: "未认出"}
_AS_SAID = {agreement: agreement.value for agreement in Agreement}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line on a page: its mark, the state in a word, and what was read."""

    field: str
    shape: str
    state: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the machines say about one document. words: why nothing was compared; pending: they are not done yet."""

    kind: DocumentKind
    words: str = ""
    lines: tuple[Compared, ...] = ()
    pending: bool = False

    @property
    def shown(self) -> list[Shown]:
        words = FACE_WORDS if self.kind == DocumentKind.PHOTO else _AS_SAID
        return [
            Shown(
                field=line.field,
                shape=SHAPES[line.agreement],
                state=words[line.agreement],
                words=line.words,
            )
            for line in self.lines
        ]

    @property
    def differences(self) -> tuple[str, ...]:
        return tuple(
            f"{self.kind.label}的{line.field}：{line.words}"
            for line in self.lines
            if line.agreement == Agreement.DIFFERENT
        )


_NOT_DONE = {
    DocumentKind.PHOTO: "未做人脸检查，请人工查看",
    DocumentKind.ID_FRONT: "未做文字识别，请人工核对",
    DocumentKind.EDUCATION: "未做文字识别，请人工核对",
}


def hints_for(application: Application, documents: Iterable[Document]) -> dict[str, Hint]:
    """By kind of document, for the kinds a machine can look at and of which one was handed in."""
    held = {document.kind: document for document in documents if document.kind in _NOT_DONE}
    findings = {
        finding.document_id: finding for finding in Finding.objects.filter(document__in=list(held.values()))
    }
    return {kind: _hint(application, document, findings.get(document.id)) for kind, document in held.items()}


def face_hint_for(document_id: UUID) -> str:
    """What is said about a photo beside the tool that cuts it."""
    finding = Finding.objects.filter(document=document_id).first()
    if finding is not None:
        return face_hint(_faces(finding)).words
    return "正在检查人脸，稍后刷新可见" if can_find_faces() else _NOT_DONE[DocumentKind.PHOTO]


def _hint(application: Application, document: Document, finding: Finding | None) -> Hint:
    kind = DocumentKind(document.kind)
    if finding is None:
        able = can_find_faces() if kind == DocumentKind.PHOTO else can_read_text()
        pending = able and clock.now() < document.created_at + PATIENCE
        return Hint(
            kind=kind,
            words="机器核对还没有做完，稍后刷新可见" if pending else _NOT_DONE[kind],
            pending=pending,
        )
    if kind == DocumentKind.PHOTO:
        found = face_hint(_faces(finding))
        line = Compared(field="人脸", agreement=found.agreement, words=found.words)
        return Hint(kind=kind, lines=(line,))
    return Hint(kind=kind, lines=_compared(application, kind, json.loads(finding.content)))


def _compared(application: Application, kind: DocumentKind, read: Sequence[str]) -> tuple[Compared, ...]:
    person = application.person
    if kind == DocumentKind.ID_FRONT:
        return compare_id_card(read, name=person.name, id_number=person.id_number)
    profile = profile_from_facts(application.profile, as_of=clock.today())
    return compare_certificate(read, name=person.name, education=profile.education)


def _faces(finding: Finding) -> list[Face]:
    return [Face(**row) for row in json.loads(finding.content)]
