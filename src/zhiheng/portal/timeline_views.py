"""The reader's dates on a page, and at a private address a calendar can subscribe to."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.models import Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing import clock
from zhiheng.portal.timeline import lines_for, offerings_for
from zhiheng.sittings.actions import open_feed
from zhiheng.sittings.calendar_views import as_calendar
from zhiheng.sittings.core.feed import calendar_text
from zhiheng.sittings.queries import feed_by_token, feed_events, feed_of

KEPT = timedelta(days=180)


@allow(*Role)
def timeline(request: SignedInRequest) -> HttpResponse:
    """Every sitting the reader has to do with."""
    today = clock.today()
    feed = feed_of(request.user)
    address = f"{reverse('my_feed')}?key={feed.token}" if feed else ""
    context = {
        "lines": lines_for(request.user, request.roles, today=today, since=today - KEPT),
        "feed_url": request.build_absolute_uri(address) if address else "",
    }
    return render(request, "portal/timeline.html", context)


@require_POST
@allow(*Role)
def new_feed(request: SignedInRequest) -> HttpResponse:
    open_feed(by=request.user)
    return redirect("timeline")


@public
def my_feed(request: HttpRequest) -> HttpResponse:
    """The dates of the account whose private key is given; any other key is as if there were no page."""
    feed = feed_by_token(request.GET.get("key", ""))
    if feed is None:
        raise Http404
    offerings = offerings_for(feed.account, roles_of(feed.account), since=clock.today() - KEPT)
    stamp = clock.now().replace(microsecond=0)
    return as_calendar(calendar_text(feed_events(offerings), title=_("我的考期"), stamp=stamp))
