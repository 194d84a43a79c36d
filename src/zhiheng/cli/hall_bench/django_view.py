"""What the hall is compared with: a Django view that saves one answer in one transaction.

As good as Django can be at that: no session, the token verified as the hall does, the deadline in memory, one
UPSERT, SQLite in WAL with synchronous=FULL, connections kept. Two of them: `orm` saves through a model (one
`bulk_create` with update_conflicts, which Django wraps in a transaction) behind CommonMiddleware, as a site would
be written; `bare` goes past the models with one statement in autocommit and has no middleware at all.
Served by Granian (WSGI, two workers); `make_application` is the factory it calls.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import django
import msgspec
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path

from zhiheng.cli.hall_bench.exam import ITEMS, item_id
from zhiheng.delivery.core.token import read_token
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.sqlite_store import sqlite3
from zhiheng.foundation.moment import SHANGHAI

FOLDER = "BENCH_FOLDER"  # of the exam, in the environment
STYLE = "BENCH_STYLE"  # orm or bare, in the environment
DATABASE = "django.sqlite3"
SAVE = "/save"
_EIGHT_HOURS_MS = 8 * 3600 * 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
  id INTEGER PRIMARY KEY, attempt TEXT NOT NULL, item TEXT NOT NULL, seq INTEGER NOT NULL, value TEXT NOT NULL,
  client_time TEXT NOT NULL, server_time INTEGER NOT NULL, UNIQUE (attempt, item)
) STRICT
"""
_UPSERT = """
INSERT INTO answers (attempt, item, seq, value, client_time, server_time) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (attempt, item) DO UPDATE SET seq = excluded.seq, value = excluded.value,
  client_time = excluded.client_time, server_time = excluded.server_time WHERE excluded.seq >= answers.seq
"""


class _Save(msgspec.Struct):
    item: str
    seq: int
    value: str
    client_time: str = ""


_decode = msgspec.json.Decoder(_Save).decode


def make_table(folder: Path) -> None:
    """Before the workers start, so that they do not race for it."""
    base = sqlite3.connect(folder / DATABASE, isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute(_SCHEMA)
    base.close()


def make_application() -> WSGIHandler:
    """The whole site: one view. The folder of the exam and the style are named by the environment."""
    folder = Path(os.environ[FOLDER])
    bare = os.environ.get(STYLE) == "bare"
    sys.modules["sqlite3"] = sqlite3  # the same library as the hall's
    key = ensure_keys(folder).hmac
    ends_at = int(time.time() * 1000) + _EIGHT_HOURS_MS
    items = {item_id(number) for number in range(1, ITEMS + 1)}
    urls = ModuleType("urls")
    _configure(folder, urls, middleware=[] if bare else ["django.middleware.common.CommonMiddleware"])
    keep = _bare if bare else _through_model()

    def save(request: HttpRequest) -> HttpResponse:
        now = int(time.time() * 1000)
        token = request.META["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
        session = read_token(token, key=key, now=now)
        asked = _decode(request.body)
        if asked.item not in items or now > ends_at:
            return HttpResponse(status=422)
        keep(session.attempt, asked, now)
        return _answer(asked.seq, now)

    urls.urlpatterns = [path(SAVE.lstrip("/"), save)]  # type: ignore[attr-defined]  # Django reads it
    return WSGIHandler()


def _configure(folder: Path, urls: ModuleType, *, middleware: list[str]) -> None:
    settings.configure(
        DEBUG=False,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=urls,
        MIDDLEWARE=middleware,
        USE_TZ=True,
        USE_I18N=False,
        LOGGING_CONFIG=None,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(folder / DATABASE),
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "timeout": 30,
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA synchronous=FULL;",
                },
            }
        },
    )
    django.setup(set_prefix=False)


def _bare(attempt: str, asked: _Save, now: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, (attempt, asked.item, asked.seq, asked.value, asked.client_time, now))


def _through_model() -> Callable[[str, _Save, int], None]:
    class Answer(models.Model):
        attempt = models.TextField()
        item = models.TextField()
        seq = models.BigIntegerField()
        value = models.TextField()
        client_time = models.TextField()
        server_time = models.BigIntegerField()

        class Meta:
            app_label = "bench"
            db_table = "answers"
            managed = False

    def keep(attempt: str, asked: _Save, now: int) -> None:
        row = Answer(
            attempt=attempt,
            item=asked.item,
            seq=asked.seq,
            value=asked.value,
            client_time=asked.client_time,
            server_time=now,
        )
        Answer._default_manager.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["attempt", "item"],
            update_fields=["seq", "value", "client_time", "server_time"],
        )

    return keep


def _answer(seq: int, now: int) -> HttpResponse:
    saved_at = (
        datetime.fromtimestamp(now / 1000, tz=UTC).astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    )
    body = msgspec.json.encode({"seq": seq, "saved_at": saved_at, "late": False, "counted": True})
    # Without a length the answer would be sent in chunks, which costs.
    return HttpResponse(body, content_type="application/json", headers={"Content-Length": str(len(body))})
