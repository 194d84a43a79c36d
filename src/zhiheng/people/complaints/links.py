"""The address of a complaint's page for whoever complained."""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from zhiheng.people.models import Complaint


def own_path(complaint: Complaint) -> str:
    """With the key, unless it was handed in by somebody signed in."""
    path = reverse("complaint_status", args=[complaint.number])
    return path if complaint.account_id else f"{path}?{urlencode({'key': complaint.key})}"


def own_link(complaint: Complaint) -> str:
    return f"{settings.PUBLIC_URL}{own_path(complaint)}"
