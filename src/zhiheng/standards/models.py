"""Rule sets as they stood when something was decided by them."""

from django.db import models

from zhiheng.plumbing.models import Record


class RuleSetRevision(Record):
    """The whole text of a rule set at one moment; sittings, decisions, papers and certificates pin it."""

    rule_set = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64, unique=True)
    document = models.JSONField()

    def __str__(self) -> str:
        return f"{self.rule_set}@{self.content_hash[:12]}"
