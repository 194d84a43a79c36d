"""What every stage keeps about a person, for the copy they may ask for. Nothing of other people goes into it."""

from typing import Any

from zhiheng.certificates.queries import certificates_of, state_of
from zhiheng.config import retention
from zhiheng.delivery.accommodations.queries import decisions_of, requests_of
from zhiheng.delivery.console.queries import door_photos_of
from zhiheng.enrolment.models import Document, Finding
from zhiheng.enrolment.queries import applications_of_person, review_history
from zhiheng.payments.models import OrderLine
from zhiheng.people.complaints.queries import complaints_of, entries_of
from zhiheng.people.corrections.queries import change_history, corrections_of
from zhiheng.people.models import Complaint, Person
from zhiheng.people.rights.copies import Part, provide
from zhiheng.people.rights.queries import consent_history
from zhiheng.plumbing.models import OutgoingMessage, VaultFile
from zhiheng.results.amending.queries import amended
from zhiheng.results.queries import results_of_person
from zhiheng.seating.queries import tickets_of_person


def connect() -> None:
    """Called once at start."""
    retention.connect()
    provide("person", _person)
    provide("consents", _consents)
    provide("corrections", _corrections)
    provide("complaints", _complaints)
    provide("messages", _messages)
    provide("applications", _applications)
    provide("fees", _fees)
    provide("tickets", _tickets)
    provide("adjustments", _adjustments)
    provide("results", _results)
    provide("certificates", _certificates)


def _person(person: Person) -> Part:
    names = ("name", "id_kind", "id_number", "phone", "born", "male", "created_at")
    return Part(rows=[{name: getattr(person, name) for name in names}])


def _consents(person: Person) -> Part:
    names = ("created_at", "purpose", "version", "text_hash", "granted", "evidence")
    return Part(rows=[{name: getattr(row, name) for name in names} for row in consent_history(person)])


def _corrections(person: Person) -> Part:
    asked = list(corrections_of(person))
    names = ("number", "created_at", "name", "id_number", "reason", "state", "settled_at")
    rows = [{name: getattr(row, name) for name in names} for row in asked]
    before = ("created_at", "old_name", "old_id_number", "new_name", "new_id_number")
    changes = [{name: getattr(row, name) for name in before} for row in change_history(person)]
    files = {f"corrections/{row.number}-{row.evidence.name}": row.evidence for row in asked}
    return Part(rows=rows + changes, files=files)


def _complaints(person: Person) -> Part:
    """What they handed in while signed in, and the letters to them; not what was asked of an institution."""
    found = complaints_of(person.account) if person.account else Complaint.objects.none()
    rows: list[dict[str, Any]] = []
    files: dict[str, VaultFile] = {}
    for complaint in found:
        entries = entries_of(complaint, inward=False)
        rows.append(
            {
                "number": complaint.number,
                "about": complaint.get_about_display(),
                "state": complaint.get_state_display(),
                "entries": [
                    {"at": entry.created_at, "kind": entry.get_kind_display(), "text": entry.text}
                    for entry in entries
                ],
            }
        )
        files |= {f"complaints/{complaint.number}-{e.file.name}": e.file for e in entries if e.file}
    return Part(rows=rows, files=files)


def _messages(person: Person) -> Part:
    names = ("created_at", "kind", "language", "channel", "address", "subject", "text", "state")
    rows = OutgoingMessage.objects.filter(person_id=person.id).order_by("created_at")
    return Part(rows=[{name: getattr(row, name) for name in names} for row in rows])


def _applications(person: Person) -> Part:
    applications = applications_of_person(person)
    rows = [
        {
            "id": application.id,
            "sitting": application.sitting.day,
            "exam": application.offering.title,
            "institution": application.institution.name,
            "status": application.get_status_display(),
            "profile": application.profile,
            "claimed_condition": application.claimed_condition,
            "address": application.address,
            "submitted_at": application.submitted_at,
            "reviews": [
                {"at": row.created_at, "verdict": row.get_verdict_display(), "reasons": row.reasons}
                for row in review_history(application)
            ],
            "seen_by_machines": [
                {"document": row.document.get_kind_display(), "engine": row.engine, "content": row.content}
                for row in Finding.objects.filter(document__application=application).select_related(
                    "document"
                )
            ],
        }
        for application in applications
    ]
    documents = Document.objects.filter(application__in=applications).select_related("file")
    files = {
        f"{row.application_id}/{row.kind}-{row.id}.{row.file.media_type.rsplit('/', 1)[-1]}": row.file
        for row in documents
    }
    return Part(rows=rows, files=files)


def _fees(person: Person) -> Part:
    lines = (
        OrderLine.objects.filter(application__person=person).select_related("order").order_by("created_at")
    )
    return Part(
        rows=[
            {
                "order": line.order.reference,
                "description": line.description,
                "amount_fen": line.amount_fen,
                "paid_at": line.order.paid_at,
            }
            for line in lines
        ]
    )


def _tickets(person: Person) -> Part:
    """Tickets, and the pictures taken at the door of the exam room."""
    tickets = list(tickets_of_person(person))
    taken = door_photos_of(tickets)
    return Part(
        rows=[
            {"number": ticket.number, "exam": ticket.offering.title, "centre": ticket.centre.name}
            for ticket in tickets
        ],
        files={
            f"tickets/{ticket.number}-door.jpg": taken[ticket.id] for ticket in tickets if ticket.id in taken
        },
    )


def _adjustments(person: Person) -> Part:
    asked = list(requests_of(person))
    decided = decisions_of(asked)
    names = ("number", "created_at", "late", "state", "settled_at", "asked", "reason")
    rows = [
        {
            **{name: getattr(row, name) for name in names},
            "verdicts": decided[row.id].verdicts if row.id in decided else "",
        }
        for row in asked
    ]
    files = {f"adjustments/{row.number}-{row.evidence.name}": row.evidence for row in asked if row.evidence}
    return Part(rows=rows, files=files)


def _results(person: Person) -> Part:
    found = list(results_of_person(person))
    put_right = amended(found)
    return Part(
        rows=[
            {
                "exam": result.application.offering.title,
                "outcome": result.get_outcome_display(),
                "components": result.components,
                "amendments": [
                    {
                        "at": one.decision.created_at,
                        "reason": one.amendment.reason,
                        "before": one.amendment.before,
                        "after": one.amendment.after,
                    }
                    for one in put_right[result.id]
                ],
            }
            for result in found
        ]
    )


def _certificates(person: Person) -> Part:
    return Part(
        rows=[
            {
                "number": row.number,
                "issued_at": row.issued_at,
                "state": str(state_of(row)),
                "facts": row.facts,
            }
            for row in certificates_of(person)
        ]
    )
