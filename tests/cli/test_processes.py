"""A port that was promised: nobody else gets it, the server it is meant for may have it."""

import socket
import sys

import pytest

from zhiheng.cli.processes import free_port


def test_nobody_listens_and_a_server_that_names_it_may() -> None:
    port = free_port()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)

    with (
        socket.create_server(("127.0.0.1", port)),
        socket.create_connection(("127.0.0.1", port), timeout=10) as here,
    ):
        assert here.getpeername() == ("127.0.0.1", port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a server bind beside what is bound")
def test_nobody_else_is_given_it() -> None:
    """An outgoing connection binds as this one does: without saying that it would share."""
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))

    ports = [free_port() for _ in range(50)]
    assert len({port, *ports}) == 51
