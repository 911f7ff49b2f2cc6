"""Changes of servers."""

from __future__ import annotations

import time

from lab.cloud.build import FLAVORS, IMAGE
from lab.cloud.changes.live import SETTLE_SECONDS, Live
from lab.cloud.random_plan import OVS_HOSTS


def add_server(live: Live) -> str | None:
    """A new server with one port, on a random host."""
    network = live.pick(live.of("networks"))
    if network is None:
        return None
    name, host = live.name("server"), live.dice.choice(("cmp1", "cmp2", "cmp3"))
    flavors = {f["name"]: f["id"] for f in live.cloud.get("compute", "/flavors")}
    body = {
        "name": name,
        "host": host,
        "imageRef": live.cloud.image_id(IMAGE),
        "flavorRef": flavors[next(iter(FLAVORS))],
        "networks": [{"uuid": network["id"]}],
    }
    live.cloud.of(live.projects[network["project_id"]]).post("compute", "/servers", {"server": body})
    return f"{name} on {host}"


def delete_server(live: Live) -> str | None:
    """One server less."""
    server = live.pick(live.servers())
    if server is None:
        return None
    live.cloud.delete("compute", f"/servers/{server['id']}")
    for _ in range(SETTLE_SECONDS):
        if server["id"] not in {s["id"] for s in live.servers()}:
            break
        time.sleep(1)
    return str(server["name"])


def move_server(live: Live) -> str | None:
    """Live migration from one Open vSwitch host to the other."""
    movable = [s for s in live.servers("ACTIVE") if s["OS-EXT-SRV-ATTR:host"] in OVS_HOSTS]
    server = live.pick(movable)
    if server is None:
        return None
    target = next(h for h in OVS_HOSTS if h != server["OS-EXT-SRV-ATTR:host"])
    live.act(server, {"os-migrateLive": {"host": target, "block_migration": "auto", "force": False}})
    return f"{server['name']} to {target}"


def stop_or_start(live: Live) -> str | None:
    """A running server stops, a stopped one starts."""
    server = live.pick(live.servers("ACTIVE", "SHUTOFF"))
    if server is None:
        return None
    action = "os-stop" if server["status"] == "ACTIVE" else "os-start"
    live.act(server, {action: None})
    return f"{action} {server['name']}"


def rename_server(live: Live) -> str | None:
    """Another name."""
    server = live.pick(live.servers())
    if server is None:
        return None
    name = live.name("server")
    live.cloud.put("compute", f"/servers/{server['id']}", {"server": {"name": name}})
    return f"{server['name']} is {name}"


def attach(live: Live) -> str | None:
    """One more port on a running server."""
    server = live.pick([s for s in live.servers("ACTIVE") if s["OS-EXT-SRV-ATTR:host"] in OVS_HOSTS])
    if server is None:
        return None
    network = live.pick([n for n in live.of("networks") if n["project_id"] == server["tenant_id"]])
    if network is None:
        return None
    body = {"interfaceAttachment": {"net_id": network["id"]}}
    live.cloud.post("compute", f"/servers/{server['id']}/os-interface", body)
    return f"{server['name']} to {network['name']}"


def detach(live: Live) -> str | None:
    """One port less on a running server; a trunk's parent stays."""
    running = {s["id"] for s in live.servers("ACTIVE") if s["OS-EXT-SRV-ATTR:host"] in OVS_HOSTS}
    trunks = {t["port_id"] for t in live.of("trunks")}
    plugged = live.ports(lambda owner: owner.startswith("compute:"))
    port = live.pick([p for p in plugged if p["device_id"] in running and p["id"] not in trunks])
    if port is None:
        return None
    live.cloud.delete("compute", f"/servers/{port['device_id']}/os-interface/{port['id']}")
    return f"{port['id']} from {port['device_id']}"
