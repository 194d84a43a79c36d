"""Commands that need the database start Django here, once."""

import os

import django


def start_backend() -> None:
    os.umask(0o077)  # databases and files hold personal data: for their owner only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiheng.config.settings")
    django.setup()
