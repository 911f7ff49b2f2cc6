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


def rename_router(live: Live) -> str | None:
    """Another name."""
    router = live.pick(live.of("routers"))
    if router is None:
        return None
    name = live.name("router")
    live.cloud.put("network", f"/routers/{router['id']}", {"router": {"name": name}})
    return f"{router['name']} is {name}"


def switch_router(live: Live) -> str | None:
    """What the administrator wants of a router, turned round."""
    router = live.pick([r for r in live.of("routers") if not r["ha"]])
    if router is None:
        return None
    up = not router["admin_state_up"]
    live.cloud.put("network", f"/routers/{router['id']}", {"router": {"admin_state_up": up}})
    return f"{router['name']} is switched {'on' if up else 'off'}"


def change_gateway(live: Live) -> str | None:
    """A router gets a gateway to the outside, or loses it."""
    router = live.pick([r for r in live.of("routers") if not _has_floating_ips(live, r)])
    if router is None:
        return None
    gateway = {} if router["external_gateway_info"] else {"network_id": _outside(live)}
    live.cloud.put("network", f"/routers/{router['id']}", {"router": {"external_gateway_info": gateway}})
    return f"{router['name']} {'opens to' if gateway else 'closes against'} the outside"


def add_floating_ip(live: Live) -> str | None:
    """A floating address that leads nowhere yet."""
    project = live.dice.choice(sorted(live.projects))
    body = {"floating_network_id": _outside(live), "project_id": project}
    return str(live.cloud.post("network", "/floatingips", {"floatingip": body})["floating_ip_address"])


def lead_floating_ip(live: Live) -> str | None:
    """A floating address leads to a port that a router with a gateway can reach."""
    floating = live.pick(live.of("floatingips"))
    port = live.pick(_reachable(live))
    if floating is None or port is None:
        return None
    live.cloud.put("network", f"/floatingips/{floating['id']}", {"floatingip": {"port_id": port["id"]}})
    return f"{floating['floating_ip_address']} leads to {port['name'] or port['id']}"


def _reachable(live: Live) -> list[dict[str, Any]]:
    open_routers = {r["id"] for r in live.of("routers") if r["external_gateway_info"]}
    inside = {
        ip["subnet_id"]
        for port in live.ports(lambda owner: owner.startswith("network:"))
        if port["device_id"] in open_routers
        for ip in port["fixed_ips"]
    }
    taken = {f["port_id"] for f in live.of("floatingips")}
    return [
        p
        for p in live.ports(lambda owner: owner == "" or owner.startswith("compute:"))
        if p["id"] not in taken and any(ip["subnet_id"] in inside for ip in p["fixed_ips"])
    ]


def _outside(live: Live) -> str:
    return str(next(n["id"] for n in live.cloud.get("network", "/networks") if n["router:external"]))
