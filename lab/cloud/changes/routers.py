"""Changes of routers, DHCP services and floating addresses."""

from __future__ import annotations

from typing import Any

from lab.cloud.changes.live import Live
from lab.cloud.clear import remove_router


def add_router(live: Live) -> str | None:
    """A router with one interface."""
    network = live.pick([n for n in live.of("networks") if n["subnets"]])
    if network is None:
        return None
    name = live.name("router")
    body = {"name": name, "project_id": network["project_id"]}
    made = live.cloud.post("network", "/routers", {"router": body})
    port = {"network_id": network["id"], "project_id": network["project_id"]}
    interface = {"port_id": live.cloud.post("network", "/ports", {"port": port})["id"]}
    live.cloud.put("network", f"/routers/{made['id']}/add_router_interface", interface)
    return f"{name} on {network['name']}"


def delete_router(live: Live) -> str | None:
    """A router goes, with its interfaces."""
    router = live.pick(live.of("routers"))
    if router is None or _has_floating_ips(live, router):
        return None
    remove_router(live.cloud, router["id"])
    return str(router["name"])


def _has_floating_ips(live: Live, router: dict[str, Any]) -> bool:
    return any(f["router_id"] == router["id"] for f in live.cloud.get("network", "/floatingips"))


def move_router(live: Live) -> str | None:
    """A router from one L3 agent to the other."""
    router = live.pick([r for r in live.of("routers") if not r["ha"]])
    if router is None:
        return None
    agents = live.cloud.get("network", "/agents?binary=neutron-l3-agent")
    return _move(live, router["id"], agents, f"/routers/{router['id']}/l3-agents", "l3-routers", "router_id")


def move_dhcp(live: Live) -> str | None:
    """A network's DHCP service from one agent to the other."""
    network = live.pick([n for n in live.of("networks") if n["subnets"]])
    if network is None:
        return None
    agents = live.cloud.get("network", "/agents?binary=neutron-dhcp-agent")
    return _move(live, network["id"], agents, f"/networks/{network['id']}/dhcp-agents", "dhcp-networks", "network_id")


def _move(live: Live, what: str, agents: list[dict[str, Any]], hosting: str, kind: str, key: str) -> str | None:
    serving = {a["id"] for a in live.cloud.get("network", hosting)}
    free = [a for a in agents if a["id"] not in serving]
    if len(serving) != 1 or not free:
        return None
    live.cloud.delete("network", f"/agents/{serving.pop()}/{kind}/{what}")
    live.cloud.post("network", f"/agents/{free[0]['id']}/{kind}", {key: what})
    return f"{what} to {free[0]['host']}"


def add_interface(live: Live) -> str | None:
    """A router gets an interface."""
    router = live.pick(live.of("routers"))
    if router is None:
        return None
    network = live.pick([n for n in live.of("networks") if n["project_id"] == router["project_id"] and n["subnets"]])
    if network is None:
        return None
    port = {"network_id": network["id"], "project_id": network["project_id"]}
    interface = {"port_id": live.cloud.post("network", "/ports", {"port": port})["id"]}
    live.cloud.put("network", f"/routers/{router['id']}/add_router_interface", interface)
    return f"{router['name']} on {network['name']}"


def remove_interface(live: Live) -> str | None:
    """A router loses an interface."""
    router = live.pick([r for r in live.of("routers") if not _has_floating_ips(live, r)])
    if router is None:
        return None
    owners = ("network:router_interface", "network:ha_router_replicated_interface")
    ports = live.cloud.get("network", f"/ports?device_id={router['id']}")
    port = live.pick([p for p in ports if p["device_owner"] in owners])
    if port is None:
        return None
    live.cloud.put("network", f"/routers/{router['id']}/remove_router_interface", {"port_id": port["id"]})
    return f"{router['name']} loses {port['id']}"


def change_floating_ip(live: Live) -> str | None:
    """A floating address leads nowhere, or goes."""
    floating = live.pick(live.of("floatingips"))
    if floating is None:
        return None
    if live.dice.random() < 0.5:
        live.cloud.put("network", f"/floatingips/{floating['id']}", {"floatingip": {"port_id": None}})
        return f"{floating['floating_ip_address']} leads nowhere"
    live.cloud.delete("network", f"/floatingips/{floating['id']}")
    return f"{floating['floating_ip_address']} is gone"
