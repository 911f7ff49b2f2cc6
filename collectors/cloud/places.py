"""Where the objects of a cloud's services stand in the tree, and how the API is asked for a single one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from collectors.sources.protocols import ApiSource
from graph_schema.ids import compose_id
from graph_schema.object_types import AVAILABILITY_ZONE, REGION
from graph_schema.records import Ref


def in_region(region: str) -> Ref:
    """The region as a parent."""
    return Ref("region", compose_id(REGION.id, {"name": region}))


def in_zone(region: str, zone: str) -> Ref:
    """A region's availability zone as a parent."""
    return Ref("availability_zone", compose_id(AVAILABILITY_ZONE.id, {"region": region, "name": zone}))


def in_project(project_id: str | None, region: str) -> Ref:
    """The project that owns it; the region for what neutron makes for itself (networks of HA routers) without one."""
    return Ref("project", project_id) if project_id else in_region(region)


def answers_at(service: str, **paths: str) -> Callable[[ApiSource, str, str], bool | None]:
    """A witness for object types that answer at `{path}/{id}`, the path given by type; of others it cannot tell."""

    def witness(source: ApiSource, type: str, id: str) -> bool | None:
        path = paths.get(type)
        return None if path is None else source.exists(service, f"{path}/{quote(id, safe='')}")

    return witness
