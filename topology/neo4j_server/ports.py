"""Which ports the managed Neo4j listens on."""

from __future__ import annotations

import socket
from collections.abc import Iterable

LOOPBACK = "127.0.0.1"


def free_port(wanted: Iterable[int], taken: Iterable[int] = ()) -> int:
    """The first of the wanted ports that nobody listens on, else (and for 0) any free one; never one of `taken`."""
    unusable = {0, *taken}
    for port in wanted:
        if port not in unusable and _is_free(port):
            return port
    while (port := _any_free()) in unusable:
        pass
    return port


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are closing do not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
