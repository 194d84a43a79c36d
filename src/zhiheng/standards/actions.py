"""Pinning a rule set as it stands, so that what it decides can be replayed years later."""

from django.db import transaction

from zhiheng.plumbing.audit import record
from zhiheng.standards.core.loader import content_hash, list_rule_sets, rule_set_content
from zhiheng.standards.models import RuleSetRevision


@transaction.atomic
def publish(*, by: str, rule_set: str) -> RuleSetRevision:
    """The revision holding the rule set's present content, made when there is none yet."""
    content = rule_set_content(rule_set)
    revision, created = RuleSetRevision.objects.get_or_create(
        content_hash=content_hash(rule_set),
        defaults={"rule_set": content["rules"]["id"], "document": content},
    )
    if created:
        record(
            by=by,
            act="rule-set-published",
            subject=f"rule-set:{revision.rule_set}",
            detail={"hash": revision.content_hash},
        )
    return revision


def publish_all(*, by: str) -> list[RuleSetRevision]:
    return [publish(by=by, rule_set=rules.id) for rules in list_rule_sets()]
