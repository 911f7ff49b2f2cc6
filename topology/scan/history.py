"""Scans as the graph remembers them: those that ended, the one that runs, and those that are asked for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from topology.errors import InvalidConfiguration, TopologyError, UnknownEnvironment, UnknownObject
from topology.graph import Graph, Transaction
from topology.inventory import require_environment
from topology.paging import LIMIT, Page, checked_limit, page, position_in_time
from topology.scan.journal import DEAD_AFTER_SECONDS, EnvironmentBusy
from topology.scan.options import ScanOptions
from topology.shapes import JsonObject, plain

# A scan that was asked for and has not begun for so long stands in no other's way: its task may be lost.
PATIENCE_SECONDS = 3600
ENDED = ("completed", "completed_with_errors", "failed", "aborted")
_TOLD = (
    "id",
    "environment",
    "status",
    "phase",
    "started_by",
    "place",
    "started_at",
    "heartbeat",
    "ended_at",
    "reason",
    "schedule",
)


class AlreadyWaiting(TopologyError):
    """The same scan is asked for already and has not begun; `scan_id` is its id."""

    def __init__(self, text: str, scan_id: str) -> None:
        super().__init__(text)
        self.scan_id = scan_id


@dataclass(frozen=True, slots=True)
class Requested:
    """A scan that was asked for, kept with the environment that it writes to. `waits_for` is the one that runs now."""

    id: str
    environment: str
    waits_for: str | None


def request_scan(graph: Graph, environment: str, options: ScanOptions, *, started_by: str) -> Requested:
    """Note that a scan is asked for, before its task is sent. Raises as `request_in`."""
    return graph.in_transaction(lambda tx: request_in(tx, environment, options, started_by=started_by))


def request_in(
    tx: Transaction, environment: str, options: ScanOptions, *, started_by: str, schedule: str | None = None
) -> Requested:
    """Note in this transaction that a scan is asked for.

    Raises UnknownEnvironment, InvalidConfiguration, AlreadyWaiting, EnvironmentBusy.
    """
    id, into = str(uuid.uuid4()), options.into or environment
    rows = tx.run(
        "scan_request",
        of=environment,
        environment=into,
        id=id,
        options=json.dumps(options.as_json()),
        started_by=started_by,
        schedule=schedule,
        refuse=options.if_busy == "refuse",
        patience=PATIENCE_SECONDS,
        dead_after=DEAD_AFTER_SECONDS,
    )
    if not rows:
        raise UnknownEnvironment(f"no environment is named {environment!r}. Add it: calipso env add FILE")
    found = rows[0]
    if not found["configured"]:
        raise InvalidConfiguration(
            f"environment {environment} has no configuration, so there is nothing to scan. "
            "Add it again: calipso env add FILE"
        )
    if not found["noted"]:
        raise _not_noted(into, found["waiting"], found["running"] or found["other"])
    return Requested(id, into, found["running"])


def _not_noted(environment: str, waiting: str | None, other: str) -> TopologyError:
    if waiting is not None:
        return AlreadyWaiting(
            f"{environment}: the same scan is asked for already and waits to begin: {waiting}. "
            "If no worker runs, start one: calipso worker",
            waiting,
        )
    return EnvironmentBusy(
        f"{environment}: scan {other} runs or waits, and this one is not to wait (if_busy: refuse).", other
    )


def never_began(graph: Graph, environment: str, scan_id: str, reason: str) -> None:
    """A scan that was asked for can not begin: it has failed, and says why."""
    graph.write("scan_never_began", environment=environment, id=scan_id, status="failed", reason=reason)


def has_ended(graph: Graph, environment: str, scan_id: str) -> bool:
    """Whether a scan has ended already, so that its task, delivered once more, has nothing to do."""
    rows = graph.read("scan_get", environment=environment, id=scan_id, dead_after=DEAD_AFTER_SECONDS)
    return bool(rows) and rows[0]["scan"]["status"] in ENDED


def scans(
    graph: Graph,
    *,
    environment: str | None = None,
    statuses: Sequence[str] | None = None,
    limit: int = LIMIT,
    after: str | None = None,
) -> Page:
    """A page of scans, those last asked for first. Raises UnknownEnvironment, InvalidConfiguration."""
    before, before_id = position_in_time(after)
    rows = graph.read(
        "scans_list",
        environment=environment,
        statuses=None if statuses is None else list(statuses),
        before=before,
        before_id=before_id,
        dead_after=DEAD_AFTER_SECONDS,
        limit=checked_limit(limit) + 1,
    )
    if not rows and environment is not None:
        require_environment(graph, environment)
    return page(rows, limit, shape=_told, place=lambda row: [row["asked_at"], row["scan"]["id"]])


def one_scan(graph: Graph, environment: str, scan_id: str) -> JsonObject:
    """One scan with its report. Raises UnknownEnvironment, UnknownObject."""
    rows = graph.read("scan_get", environment=environment, id=scan_id, dead_after=DEAD_AFTER_SECONDS)
    if not rows:
        require_environment(graph, environment)
        raise UnknownObject(f"{environment}: no scan has the id {scan_id!r}. Which there are: GET /api/v1/scans")
    report = rows[0]["scan"].get("report")
    return {**_told(rows[0]), "report": json.loads(report) if report else None}


def _told(row: Mapping[str, Any]) -> JsonObject:
    scan = row["scan"]
    told = {key: plain(scan.get(key)) for key in _TOLD}
    told["requested_at"] = row["asked_at"]
    told["options"] = json.loads(scan.get("options") or "{}")
    told["scopes_done"] = scan.get("scopes_done", 0)
    # A scan that ran and is not heard of any more will be taken over or ended by the next one.
    told["heard_of"] = bool(row["heard_of"]) if scan["status"] == "running" else None
    return told
