"""The room's report as a file, for its own invigilators and for the administrator."""

from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from zhiheng.delivery.console.act_views import room_desk
from zhiheng.delivery.console.report import room_report as make_report
from zhiheng.delivery.console.scope import Scope, shared_room, whole_hall
from zhiheng.people.access import allow
from zhiheng.people.models import Role


@allow(Role.INVIGILATOR)
def room_report(request: HttpRequest, watch_id: UUID) -> HttpResponse:
    return _file(room_desk(request, watch_id).scope)


@allow(Role.ADMINISTRATOR)
def hall_report(request: HttpRequest, offering_id: UUID, room_id: UUID) -> HttpResponse:
    """Everybody in the room on that day, whatever they sat."""
    found = whole_hall(offering_id, room_id=room_id)
    if found is None or found.room is None:
        raise Http404
    return _file(shared_room(found.sitting, found.room))


def _file(scope: Scope) -> HttpResponse:
    content = make_report(scope)
    name = f"考场报告 {scope.room.name if scope.room else ''} {scope.sitting.day.isoformat()}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-store",
        },
    )
