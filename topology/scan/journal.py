"""The scan's own node in the graph: who started it, where it is, that it lives, how it ended."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from graph_schema.records import Problem
from topology.errors import GraphUnavailable, OutOfTime, TopologyError
from topology.graph import Graph
from topology.graph.rows import Row
from topology.messages import Message, write_messages
from topology.metrics.keeping import count_ended_scans
from topology.scan.options import ScanOptions
from topology.scan.process import is_gone, this_process
from topology.scan.report import ScanReport, ScopeReport

HEARTBEAT_SECONDS = 5.0
# A running scan that has not been heard of for this long is taken for dead.
DEAD_AFTER_SECONDS = 60


class ScanCancelled(TopologyError):
    """Somebody asked for the end of the scan."""


class EnvironmentBusy(TopologyError):
    """Another scan of the environment runs or waits, and this one was not to wait; `scan_id` is the other's id."""

    def __init__(self, text: str, scan_id: str) -> None:
        super().__init__(text)
        self.scan_id = scan_id


class Journal:
    """Keeps the `:Scan` node current; one scan of an environment at a time, the next one waits for it."""

    def __init__(
        self,
        graph: Graph,
        environment: str,
        options: ScanOptions,
        *,
        scan_id: str | None = None,
        started_by: str,
        progress: Callable[[str, str], None] | None = None,
    ) -> None:
        self._graph, self._environment, self._options = graph, environment, options
        self._started_by, self._progress = started_by, progress
        # A dry run leaves no trace, unless somebody elsewhere asked for it and wants to know.
        self._kept = not options.dry_run or scan_id is not None
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat_until_ended, daemon=True, name="scan heartbeat")
        self._phase = "pending"
        self._cancelled = False
        self.report = ScanReport(environment, scan_id or str(uuid.uuid4()), datetime.now(UTC), dry_run=options.dry_run)

    def __enter__(self) -> Self:
        if self._kept:
            self._begin()
            self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.report.ended_at = datetime.now(UTC)
        self._ended.set()
        if not self._kept:
            return
        self._heart.join()
        if error is None:
            self._end(self.report.status)
        elif isinstance(error, GraphUnavailable):
            return  # nowhere to write it: the missing heartbeat tells
        else:
            stopped = isinstance(error, KeyboardInterrupt | SystemExit | ScanCancelled | OutOfTime)
            reason = str(error) if isinstance(error, OutOfTime) else None
            self.report.problems.append(Problem("scan", reason or ("aborted" if stopped else str(error))))
            self._end("aborted" if stopped else "failed", reason)

    def phase(self, name: str, line: str) -> None:
        """The scan enters a phase."""
        self._phase = name
        self._say(line)
        self.beat()

    def scope(self, report: ScopeReport) -> None:
        """A scope has been written, or could not be read."""
        self.report.scopes.append(report)
        told = f": {report.changes.summary()}" if report.changes is not None else ""
        self._say(f"{report.scope.key} {report.outcome.status}{told}")
        for line in (*report.outcome.problems, *(report.changes.lines() if report.changes is not None else ())):
            self._say(f"{report.scope.key} {line}", "debug")
        self.beat()

    def beat(self) -> None:
        """Called between scopes and batches: ends the scan when that was asked for. Raises ScanCancelled."""
        if self._cancelled:
            raise ScanCancelled(f"scan {self.report.scan_id} of {self._environment} was cancelled.")

    def _say(self, line: str, level: str = "info") -> None:
        if self._progress is not None and self._options.says(level):
            self._progress(self._phase, line)

    def _begin(self) -> None:
        told = False
        gone: list[str] = []
        while True:
            running = self._tried(gone)
            if running["begun"]:
                return
            if is_gone(running["process"]):
                gone.append(running["process"])
                continue
            if self._options.if_busy == "refuse":
                raise EnvironmentBusy(f"{self._environment}: {_named(running)} runs; it is not to wait.", running["id"])
            if not told:
                self._say(f"waiting for {_named(running)} to end")
                told = True
            time.sleep(1)

    def _tried(self, gone: list[str]) -> Row:
        """Begin, unless another scan runs whose process is none of those that are `gone`: then tell which."""
        return self._graph.write(
            "scan_begin",
            environment=self._environment,
            id=self.report.scan_id,
            options=json.dumps(self._options.as_json()),
            started_by=self._started_by,
            place=f"{socket.gethostname()}:{os.getpid()}",
            process=this_process(),
            gone=gone,
            dead_after=DEAD_AFTER_SECONDS,
        )[0]

    def _beat_until_ended(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            try:
                rows = self._graph.write(
                    "scan_heartbeat",
                    environment=self._environment,
                    id=self.report.scan_id,
                    process=this_process(),
                    phase=self._phase,
                    scopes=len(self.report.scopes),
                )
            except GraphUnavailable:
                continue  # the scan itself will meet it and say so
            # Without a row it is another process's by now: this one was taken for dead.
            self._cancelled = not rows or rows[0]["cancelled"]

    def _end(self, status: str, reason: str | None = None) -> None:
        self._graph.write(
            "scan_end",
            environment=self._environment,
            id=self.report.scan_id,
            process=this_process(),
            status=status,
            report=json.dumps(self.report.as_json(), ensure_ascii=False),
            whole=self._options.is_whole,
            reason=reason,
        )
        with suppress(TopologyError):  # else housekeeping counts it
            count_ended_scans(self._graph)
        write_messages(self._graph, self._environment, _messages(self.report, status))


def _named(running: Row) -> str:
    return f"scan {running['id']} ({running['started_by']}, {running['place']})"


def _messages(report: ScanReport, status: str) -> list[Message]:
    level = {"completed": "info", "completed_with_errors": "warning"}.get(status, "error")
    closing = Message(level, f"scan {status}: {len(report.scopes)} scopes", "Calipso", scan_id=report.scan_id)
    troubles = [
        Message(
            "error" if scope is not None and scope.source != "scan" else "warning",
            str(problem),
            "OpenStack" if scope is not None else "Calipso",
            related=(scope.name,) if scope is not None and scope.source == "ssh" else (),
            scan_id=report.scan_id,
        )
        for scope, problem in report.all_problems
    ]
    return [*troubles, closing]
