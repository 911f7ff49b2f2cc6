"""The schedules in the graph: `:Schedule` nodes, and their runs, each claimed once by whoever comes first."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from topology.errors import InvalidConfiguration, TopologyError, UnknownEnvironment, UnknownObject
from topology.graph import Graph, Transaction
from topology.inventory import require_environment
from topology.paging import LIMIT, Page, checked_limit, page, position
from topology.scan.history import AlreadyWaiting, request_in
from topology.scan.journal import EnvironmentBusy
from topology.scan.options import ScanOptions
from topology.schedules.recurrence import Recurrence
from topology.shapes import JsonObject

DUE_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Schedule:
    """When and how an environment is scanned by itself. `next_run` is None while it is paused."""

    id: str
    environment: str
    recurrence: Recurrence
    options: ScanOptions
    paused: bool = False
    created_by: str = ""
    created_at: datetime | None = None
    next_run: datetime | None = None
    last_run: datetime | None = None
    last_scan: str | None = None
    last_problem: str | None = None
    runs: int = 0

    def as_json(self) -> JsonObject:
        """How answers show it."""
        how = self.recurrence
        return {
            "id": self.id,
            "environment": self.environment,
            "frequency": how.frequency,
            "every": how.every,
            "cron": how.cron,
            "timezone": how.timezone,
            "start": how.start.isoformat(),
            "spoken": how.spoken(),
            "options": self.options.as_json(),
            "paused": self.paused,
            "next_run": _told(self.next_run and self.next_run.astimezone(ZoneInfo(how.timezone))),
            "last_run": _told(self.last_run),
            "last_scan": self.last_scan,
            "last_problem": self.last_problem,
            "runs": self.runs,
            "created_by": self.created_by,
            "created_at": _told(self.created_at),
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a schedule that was claimed. `scan_id` is None where nothing was asked for; `problem` says why."""

    schedule: Schedule
    scan_id: str | None
    problem: str | None = None


def add(
    graph: Graph,
    environment: str,
    how: Recurrence,
    options: ScanOptions,
    *,
    created_by: str,
    paused: bool = False,
    now: datetime | None = None,
) -> Schedule:
    """Have an environment scanned regularly. Raises UnknownEnvironment, InvalidConfiguration."""
    next_run = None if paused else how.after(now or datetime.now(UTC))
    rows = graph.write(
        "schedule_add",
        environment=environment,
        id=secrets.token_hex(6),
        properties=_kept(how, options, paused=paused),
        next_run=next_run,
        created_by=created_by,
    )
    if not rows:
        _refuse(graph, environment)
    return _schedule(rows[0]["schedule"])


def change(
    graph: Graph,
    id: str,
    *,
    how: Recurrence | None = None,
    options: ScanOptions | None = None,
    paused: bool | None = None,
    now: datetime | None = None,
) -> Schedule:
    """Change what is given, and count from now on. Raises UnknownObject, InvalidConfiguration."""
    there = one_schedule(graph, id)
    how, options = how or there.recurrence, options or there.options
    paused = there.paused if paused is None else paused
    next_run = None if paused else how.after(now or datetime.now(UTC))
    rows = graph.write("schedule_change", id=id, properties=_kept(how, options, paused=paused), next_run=next_run)
    if not rows:
        raise _unknown(id)
    return _schedule(rows[0]["schedule"])


def remove(graph: Graph, id: str) -> None:
    """Forget a schedule; scans that it asked for stay. Raises UnknownObject."""
    if not graph.write("schedule_remove", id=id):
        raise _unknown(id)


def one_schedule(graph: Graph, id: str) -> Schedule:
    """The schedule of that id. Raises UnknownObject."""
    rows = graph.read("schedule_get", id=id)
    if not rows:
        raise _unknown(id)
    return _schedule(rows[0]["schedule"])


