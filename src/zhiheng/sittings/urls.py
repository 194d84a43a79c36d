from datetime import date

from django.urls import path, register_converter

from zhiheng.sittings import calendar_views, views


class DayConverter:
    """A day in a path: 2026-11-28."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("sittings/", views.sittings, name="sittings"),
    path("sittings/call/", views.call, name="call_sitting"),
    path("sittings/call-year/", calendar_views.call_whole_year, name="call_year"),
    path("sittings/calendar/", calendar_views.calendar, name="holiday_calendar"),
    path("sittings/changes/<uuid:change_id>/", calendar_views.decide, name="decide_change"),
    path("sittings.ics", calendar_views.feed, name="sittings_feed"),
    path("sittings/<day:day>/", views.sitting, name="sitting"),
    path("sittings/<day:day>/offer/", views.offer_programme, name="offer_programme"),
]
