"""`calipso up`: Neo4j, Redis, worker, clock, listener and API together, with one log and one Ctrl-C."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated

import typer

from cli.ending import asked_to_end
from cli.serving import Host, Port
from cli.session import USAGE, clear_errors, fail, read_settings, say
from topology.errors import TopologyError
from topology.neo4j_server import ManagedServer, ServerUse
from topology.settings import Settings
from workers.logs import logs_json

log = logging.getLogger("calipso.up")
_LOOK = 0.5
_LOOK_AT_NEO4J = 5.0
_LOOK_AT_REDIS = 2.0
_LONGEST_PAUSE = 30.0
# What ran so long is started again at once when it ends; what ends sooner is waited for, longer every time.
_STEADY = 60.0
# What can not even start need not be tried again: its error says what to do.
_HOPELESS = 15.0
# A worker finishes what it does; then it is ended.
_GRACE = 20.0


def up(
    host: Host = None,
    port: Port = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Scans at the same time.")] = 2,
) -> None:
    """Run Neo4j, a worker, the clock, the listener and the API until Ctrl-C. What ends unasked is started again."""
    from workers.logs import log_to_standard_error

    settings = read_settings()
    log_to_standard_error(settings, "up")
    api = ["serve", *([] if host is None else ["--host", host]), *([] if port is None else ["--port", str(port)])]
    worker = Child("worker", ["worker", "--concurrency", str(concurrency)])
    listener = Child("listen", ["listen", *(settings.looked_after or [])])
    children = [worker, Child("beat", ["beat"]), listener, Child("api", api)]
    with clear_errors(), asked_to_end() as ended:
        neo4j, redis = Neo4j(settings), Redis(settings)
        try:
            neo4j.start()
            redis.start()
            _tend(neo4j, redis, children, ended)
        finally:
            _stop(children, ended)
            redis.stop()
            neo4j.stop()
            say("calipso: all is stopped; the data stays")


def tell(name: str, line: str) -> None:
    """A line of one part, or about it, in the one log. What is a record already stays as it is."""
    if not logs_json():
        say(f"{name:<6} | {line}")
    elif _is_record(line):
        print(line, file=sys.stderr, flush=True)
    else:
        log.info("%s", line, extra={"of": name})


def _is_record(line: str) -> bool:
    try:
        return line.startswith("{") and isinstance(json.loads(line), dict)
    except ValueError:
        return False


@dataclass(slots=True)
class Pause:
    """How long to wait before something that ended is started again."""

    failures: int = 0
    until: float = 0.0

    def ended(self, lived: float) -> float:
        """It ended after so many seconds: how many to wait."""
        self.failures = 1 if lived >= _STEADY else self.failures + 1
        seconds = min(float(2 ** (self.failures - 1)), _LONGEST_PAUSE)
        self.until = time.monotonic() + seconds
        return seconds

    @property
    def over(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self.until


@dataclass(slots=True)
class Child:
    """One part that runs as a process of its own; its lines go to the one log under its name."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[str] | None = None
    begun: float = 0.0
    pause: Pause = field(default_factory=Pause)

    def tend(self) -> None:
        """Start it when it does not run and the pause is over. Ends everything for what can not even start."""
        if self.process is None:
            if self.pause.over:
                self._start()
            return
        code = self.process.poll()
        if code is None:
            return
        lived = time.monotonic() - self.begun
        with suppress(ProcessLookupError):  # what a killed worker has left does not scan on beside the next one
            os.killpg(self.process.pid, signal.SIGKILL)
        first, self.process = self.pause.failures == 0, None
        if first and code == USAGE and lived < _HOPELESS:
            fail(f"{self.name} can not start; its line above says why.", USAGE)
        seconds = self.pause.ended(lived)
        tell(self.name, f"ended with {code}; it is started again in {seconds:g} s")

    def ask_to_end(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, deadline: float, cut: threading.Event) -> None:
        """Wait for its end until the deadline, or until somebody is out of patience; then end all of it."""
        if self.process is None:
            return
        while self.process.poll() is None and time.monotonic() < deadline and not cut.is_set():
            time.sleep(0.05)
        if self.process.poll() is None:
            tell(self.name, "does not end by itself; ending it")
        with suppress(ProcessLookupError):  # a worker's own processes may be there without it
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _start(self) -> None:
        command = [sys.executable, "-m", "cli.child", str(os.getpid()), *self.arguments]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # Ctrl-C is for `up`, which ends its children in order
        )
        self.begun = time.monotonic()
        threading.Thread(target=self._log, args=[self.process], daemon=True, name=f"log of {self.name}").start()

    def _log(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            if line.strip():
                tell(self.name, line.rstrip())


class Neo4j:
    """The managed Neo4j, kept running; nothing where an external one is used."""

    def __init__(self, settings: Settings) -> None:
        self._server = ManagedServer(settings) if settings.managed else None
        self._use: ServerUse | None = None
        self._pause = Pause()
        self._begun = self._looked = 0.0

    @property
    def bolt_uri(self) -> str | None:
        """Where it is; None for an external one."""
        return self._use.state.bolt_uri if self._use else None

    def start(self) -> None:
        """Start it, or use the one that runs. Raises ServerError."""
        if self._server is not None:
            former, self._use = self._use, self._server.use(lambda line: tell("neo4j", line))
            self._begun = time.monotonic()
            if former is not None:
                former.release()
            tell("neo4j", f"{self._use.state.bolt_uri}, Browser at {self._use.state.browser_url}")

    def tend(self) -> None:
        """Start it again when it does not answer any more."""
        now = time.monotonic()
        if self._server is None or now - self._looked < _LOOK_AT_NEO4J or not self._pause.over:
            return
        self._looked = now
        if self._server.status() is not None:
            return
        tell("neo4j", f"does not answer; it is started again in {self._pause.ended(now - self._begun):g} s")
        time.sleep(min(self._pause.until - now, _LONGEST_PAUSE))
        try:
            self.start()
        except TopologyError as error:
            tell("neo4j", str(error))

    def stop(self) -> None:
        """Give it back; it ends unless others use it."""
        if self._use is not None:
            self._use.release()


class Redis:
    """The private broker, kept running; nothing where another one is used, or files."""

    def __init__(self, settings: Settings) -> None:
        from workers.broker import runs_privately

        self._settings = settings
        self._was_there = runs_privately(settings)
        self._pause = Pause()
        self._begun = self._looked = 0.0

    def start(self) -> None:
        """Start it where it does not run. Raises BrokerUnavailable."""
        from workers.broker import find_broker

        find_broker(self._settings)
        self._begun = time.monotonic()

    def tend(self) -> None:
        """Start it again when it does not answer any more."""
        from workers.broker import does_not_run

        now = time.monotonic()
        if now - self._looked < _LOOK_AT_REDIS or not self._pause.over:
            return
        self._looked = now
        if not does_not_run(self._settings):
            return
        self._pause.ended(now - self._begun)
        tell("redis", "does not answer; starting it again")
        try:
            self.start()
        except TopologyError as error:
            tell("redis", str(error))

    def stop(self) -> None:
        """End it, unless it ran before."""
        from workers.broker import stop_broker

        if not self._was_there:
            stop_broker(self._settings)


def _tend(neo4j: Neo4j, redis: Redis, children: Sequence[Child], ended: threading.Event) -> None:
    place = neo4j.bolt_uri
    while not ended.is_set():
        for child in children:
            child.tend()
        redis.tend()
        neo4j.tend()
        if neo4j.bolt_uri != place:  # its port was taken meanwhile: who holds connections must know
            place = neo4j.bolt_uri
            for child in children:
                child.ask_to_end()
        ended.wait(_LOOK)


def _stop(children: Sequence[Child], ended: threading.Event) -> None:
    ended.clear()  # set again, it means: do not wait
    running = [child for child in children if child.process is not None]
    if running:
        say(f"calipso: stopping; what is under way may finish for {_GRACE:g} s, another Ctrl-C ends it at once")
    for child in running:
        child.ask_to_end()
    deadline = time.monotonic() + _GRACE
    for child in running:
        child.wait(deadline, ended)
