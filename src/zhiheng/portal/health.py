"""Whether this process can serve: asked by supervisors, told to anybody."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from zhiheng.people.access import public


@public
def healthz(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})
