"""Asking for a scan: noted in the graph, then sent to the workers as a task."""

from __future__ import annotations

from collections.abc import Callable

from celery import Celery
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from topology.environments import EnvironmentRegistry
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.scan import ScanOptions
from topology.scan.history import Requested, never_began, request_scan
from topology.settings import Settings
from workers.broker import BrokerUnavailable, find_broker

# Tried again this often, with these pauses in seconds: somebody waits for the answer.
_RETRIES = {"max_retries": 2, "interval_start": 0.2, "interval_step": 0.3, "interval_max": 1.0}


def request_as_task(
    graph: Graph,
    environments: EnvironmentRegistry,
    tasks: Callable[[], Celery],
    settings: Settings,
    environment: str,
    options: ScanOptions,
    *,
    started_by: str,
) -> Requested:
    """Ask for a scan of an environment; a worker does it.

    `tasks` makes or gives the way to the broker. Scans of one environment
    are done one after the other.

    Raises UnknownEnvironment, InvalidConfiguration, AlreadyWaiting, BrokerUnavailable.
    """
    if not environments.describe(environment)["configuration"]:
        raise InvalidConfiguration(
            f"environment {environment} has no configuration, so there is nothing to scan. "
            "Add it again: calipso env add FILE"
        )
    requested = request_scan(graph, environment, options, started_by=started_by)
    try:
        find_broker(settings)  # the private one may have ended meanwhile
        sender = tasks()
        sender.send_task(
            "calipso.scan",
            args=[environment],
            kwargs={"options": options.as_json(), "scan_id": requested.id, "started_by": started_by},
            queue=sender.conf.task_default_queue,
            ignore_result=True,
            retry=True,
            retry_policy=_RETRIES,
        )
    except (KombuError, BrokerError, OSError, BrokerUnavailable) as error:
        reason = f"the broker of the workers does not take the task: {error}. Check CALIPSO_BROKER_URL."
        never_began(graph, environment, requested.id, reason)
        raise BrokerUnavailable(reason) from error
    return requested
