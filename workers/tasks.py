"""The tasks, by name: a documented interface for other programs (docs/tasks.md)."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from topology.graph.opening import open_graph
from topology.scan import ScanOptions
from topology.scan.history import has_ended, never_began, one_scan
from topology.settings import Settings
from topology.store import prepare
from workers.scanning import scan_environment


@shared_task(name="calipso.scan")
def scan(
    environment: str, options: dict[str, Any] | None = None, scan_id: str | None = None, started_by: str = "task"
) -> dict[str, Any]:
    """Scan an environment; the report as JSON. `options` are those of ScanOptions, by name.

    A scan with an id that has ended already is not done again: a broker may deliver a task twice.
    """
    settings = Settings()
    with open_graph(settings) as graph:
        prepare(graph)
        if scan_id is not None and has_ended(graph, environment, scan_id):
            return one_scan(graph, environment, scan_id)["report"] or {}
        try:
            report = scan_environment(
                graph,
                settings,
                environment,
                ScanOptions.from_json(options or {}),
                scan_id=scan_id,
                started_by=started_by,
            )
        except Exception as error:
            if scan_id is not None:
                never_began(graph, environment, scan_id, str(error))
            raise
    return report.as_json()
