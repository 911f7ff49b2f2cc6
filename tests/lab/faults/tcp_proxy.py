"""A TCP proxy that passes so many bytes of the answers and then fails."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Literal

from tests.lab.api_proxy import drop

End = Literal["reset", "close", "silence"]


@contextlib.contextmanager
def tcp_proxy(target: tuple[str, int], answered: int, end: End, greeting: bytes | None = None) -> Iterator[int]:
    """A free port that leads to `target` until `answered` bytes came back, and then ends so.

    With `greeting` it leads nowhere and says only that.
    """
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)

        def accept() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, _ = listener.accept()
                    arguments = (connection, target, answered, end, greeting, stop)
                    threading.Thread(target=_serve, args=arguments, daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
        thread.join()


def _serve(
    connection: socket.socket,
    target: tuple[str, int],
    answered: int,
    end: End,
    greeting: bytes | None,
    stop: threading.Event,
) -> None:
    if greeting is not None:
        connection.sendall(greeting)
        time.sleep(0.5)
        connection.close()
        return
    with contextlib.suppress(OSError), socket.create_connection(target) as real:
        threading.Thread(target=_copy, args=(connection, real), daemon=True).start()
        left = answered
        while left > 0 and (data := real.recv(min(left, 65536))):
            connection.sendall(data)
            left -= len(data)
        if end == "silence":
            stop.wait(60)
    if end == "reset":
        with contextlib.suppress(OSError):
            drop(connection)
    connection.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
