"""Changes of servers."""

from __future__ import annotations

import time
from typing import Any

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
    server = live.pick(live.running())
    if server is None:
        return None
    target = next(h for h in OVS_HOSTS if h != server["OS-EXT-SRV-ATTR:host"])
    live.act(server, {"os-migrateLive": {"host": target, "block_migration": "auto"}})
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
    server = live.pick(live.running())
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
    running = {s["id"] for s in live.running()}
    trunks = {t["port_id"] for t in live.of("trunks")}
    plugged = live.ports(lambda owner: owner.startswith("compute:"))
    port = live.pick([p for p in plugged if p["device_id"] in running and p["id"] not in trunks])
    if port is None:
        return None
    live.cloud.delete("compute", f"/servers/{port['device_id']}/os-interface/{port['id']}")
    return f"{port['id']} from {port['device_id']}"


def resize(live: Live) -> str | None:
    """Another flavor on another host: it stays there, or comes back."""
    server = live.pick(live.running())
    if server is None:
        return None
    flavors = {f["name"]: f["id"] for f in live.cloud.get("compute", "/flavors")}
    other = next(name for name in FLAVORS if name != server["flavor"]["original_name"])
    return _moved_cold(live, server, {"resize": {"flavorRef": flavors[other]}}, f"to {other}")


def migrate(live: Live) -> str | None:
    """The same flavor on another host: it stays there, or comes back."""
    server = live.pick([*live.running(), *live.servers("SHUTOFF")])
    if server is None or server["OS-EXT-SRV-ATTR:host"] not in OVS_HOSTS:
        return None
    return _moved_cold(live, server, {"migrate": None}, "elsewhere")


def _moved_cold(live: Live, server: dict[str, Any], action: dict[str, Any], where: str) -> str:
    answer = live.dice.choice(("confirmResize", "confirmResize", "revertResize"))
    live.act(server, action)
    state = live.wait_for(server, "VERIFY_RESIZE")
    if state != "VERIFY_RESIZE":
        return f"{server['name']} {where}: {state}"
    live.act(server, {answer: None})
    return f"{server['name']} {where}: {answer}"


def pause_or_suspend(live: Live) -> str | None:
    """A running server pauses or is suspended; one that is goes on."""
    goes_on = {"PAUSED": "unpause", "SUSPENDED": "resume"}
    server = live.pick(live.servers("ACTIVE", *goes_on))
    if server is None:
        return None
    action = goes_on.get(server["status"]) or live.dice.choice(("pause", "suspend"))
    live.act(server, {action: None})
    return f"{action} {server['name']}"


def shelve_or_unshelve(live: Live) -> str | None:
    """A running server is put away; one that was put away comes back."""
    server = live.pick([*live.servers("SHELVED_OFFLOADED"), *live.running()[:1]])
    if server is None:
        return None
    action = "shelve" if server["status"] == "ACTIVE" else "unshelve"
    live.act(server, {action: None})
    return f"{action} {server['name']}"


def reboot(live: Live) -> str | None:
    """A running server starts again."""
    server = live.pick(live.running())
    if server is None:
        return None
    live.act(server, {"reboot": {"type": "HARD"}})
    return str(server["name"])


def rebuild(live: Live) -> str | None:
    """A running server is made anew from its image."""
    server = live.pick(live.running())
    if server is None:
        return None
    live.act(server, {"rebuild": {"imageRef": live.cloud.image_id(IMAGE)}})
    return str(server["name"])


def change_server_group(live: Live) -> str | None:
    """A group of servers comes or goes."""
    groups = [g for g in live.cloud.get("compute", "/os-server-groups?all_projects=1") if g["name"] == live.aggregate]
    if groups:
        live.cloud.delete("compute", f"/os-server-groups/{groups[0]['id']}")
        return "gone"
    group = {"name": live.aggregate, "policy": "anti-affinity"}
    live.cloud.post("compute", "/os-server-groups", {"server_group": group})
    return "made"
