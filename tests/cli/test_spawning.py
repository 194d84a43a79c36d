"""Children of a measurement go with it, however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_PARENT = """
import shutil, sys, time
from pathlib import Path
from zhiheng.cli import spawning
if sys.argv[1] == "plain":
    shutil.which = lambda name: None
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


@pytest.mark.parametrize("how", ["setpriv", "plain"])
def test_a_child_ends_when_the_one_who_measures_is_killed(how: str) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, how], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    ends = time.monotonic() + 20
    while name_of(child) != "sleep" and time.monotonic() < ends:
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    while alive(child) and time.monotonic() < ends:
        time.sleep(0.02)

    assert not alive(child)
