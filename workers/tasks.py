"""The tasks, by name: a documented interface for other programs (docs/tasks.md)."""

from __future__ import annotations

from typing import Any

from celery import Task, shared_task
from celery.exceptions import Retry

from topology.connection_tests import one_test, request_test
from topology.environments.secrets import open_vault
from topology.errors import GraphUnavailable
from topology.graph import Graph
from topology.housekeeping import keep_house
from topology.scan import ScanOptions
from topology.scan.history import never_began, one_scan
from topology.scan.turns import Turn, take_turn
from workers.connecting import do_test
from workers.logs import log_progress, log_report
from workers.requesting import queue_is_empty
from workers.scanning import scan_environment
from workers.working import ScanTask, Work, work

# A scan that has to wait for another one gives its place in the worker away, and is looked at again so soon.
LATER_SECONDS = 2.0
# So much of a result is in the log; all of it is in the graph.
_TOLD = 100


@shared_task(name="calipso.scan", bind=True, base=ScanTask, max_retries=None, resultrepr_maxsize=_TOLD)
def scan(
    self: Task[Any, Any],
    environment: str,
    options: dict[str, Any] | None = None,
    scan_id: str | None = None,
    started_by: str = "task",
) -> dict[str, Any]:
    """Scan an environment; the report as JSON. `options` are those of ScanOptions, by name.

    A scan with an id that has ended, or that another worker does, is not done again: a broker may deliver a task twice.
    """
    kept_in = (options or {}).get("into") or environment
    with work(self) as here:
        graph = here.graph
        try:
            wanted = ScanOptions.from_json(options or {})
            # The task's own id is that of a scan which nobody has noted.
            id = scan_id or (None if wanted.dry_run else self.request.id)
            turn = _turn(graph, kept_in, id, wanted)
            if turn is Turn.LATER:
                self.retry(countdown=LATER_SECONDS)
            if turn is Turn.NEVER:
                return one_scan(graph, kept_in, str(id))["report"] or {}
            return _scanned(here, environment, wanted, id, started_by)
        except (Retry, GraphUnavailable):  # it is begun again: by the broker, or by housekeeping
            raise
        except Exception as error:
            if scan_id is not None:
                never_began(graph, kept_in, scan_id, str(error))
            raise


def _turn(graph: Graph, environment: str, scan_id: str | None, options: ScanOptions) -> Turn:
    if scan_id is None:
        return Turn.NOW
    return take_turn(graph, environment, scan_id, wait=options.if_busy == "wait")


def _scanned(
    here: Work, environment: str, options: ScanOptions, scan_id: str | None, started_by: str
) -> dict[str, Any]:
    report = scan_environment(
        here.graph,
        here.settings,
        environment,
        options,
        scan_id=scan_id,
        started_by=started_by,
        progress=log_progress(),
    )
    log_report(report, options)
    return report.as_json()


@shared_task(name="calipso.connection_test", bind=True, resultrepr_maxsize=_TOLD)
def connection_test(
    self: Task[Any, Any], environment: str, test_targets: list[str] | None = None, test_id: str | None = None
) -> dict[str, Any]:
    """Try the sections of an environment, all or those that are named; the test as JSON.

    A test with an id is noted in the graph already. One that has begun is not done again: a broker may deliver a task
    twice.
    """
    with work(self) as here:
        if test_id is None:
            vault = open_vault(here.settings)
            test_id = request_test(here.graph, vault, environment, test_targets, requested_by="task")
        do_test(here.graph, here.settings, test_id)
        return one_test(here.graph, test_id)


@shared_task(name="calipso.housekeeping", bind=True)
def housekeeping(self: Task[Any, Any]) -> dict[str, int]:
    """Queue again or end what died, find what was lost, remove what is old; counts as JSON."""
    with work(self) as here:
        empty = queue_is_empty(lambda: self.app)
        return keep_house(here.graph, here.settings, queue_is_empty=empty).as_json()
