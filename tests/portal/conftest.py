"""Every test starts with nobody counted."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nobody_is_counted() -> None:
    cache.clear()
