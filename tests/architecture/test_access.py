"""Every page says who may see it."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from zhiheng.people.models import Role

MISSING = object()


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def test_every_view_is_public_or_names_its_roles() -> None:
    found = dict(patterns(get_resolver()))
    silent = [path for path, entry in found.items() if allowed(entry) is MISSING]
    empty = [path for path, entry in found.items() if allowed(entry) == frozenset()]

    assert len(found) > 30
    assert (silent, empty) == ([], [])


def test_roles_are_real_roles() -> None:
    named = [allowed(entry) for _, entry in patterns(get_resolver())]
    assert {role for roles in named if isinstance(roles, frozenset) for role in roles} <= set(Role)


def test_names_of_pages_are_unique() -> None:
    names = [entry.name for path, entry in patterns(get_resolver()) if entry.name and "api/v1" not in path]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def allowed(entry: URLPattern) -> object:
    return getattr(entry.callback, "allowed_roles", MISSING)
