"""The programmes institutions are authorised for, as the rule sets name them."""

from zhiheng.people.institutions.programmes import ProgrammeName, provide
from zhiheng.standards.core.loader import list_rule_sets
from zhiheng.standards.core.terms import Programme, RuleSet


def connect() -> None:
    """Called once at start."""
    provide(_programmes)


def _programmes() -> tuple[ProgrammeName, ...]:
    """Each id once; those of a national standard say so, for an association's may bear the same name."""
    found: dict[str, ProgrammeName] = {}
    for rules in list_rule_sets():
        for programme in rules.programmes:
            found.setdefault(programme.id, _named(rules, programme))
    return tuple(found.values())


def _named(rules: RuleSet, programme: Programme) -> ProgrammeName:
    national = bool(rules.standard)
    return ProgrammeName(
        id=programme.id,
        name=f"{programme.name}（国家标准）" if national else programme.name,
        name_en=f"{programme.name_en} (national standard)" if national else programme.name_en,
    )
