"""Metrics: each is declared here once. What is exposed, what may be counted and the reference page follow from it.

Labels are bounded: environments, declared types and words of this code. Never an object, an address or a host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph_schema.model import SchemaError

Kind = Literal["counter", "gauge", "histogram"]
Origin = Literal["counted", "told", "graph", "api"]
"""Where a value comes from.

counted: by every process, summed up in the graph, so that it outlives all of them. told: a process says it every few
seconds, and it goes with the process. graph: seen in the graph when it is asked for. api: of the process that answers.
"""

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LONG = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `buckets` are the upper bounds of a histogram, without the last, which is infinite."""

    name: str
    kind: Kind
    origin: Origin
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what Prometheus would not understand."""
        if not self.name.startswith("calipso_") or (self.kind == "counter") != self.name.endswith("_total"):
            raise SchemaError(f"metric {self.name}: names begin with calipso_, those of counters end with _total.")
        if (self.kind == "histogram") != bool(self.buckets) or list(self.buckets) != sorted(set(self.buckets)):
            raise SchemaError(f"metric {self.name}: a histogram, and nothing else, has buckets, in rising order.")


def _counter(name: str, help: str, *labels: str) -> Metric:
    return Metric(name, "counter", "counted", help, labels)


def _histogram(name: str, help: str, *labels: str, buckets: tuple[float, ...] = _QUICK) -> Metric:
    return Metric(name, "histogram", "counted", help, labels, buckets)


def _gauge(name: str, help: str, *labels: str, origin: Origin = "graph") -> Metric:
    return Metric(name, "gauge", origin, help, labels)


SCANS_RUNNING = _gauge("calipso_scans_running", "Scans that run.", "environment")
SCANS_WAITING = _gauge("calipso_scans_waiting", "Scans that are asked for and have not begun.", "environment")
SCANS = _counter(
    "calipso_scans_total",
    "Scans that have ended, by how: completed, completed_with_errors, failed, aborted.",
    "environment",
    "outcome",
)
SCAN_SECONDS = _histogram(
    "calipso_scan_duration_seconds",
    "How long scans took that began, from their begin to their end.",
    "environment",
    "outcome",
    buckets=_LONG,
)
SCAN_SUCCESS = _gauge(
    "calipso_scan_last_success_timestamp_seconds",
    "When the last whole scan ended that completed, with errors or without; 0 before the first. "
    "Its age: time() - this.",
    "environment",
)
SCOPES = _gauge(
    "calipso_scopes", "Scopes by how they were last read: complete, partial, failed.", "environment", "outcome"
)
OBJECTS = _gauge("calipso_objects", "Objects in the graph, counted once a minute at most.", "environment", "type")

LISTENER_STATE = _gauge(
    "calipso_listener_state",
    "1 for the state that the environment's listener is in, 0 for others.",
    "environment",
    "state",
)
LISTENER_LAG = _gauge(
    "calipso_listener_lag_seconds",
    "Seconds from the publication of the oldest notification of the last batch until it was in the graph.",
    "environment",
)
EVENTS = _counter(
    "calipso_events_total",
    "Notifications taken from the broker: applied, ignored (no handler), unreadable, failed (left out).",
    "environment",
    "listener",
    "result",
)
EVENT_SECONDS = _histogram(
    "calipso_event_delay_seconds",
    "Seconds from the publication of a notification until it was in the graph.",
    "environment",
    "listener",
)
EVENT_GAPS = _counter("calipso_event_gaps_total", "Times that notifications were lost.", "environment")
QUEUE_MESSAGES = _gauge(
    "calipso_listener_queue_messages",
    "Messages in the listener's queue at the cloud's broker.",
    "environment",
    "listener",
    origin="told",
)
OLDEST_EVENT = _gauge(
    "calipso_event_oldest_unhandled_seconds",
    "How long the oldest notification waits that was taken and is not in the graph; 0 where none is.",
    "environment",
    "listener",
    origin="told",
)
REREADS = _counter(
    "calipso_rereads_total", "Things read again because of events or the poll: done, failed.", "environment", "result"
)
REREADS_WAITING = _gauge("calipso_rereads_waiting", "Things that wait to be read again.", "environment")
REREADS_OVERDUE = _gauge(
    "calipso_reread_oldest_overdue_seconds",
    "For how long the reading again is overdue that is due the longest; 0 where none is.",
    "environment",
)

OBJECTS_WRITTEN = _counter(
    "calipso_objects_written_total", "Objects created, updated and removed in the graph.", "environment", "change"
)
LINKS_WRITTEN = _counter(
    "calipso_links_written_total", "Links created, updated and removed in the graph.", "environment", "change"
)
WRITE_SECONDS = _histogram(
    "calipso_writer_transaction_seconds",
    "Writing transactions of the inventory, with the wait for the environment's lease. Its _count is their number.",
    "environment",
)

TASKS_WAITING = _gauge("calipso_queue_tasks", "Tasks in the broker's queue that no worker has taken.", origin="api")
BROKER_UP = _gauge("calipso_broker_up", "Whether the workers' broker answers.", origin="api")
TASK_SECONDS = _histogram(
    "calipso_task_duration_seconds",
    "Tasks that workers did, by outcome: done, failed, put_off (begun again later), timed_out.",
    "task",
    "outcome",
    buckets=_LONG,
)
PROCESSES = _gauge(
    "calipso_processes", "Processes that were heard of in the last minute: worker, beat, listener.", "kind"
)

SOURCE_SECONDS = _histogram(
    "calipso_source_request_seconds",
    "Requests to the cloud. source: openstack (kind: the service), mysql (kind: the database), ssh (kind: connect, or "
    "command for one command on a host).",
    "environment",
    "source",
    "kind",
)
SOURCE_FAILURES = _counter(
    "calipso_source_failures_total",
    "Requests to the cloud that failed: refused, unreachable, malformed, not_offered, command_failed.",
    "environment",
    "source",
    "kind",
    "error",
)
HOST_SECONDS = _histogram(
    "calipso_host_reading_seconds",
    "Reading all of one host, from the connection to its end. kind: compute, other, or unknown.",
    "environment",
    "kind",
    buckets=_LONG[:9],
)

GRAPH_UP = _gauge(
    "calipso_graph_up", "Whether Neo4j answers; without it only metrics of this API are told.", origin="api"
)
BUILD_INFO = _gauge("calipso_build_info", "1, with the version of the API that answers.", "version", origin="api")
REQUEST_SECONDS = Metric(
    "calipso_api_request_duration_seconds",
    "histogram",
    "api",
    "Requests that this API answered. route: as declared, never the address that was asked for.",
    ("method", "route", "status"),
    _QUICK,
)

METRICS: Mapping[str, Metric] = {each.name: each for each in list(globals().values()) if isinstance(each, Metric)}
