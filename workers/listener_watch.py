"""Watching over one environment: its listener, and beside it the reading again of what events concern."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
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
from topology.events.rounds import Round
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
# The section that leads to hosts; all others are of services.
HOSTS = "CLI"
# Seconds between looks at what is due, and between attempts to open sources that did not open.
TICK, REOPEN = 0.2, 30.0
# Seconds that a host's connection stays open after a reading: the next look at what settles there comes within them.
KEEP = 20.0


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
        self._threads = [
            threading.Thread(target=self._guarded, args=[work], daemon=True, name=f"{name} {environment.name}")
            for name, work in (
                ("listen", self._listen),
                ("refresh", self._refresh_services),
                ("read hosts", self._refresh_hosts),
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

    def _refresh_services(self) -> None:
        """Ask for what nobody notifies, and read again what is due of the services."""
        polled = time.monotonic()

        def turn(engine: Engine) -> Round:
            nonlocal polled
            if time.monotonic() - polled >= self._settings.poll_seconds:
                polled = time.monotonic()
                engine.poll()
            return engine.refresh_services()

        self._refresh([section for section in self._environment.configuration if section["name"] != HOSTS], turn)

    def _refresh_hosts(self) -> None:
        """Read again the hosts that are due. Services do not wait for them, nor they for services."""
        hosts = [section for section in self._environment.configuration if section["name"] == HOSTS]
        self._refresh(hosts, lambda engine: engine.refresh_hosts(TICK))

    def _refresh(self, sections: Sequence[Mapping[str, Any]], turn: Callable[[Engine], Round]) -> None:
        """Turn after turn; where a section did not open, only for a while, and then it is opened again."""
        while not self._ended.is_set():
            sources = open_sources(sections, pins=pins_of(self._settings, self._environment), keep=KEEP)
            engine = Engine(self._graph, self._environment.name, self._live(sources), settings=self._settings)
            begun = time.monotonic()
            try:
                while not self._ended.is_set() and (not sources.missing or time.monotonic() - begun < REOPEN):
                    self._tell(turn(engine), engine)
            finally:
                engine.close()
                sources.close()

    def _tell(self, done: Round, engine: Engine) -> None:
        """Count what was done; where there was nothing to do, wait a moment."""
        if done.looked:
            self._count(done)
            log.info("read again %d, changed %d, failed %d", done.looked, done.changed, done.failed)
        elif not engine.busy:
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
