"""Takes away what topologies made: of some projects and aggregates, or all of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

from lab.cloud.connection import Cloud, CloudError

KEPT_PROJECTS = ("admin", "service")


def clear(cloud: Cloud, mine: Callable[[str], bool], *, everything: bool = False) -> None:
    """Delete the projects whose name is `mine` with all that is in them, and such aggregates.

    With `everything` also what the administrator's project has (shared and external networks).
    """
    projects = {
        p["id"]: p["name"]
        for p in cloud.get("identity", "/projects")
        if (p["name"] not in KEPT_PROJECTS and mine(p["name"])) or (everything and p["name"] == "admin")
    }
    _servers(cloud, projects)
    _network_things(cloud, projects)
    for aggregate in cloud.get("compute", "/os-aggregates"):
        if mine(aggregate["name"]):
            for host in aggregate["hosts"]:
                cloud.post("compute", f"/os-aggregates/{aggregate['id']}/action", {"remove_host": {"host": host}})
            cloud.delete("compute", f"/os-aggregates/{aggregate['id']}")
    for project, name in projects.items():
        if name not in KEPT_PROJECTS:
            cloud.delete("identity", f"/projects/{project}")


def _servers(cloud: Cloud, projects: dict[str, str]) -> None:
    for _ in range(90):
        mine = [
            s for s in cloud.get("compute", "/servers/detail?all_tenants=1&limit=1000") if s["tenant_id"] in projects
        ]
        if not mine:
            return
        for server in mine:
            if server["OS-EXT-STS:task_state"] != "deleting":
                with contextlib.suppress(CloudError):  # a server that is being changed refuses; it is asked again
                    cloud.delete("compute", f"/servers/{server['id']}")
        time.sleep(2)
    raise CloudError("servers are not gone after three minutes")


def _network_things(cloud: Cloud, projects: dict[str, str]) -> None:
    def of(kind: str) -> list[dict[str, Any]]:
        return [o for o in cloud.get("network", f"/{kind}") if o["project_id"] in projects]

    def delete(kind: str, things: list[dict[str, Any]]) -> None:
        for thing in things:
            cloud.delete("network", f"/{kind}/{thing['id']}")

    delete("floatingips", of("floatingips"))
    delete("trunks", of("trunks"))
    for router in of("routers"):
        remove_router(cloud, router["id"])
    delete("ports", [p for p in of("ports") if not p["device_owner"].startswith("network:")])
    for network in of("networks"):
        others = cloud.get("network", f"/ports?network_id={network['id']}")
        delete("ports", [p for p in others if not p["device_owner"].startswith("network:")])
    delete("networks", of("networks"))
    groups = of("security-groups")
    delete("security-groups", [g for g in groups if g["name"] != "default"])
    # The default groups go with their project, but neutron forgets them only when it is told.
    defaults = [g for g in groups if g["name"] == "default" and projects[g["project_id"]] not in KEPT_PROJECTS]
    delete("security-groups", defaults)


def remove_router(cloud: Cloud, router: str) -> None:
    """A router with its interfaces and gateway."""
    cloud.put("network", f"/routers/{router}", {"router": {"external_gateway_info": {}, "routes": []}})
    for port in cloud.get("network", f"/ports?device_id={router}"):
        if port["device_owner"] in ("network:router_interface", "network:ha_router_replicated_interface"):
            cloud.put("network", f"/routers/{router}/remove_router_interface", {"port_id": port["id"]})
    cloud.delete("network", f"/routers/{router}")
