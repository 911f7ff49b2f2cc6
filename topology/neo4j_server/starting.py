"""One start of the managed Neo4j: ports, process, the wait for its health, and the reason when it fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from topology.neo4j_server import process
from topology.neo4j_server.configuration import USER, command, write_configuration, write_first_password
from topology.neo4j_server.diagnosis import LogMarks, check_space, hopeless, known_cause, last_lines, port_taken
from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.health import is_healthy
from topology.neo4j_server.jars import Progress
from topology.neo4j_server.layout import Layout, Memory
from topology.neo4j_server.ports import LOOPBACK, free_port
from topology.settings import Settings

_PAUSE = 0.1
_PORT_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Start:
    """What a start needs."""

    layout: Layout
    settings: Settings
    java: Path
    jars: Path
    progress: Progress

    def run(self, *, stays: bool) -> Memory:
        """Start the server and wait until it does its work. Raises ServerError with the reason; then none runs."""
        check_space(self.layout.root)
        write_first_password(self.layout, self.layout.password())
        began = time.monotonic()
        unusable: set[int] = set()
        for _ in range(_PORT_ATTEMPTS):
            memory, marks = self._spawn(unusable, stays=stays)
            if self._becomes_healthy(memory, marks):
                self.progress(f"Neo4j: ready after {time.monotonic() - began:.0f} s")
                return memory
            if not port_taken(marks.said()):
                break
            unusable |= {memory.bolt_port, memory.http_port}
        raise self._failure(memory, marks)

    def _spawn(self, unusable: set[int], *, stays: bool) -> tuple[Memory, LogMarks]:
        bolt, http = self._choose_ports(unusable)
        self.progress(f"Neo4j: starting (Bolt {LOOPBACK}:{bolt}, Browser {LOOPBACK}:{http})")
        write_configuration(self.layout, self.settings, bolt, http)
        marks = LogMarks(self.layout)
        pid = process.spawn(self.layout, command(self.layout, self.settings, self.java, self.jars))
        memory = Memory(pid, bolt, http, stays)
        self.layout.remember(memory)
        return memory, marks

    def _choose_ports(self, unusable: set[int]) -> tuple[int, int]:
        """The configured ports, else those of last time, so that an address that people wrote down stays good."""
        last = self.layout.memory()
        bolt = free_port([self.settings.neo4j_bolt_port, *([last.bolt_port] if last else [])], unusable)
        http = free_port([self.settings.neo4j_http_port, *([last.http_port] if last else [])], unusable | {bolt})
        return bolt, http

    def _becomes_healthy(self, memory: Memory, marks: LogMarks) -> bool:
        started = process.named(memory.pid)
        try:
            if self._answers_in_time(started, memory, marks):
                return True
        except BaseException:
            self._give_up(started)
            raise
        self._give_up(started)
        return False

    def _answers_in_time(self, started: psutil.Process | None, memory: Memory, marks: LogMarks) -> bool:
        deadline = time.monotonic() + self.settings.neo4j_start_timeout
        while process.is_alive(started) and time.monotonic() < deadline and not hopeless(marks.said()):
            if healthy(memory, self.layout, self.settings):
                return True
            time.sleep(_PAUSE)
        return False

    def _give_up(self, started: psutil.Process | None) -> None:
        if started is not None:
            process.end(started, self.layout)

    def _failure(self, memory: Memory, marks: LogMarks) -> ServerError:
        said = marks.said()
        cause = known_cause(said, self.layout, self.settings, memory) or (
            f"somebody ended it, or it did not answer within {self.settings.neo4j_start_timeout:.0f} s "
            "(on a slow machine set CALIPSO_NEO4J_START_TIMEOUT to more)"
        )
        return ServerError(f"Neo4j does not start: {cause}. Its logs are in {self.layout.logs}:\n{last_lines(said)}")


def healthy(memory: Memory, layout: Layout, settings: Settings) -> bool:
    """Whether the remembered server does its work right now."""
    return is_healthy(memory.bolt_port, memory.http_port, USER, layout.password(), settings.neo4j_database)
