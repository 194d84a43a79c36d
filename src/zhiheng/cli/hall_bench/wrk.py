"""The cross-check: the same requests to the same server under wrk."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from zhiheng.cli.hall_bench.exam import ITEMS
from zhiheng.cli.hall_bench.figures import processor_seconds
from zhiheng.cli.hall_bench.marks import ITEM_MARK, SEQ_MARK, VALUE_MARK
from zhiheng.cli.hall_bench.servers import Server
from zhiheng.cli.spawning import Company

_FIRST = 9_000_000_000  # numbers our own generator never reaches
_SCRIPT = """
local requests = {%s}
local turn, number = 0, %d
request = function()
  turn = turn %% #requests + 1
  number = number + 1
  local one = requests[turn]
  return one[1] .. string.format("%%02d", 1 + number %% %d) .. one[2] .. string.format("%%.0f", number)
    .. one[3] .. "a" .. one[4]
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrk:
    """refused: answers that were not good ones."""

    rate: float
    cpu_us: float
    refused: int


def under_wrk(
    company: Company, server: Server, requests: Sequence[bytes], *, connections: int, seconds: float
) -> Wrk | str:
    """What wrk saw, or why it saw nothing."""
    program = shutil.which("wrk")
    if program is None:
        return "没有安装 wrk"
    script = company.folder / "save.lua"
    script.write_text(_SCRIPT % (",".join(map(_table, requests)), _FIRST, ITEMS))
    whole = max(1, round(seconds))
    address = f"http://127.0.0.1:{server.port}/"
    before = processor_seconds(server.roots)
    done = subprocess.run(
        [program, "-t1", f"-c{connections}", f"-d{whole}s", "-s", str(script), address],
        capture_output=True,
        text=True,
        check=False,
    )
    spent = processor_seconds(server.roots) - before
    facts = dict(line.strip().split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    if "Requests/sec" not in facts:
        return f"wrk 没有给出结果：{(done.stderr or done.stdout).strip()[-200:]}"
    rate = float(facts["Requests/sec"])
    refused = int(facts.get("Non-2xx or 3xx responses", "0"))
    return Wrk(rate=rate, cpu_us=spent / max(rate * whole, 1) * 1e6, refused=refused)


def _table(request: bytes) -> str:
    """A request cut where its digits go, as a Lua table of strings."""
    before_item, rest = request.split(ITEM_MARK, 1)
    before_seq, rest = rest.split(SEQ_MARK, 1)
    before_value, tail = rest.split(VALUE_MARK, 1)
    return "{" + ",".join(map(_quoted, (before_item, before_seq, before_value, tail))) + "}"


def _quoted(part: bytes) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\r": "\\r", "\n": "\\n"}
    return '"' + "".join(escapes.get(sign, sign) for sign in part.decode()) + '"'
