"""What every task has around it: the graph, what its log lines are about, its measure, and an end in time."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from celery import Task
from celery.exceptions import Retry, SoftTimeLimitExceeded, TimeLimitExceeded

from graph_schema.metrics import TASK_SECONDS
from topology.errors import OutOfTime, TopologyError
from topology.graph import Graph
from topology.graph.opening import connect, open_graph
from topology.metrics import METER
from topology.metrics.keeping import keep
from topology.scan.turns import give_up
from topology.settings import Settings
from topology.store import prepare
from workers.logs import about

log = logging.getLogger("calipso.tasks")
_PATIENCE = 5.0
# What Celery's pool asks a task with to end, a minute before it ends the process.
_ASKED = signal.SIGUSR1


@dataclass(frozen=True, slots=True)
class Work:
    """The settings and the graph of one task."""

    settings: Settings
    graph: Graph


@contextmanager
def work(task: Task[Any, Any]) -> Iterator[Work]:
    """The graph for as long as a task runs. Raises SoftTimeLimitExceeded, with the reason, where it took too long."""
    settings, outcome, begun = Settings(), "failed", time.monotonic()
    with about(task=task.request.id), open_graph(settings) as graph:
        try:
            with _asked_to_end(too_long(_limit(task, settings))):
                prepare(graph)
                yield Work(settings, graph)
            outcome = "done"
        except Retry:
            outcome = "put_off"
            raise
        except OutOfTime as error:
            outcome = "timed_out"
            raise SoftTimeLimitExceeded(str(error)) from error
        finally:
            METER.observe(TASK_SECONDS, time.monotonic() - begun, str(task.name), outcome)
            with suppress(TopologyError):  # what can not be kept now is kept by the next task
                keep(graph)


def too_long(seconds: float) -> str:
    """Why a task is ended that took longer than so many seconds."""
    return (
        f"it took longer than {seconds:g} s, which is what a task may take (CALIPSO_TASK_SECONDS), and was ended. "
        "What it had written stays. Allow more, or find out from its log what takes so long."
    )


def _limit(task: Task[Any, Any], settings: Settings) -> float:
    _, soft = task.request.timelimit or (None, None)
    return float(soft or settings.task_seconds)


@contextmanager
def _asked_to_end(reason: str) -> Iterator[None]:
    """Asked to end, the task raises OutOfTime, which nothing takes for an error of a source and goes on after."""
    if threading.current_thread() is not threading.main_thread():  # a pool of threads has no time limits
        yield
        return

    def end(*_: object) -> None:
        raise OutOfTime(reason)

    former = signal.signal(_ASKED, end)
    try:
        yield
    finally:
        signal.signal(_ASKED, former)


class ScanTask(Task[Any, Any]):  # type: ignore[misc]  # Celery tells no types
    """A scan as a task: where its process was ended for its time, the worker ends the scan in its place."""

    abstract = True

    def on_failure(
        self, exc: BaseException, task_id: str, args: Sequence[Any], kwargs: Mapping[str, Any], _: object
    ) -> None:
        """Called by the worker's main process where it ended the task's, else by the task's own."""
        if not isinstance(exc, TimeLimitExceeded):
            return
        asked = {**dict(zip(("environment", "options", "scan_id"), args, strict=False)), **kwargs}
        into = (asked.get("options") or {}).get("into") or asked["environment"]
        limit, settings = exc.args[0] if exc.args else Settings().task_seconds, Settings()
        try:
            with connect(settings, patience=_PATIENCE) as graph:
                give_up(graph, into, asked.get("scan_id") or task_id, too_long(limit))
        except TopologyError as error:  # it is found dead by housekeeping, then
            log.warning("%s", error)
