"""`zhiheng bench hall`: the counting is exact, the generator sees what is wrong; speeds are never asserted."""

import contextlib
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from zhiheng.cli.hall_bench.cost import Rival, measured, slow_rows
from zhiheng.cli.hall_bench.django_view import SAVE
from zhiheng.cli.hall_bench.exam import answer_request, plain_request
from zhiheng.cli.hall_bench.faults.watching import unable
from zhiheng.cli.hall_bench.figures import due_times, percentiles, processor_seconds, pss_mb, tree
from zhiheng.cli.hall_bench.generator import Generator, Lanes, Load, Opening, Running
from zhiheng.cli.hall_bench.goals import Row, Sample, at_least, at_most, middle, page, ratio
from zhiheng.cli.hall_bench.report import plan_of
from zhiheng.cli.hall_bench.servers import HallKind, Server, hall_with_candidates, start_django
from zhiheng.cli.hall_bench.shim import slow_disk
from zhiheng.cli.hall_bench.wire import Unexpected, content_length
from zhiheng.cli.hall_bench.wrk import under_wrk
from zhiheng.cli.spawning import Company, company, plain_environment, wait_until
from zhiheng.foundation.errors import Refused

GOOD = b'HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\n{"seq":%010d}'


def test_percentiles_are_nearest_ranks() -> None:
    values = np.arange(1, 1001, dtype=np.float64)
    assert percentiles(values, (50.0, 99.0, 99.9, 100.0)) == [500.0, 990.0, 999.0, 1000.0]
    assert percentiles(np.array([7.0]), (50.0, 99.9)) == [7.0, 7.0]
    assert percentiles(np.zeros(0), (50.0, 99.0)) == [0.0, 0.0]


def test_an_open_loop_is_a_poisson_process_of_its_rate() -> None:
    due = due_times(rate=1000, seconds=20, seed=1)
    gaps = np.diff(due)
    assert due_times(rate=0, seconds=20, seed=1).size == 0
    assert np.array_equal(due, due_times(rate=1000, seconds=20, seed=1))
    assert gaps.min() >= 0
    assert due[-1] < 20e9
    assert abs(due.size - 20_000) < 5 * np.sqrt(20_000)
    assert abs(gaps.std() / gaps.mean() - 1) < 0.05  # 1 for a Poisson process, 0 for a metronome


def test_ratios_are_of_the_same_round_and_goals_are_held_both_ways() -> None:
    assert ratio([10, 40, 90], [1, 2, 3]) == 20.0
    assert ratio([10, 40], [0, 2]) == 20.0
    assert ratio([], []) is None
    assert [at_least("", "", value, 40).reached for value in (40.0, 39.9, None)] == [True, False, None]
    assert [at_most("", "", value, 2).reached for value in (2.0, 2.1, None)] == [True, False, None]


def test_medians_of_rounds_and_errors_added_up() -> None:
    samples = [Sample(rate=n, cpu_us=n, p50=n, p99=n, p999=n, errors=1) for n in (1.0, 5.0, 9.0)]
    assert middle(samples) == Sample(rate=5.0, cpu_us=5.0, p50=5.0, p99=5.0, p999=5.0, errors=3)


def test_the_table_tells_what_was_reached_and_what_was_not_run() -> None:
    rows = [
        at_least("H1", "甲", 50.0, 40),
        at_most("H2", "乙", 9.0, 3.5),
        at_most("H3", "丙", None, 2, why="没有安装 nginx"),
        Row(id="", what="丁", value=2.0),
    ]
    assert page(rows).splitlines() == [
        "H1  甲　50　目标 >= 40　达到",
        "H2  乙　9　目标 <= 3.5　未达到",
        "H3  丙：未运行（没有安装 nginx）",
        "    丁　2",
    ]


def test_an_unknown_section_is_refused() -> None:
    assert plan_of(rounds=2, quick=True, only="cost, slow").only == ("cost", "slow")
    with pytest.raises(Refused) as refused:
        plan_of(rounds=2, quick=True, only="speed")
    assert refused.value.code == "bench-section"


