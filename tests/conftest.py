"""Fixtures every test may ask for."""

import gc
import os
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import FLAGS, chromium_path

# How long an example takes says more about the machine than about the code. Examples are the same in every run,
# so that what is red was made red by the change at hand; `make search` looks for new ones.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "search", settings.get_profile("house"), derandomize=False, max_examples=500, print_blob=True
)
settings.load_profile("house")

# Live-server tests read the database while Playwright's own event loop runs in the same thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


FOLDER = Path(__file__).parent
# What starts programs, or opens pages, shows nothing of a branch of a core that is not shown without them.
OUTSIDE = ("architecture", "browser", "cli", "journeys", "delivery/hall", "plumbing", "portal", "surface")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="only tests that use the database")
    parser.addoption("--measured", action="store_true", help="only tests that must reach every branch")
    parser.addoption("--unmeasured", action="store_true", help="only the others")


@pytest.hookimpl(trylast=True)  # the profile is chosen by then
def pytest_configure(config: pytest.Config) -> None:
    """Examples are the same whatever ran before, and whatever changed elsewhere.

    One draw in twenty is a constant found in the sources of those modules of ours that are loaded by then.
    There is no setting for it; `make search` has them all the same.
    """
    if settings().derandomize:
        assert callable(providers._get_local_constants)
        providers._get_local_constants = lambda: providers._local_constants


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """What is read here stays to the end: it need not be gone through again and again for what is no longer used."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000)
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each run takes its part; without an option it takes all."""
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        (kept if _wanted(config, item) else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def _wanted(config: pytest.Config, item: pytest.Item) -> bool:
    if config.getoption("--only-database"):
        return _shows_something_of_the_database(item)
    if config.getoption("--measured"):
        return _is_measured(item)
    return not (config.getoption("--unmeasured") and _is_measured(item))


def _shows_something_of_the_database(item: pytest.Item) -> bool:
    """A second database need not see what touches none, nor what shows the same on either."""
    return _uses_database(item) and not any(item.iter_markers("either_database"))


def _is_measured(item: pytest.Item) -> bool:
    """Cores and the foundation are plain functions: every branch is reached by tests that call them, without tables.

    Measuring makes a test take half as long again, so only these are measured.
    """
    return not _uses_database(item) and not _is_outside(item.path)


@cache
def _is_outside(path: Path) -> bool:
    return any(path.is_relative_to(FOLDER / folder) for folder in OUTSIDE)


def _uses_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or any(item.iter_markers("django_db"))


@pytest.fixture(autouse=True)
def _nothing_is_left_of_the_test_before() -> None:
    """Every test starts with the demo clock at real time, nobody counted, and in the language of the platform.

    The language of the last request stays with its thread, where the next test would find it.
    """
    from django.conf import settings as django_settings
    from django.core.cache import cache
    from django.utils import translation

    django_settings.CLOCK_FILE.unlink(missing_ok=True)
    cache.clear()
    translation.deactivate()


@pytest.fixture
def world(db: None) -> object:
    """A body, two institutions, one account per role and an open sitting; the clock stands in its enrolment."""
    from tests.factories.world import build_world

    return build_world()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of the process; Playwright allows no second one beside it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()
