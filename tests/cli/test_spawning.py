"""Children of a measurement go with it, however it ends."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PARENT = """
import shutil, sys, time
from pathlib import Path
from zhiheng.cli import spawning
if sys.argv[1] == "plain":
    shutil.which = lambda name: None
if sys.argv[1] == "late":
    at_once = spawning._tied()
    spawning._tied = lambda: ("/bin/sh", "-c", 'sleep 0.5; exec "$0" "$@"', *at_once)
with spawning.company() as own:
    print(own.start(["sleep", "60"], log=Path(own.folder, "log")).pid, flush=True)
    time.sleep(60)
"""


def alive(pid: int) -> bool:
    """One that has ended and whom nobody has asked for yet is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def ended(pid: int) -> bool:
    ends = time.monotonic() + 20
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not alive(pid)


@contextmanager
def measuring(how: str, folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A process that measures, and its child; what it leaves behind lies in the folder."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, how],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    assert parent.stdout is not None
    yield parent, int(parent.stdout.readline())
    parent.wait()
    parent.stdout.close()


@pytest.mark.parametrize("how", ["setpriv", "plain"])
def test_a_child_ends_when_the_one_who_measures_is_killed(how: str, tmp_path: Path) -> None:
    with measuring(how, tmp_path) as (parent, child):
        ends = time.monotonic() + 20
        while name_of(child) != "sleep" and time.monotonic() < ends:
            time.sleep(0.02)
        parent.kill()

    assert ended(child)


def test_a_child_whose_measurement_ended_before_the_kernel_was_told_does_not_begin(
    tmp_path: Path,
) -> None:
    with measuring("late", tmp_path) as (parent, child):
        parent.kill()

    assert ended(child)
