"""The tasks, by name: a documented interface for other programs (docs/tasks.md)."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from topology.graph.opening import open_graph
from topology.scan import ScanOptions
from topology.settings import Settings
from topology.store import prepare
from workers.scanning import scan_environment


@shared_task(name="calipso.scan")
def scan(
    environment: str, options: dict[str, Any] | None = None, scan_id: str | None = None, started_by: str = "task"
) -> dict[str, Any]:
    """Scan an environment; the report as JSON. `options` are those of ScanOptions, by name."""
    settings = Settings()
    with open_graph(settings) as graph:
        prepare(graph)
        report = scan_environment(
            graph,
            settings,
            environment,
            ScanOptions.from_json(options or {}),
            scan_id=scan_id,
            started_by=started_by,
        )
    return report.as_json()
