"""Opening a candidate's document: for its institution, the reviewers and the candidate, nobody else."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from zhiheng.enrolment.actions import note_document_seen
from zhiheng.enrolment.models import Document
from zhiheng.enrolment.queries import document_with_application
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.plumbing import vault

_STAFF = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


@allow(Role.INSTITUTION, Role.CANDIDATE, Role.REVIEWER, Role.ADMINISTRATOR)
def document(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    found = document_with_application(document_id)
    if found is None or not _may_see(request, found):
        raise Http404
    content = vault.read(found.file)
    if request.roles & _STAFF:
        note_document_seen(by=request.user, document=found)
    response = HttpResponse(content, content_type=found.file.media_type)
    disposition = content_disposition_header(
        as_attachment="download" in request.GET, filename=found.file.name
    )
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _may_see(request: SignedInRequest, found: Document) -> bool:
    application = found.application
    if request.roles & _STAFF and application.submitted_at is not None:  # a draft is the institution's alone
        return True
    if Role.INSTITUTION in request.roles:
        institution = institution_of(request.user)
        if institution is not None and institution.id == application.institution_id:
            return True
    if Role.CANDIDATE in request.roles:
        person = person_of(request.user)
        return person is not None and person.id == application.person_id
    return False
