"""Applications of organisations that want to become institutions."""

import hmac
from uuid import UUID

from django.db.models import Count, QuerySet

from zhiheng.people.models import Institution, PartnerApplication, PartnerState


def partner_applications(state: str) -> QuerySet[PartnerApplication]:
    """Those of one state: what waits with the oldest first, what is decided with the newest first."""
    found = PartnerApplication.objects.filter(state=state)
    return found.order_by("created_at" if state == PartnerState.WAITING else "-decided_at")


def partner_counts() -> dict[str, int]:
    counted = PartnerApplication.objects.order_by().values_list("state").annotate(number=Count("id"))
    return {str(state): number for state, number in counted}


def partner_by_id(application_id: UUID) -> PartnerApplication | None:
    return (
        PartnerApplication.objects.select_related("licence", "decided_by", "institution")
        .filter(pk=application_id)
        .first()
    )


def partner_by_key(number: str, key: str) -> PartnerApplication | None:
    """The application with this number, for whoever holds its key."""
    found = PartnerApplication.objects.select_related("institution").filter(number=number).first()
    return found if found is not None and hmac.compare_digest(found.key.encode(), key.encode()) else None


def earlier_of(application: PartnerApplication) -> list[PartnerApplication]:
    """Other applications under the same credit code, the newest first."""
    same = PartnerApplication.objects.filter(credit_code=application.credit_code).exclude(pk=application.pk)
    return list(same.order_by("-created_at"))


def waiting_under(credit_code: str) -> PartnerApplication | None:
    return PartnerApplication.objects.filter(credit_code=credit_code, state=PartnerState.WAITING).first()


def institution_under(*, credit_code: str, name: str) -> Institution | None:
    """The institution on file under this credit code or this name."""
    by_code = Institution.objects.filter(credit_code=credit_code).first() if credit_code else None
    return by_code or Institution.objects.filter(name=name).first()


def next_code() -> str:
    """A free institution code: one more than the highest in use."""
    used = [int(code) for code in Institution.objects.values_list("code", flat=True) if code.isdigit()]
    return str(max(used, default=100) + 1)
