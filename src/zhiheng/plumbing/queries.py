"""Reading the audit trail."""

from django.db.models import QuerySet

from zhiheng.plumbing.models import AuditLine


def audit_lines(subject: str = "") -> QuerySet[AuditLine]:
    """Lines, the newest first; of one subject ("kind:id") when one is given."""
    lines = AuditLine.objects.order_by("-id")
    return lines.filter(subject=subject) if subject else lines
