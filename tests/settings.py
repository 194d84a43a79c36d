"""Settings of the test run: the product's own, with its files in a folder that vanishes."""

import os
import tempfile

_folder = tempfile.TemporaryDirectory(
    prefix="zhiheng-test-", ignore_cleanup_errors=True
)  # goes with the process
os.environ["ZHIHENG_VAR"] = _folder.name
os.environ.setdefault("ZHIHENG_PUBLIC_URL", "http://testserver")

from zhiheng.config.settings import *  # noqa: E402, F403 - the folder comes first; the point of this module
from zhiheng.config.settings import DATABASES, LOGGING, VAR  # noqa: E402 - as above

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"  # no power is cut here
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # real hashing would only slow the tests
(VAR / "static").mkdir(exist_ok=True)  # what collectstatic would make; its absence is a warning
# Refusals are what many tests look for: written out, each costs a quarter of its page.
LOGGING["loggers"] = {"django.request": {"level": "ERROR"}}
