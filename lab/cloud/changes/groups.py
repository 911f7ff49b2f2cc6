"""Changes of security groups and their rules."""

from __future__ import annotations

from typing import Any

from lab.cloud.changes.live import Live


def add_group(live: Live) -> str | None:
    """A new group."""
    project = live.dice.choice(sorted(live.projects))
    name = live.name("group")
    live.cloud.post("network", "/security-groups", {"security_group": {"name": name, "project_id": project}})
    return name


def delete_group(live: Live) -> str | None:
    """A group that no port has goes."""
    used = {group for port in live.of("ports") for group in port["security_groups"]}
    group = live.pick([g for g in _own(live) if g["id"] not in used])
    if group is None:
        return None
    live.cloud.delete("network", f"/security-groups/{group['id']}")
    return str(group["name"])


def rename_group(live: Live) -> str | None:
    """Another name."""
    group = live.pick(_own(live))
    if group is None:
        return None
    name = live.name("group")
    live.cloud.put("network", f"/security-groups/{group['id']}", {"security_group": {"name": name}})
    return f"{group['name']} is {name}"


def add_rule(live: Live) -> str | None:
    """One more rule."""
    group = live.pick(live.of("security-groups"))
    if group is None:
        return None
    live.count += 1
    rule = {
        "security_group_id": group["id"],
        "project_id": group["project_id"],
        "direction": live.dice.choice(("ingress", "egress")),
        "protocol": live.dice.choice(("tcp", "udp")),
        "port_range_min": 1000 + live.count,
        "port_range_max": 2000 + live.count,
    }
    live.cloud.post("network", "/security-group-rules", {"security_group_rule": rule})
    return f"{rule['protocol']} {rule['port_range_min']} in {group['name']}"


def delete_rule(live: Live) -> str | None:
    """One rule less."""
    rule = live.pick(live.of("security-group-rules"))
    if rule is None:
        return None
    live.cloud.delete("network", f"/security-group-rules/{rule['id']}")
    return f"{rule['direction']} {rule['protocol']}"


def _own(live: Live) -> list[dict[str, Any]]:
    """Those that are not neutron's own default ones."""
    return [g for g in live.of("security-groups") if g["name"] != "default"]
