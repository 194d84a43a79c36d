"""Commands that need the database start Django here, once."""

import os

import django


def start_backend() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    django.setup()