def schedules(
    graph: Graph,
    *,
    environment: str | None = None,
    frequency: str | None = None,
    limit: int = LIMIT,
    after: str | None = None,
) -> Page:
    """A page of schedules, by environment. Raises UnknownEnvironment, InvalidConfiguration."""
    after_environment, after_id = position(after, 2)
    rows = graph.read(
        "schedules_list",
        environment=environment,
        frequency=frequency,
        after=after_environment,
        after_id=after_id,
        limit=checked_limit(limit) + 1,
    )
    if not rows and environment is not None:
        require_environment(graph, environment)
    found = [_schedule(row["schedule"]) for row in rows]
    return page(found, limit, shape=Schedule.as_json, place=lambda one: [one.environment, one.id])


def due(graph: Graph, now: datetime, environments: Sequence[str] | None = None) -> list[Schedule]:
    """The schedules (of these environments only) whose time has come, those that wait longest first."""
    only = None if environments is None else list(environments)
    rows = graph.read("schedules_due", now=now, environments=only, limit=DUE_AT_ONCE)
    return [found for row in rows if (found := _understood(graph, row["schedule"])) is not None]


def _understood(graph: Graph, kept: Mapping[str, Any]) -> Schedule | None:
    """The schedule; None where another version wrote what this one can not read: it is stopped, and does not block."""
    try:
        return _schedule(kept)
    except (InvalidConfiguration, KeyError, ValueError) as error:
        problem = f"it can not be read by this version, and is paused: {error}. Add it again."
        graph.write("schedule_halt", id=kept["id"], problem=problem)
        return None


def run_due(graph: Graph, schedule: Schedule, now: datetime) -> Run | None:
    """Ask for the scan of a due schedule. None when another one was faster, or the schedule changed meanwhile.

    The scan that is asked for and the next time are written together: whatever ends this process, a time is neither
    lost nor used twice. Times that were missed are made good by one run.
    """
    next_run = schedule.recurrence.after(now)

    def claimed(tx: Transaction) -> Run | None:
        if not tx.run("schedule_claim", id=schedule.id, expected=schedule.next_run, next_run=next_run, now=now):
            return None
        run = _asked(tx, schedule)
        tx.run("schedule_ran", id=schedule.id, scan=run.scan_id, problem=run.problem)
        return run

    return graph.in_transaction(claimed)


def _asked(tx: Transaction, schedule: Schedule) -> Run:
    started_by = f"schedule:{schedule.id}"
    try:
        asked = request_in(tx, schedule.environment, schedule.options, started_by=started_by, schedule=schedule.id)
    except (AlreadyWaiting, EnvironmentBusy, UnknownEnvironment, InvalidConfiguration) as error:
        return Run(schedule, None, str(error))
    return Run(schedule, asked.id)


def _kept(how: Recurrence, options: ScanOptions, *, paused: bool) -> dict[str, Any]:
    return {
        "frequency": how.frequency,
        "every": how.every,
        "cron": how.cron,
        "timezone": how.timezone,
        "start": how.start,
        "options": json.dumps(options.as_json()),
        "paused": paused,
    }


def _schedule(kept: Mapping[str, Any]) -> Schedule:
    how = Recurrence(kept["frequency"], _time(kept["start"]), kept["timezone"], kept.get("every"), kept.get("cron"))
    return Schedule(
        kept["id"],
        kept["environment"],
        how,
        ScanOptions.from_json(json.loads(kept["options"])),
        kept["paused"],
        kept["created_by"],
        _time(kept["created_at"]),
        _time(kept["next_run"]) if kept.get("next_run") else None,
        _time(kept["last_run"]) if kept.get("last_run") else None,
        kept.get("last_scan"),
        kept.get("last_problem"),
        kept["runs"],
    )


def _time(kept: Any) -> datetime:
    native: datetime = kept.to_native()
    return native.astimezone(UTC)


def _told(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _unknown(id: str) -> TopologyError:
    return UnknownObject(f"no schedule has the id {id[:100]!r}. Which there are: calipso schedule list")


def _refuse(graph: Graph, environment: str) -> None:
    require_environment(graph, environment)
    raise InvalidConfiguration(
        f"environment {environment} has no configuration, so there is nothing to scan. Add it again: calipso env add "
        "FILE"
    )
