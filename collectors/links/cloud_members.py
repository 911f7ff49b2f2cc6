"""Memberships beside the tree: hosts of aggregates, instances of projects."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import finds
from graph_schema.link_types import AGGREGATE_HOST, PROJECT_INSTANCE
from graph_schema.records import InventoryView, Link


@finds(AGGREGATE_HOST)
def aggregate_hosts(view: InventoryView) -> Iterator[Link]:
    """Every host that the aggregate names."""
    for aggregate in view.all("aggregate"):
        for host in aggregate.get("hosts", ()):
            yield AGGREGATE_HOST.link(aggregate, host)


@finds(PROJECT_INSTANCE)
def project_instances(view: InventoryView) -> Iterator[Link]:
    """The project that owns the instance, wherever the instance stands in the tree."""
    for instance in view.all("instance"):
        project_id = instance.get("project_id")
        if project_id is not None:
            yield PROJECT_INSTANCE.link(project_id, instance)
