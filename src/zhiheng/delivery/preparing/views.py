"""Asking for the pack, and taking the asking back."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from zhiheng.delivery.models import Preparation
from zhiheng.delivery.preparing.actions import ask_preparation, cancel_preparation
from zhiheng.delivery.queries import pack_of
from zhiheng.delivery.views import decision_of, offering_of
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role


@allow(Role.ADMINISTRATOR)
@require_POST
def publish(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Only when everything is ready; the work itself is done in the background."""
    found, by = offering_of(offering_id), cast(Account, request.user)
    if pack_of(found) is None:
        decision_of(found, by=by, pack=None).require()
    ask_preparation(by=by, offering=found)
    return redirect("delivery_offering", offering_id=found.id)


@allow(Role.ADMINISTRATOR)
@require_POST
def cancel(request: HttpRequest, preparation_id: UUID) -> HttpResponse:
    preparation = get_object_or_404(Preparation, pk=preparation_id)
    cancel_preparation(by=cast(Account, request.user), preparation=preparation)
    messages.success(request, "已取消，没有发布任何数据。")
    return redirect("delivery_offering", offering_id=preparation.offering_id)
