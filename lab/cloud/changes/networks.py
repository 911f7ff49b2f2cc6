"""Changes of networks, ports and trunks."""

from __future__ import annotations

from typing import Any

from lab.cloud.changes.live import Live


def add_network(live: Live) -> str | None:
    """A network with a subnet."""
    project = live.dice.choice(sorted(live.projects))
    name = live.name("network")
    made = live.cloud.post("network", "/networks", {"network": {"name": name, "project_id": project}})
    cidr = f"10.88.{live.count}.0/24"
    subnet = {"network_id": made["id"], "project_id": project, "name": name, "cidr": cidr, "ip_version": 4}
    live.cloud.post("network", "/subnets", {"subnet": subnet})
    return name


def delete_network(live: Live) -> str | None:
    """A network that nothing but DHCP uses goes."""
    used = {p["network_id"] for p in live.cloud.get("network", "/ports") if p["device_owner"] != "network:dhcp"}
    network = live.pick([n for n in live.of("networks") if n["id"] not in used])
    if network is None:
        return None
    live.cloud.delete("network", f"/networks/{network['id']}")
    return str(network["name"])


def rename_network(live: Live) -> str | None:
    """Another name."""
    return _rename(live, "networks", "network")


def _rename(live: Live, kind: str, one: str) -> str | None:
    thing = live.pick(live.of(kind))
    if thing is None:
        return None
    name = live.name(one)
    live.cloud.put("network", f"/{kind}/{thing['id']}", {one: {"name": name}})
    return f"{thing['name']} is {name}"


def add_port(live: Live) -> str | None:
    """A port that nothing is plugged into."""
    network = live.pick(live.of("networks"))
    if network is None:
        return None
    name = live.name("port")
    body = {"name": name, "network_id": network["id"], "project_id": network["project_id"]}
    live.cloud.post("network", "/ports", {"port": body})
    return name


def delete_port(live: Live) -> str | None:
    """Such a port goes."""
    parents = {t["port_id"] for t in live.of("trunks")}
    port = live.pick([p for p in live.ports(lambda owner: owner == "") if p["id"] not in parents])
    if port is None:
        return None
    live.cloud.delete("network", f"/ports/{port['id']}")
    return str(port["name"])


def port_down_or_up(live: Live) -> str | None:
    """What the administrator wants of a port, turned round."""
    port = live.pick(live.ports(lambda owner: not owner.startswith("network:")))
    if port is None:
        return None
    live.cloud.put("network", f"/ports/{port['id']}", {"port": {"admin_state_up": not port["admin_state_up"]}})
    return str(port["name"] or port["id"])


def change_groups(live: Live) -> str | None:
    """Other security groups on a port."""
    port = live.pick([p for p in live.ports(lambda owner: owner in ("", "compute:nova")) if p["port_security_enabled"]])
    if port is None:
        return None
    groups = [g["id"] for g in live.of("security-groups") if g["project_id"] == port["project_id"]]
    chosen = live.dice.sample(groups, k=live.dice.randint(0, min(2, len(groups))))
    live.cloud.put("network", f"/ports/{port['id']}", {"port": {"security_groups": chosen}})
    return f"{port['id']}: {len(chosen)} groups"


def change_subports(live: Live) -> str | None:
    """A trunk loses a subport, or gets one where it has none."""
    trunk = live.pick(live.of("trunks"))
    if trunk is None:
        return None
    if trunk["sub_ports"]:
        gone = {"sub_ports": [{"port_id": trunk["sub_ports"][0]["port_id"]}]}
        live.cloud.put("network", f"/trunks/{trunk['id']}/remove_subports", gone)
        return f"one less in {trunk['name']}"
    parents = {t["port_id"] for t in live.of("trunks")}
    loose = [p for p in live.ports(lambda owner: owner == "") if p["project_id"] == trunk["project_id"]]
    port = live.pick([p for p in loose if p["id"] not in parents])
    if port is None:
        return None
    new = {"port_id": port["id"], "segmentation_type": "vlan", "segmentation_id": 99}
    live.cloud.put("network", f"/trunks/{trunk['id']}/add_subports", {"sub_ports": [new]})
    return f"one more in {trunk['name']}"


def rename_port(live: Live) -> str | None:
    """Another name of a port."""
    return _rename(live, "ports", "port")


def add_subnet(live: Live) -> str | None:
    """One more range on a network."""
    network = live.pick([n for n in live.of("networks") if len(n["subnets"]) < 3])
    if network is None:
        return None
    name = live.name("subnet")
    body = {
        "name": name,
        "network_id": network["id"],
        "project_id": network["project_id"],
        "cidr": f"10.89.{live.count}.0/24",
        "ip_version": 4,
        "enable_dhcp": live.dice.random() < 0.5,
    }
    live.cloud.post("network", "/subnets", {"subnet": body})
    return f"{name} on {network['name']}"


def delete_subnet(live: Live) -> str | None:
    """A range that nothing but DHCP uses goes."""
    ports = [p for p in live.cloud.get("network", "/ports") if p["device_owner"] != "network:dhcp"]
    used = {ip["subnet_id"] for p in ports for ip in p["fixed_ips"]}
    subnet = live.pick([s for s in live.of("subnets") if s["id"] not in used])
    if subnet is None:
        return None
    live.cloud.delete("network", f"/subnets/{subnet['id']}")
    return f"{subnet['cidr']} is gone"


def change_subnet(live: Live) -> str | None:
    """A range gets another name, other name servers, or DHCP where it had none, and the other way round."""
    subnet = live.pick(live.of("subnets"))
    if subnet is None:
        return None
    change: dict[str, Any] = live.dice.choice(
        (
            {"name": live.name("subnet")},
            {"dns_nameservers": [f"10.90.0.{live.count % 250 + 1}"]},
            {"enable_dhcp": not subnet["enable_dhcp"]},
        )
    )
    live.cloud.put("network", f"/subnets/{subnet['id']}", {"subnet": change})
    return f"{subnet['cidr']}: {change}"


def add_trunk(live: Live) -> str | None:
    """A port that nothing is plugged into becomes the parent of a trunk."""
    inside = {sub["port_id"] for t in live.of("trunks") for sub in t["sub_ports"]}
    parents = {t["port_id"] for t in live.of("trunks")}
    port = live.pick([p for p in live.ports(lambda owner: owner == "") if p["id"] not in inside | parents])
    if port is None:
        return None
    name = live.name("trunk")
    body = {"name": name, "port_id": port["id"], "project_id": port["project_id"]}
    live.cloud.post("network", "/trunks", {"trunk": body})
    return f"{name} on {port['name']}"


def delete_trunk(live: Live) -> str | None:
    """A trunk that no server uses goes; its ports stay."""
    free = {p["id"] for p in live.ports(lambda owner: owner == "")}
    trunk = live.pick([t for t in live.of("trunks") if t["port_id"] in free])
    if trunk is None:
        return None
    live.cloud.delete("network", f"/trunks/{trunk['id']}")
    return str(trunk["name"])
