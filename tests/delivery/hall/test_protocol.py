"""A connection against whatever may arrive on it, split anywhere: answered in order, once, within bounds."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.hall.lines import Desk, FakeTransport, bodies, connected, feed, said, settle
from zhiheng.delivery.hall import protocol
from zhiheng.delivery.hall.limits import Limits

SMALL = Limits(url_bytes=80, head_bytes=300, body_bytes=400, pipelined=3)


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, str]:
    """A proper request as bytes, and as the desk takes it."""
    size = draw(st.integers(0, 60))
    body = draw(st.binary(min_size=size, max_size=size))
    method, path = draw(
        st.sampled_from([("POST", "/hall/answer"), ("POST", "/hall/submit"), ("GET", "/hall/time")])
    )
    headers = f"Host: x\r\nContent-Length: {size}\r\n"
    if draw(st.booleans()):
        headers += "X-Padding: " + "y" * draw(st.integers(1, 100)) + "\r\n"
    name = "SAVE" if path == "/hall/answer" else f"{method} {path}"
    return f"{method} {path} HTTP/1.1\r\n{headers}\r\n".encode() + body, f"{name} {size}"


@st.composite
def cuts(draw: st.DrawFn, data: bytes) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True) if a < b]


@given(data=st.data(), asked=st.lists(requests(), min_size=1, max_size=12), at_once=st.booleans())
def test_however_requests_are_split_each_is_answered_once_and_in_order(
    data: st.DataObject, asked: list[tuple[bytes, str]], at_once: bool
) -> None:
    pieces = data.draw(cuts(b"".join(raw for raw, _ in asked)))

    async def talk() -> tuple[list[str], bytes]:
        desk = Desk(at_once=at_once)
        line, transport, _ = connected(desk, SMALL)
        talking = asyncio.ensure_future(feed(line, transport, pieces))
        while not talking.done():
            await settle(desk)
        await settle(desk)
        assert not transport.closed
        return desk.taken, b"".join(transport.written)

    taken, written = asyncio.run(talk())
    assert taken == [what for _, what in asked]
    assert bodies(written) == [(200, what.encode()) for what in taken]


HEAD = b"POST /hall/answer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%b\r\n"
MORE = st.sampled_from(
    [b"", b"", b"X-Other: 1\r\n", b"Connection: close\r\n", b"Transfer-Encoding: chunked\r\n"]
)
LIKE_THE_LAST = st.one_of(
    st.builds(lambda body, more: HEAD % (len(body), more) + body, st.binary(min_size=4, max_size=6), MORE),
    st.builds(lambda body, wrong: HEAD % (wrong, b"") + body, st.binary(max_size=6), st.integers(3, 7)),
    st.sampled_from([b"\r\n\r\n", b"\r\n", HEAD % (4, b""), b"GET /hall/time HTTP/1.1\r\n\r\n", b"abcd"]),
)


@given(sent=st.lists(LIKE_THE_LAST, min_size=2, max_size=12), at_once=st.booleans())
def test_a_head_recognised_means_what_the_parser_would_have_made_of_it(
    sent: list[bytes], at_once: bool
) -> None:
    """Each piece as it comes, to a line that recognises heads and to one that reads every one anew."""

    async def talk(*, learns: bool) -> tuple[list[str], bytes, bool]:
        desk = Desk(at_once=at_once)
        line, transport, _ = connected(desk, SMALL)
        for piece in sent:
            if not learns:
                line._ready = None
            await feed(line, transport, [piece])
            await settle(desk)
        return desk.taken, b"".join(transport.written), transport.closed

    assert asyncio.run(talk(learns=True)) == asyncio.run(talk(learns=False))


def test_the_second_save_under_the_same_head_is_not_parsed() -> None:
    save = HEAD % (4, b"Authorization: Bearer t\r\n")

    async def talk() -> tuple[list[str], int]:
        desk = Desk()
        line, transport, _ = connected(desk, SMALL)
        await feed(line, transport, [save + b"one."])
        line._parser = None  # whoever wants to parse now cannot
        await feed(line, transport, [save + b"two.", save + b"3..."])
        return desk.taken, len(transport.written)

    assert asyncio.run(talk()) == (["SAVE 4"] * 3, 3)


@pytest.mark.parametrize(
    "before",
    [
        [b"POST /hall/answer HTTP/1.1\r\nAuthorization: Bearer t\r\nX: "],
        [HEAD % (4, b"") + b"one.PO", b"ST /x HTTP/1.1\r\nX: "],
    ],
)
def test_the_end_of_a_request_that_looks_like_a_whole_one_is_not_learnt(before: list[bytes]) -> None:
    """Its headers came before: the same bytes alone are another request, without them."""

    async def talk() -> object:
        desk = Desk()
        line, transport, _ = connected(desk, SMALL)
        await feed(line, transport, [*before, HEAD % (4, b"") + b"two."])
        await settle(desk)
        return line._ready

    assert asyncio.run(talk()) is None


def test_a_head_too_long_to_be_worth_keeping_is_read_every_time() -> None:
    save = HEAD % (4, b"X-Long: " + b"y" * 5_000 + b"\r\n") + b"body"

    async def talk() -> tuple[list[str], object]:
        desk = Desk()
        line, transport, _ = connected(desk, Limits())
        await feed(line, transport, [save, save])
        return desk.taken, line._ready

    assert asyncio.run(talk()) == (["SAVE 4"] * 2, None)


PIECES = st.one_of(
    requests().map(lambda pair: pair[0]),
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"POST /hall/answer HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            b"POST /hall/answer HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            b"POST /hall/answer HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
            b"GET /hall/time HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            b"CONNECT a.example:443 HTTP/1.1\r\n\r\n",
            b"GET /hall/time HTTP/1.0\r\n\r\n",
            b"GET /hall/time HTTP/1.1\r\nConnection: close\r\n\r\n",
            b"GET /" + b"u" * 100 + b" HTTP/1.1\r\n\r\n",
            b"POST /hall/answer HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
            b"POST /hall/answer HTTP/1.1\r\nContent-Length: 401\r\n\r\n" + b"z" * 401,
            b"GET /hall/time HTTP/1.1\r\n" + b"H: v\r\n" * 100 + b"\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\r\n\r\n",
        ]
    ),
)


@given(data=st.data(), sent=st.lists(PIECES, min_size=1, max_size=10), at_once=st.booleans())
def test_nothing_that_arrives_is_answered_twice_or_crashes(
    data: st.DataObject, sent: list[bytes], at_once: bool
) -> None:
    pieces = data.draw(cuts(b"".join(sent)))

    async def talk() -> tuple[list[str], bytes, int]:
        desk = Desk(at_once=at_once)
        line, transport, _ = connected(desk, SMALL)
        talking = asyncio.ensure_future(feed(line, transport, pieces))
        while not talking.done():
            await settle(desk)
        await settle(desk)
        held = len(line._unparsed) + len(line._body) + len(line._url) + len(line._queue)
        return desk.taken, b"".join(transport.written), held

    taken, written, held = asyncio.run(talk())
    answered = bodies(written)
    assert [body for status, body in answered if status == 200] == [
        what.encode() for what in taken if not what.startswith("HEAD")
    ]
    faults = [status for status, _ in answered if status != 200]
    assert len(faults) <= 1
    assert [status for status, _ in answered][len(answered) - len(faults) :] == faults  # a fault comes last
    assert held <= SMALL.body_bytes + SMALL.url_bytes + 2_000


@pytest.mark.parametrize("lot", [1_000, 30_000, 200_000])
def test_a_flood_of_requests_in_one_piece_is_taken_a_slice_at_a_time(lot: int) -> None:
    """However much is read at once, no more than a slice of it is ever turned into requests that wait."""
    one = b"GET / HTTP/1.1\r\n\r\n"
    count = lot // len(one)
    longest = 0

    async def flood() -> list[str]:
        nonlocal longest
        desk = Desk(at_once=False)
        line, transport, _ = connected(desk, Limits())
        line.data_received(one * count)
        assert transport.reading is (count <= Limits().pipelined)
        for _ in range(3 * count):
            longest = max(longest, len(line._queue))
            if desk.waiting:
                desk.answer_one()
            await asyncio.sleep(0)
        assert transport.reading
        return desk.taken

    assert asyncio.run(flood()) == ["GET / 0"] * count
    assert longest <= protocol._SLICE // len(one) + 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"u" * 2_100 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 17_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 17_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(4_000)), 431),
        (b"POST /hall/answer HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", 413),
        (
            b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n" + b"z" * 16_384 + b"\r\n",
            0,
        ),
        (
            b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            + (b"4000\r\n" + b"z" * 16_384 + b"\r\n") * 5,
            413,
        ),
        (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-Y: z\r\n" * 40_000, 413),
        (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"y" * 300_000, 413),
        (b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"y=z;" * 70_000, 413),
        (b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
)
def test_each_limit_has_its_answer_and_the_line_ends(sent: bytes, status: int) -> None:
    async def talk() -> tuple[list[tuple[int, bytes]], bool]:
        desk = Desk()
        line, transport, _ = connected(desk, Limits())
        for at in range(0, len(sent), 1_400):
            if transport.reading and not transport.closed:
                line.data_received(sent[at : at + 1_400])
        await settle(desk)
        assert desk.taken == []
        return bodies(b"".join(transport.written)), transport.closed

    answered, closed = asyncio.run(talk())
    assert ([code for code, _ in answered], closed) == ([status] if status else [], bool(status))


def test_what_cannot_be_read_is_said_after_the_answers_before_it() -> None:
    async def talk() -> list[int]:
        desk = Desk(at_once=False)
        line, transport, _ = connected(desk, Limits())
        line.data_received(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nnonsense\r\n\r\n")
        assert (desk.taken, transport.written) == (["GET /a 0"], [])
        await settle(desk)
        assert desk.taken == ["GET /a 0", "GET /b 0"]
        assert transport.closed
        return [code for code, _ in bodies(b"".join(transport.written))]

    assert asyncio.run(talk()) == [200, 200, 400]


def test_an_answer_to_somebody_who_has_gone_is_no_fault_and_a_second_answer_is() -> None:
    async def talk() -> None:
        desk = Desk(at_once=False)
        line, transport, door = connected(desk, Limits())
        line.data_received(b"POST /hall/answer HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        reply = desk.waiting[0][1]
        line.connection_lost(None)
        desk.answer_one()
        assert (transport.written, door.connections) == ([], set())
        with pytest.raises(RuntimeError, match="answered once"):
            reply(said("again"))

    asyncio.run(talk())


def test_a_closed_transport_is_not_written_to_by_a_late_acknowledgement() -> None:
    """The commit comes back after the sweep has cut the line, before the loop has said that it is gone."""

    async def talk() -> list[bytes]:
        desk = Desk(at_once=False)
        line, transport, _ = connected(desk, Limits())
        line.data_received(b"POST /hall/answer HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        line.cut()
        desk.answer_one()
        return transport.written

    assert asyncio.run(talk()) == []


def test_the_connection_above_the_limit_is_told_and_closed() -> None:
    async def talk() -> list[int]:
        desk = Desk()
        _, _, door = connected(desk, Limits(connections=1))
        second = protocol.Connection(door)
        transport = FakeTransport()
        second.connection_made(transport)  # type: ignore[arg-type]  # as much as the hall uses
        assert transport.closed
        return [code for code, _ in bodies(b"".join(transport.written))]

    assert asyncio.run(talk()) == [503]
