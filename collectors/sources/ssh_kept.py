"""Connections that nobody uses just now, open for some seconds more: the next reading of the host need not log in."""

from __future__ import annotations

import threading
from contextlib import suppress

import paramiko

from collectors.sources.ssh_connection import Address
from collectors.sources.ssh_sessions import Sessions, is_alive

Place = tuple[str, Address]


class KeptConnections:
    """One connection at most for each host and its address, for so many `seconds`; none where that is 0."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: dict[Place, tuple[paramiko.SSHClient, threading.Timer]] = {}
        self._closed = False

    def take(self, place: Place) -> paramiko.SSHClient | None:
        """The connection that is kept, for the caller alone; None where there is none, or it was lost meanwhile."""
        with self._lock:
            client, timer = self._kept.pop(place, (None, None))
        if timer is not None:
            timer.cancel()
        return client if is_alive(client) else None

    def give(self, place: Place, sessions: Sessions) -> None:
        """Keep the connection of what has ended, or end it."""
        client = sessions.release()
        with self._lock:
            keep = client is not None and self._seconds > 0 and not self._closed and place not in self._kept
            if client is not None and keep:
                timer = threading.Timer(self._seconds, self._expire, (place, client))
                timer.daemon = True
                self._kept[place] = (client, timer)
                timer.start()
        if not keep:
            sessions.close()

    def close(self) -> None:
        """Keep none from now on. Those that are kept are ended."""
        with self._lock:
            self._closed = True
            places = list(self._kept)
        for place in places:
            if (client := self.take(place)) is not None:
                _end(client)

    def _expire(self, place: Place, client: paramiko.SSHClient) -> None:
        with self._lock:
            if self._kept.get(place, (None,))[0] is not client:
                return  # taken at the last moment
            del self._kept[place]
        _end(client)


def _end(client: paramiko.SSHClient) -> None:
    with suppress(Exception):  # whatever is wrong with it, it is not used any more
        client.close()
