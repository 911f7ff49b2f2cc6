"""Who works in the background: workers, clocks, listeners. One node each, told when they begin and end."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Self

from topology.errors import TopologyError
from topology.graph import Graph
from topology.messages import Message, write_messages
from topology.scan.process import this_process
from topology.shapes import JsonObject

log = logging.getLogger("calipso.presence")
HEARTBEAT_SECONDS = 10.0
# A process that is not heard of for so long is missed.
DEAD_AFTER_SECONDS = 60


class Presence:
    """Keeps the `:Worker` node of this process current while it is entered. Neo4j may be away at any time.

    `kind` is worker, beat or listener; `open_graph` connects when it can.
    """

    def __init__(self, kind: str, open_graph: Callable[[], Graph], *, period: float = HEARTBEAT_SECONDS) -> None:
        self._kind, self._open, self._period = kind, open_graph, period
        self._id = str(uuid.uuid4())
        self._place = f"{socket.gethostname()}:{os.getpid()}"
        self._graph: Graph | None = None
        self._begun = False
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True, name="presence")

    def __enter__(self) -> Self:
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended.set()
        self._heart.join(timeout=10)
        self._tried(self._say_end)
        if self._graph is not None:
            self._graph.close()

    def _beat(self) -> None:
        while True:
            self._tried(self._say)
            if self._ended.wait(self._period):
                return

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except TopologyError as error:
            log.debug("%s can not be told: %s", self._kind, error)

    def _say(self) -> None:
        if self._graph is None:
            self._graph = self._open()
        if not self._begun:
            self._graph.write("worker_begin", id=self._id, kind=self._kind, place=self._place, process=this_process())
            self._begun = True
            self._tell("info", "started")
            return
        if not self._graph.write("worker_heartbeat", id=self._id):
            self._begun = False  # forgotten meanwhile: it begins anew

    def _say_end(self) -> None:
        if self._graph is not None and self._begun:
            self._graph.write("worker_end", id=self._id)
            self._tell("info", "stopped")

    def _tell(self, level: str, what: str) -> None:
        if self._graph is not None:
            write_messages(self._graph, None, [Message(level, f"{self._kind} {self._place} {what}", "Calipso")])


def workers(graph: Graph) -> list[JsonObject]:
    """All that work in the background, and those that did in the last week; the newest first."""
    return graph.read("workers_list")
