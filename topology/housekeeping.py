"""Housekeeping: what died is queued again or ended, what nobody began is found, what is old goes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from topology.graph import Graph
from topology.messages import LEVELS, Message, write_messages
from topology.metrics.keeping import count_ended_scans
from topology.scan.history import Requested
from topology.scan.journal import DEAD_AFTER_SECONDS
from topology.scan.options import ScanOptions
from topology.scan.turns import MOST_ATTEMPTS, give_up
from topology.settings import Settings

# A task that is with no worker and in no queue for so long is lost.
LOST_AFTER_SECONDS = 60
# Who is missed is looked for again after so long: heartbeats come more often.
ROUND_SECONDS = 15
# What nobody began in so long is given up: no worker runs.
WAITED_TOO_LONG_SECONDS = 86_400
TESTS_LOST_AFTER_SECONDS = 1800
_NO_ANSWER = "no worker took it, or it ended in the middle of it. Start one (calipso worker), and ask again."
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Kept:
    """What housekeeping did, each a count."""

    queued_again: int = 0
    aborted: int = 0
    lost: int = 0
    messages: int = 0
    scans: int = 0
    tests: int = 0
    workers_gone: int = 0

    def as_json(self) -> dict[str, int]:
        """The result of the task."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A scan that waits to be sent: with what its task is to be told."""

    requested: Requested
    of: str
    options: ScanOptions
    started_by: str


def claim(graph: Graph, period: float) -> bool:
    """Whether it is time, and this one is to send the task: of several that ask, one is told so."""
    return bool(graph.write("housekeeping_claim", period=period, patience=10 * period))


def give_back(graph: Graph) -> None:
    """The task could not be sent: it is time again."""
    graph.write("housekeeping_give_back")


def keep_house(graph: Graph, settings: Settings, *, queue_is_empty: bool) -> Kept:
    """Do all of it. What is to be sent again is marked, and sent by the clock."""
    queued_again, aborted = _dead_scans(graph)
    never_begun = _never_begun(graph)
    count_ended_scans(graph)  # before any of them is removed
    lost = len(graph.write("scans_lost", lost_after=LOST_AFTER_SECONDS)) if queue_is_empty else 0
    graph.write("connection_tests_lost", patience=TESTS_LOST_AFTER_SECONDS, reason=_NO_ANSWER)
    kept = Kept(
        queued_again=queued_again,
        aborted=aborted + never_begun,
        lost=lost,
        messages=_messages(graph, settings),
        scans=_thinned(graph, "scans_thin", settings.scans_kept),
        tests=_thinned(graph, "connection_tests_thin", settings.connection_tests_kept),
        workers_gone=_workers(graph),
    )
    graph.write("housekeeping_done", report=json.dumps(kept.as_json()))
    return kept


def waiting_scans(graph: Graph, environments: Sequence[str] | None = None) -> list[Waiting]:
    """Scans (of these environments only) that are asked for and not with the broker, the oldest first."""
    only = None if environments is None else list(environments)
    return [_waiting(row) for row in graph.read("scans_unsent", environments=only)]


def _waiting(row: dict[str, Any]) -> Waiting:
    requested = Requested(row["id"], row["environment"], None)
    return Waiting(requested, row["of"], ScanOptions.from_json(json.loads(row["options"])), row["started_by"])


def _dead_scans(graph: Graph) -> tuple[int, int]:
    """Scans that are not heard of: how many are queued again, how many ended.

    After the database itself was away nothing was heard of anybody. So who is missed is looked for a second time, in
    the next round, when all that live have said so again.
    """
    rows = graph.write("scans_missed", most_attempts=MOST_ATTEMPTS, dead_after=DEAD_AFTER_SECONDS, round=ROUND_SECONDS)
    for row in rows:
        if row["again"]:
            text = f"scan {row['id']}: its worker ({row['place']}) is not heard of any more; it is queued again."
            message = Message("warn", text, "Calipso", scan_id=row["id"])
            write_messages(graph, row["environment"], [message])
        else:
            give_up(graph, row["environment"], row["id"], _why_ended(row))
    again = sum(row["again"] for row in rows)
    return again, len(rows) - again


def _why_ended(row: dict[str, Any]) -> str:
    if row["attempts"] >= MOST_ATTEMPTS:
        return f"its worker ended in the middle of it {row['attempts']} times. See the worker's log; then ask again."
    return (
        f"its process ({row['place']}) is not heard of any more. What it had written stays; the next scan completes "
        "the work."
    )


def _never_begun(graph: Graph) -> int:
    rows = graph.read("scans_never_begun", patience=WAITED_TOO_LONG_SECONDS)
    for row in rows:
        give_up(graph, row["environment"], row["id"], "no worker took it in a day. Start one: calipso worker")
    return len(rows)


def _messages(graph: Graph, settings: Settings) -> int:
    removed = _all_batches(graph, "messages_expire", days=settings.message_days)
    for level in LEVELS:
        removed += _all_batches(graph, "messages_thin", environment=None, level=level, keep=settings.messages_per_level)
    return removed


def _all_batches(graph: Graph, named: str, **parameters: Any) -> int:
    total = 0
    while removed := graph.write(named, batch=_BATCH, **parameters)[0]["removed"]:
        total += removed
    return total


def _thinned(graph: Graph, named: str, keep: int) -> int:
    return int(graph.write(named, environment=None, keep=keep)[0]["removed"])


def _workers(graph: Graph) -> int:
    rows: Sequence[dict[str, Any]] = graph.write("workers_missed", dead_after=DEAD_AFTER_SECONDS, round=ROUND_SECONDS)
    texts = [
        f"{row['kind']} {row['place']} is not heard of since {row['heartbeat']}; it ended unasked." for row in rows
    ]
    write_messages(graph, None, [Message("error", text, "Calipso") for text in texts])
    return len(rows)
