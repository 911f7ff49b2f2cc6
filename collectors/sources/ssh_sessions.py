"""The connection to one host: several commands at once, each in a session of its own; lost, it is made once more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paramiko

from collectors.sources.protocols import CommandResult, SourceError, Unreachable
from collectors.sources.ssh_command import Line, NoSession, execute

# Far from the ten that sshd lets one connection have (MaxSessions), which others of ours may share: a master's.
AT_ONCE = 4
# Seconds before each try to have a session: where the server has none for us, the first tries only wait for others of
# ours to end, the later ones for the server, which counts a session for a moment after its end.
_PAUSES = (0.0,) * AT_ONCE + (0.05, 0.1, 0.2, 0.4)


class Sessions:
    """Runs commands over one connection, some at once. Lost, it is made once more for all of them, then given up."""

    def __init__(self, reopen: Callable[[], paramiko.SSHClient], timeout: float) -> None:
        self._reopen, self._timeout = reopen, timeout
        self._client: paramiko.SSHClient | None = None
        self._connecting = threading.Lock()
        self._spare = 1
        self._given_up: SourceError | None = None
        self._ended = threading.Condition()
        self._most, self._running = AT_ONCE, 0
        self.sound = True
        """Whether every command came to its end: else something of one may still run on the host."""

    def open(self, client: paramiko.SSHClient | None = None) -> None:
        """Connect, or go on with a connection that is there. Raises Refused, Unreachable."""
        self._client = client or self._reopen()

    def close(self) -> None:
        """End the connection, and with it what runs over it."""
        _close(self._client)

    def release(self) -> paramiko.SSHClient | None:
        """The connection, for somebody else to use; None where it is lost, or something may still run over it."""
        return self._client if self.sound and is_alive(self._client) else None

    def run(self, line: Line, where: str) -> CommandResult:
        """Run a line, once more where the connection was lost. Raises as `execute` does, and as connecting does."""
        client = self._client
        try:
            return self._in_turn(client, line, where)
        except Unreachable as lost:
            client = self._renewed(client, lost)
        return self._in_turn(client, line, where)

    def _renewed(self, lost: paramiko.SSHClient | None, reason: Unreachable) -> paramiko.SSHClient | None:
        """The connection in place of the lost one: whoever comes first makes it."""
        with self._connecting:
            if self._client is not lost:
                return self._client
            if self._given_up is not None:
                raise self._given_up
            if not self._spare:
                raise reason
            self._spare -= 1
            self.close()
            try:
                self._client = self._reopen()
            except SourceError as error:
                self._given_up = error
                raise
            return self._client

    def _in_turn(self, client: paramiko.SSHClient | None, line: Line, where: str) -> CommandResult:
        for pause in _PAUSES:
            time.sleep(pause)
            with self._one_of_some():
                try:
                    return self._executed(client, line, where)
                except NoSession:
                    self._have_fewer()
        raise Unreachable(where, "the host opens no session.", "See MaxSessions in its sshd_config.")

    def _executed(self, client: paramiko.SSHClient | None, line: Line, where: str) -> CommandResult:
        transport = client.get_transport() if client is not None else None
        if transport is None or not transport.is_active():
            self.sound = False
            raise Unreachable(where, "the connection was lost.", "Check the host; what is known of it is kept.")
        try:
            return execute(transport, line, where, timeout=self._timeout)
        except SourceError:
            self.sound = False
            raise

    @contextmanager
    def _one_of_some(self) -> Iterator[None]:
        with self._ended:
            self._ended.wait_for(lambda: self._running < self._most)
            self._running += 1
        try:
            yield
        finally:
            with self._ended:
                self._running -= 1
                self._ended.notify_all()

    def _have_fewer(self) -> None:
        """The server lets us have only those that run beside this one; one is always tried."""
        with self._ended:
            self._most = max(1, min(self._most, self._running - 1))


def is_alive(client: paramiko.SSHClient | None) -> bool:
    """Whether the connection is there, as far as is known without asking the host."""
    transport = client.get_transport() if client is not None else None
    return transport is not None and transport.is_active()


def _close(client: paramiko.SSHClient | None) -> None:
    if client is not None:
        with suppress(Exception):  # a connection that is broken already must not hide what broke it
            client.close()
