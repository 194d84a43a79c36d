"""Looking at a document after it was handed in, away from the page."""

from uuid import UUID

from django_tasks import task

from zhiheng.enrolment.queries import document_with_application
from zhiheng.enrolment.recognition.actions import examine
from zhiheng.enrolment.recognition.engines import face_finder, text_reader


@task(priority=-50)  # behind everything people wait for: reading takes seconds
def examine_document(document_id: str) -> None:
    document = document_with_application(UUID(document_id))
    if document is not None and document.file.destroyed_at is None:
        examine(document=document, reader=text_reader(), finder=face_finder())
