"""How deep a YAML or JSON text nests, found before it is built: the fast reader calls itself for every level
and a text of nothing but brackets would bring the process down."""

from dataclasses import dataclass

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a text, both counted from 1."""

    line: int
    column: int


def too_deep(text: str, *, deepest: int) -> Spot | None:
    """Where the text first nests more than so many levels, None when it never does.

    Raises: yaml.YAMLError for a text that is not YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > deepest and event.start_mark:
            return Spot(line=event.start_mark.line + 1, column=event.start_mark.column + 1)
    return None