def test_an_answer_must_tell_its_length() -> None:
    assert content_length(b"HTTP/1.1 200 OK\r\ncontent-LENGTH:  12") == 12
    with pytest.raises(Unexpected):
        content_length(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked")


# --- the generator against a server that is told how to behave -------------------------------------------


def seq_of(request: bytes) -> int:
    return int(request.split(b'"seq":')[1][:10])


@contextmanager
def server(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """Answers each request with what it is told; no bytes mean: close the connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):  # how the generator leaves
                while (request := self.request.recv(65_536)) and (said := answer(request)):
                    self.request.sendall(said)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1]
        listening.shutdown()


def lanes_to(port: int, *, connections: int = 4) -> tuple[Lanes, Load]:
    lanes = Lanes()
    wish = Opening(port=port, requests=[answer_request("token")], connections=connections, check_seq=True)
    return lanes, lanes.open(wish)


def test_every_request_has_its_own_number_and_is_answered() -> None:
    seen: list[int] = []

    def answer(request: bytes) -> bytes:
        seen.append(seq_of(request))
        return GOOD % seq_of(request)

    with server(answer) as port:
        lanes, opened = lanes_to(port)
        load = lanes.run(Running(seconds=0.2))
        lanes.close()
    assert (opened.answered, opened.errors, load.errors) == (4, 0, 0)
    assert load.answered == len(seen) - 4
    assert len(set(seen)) >= len(seen) / 4  # each connection counts by itself
    assert 0 < load.p50 <= load.p99 <= load.p999


def test_answers_in_pieces_are_put_together() -> None:
    def answer(request: bytes) -> bytes:
        return GOOD % seq_of(request)

    class Dripping(threading.Thread):
        def run(self) -> None:
            connection, _ = listening.accept()
            with contextlib.suppress(ConnectionResetError):  # how the generator leaves
                while request := connection.recv(65_536):
                    said = answer(request)
                    for start in range(0, len(said), 7):
                        connection.sendall(said[start : start + 7])
                        time.sleep(0.001)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        Dripping(daemon=True).start()
        lanes, opened = lanes_to(listening.getsockname()[1], connections=1)
        load = lanes.run(Running(seconds=0.1))
        lanes.close()
    assert (opened.answered, opened.errors, load.errors) == (1, 0, 0)


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: GOOD % (seq_of(request) + 1),
        lambda request: b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        lambda request: b"HTTP/1.1 200 OK\r\n\r\n",
        lambda request: b"",
    ],
    ids=["another number", "refused", "without a length", "closed"],
)
def test_what_is_not_a_good_answer_is_an_error(answer: Callable[[bytes], bytes]) -> None:
    with server(answer) as port:
        lanes, opened = lanes_to(port)
        lanes.close()
    assert (opened.answered, opened.errors) == (0, 4)


def test_latency_counts_from_the_moment_a_request_was_due() -> None:
    heard: list[float] = []  # when

    def answer(request: bytes) -> bytes:
        heard.append(time.monotonic())
        since = heard[-1] - heard[0]
        if 0.3 < since < 0.8:
            time.sleep(0.8 - since)
        return GOOD % seq_of(request)

    with server(answer) as port:
        lanes, _ = lanes_to(port, connections=2)
        heard.clear()
        load = lanes.run(Running(seconds=1.0, rate=300))
        lanes.close()
    # Two requests met the half second, some 150 were due during it: all of them waited.
    assert load.errors == 0
    assert load.p99 > 400
    assert load.lag99 > 400  # no connection was free meanwhile


def test_requests_that_are_never_answered_are_counted() -> None:
    def answer(request: bytes) -> bytes:
        if seq_of(request) % 1000 > 3:
            time.sleep(3)
        return GOOD % seq_of(request)

    with server(answer) as port:
        lanes, _ = lanes_to(port, connections=2)
        load = lanes.run(Running(seconds=0.2, rate=100, patience=0.2))
        lanes.close()
    assert load.answered <= 6
    assert load.unanswered > 0
    assert load.answered + load.unanswered == due_times(rate=100, seconds=0.2, seed=1).size
    assert load.p99 > 100


# --- processes ------------------------------------------------------------------------------------------


def test_processor_time_and_memory_are_of_the_whole_tree() -> None:
    burn = "import subprocess, sys, time; subprocess.run([sys.executable, '-c', 'sum(range(20_000_000))']); time.sleep(30)"
    before = processor_seconds([os.getpid()])
    with company() as own:
        child = own.start([sys.executable, "-c", burn], log=own.folder / "log")
        deadline = time.monotonic() + 30
        while processor_seconds([child.pid]) < 0.2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert processor_seconds([child.pid]) >= 0.2
        assert pss_mb([child.pid]) > 1
        assert child.pid in tree(os.getpid())
        pids = tree(child.pid)
    assert processor_seconds([os.getpid()]) > before
    assert not [pid for pid in pids if Path(f"/proc/{pid}/exe").exists()]


def test_children_end_when_the_measurement_fails() -> None:
    children: list[subprocess.Popen[bytes]] = []

    def fail() -> None:
        with company() as own:
            children.append(own.start(["sleep", "60"], log=own.folder / "log"))
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert [child.poll() for child in children] == [-9]


def test_a_child_that_ends_at_once_is_told_with_its_last_words() -> None:
    with company() as own:
        log = own.folder / "log"
        child = own.start(["sh", "-c", "echo no such port >&2; exit 3"], log=log)
        child.wait()
        with pytest.raises(Refused, match="no such port"):
            wait_until(lambda: False, child, words="服务", log=log)


def test_the_platforms_settings_do_not_reach_the_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIHENG_HALL_DATABASE_URL", "postgresql://somewhere")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere")
    found = plain_environment(MORE="1")
    assert "ZHIHENG_HALL_DATABASE_URL" not in found
    assert "DATABASE_URL" not in found
    assert found["MORE"] == "1"


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    nowhere = Server("hall", 1, [os.getpid()])
    with company() as own:
        assert under_wrk(own, nowhere, [], connections=1, seconds=1) == "没有安装 wrk"
        assert slow_disk(own.folder, milliseconds=5) is None
        rows = slow_rows(own, Generator(None, tmp_path), rounds=1, seconds=1, say=print)  # type: ignore[arg-type]  # not reached
    assert [(row.reached, row.why) for row in rows] == [(None, "没有 C 编译器，也没有 strace")]
    assert unable() == "没有安装 strace"


def test_a_slow_disk_is_slow() -> None:
    with company() as own:
        slow = slow_disk(own.folder, milliseconds=50)
        if slow is None:
            pytest.skip("neither a C compiler nor strace")
        environment, wrapper = slow
        code = f"import os, time; f = os.open({str(own.folder / 'file')!r}, 66); t = time.monotonic(); os.fsync(f); print(time.monotonic() - t)"
        done = subprocess.run(
            [*wrapper, sys.executable, "-c", code],
            env=os.environ | environment,
            capture_output=True,
            check=True,
        )
    assert float(done.stdout) >= 0.05


# --- the real thing, in small ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own() -> Iterator[Company]:
    with company() as made:
        yield made


def test_hall_and_django_are_driven_side_by_side(own: Company) -> None:
    generator = Generator.start(own)
    hall = hall_with_candidates(own, HallKind(), candidates=6)
    null = hall_with_candidates(own, HallKind(store="null"), candidates=6)
    rivals = [
        Rival(name="sqlite", server=hall, requests=list(map(answer_request, hall.tokens)), connections=6),
        Rival(name="null", server=null, requests=list(map(answer_request, null.tokens)), connections=6),
        Rival(name="hello", server=hall, requests=[plain_request("/healthz")], connections=6),
    ]
    for style in ("orm", "bare"):
        django = start_django(own, hall.data, style=style)
        requests = [answer_request(token, path=SAVE) for token in hall.tokens]
        rivals.append(Rival(name=django.name, server=django, requests=requests, connections=6))
    for rival in rivals:
        rival.check_seq = rival.name != "hello"
        found = measured(generator, rival, seconds=0.3)
        assert (rival.name, found.errors) == (rival.name, 0)
        assert found.rate > 0
        assert found.cpu_us > 0 or found.rate < 1000
    generator.close()
