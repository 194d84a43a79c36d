"""Putting papers and facts into an application that may still be changed. by: an account's id, or a link's name."""

from typing import Any

from django.db import transaction

from zhiheng.enrolment.core.papers import Clean
from zhiheng.enrolment.models import Application, Document, DocumentKind
from zhiheng.enrolment.refusals import check_profile, require_editable
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import change_phone
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.outbox import publish


@transaction.atomic
def file_paper(*, by: str, application: Application, kind: DocumentKind, paper: Clean) -> Document:
    """Keep a clean paper; an earlier one of the same kind is superseded (proofs may be several).

    Raises: Refused when the application is not editable or the same file is there as another kind.
    """
    require_editable(application)
    _refuse_same_file(application, kind, paper.source_sha256)
    file = vault.keep(paper.content, kind=kind, name=paper.name, by=by, media_type=paper.media_type)
    if kind != DocumentKind.PROOF:
        Document.objects.filter(application=application, kind=kind, superseded_at=None).update(
            superseded_at=clock.now()
        )
    document = Document.objects.create(
        application=application, kind=kind, file=file, source_sha256=paper.source_sha256
    )
    record(
        by=by,
        act="document-attached",
        subject=f"application:{application.id}",
        detail={"kind": str(kind), "sha256": file.sha256},
    )
    publish("document-attached", document_id=str(document.id))
    return document


@transaction.atomic
def correct_facts(
    *,
    by: str,
    application: Application,
    phone: str,
    profile: dict[str, Any],
    claimed_condition: str,
    address: str,
) -> None:
    """Change the claimed facts. Raises: Refused."""
    require_editable(application)
    check_profile(profile, application.offering)
    application.profile = profile
    application.claimed_condition = claimed_condition
    application.address = address
    application.save(update_fields=["profile", "claimed_condition", "address"])
    if phone and phone != application.person.phone:
        change_phone(by=by, person=application.person, phone=phone)
    record(by=by, act="application-corrected", subject=f"application:{application.id}")


def _refuse_same_file(application: Application, kind: DocumentKind, source: str) -> None:
    same = (
        Document.objects.filter(application=application, superseded_at=None, source_sha256=source)
        .exclude(kind=kind)
        .first()
    )
    if same is not None:
        raise Refused(
            what=f"这个文件与已上传的“{same.get_kind_display()}”完全相同",
            remedy=f"请上传{kind.label}本身",
            code="file-repeated",
        )
