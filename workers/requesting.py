"""Asking for a scan: noted in the graph, then sent to the workers as a task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from topology.connection_tests import fail_test
from topology.graph import Graph
from topology.housekeeping import waiting_scans
from topology.scan import ScanOptions
from topology.scan.history import Requested, never_began, request_scan
from topology.settings import Settings
from workers.broker import BrokerUnavailable, find_broker

# Tried again this often, with these pauses in seconds: somebody waits for the answer.
_RETRIES = {"max_retries": 2, "interval_start": 0.2, "interval_step": 0.3, "interval_max": 1.0}

WayToWorkers = Callable[[], Celery]
"""Makes or gives the application that tasks are sent through."""


def request_as_task(
    graph: Graph,
    tasks: WayToWorkers,
    settings: Settings,
    environment: str,
    options: ScanOptions,
    *,
    started_by: str,
) -> Requested:
    """Ask for a scan of an environment; a worker does it. Scans of one environment are done one after the other.

    Raises UnknownEnvironment, InvalidConfiguration, AlreadyWaiting, EnvironmentBusy, BrokerUnavailable.
    """
    requested = request_scan(graph, environment, options, started_by=started_by)
    try:
        send_scan(graph, tasks, settings, environment, requested, options, started_by)
    except BrokerUnavailable as error:
        never_began(graph, requested.environment, requested.id, str(error))
        raise
    return requested


def send_scan(
    graph: Graph,
    tasks: WayToWorkers,
    settings: Settings,
    environment: str,
    requested: Requested,
    options: ScanOptions,
    started_by: str,
) -> None:
    """Send the task of a scan that is noted. Raises BrokerUnavailable."""
    kwargs = {"options": options.as_json(), "scan_id": requested.id, "started_by": started_by}
    send(tasks, settings, "calipso.scan", args=[environment], kwargs=kwargs)
    graph.write("scan_sent", environment=requested.environment, id=requested.id)


def test_as_task(graph: Graph, tasks: WayToWorkers, settings: Settings, environment: str, test_id: str) -> None:
    """Have a worker do a test of connections that is noted. Raises BrokerUnavailable."""
    try:
        send(tasks, settings, "calipso.connection_test", args=[environment], kwargs={"test_id": test_id})
    except BrokerUnavailable as error:
        fail_test(graph, test_id, str(error))
        raise


def send_waiting(graph: Graph, tasks: WayToWorkers, settings: Settings) -> int:
    """Send the tasks of all scans that are asked for and not with the broker. Raises BrokerUnavailable."""
    waiting = waiting_scans(graph, settings.looked_after)
    for scan in waiting:
        send_scan(graph, tasks, settings, scan.of, scan.requested, scan.options, scan.started_by)
    return len(waiting)


def queue_is_empty(tasks: WayToWorkers) -> bool:
    """Whether no task waits to be taken. Raises BrokerUnavailable."""
    return waiting_tasks(tasks) == 0


def waiting_tasks(tasks: WayToWorkers) -> int:
    """How many tasks wait to be taken. Raises BrokerUnavailable."""
    sender = tasks()
    with sender.connection_for_read() as connection:
        try:
            connection.ensure_connection(max_retries=1, interval_start=0)  # else it is tried for ever
            channel: Any = connection.default_channel
            return int(channel.queue_declare(queue=sender.conf.task_default_queue, passive=True).message_count)
        except connection.channel_errors:  # no such queue: nothing was ever sent, or all of it was taken
            return 0
        except (KombuError, BrokerError, OSError) as error:
            raise BrokerUnavailable(f"the broker of the workers does not answer: {error}.") from error


def send(tasks: WayToWorkers, settings: Settings, name: str, **sent: Any) -> None:
    """Send a task by its name. Raises BrokerUnavailable."""
    try:
        find_broker(settings)  # the private one may have ended meanwhile
        sender = tasks()
        sender.send_task(
            name,
            queue=sender.conf.task_default_queue,
            ignore_result=True,
            retry=True,
            retry_policy=_RETRIES,
            **sent,
        )
    except (KombuError, BrokerError, OSError, BrokerUnavailable) as error:
        raise BrokerUnavailable(
            f"the broker of the workers does not take the task: {error}. Check CALIPSO_BROKER_URL."
        ) from error
