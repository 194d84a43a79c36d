"""The tests' tables are made from the models; the migrations must lead to the same ones.

That they run, on either database, is shown where a site is set up as its operator does it: journeys and browser tests.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.utils import translation


@pytest.fixture
def loader(settings: Any) -> Iterator[MigrationLoader]:
    settings.MIGRATION_MODULES = {}  # the tests run with none
    with translation.override(None):  # migrations are written without a language
        yield MigrationLoader(None)


def ours(label: str) -> bool:
    return apps.get_app_config(label).name.startswith("zhiheng.")


def test_migrations_lead_to_the_models(loader: MigrationLoader) -> None:
    detector = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), NonInteractiveMigrationQuestioner()
    )
    changes = detector.changes(graph=loader.graph)
    found = {
        label: [operation.describe() for migration in migrations for operation in migration.operations]
        for label, migrations in changes.items()
        if ours(label)
    }
    assert found == {}


def test_every_stage_has_one_last_migration(loader: MigrationLoader) -> None:
    last = {label: loader.graph.leaf_nodes(label) for label in loader.migrated_apps if ours(label)}
    assert {label: len(nodes) for label, nodes in last.items()} == dict.fromkeys(last, 1)
    assert len(last) > 10


def test_a_column_without_its_migration_is_found(loader: MigrationLoader) -> None:
    state = ProjectState.from_apps(apps)
    state.remove_field("people", "account", "display_name")
    changes = MigrationAutodetector(loader.project_state(), state).changes(graph=loader.graph)
    assert [operation.describe() for operation in changes["people"][0].operations] == [
        "Remove field display_name from account"
    ]
