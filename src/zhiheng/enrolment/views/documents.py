"""Opening a candidate's papers: for its institution, the reviewers and the candidate, nobody else."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from zhiheng.enrolment.actions import note_document_seen, note_form_seen
from zhiheng.enrolment.documents import review_form_pdf
from zhiheng.enrolment.links import document_link, link_holds, page_link
from zhiheng.enrolment.models import Application, Document
from zhiheng.enrolment.queries import application_with_everything, document_with_application
from zhiheng.enrolment.refusals import require_unerased
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.plumbing import clock, pages, vault
from zhiheng.plumbing.pictures import watermarked

_STAFF = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
_READERS = (Role.INSTITUTION, Role.CANDIDATE, Role.REVIEWER, Role.ADMINISTRATOR)


@allow(*_READERS)
def document(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The lasting address on pages: it lets nothing through but a link of five minutes for this reader."""
    found = _found(request, document_id)
    asked = "?download" if "download" in request.GET else ""
    response = redirect(document_link(request.user, found.id) + asked)
    response.headers["Cache-Control"] = "no-store, private"
    return response


@allow(*_READERS)
def document_page(request: SignedInRequest, document_id: UUID, page: int) -> HttpResponse:
    """The lasting address of one page of a PDF, as a picture."""
    found = _found(request, document_id)
    response = redirect(page_link(request.user, found.id, page))
    response.headers["Cache-Control"] = "no-store, private"
    return response


@allow(*_READERS)
def document_file(request: SignedInRequest, document_id: UUID, until: int, key: str) -> HttpResponse:
    """The file itself; a picture that staff see carries their name and the moment."""
    found = _linked(request, document_id, until, key)
    content, media_type = vault.read(found.file), found.file.media_type
    if request.roles & _STAFF:
        note_document_seen(by=request.user, document=found)
        if media_type.startswith("image/"):
            content, media_type = _marked(request, content), "image/jpeg"
    return file_response(
        content, media_type=media_type, name=found.file.name, download="download" in request.GET
    )


@allow(*_READERS)
def document_page_file(
    request: SignedInRequest, document_id: UUID, until: int, key: str, page: int
) -> HttpResponse:
    """One page of a PDF drawn here, so that no browser runs the file; marked for staff like every picture."""
    found = _linked(request, document_id, until, key)
    if found.file.media_type != "application/pdf":
        raise Http404
    content = pages.as_picture(vault.read(found.file), page=page)
    if request.roles & _STAFF:
        note_document_seen(by=request.user, document=found, page=page)
        content = _marked(request, content)
    name = f"{found.file.name.rsplit('.', 1)[0]} {page}.jpg"
    return file_response(content, media_type="image/jpeg", name=name, download=False)


def _linked(request: SignedInRequest, document_id: UUID, until: int, key: str) -> Document:
    if not link_holds(request.user, document_id, until, key):
        raise Http404
    return _found(request, document_id)


def _marked(request: SignedInRequest, content: bytes) -> bytes:
    moment = clock.now().astimezone(SHANGHAI)
    return watermarked(content, f"{request.user.display_name} {moment:%Y-%m-%d %H:%M}")


@allow(*_READERS)
def review_form(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """The 报名审核表 as it stands now."""
    application = application_with_everything(application_id)
    if application is None or not may_see(request, application):
        raise Http404
    require_unerased(application)
    content = review_form_pdf(application)
    if request.roles & _STAFF:
        note_form_seen(by=request.user, application=application)
    name = f"报名审核表 {application.person.name} {application.offering.title.replace('/', '／')}.pdf"
    return file_response(content, media_type="application/pdf", name=name, download="download" in request.GET)


def file_response(content: bytes, *, media_type: str, name: str, download: bool) -> HttpResponse:
    """A file that no cache keeps and no browser guesses at."""
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=download, filename=name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _found(request: SignedInRequest, document_id: UUID) -> Document:
    found = document_with_application(document_id)
    if found is None or not may_see(request, found.application):
        raise Http404
    return found


def may_see(request: SignedInRequest, application: Application) -> bool:
    """Whether the reader may see the papers of this application; a draft is the institution's and the candidate's."""
    if request.roles & _STAFF and application.submitted_at is not None:
        return True
    if Role.INSTITUTION in request.roles:
        institution = institution_of(request.user)
        if institution is not None and institution.id == application.institution_id:
            return True
    if Role.CANDIDATE in request.roles:
        person = person_of(request.user)
        return person is not None and person.id == application.person_id
    return False
