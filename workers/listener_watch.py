"""Watching over one environment: its listener, and beside it the reading again of what events concern."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

from collectors.events.handlers import load_interpreter
from collectors.events.live import LiveCollection
from collectors.registry import load_plugins
from collectors.sources.protocols import Sources
from collectors.sources.sections import open_sources
from graph_schema.metrics import EVENT_GAPS, REREADS
from graph_schema.sections import secrets_of
from topology.environments import Environment
from topology.errors import GraphUnavailable
from topology.events import Engine
from topology.events.engine import Round
from topology.events.requests import Claims
from topology.events.state import ListenerNote
from topology.graph import Graph
from topology.metrics import METER
from topology.settings import Settings
from workers.listener import Ears
from workers.logs import about, hide
from workers.measuring import MeasuredCollection, measured
from workers.scanning import pins_of

log = logging.getLogger("calipso.listener")
LISTENERS = "calipso_graph.listeners"
# Seconds between looks at what is due, and between attempts to open sources that did not open.
TICK, REOPEN = 0.2, 30.0
# A host that is asked for while others are read is read by another thread.
READERS_OF_HOSTS = 3


class Watch:
    """One environment that is listened to: threads, ended together. `rescan` is called when events were lost."""

    def __init__(
        self, graph: Graph, settings: Settings, environment: Environment, region: str, rescan: Callable[[str], None]
    ) -> None:
        self._graph, self._settings, self._environment = graph, settings, environment
        self._region = region
        self.note = ListenerNote(graph, environment.name)
        hide(secret for section in environment.configuration for secret in secrets_of(section))
        self._on_gap = rescan
        self._ended = threading.Event()
        self._claims = Claims()
        self._threads = [
            threading.Thread(target=self._guarded, args=[work], daemon=True, name=f"{name} {environment.name}")
            for name, work in (
                ("listen", self._listen),
                ("refresh", lambda: self._refresh(hosts=False)),
                *[("read hosts", lambda: self._refresh(hosts=True))] * READERS_OF_HOSTS,
            )
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether all threads run."""
        return all(thread.is_alive() for thread in self._threads)

    def end(self, seconds: float = 30.0) -> None:
        """End them, and wait for them."""
        self._ended.set()
        for thread in self._threads:
            thread.join(seconds)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Nothing that goes wrong in one environment concerns another: it is told, and tried again by who watches."""
        with about(environment=self._environment.name):
            self._tried(work)

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except GraphUnavailable as error:
            log.warning("%s", error)
        except Exception as error:
            log.exception("the listener failed")
            self._failed(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
        finally:
            self._ended.set()  # one without the others would do part of the work

    def _failed(self, reason: str) -> None:
        try:
            self.note.say("failed", f"{reason}. It is started again.")
        except GraphUnavailable as error:
            log.warning("%s", error)

    def _rescan(self, reason: str) -> None:
        METER.count(EVENT_GAPS, self._environment.name)
        self._on_gap(reason)

    def _count(self, done: Round) -> None:
        METER.count(REREADS, self._environment.name, "done", by=done.looked - done.failed)
        METER.count(REREADS, self._environment.name, "failed", by=done.failed)

    def _listen(self) -> None:
        section, make = _ears_of(self._environment)
        if section is None or make is None:
            self.note.say("failed", "there is no section to listen to. Add an AMQP section: calipso env add FILE")
            self._ended.wait()
            return
        self.note.forget_tombstones()
        # To find the links of what is told, no source is asked.
        live = self._live(Sources(apis={}, regions=[self._region]))
        engine = Engine(self._graph, self._environment.name, live, settings=self._settings)
        interpreter = load_interpreter(live.region)
        make(self._environment.name, section, engine, interpreter, self.note, self._rescan).run(self._ended)

    def _refresh(self, *, hosts: bool) -> None:
        """Read again what is due: hosts, or all else. What services say does not wait for hosts, nor they for it."""
        while not self._ended.is_set():
            sources = open_sources(self._environment.configuration, pins=pins_of(self._settings, self._environment))
            try:
                engine = Engine(
                    self._graph,
                    self._environment.name,
                    self._live(sources),
                    settings=self._settings,
                    claims=self._claims,
                )
                self._refresh_with(engine, hosts=hosts, whole=not sources.missing)
            finally:
                sources.close()

    def _refresh_with(self, engine: Engine, *, hosts: bool, whole: bool) -> None:
        """Read again what is due; where a source did not open, only for a while, and then it is opened again."""
        begun = polled = time.monotonic()
        while not self._ended.is_set() and (whole or time.monotonic() - begun < REOPEN):
            if not hosts and time.monotonic() - polled >= self._settings.poll_seconds:
                polled = time.monotonic()
                engine.poll()
            done = engine.refresh(hosts=hosts)
            if done.looked:
                self._count(done)
                log.info("read again %d, changed %d, failed %d", done.looked, done.changed, done.failed)
            else:
                self._ended.wait(TICK)

    def _live(self, sources: Sources) -> LiveCollection:
        collection = MeasuredCollection(
            measured(sources, self._environment.name), load_plugins(), parallel_hosts=self._settings.parallel_hosts
        )
        return LiveCollection(collection, self._region, sources.apis.get(self._region))


def _ears_of(environment: Environment) -> tuple[Mapping[str, Any] | None, Callable[..., Ears] | None]:
    """The first section that a listener is installed for, and what makes the listener."""
    makers = {point.name: point for point in entry_points(group=LISTENERS)}
    for section in environment.configuration:
        if section["name"] in makers:
            return section, makers[section["name"]].load()
    return None, None
