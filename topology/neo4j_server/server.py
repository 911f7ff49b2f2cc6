"""The Neo4j that Calipso runs by itself: installed, started, used, stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from topology.neo4j_server import class_archive, process
from topology.neo4j_server.configuration import USER
from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.jars import Progress, assemble, locked
from topology.neo4j_server.java import find_java
from topology.neo4j_server.layout import Layout, Memory
from topology.neo4j_server.locks import FileLock, is_held, only_one
from topology.neo4j_server.ports import LOOPBACK
from topology.neo4j_server.starting import Start, healthy
from topology.settings import Settings

_PAUSE = 0.1
_PATIENCE_WITH_THE_SILENT = 10.0
_INSTALL_TIME = 600.0  # what another process may need before it starts the server that we wait for


@dataclass(frozen=True, slots=True)
class ServerState:
    """A running server, and how to log in to it."""

    bolt_uri: str
    user: str
    password: str
    browser_url: str
    pid: int
    stays: bool  # whether it was asked to stay; otherwise it ends with the last command that uses it


class ServerUse:
    """A running server that is kept running until `release`; the last release ends one that was not asked to stay."""

    def __init__(self, server: ManagedServer, state: ServerState, lock: FileLock) -> None:
        self.state = state
        self._server, self._lock, self._pid = server, lock, os.getpid()

    def release(self) -> None:
        """Give it back. In a forked child this does nothing: the use is its parent's."""
        if os.getpid() == self._pid:
            self._server.end_use(self._lock)


class ManagedServer:
    """The managed Neo4j of one data folder. Any number of processes may have one of these: they see the same server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._layout = Layout(settings)

    def install(self, progress: Progress | None = None) -> Path:
        """Assemble the program, verify all of it and return its folder. Raises ServerError when that can not be."""
        with self._alone(progress):
            return assemble(self._layout.program_dir, locked(), progress or _silent)

    def start(self, progress: Progress | None = None) -> ServerState:
        """The running server, started (and installed) when there is none; it stays until `stop`. Raises ServerError."""
        with self._alone(progress):
            memory = self._running(progress) or self._started(progress, stays=True)
            if not memory.stays:
                memory = replace(memory, stays=True)
                self._layout.remember(memory)
            return self._state(memory)

    def use(self, progress: Progress | None = None) -> ServerUse:
        """The running server for the length of a command, started when there is none. Raises ServerError."""
        with self._alone(progress):
            memory = self._running(progress) or self._started(progress, stays=False)
            lock = FileLock(self._layout.users_lock)
            lock.take(shared=True)
            return ServerUse(self, self._state(memory), lock)

    def end_use(self, lock: FileLock) -> None:
        """What `ServerUse.release` does."""
        with self._alone(None):
            lock.give_back()
            if self._is_left_over():
                self._end()

    def stop(self, *, only_left_over: bool = False) -> bool:
        """End the server, whoever uses it; whether there was one. Its stores are closed cleanly first.

        `only_left_over`: only one that was not asked to stay and that nobody uses, as after a `kill -9` of its users.
        """
        if not self._layout.root.exists():
            return False
        with self._alone(None):
            return (not only_left_over or self._is_left_over()) and self._end()

    def status(self) -> ServerState | None:
        """The running server; None when there is none or it does not answer (yet)."""
        if not self._layout.root.exists():
            return None
        found, memory = process.find(self._layout), self._layout.memory()
        if found is None or memory is None or not healthy(memory, self._layout, self._settings):
            return None
        return self._state(memory)

    def _started(self, progress: Progress | None, *, stays: bool) -> Memory:
        java = find_java(self._settings)
        tell = progress or _silent
        jars = assemble(self._layout.program_dir, locked(), tell)
        return Start(self._layout, self._settings, java, jars, tell).run(stays=stays)

    def _running(self, progress: Progress | None) -> Memory | None:
        """The server that runs already. One left in the middle of its start is waited for; one that hangs is ended."""
        found, memory = process.find(self._layout), self._layout.memory()
        if found is None:
            return None
        if memory is not None and memory.pid == found.pid:
            deadline = time.monotonic() + self._settings.neo4j_start_timeout
            while process.is_alive(found) and time.monotonic() < deadline:
                if healthy(memory, self._layout, self._settings):
                    return memory
                time.sleep(_PAUSE)
        (progress or _silent)(f"Neo4j: process {found.pid} runs and does not answer; ending it")
        process.end(found, self._layout, _PATIENCE_WITH_THE_SILENT)
        return None

    def _is_left_over(self) -> bool:
        memory = self._layout.memory()
        return memory is not None and not memory.stays and not is_held(self._layout.users_lock)

    def _end(self) -> bool:
        found = process.find(self._layout)
        if found is None:
            return False
        if process.end(found, self._layout):
            class_archive.keep(self._layout.program_dir, self._layout.home)
        return True

    def _state(self, memory: Memory) -> ServerState:
        return ServerState(
            bolt_uri=f"bolt://{LOOPBACK}:{memory.bolt_port}",
            user=USER,
            password=self._layout.password(),
            browser_url=f"http://{LOOPBACK}:{memory.http_port}/browser/",
            pid=memory.pid,
            stays=memory.stays,
        )

    @contextmanager
    def _alone(self, progress: Progress | None) -> Iterator[None]:
        """Nobody else starts or stops this server meanwhile. What the system refuses becomes a ServerError."""
        self._layout.make()
        tell = progress or _silent
        try:
            with only_one(
                self._layout.operation_lock,
                self._settings.neo4j_start_timeout + _INSTALL_TIME,
                lambda: tell("Neo4j: another process starts or stops it; waiting"),
            ):
                yield
        except OSError as error:
            raise ServerError(
                f"the managed Neo4j can not be run in {self._layout.root}: {error}. "
                "Make room or give yourself the right there, or set CALIPSO_DATA_DIR to another folder."
            ) from error


def _silent(_: str) -> None:
    """Nobody wants to hear of the progress."""
