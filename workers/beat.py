"""The clock: asks for what is due, sends again what the broker did not take, and has the house kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from topology import housekeeping, schedules
from topology.errors import GraphUnavailable, TopologyError
from topology.graph import Graph
from topology.graph.opening import check_version
from topology.settings import Settings
from topology.store import prepare
from workers.broker import BrokerUnavailable
from workers.requesting import WayToWorkers, send, send_waiting

log = logging.getLogger("calipso.beat")
# Seconds between looks; a schedule begins at most so late.
TICK = 2.0


class Beat:
    """Looks every `tick` seconds until it is ended. Neo4j and the broker may be away at any time.

    Several may run: what is due is claimed in the graph, so that each time is used once.
    """

    def __init__(self, graph: Graph, settings: Settings, tasks: WayToWorkers, *, tick: float = TICK) -> None:
        self._graph, self._settings, self._tasks, self._tick = graph, settings, tasks, tick
        self._prepared = False
        self._troubles: dict[str, str] = {}

    def run(self, ended: threading.Event) -> None:
        """Look until somebody sets `ended`."""
        log.info("the clock runs; looks every %g s", self._tick)
        while not ended.is_set():
            self.look(datetime.now(UTC))
            ended.wait(self._tick)
        log.info("the clock ends")

    def look(self, now: datetime) -> None:
        """Everything that is to be done at this moment; each part by itself, and no trouble of one is the other's."""
        if self._tried("graph", self._prepare):
            self._tried("schedules", lambda: self._run_due(now))
            self._tried("waiting scans", self._send_waiting)
            self._tried("housekeeping", self._keep_house)

    def _prepare(self) -> None:
        if not self._prepared:
            check_version(self._graph)
            prepare(self._graph)
            self._prepared = True

    def _run_due(self, now: datetime) -> None:
        for schedule in schedules.due(self._graph, now, self._settings.looked_after):
            run = schedules.run_due(self._graph, schedule, now)
            told = {"environment": schedule.environment, "schedule": schedule.id}
            if run is not None and run.problem is not None:
                log.warning("%s", run.problem, extra={"about": told})
            elif run is not None:
                log.info("asks for a scan", extra={"about": {**told, "scan": str(run.scan_id)}})

    def _send_waiting(self) -> None:
        send_waiting(self._graph, self._tasks, self._settings)

    def _keep_house(self) -> None:
        period = self._settings.housekeeping_seconds
        if housekeeping.claim(self._graph, period):
            try:
                send(self._tasks, self._settings, "calipso.housekeeping", expires=10 * period)
            except BrokerUnavailable:
                housekeeping.give_back(self._graph)
                raise

    def _tried(self, part: str, work: Callable[[], None]) -> bool:
        try:
            work()
        except (TopologyError, OSError) as error:
            self._trouble(part, str(error))
            if isinstance(error, GraphUnavailable):
                self._prepared = False
            return False
        if self._troubles.pop(part, None) is not None:
            log.info("%s: all is well again", part)
        return True

    def _trouble(self, part: str, text: str) -> None:
        """Each trouble is told once, not at every look."""
        if self._troubles.get(part) != text:
            self._troubles[part] = text
            log.warning("%s: %s", part, text)
