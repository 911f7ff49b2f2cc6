"""A TCP proxy on loopback that loses connections as a test wants."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """`refuse_next` connections are closed at once, `silent` ones hang, others are reset `reset_after` bytes."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self.refuse_next = 0
        self.reset_after: int | None = None
        self.silent = False
        self._frozen = threading.Event()

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.refuse_next:
                self.refuse_next -= 1
                _reset(client)
                continue
            if self.silent:
                self._pairs.append((client, client))
                continue
            server = socket.create_connection(self._target)
            self._pairs.append((client, server))
            threading.Thread(target=self._pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, self.reset_after), daemon=True).start()

    def reset_all(self) -> None:
        """Lose every connection that is open."""
        for pair in self._pairs:
            for end in pair:
                _reset(end)
        self._pairs.clear()

    def freeze(self) -> None:
        """From now on nothing passes, and nobody is told: a host that has died."""
        self._frozen.set()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset_all()

    def _pump(self, source: socket.socket, target: socket.socket, limit: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while chunk := source.recv(65536):
                if self._frozen.is_set():
                    continue
                passed += len(chunk)
                if limit is not None and passed > limit:
                    target.sendall(chunk[: max(0, len(chunk) - (passed - limit))])
                    _reset(target)
                    _reset(source)
                    return
                target.sendall(chunk)
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def proxy(target: tuple[str, int]) -> Iterator[Proxy]:
    """A proxy to `target`, for the length of a test."""
    running = Proxy(target)
    thread = threading.Thread(target=running.serve, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.close()
        thread.join(5)
