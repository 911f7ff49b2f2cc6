"""Listening to every environment that wants it: each with a watch of its own, started again when it ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass

from topology.environments import EnvironmentRegistry
from topology.errors import GraphUnavailable, TopologyError
from topology.events.state import ListenerNote, Wanted, wanted
from topology.graph import Graph
from topology.graph.opening import check_version
from topology.scan import ScanOptions
from topology.scan.history import AlreadyWaiting
from topology.settings import Settings
from topology.store import prepare
from workers.broker import BrokerUnavailable
from workers.listener_region import listened_region
from workers.listener_watch import Watch
from workers.requesting import WayToWorkers, request_as_task

log = logging.getLogger("calipso.listener")
TICK = 2.0
# What ended sooner than this is waited for, longer every time.
STEADY, LONGEST_PAUSE = 60.0, 60.0
RETRY_RESCAN = 30.0


@dataclass(slots=True)
class _Running:
    watch: Watch
    configured: str
    begun: float


class Supervisor:
    """Looks every `tick` seconds who wants to be listened to. Neo4j may be away at any time."""

    def __init__(
        self,
        graph: Graph,
        settings: Settings,
        registry: EnvironmentRegistry,
        tasks: WayToWorkers,
        *,
        only: Collection[str] = (),
        tick: float = TICK,
    ) -> None:
        self._graph, self._settings, self._registry, self._tasks = graph, settings, registry, tasks
        self._only, self._tick = frozenset(only), tick
        self._running: dict[str, _Running] = {}
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._rescan_not_before: dict[str, float] = {}
        self._prepared = False

    def run(self, ended: threading.Event) -> None:
        """Look until somebody sets `ended`; then end every watch."""
        trouble = ""
        while not ended.is_set():
            try:
                self.look()
                trouble = ""
            except GraphUnavailable as error:
                if str(error) != trouble:  # once, not with every look
                    trouble = str(error)
                    log.warning("%s", error)
            ended.wait(self._tick)
        for name in list(self._running):
            self._end(name)

    def look(self) -> None:
        """Start what is to run, end what is not, and have scanned again where notifications were lost."""
        if not self._prepared:
            check_version(self._graph)
            prepare(self._graph)
            self._prepared = True
        found = {one.environment: one for one in wanted(self._graph) if not self._only or one.environment in self._only}
        for name, running in list(self._running.items()):
            if name not in found or found[name].configured != running.configured:
                self._end(name)
            elif not running.watch.alive:
                self._end(name)
                self._wait_longer(name, running)
        for name, one in found.items():
            if name not in self._running:
                self._begin(one)
            else:
                self._rescan(name)

    def _begin(self, one: Wanted) -> None:
        note = ListenerNote(self._graph, one.environment)
        if not one.scanned:
            note.say("waiting", f"it was not scanned yet. Scan it: calipso scan {one.environment}")
            return
        if time.monotonic() < self._not_before.get(one.environment, 0.0):
            return
        try:
            environment = self._registry.get(one.environment)
            region = listened_region(self._graph, environment)
        except GraphUnavailable:
            raise
        except TopologyError as error:  # a secret that no key of ours opens; a region that nobody names
            note.say("failed", str(error))
            return
        watch = Watch(self._graph, self._settings, environment, region, note.gap)
        self._running[one.environment] = _Running(watch, one.configured, time.monotonic())
        log.info("listening begins", extra={"about": {"environment": one.environment}})
        watch.start()

    def _end(self, name: str) -> None:
        self._running.pop(name).watch.end()
        log.info("listening ends", extra={"about": {"environment": name}})

    def _wait_longer(self, name: str, running: _Running) -> None:
        steady = time.monotonic() - running.begun >= STEADY
        self._failures[name] = 1 if steady else self._failures.get(name, 0) + 1
        self._not_before[name] = time.monotonic() + min(LONGEST_PAUSE, 2.0 ** self._failures[name])

    def _rescan(self, name: str) -> None:
        """Have a scan done where notifications were lost; again when it could not be asked for, or came to nothing."""
        note = self._running[name].watch.note
        gap = note.open_gap()
        if gap is None or gap.scan_status in ("pending", "running"):
            return
        if gap.scan_status in ("completed", "completed_with_errors"):
            note.gap_answered(gap)
        elif time.monotonic() >= self._rescan_not_before.get(name, 0.0):
            self._rescan_not_before[name] = time.monotonic() + RETRY_RESCAN
            try:
                note.gap_asked(gap, self._asked(name))
            except (BrokerUnavailable, TopologyError) as error:
                told = {"about": {"environment": name}}
                log.warning("a scan is needed and cannot be asked for: %s", error, extra=told)

    def _asked(self, name: str) -> str:
        """The id of the scan that was asked for; of the one that waits already, if there is one."""
        options = ScanOptions()
        try:
            return request_as_task(
                self._graph, self._tasks, self._settings, name, options, started_by="listener"
            ).id  # fmt: skip
        except AlreadyWaiting as waiting:
            return waiting.scan_id
