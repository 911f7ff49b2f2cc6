"""Changes of aggregates and projects."""

from __future__ import annotations

from lab.cloud.changes.live import Live


def change_aggregate(live: Live) -> str | None:
    """A host enters or leaves the aggregate."""
    aggregate = next((a for a in live.cloud.get("compute", "/os-aggregates") if a["name"] == live.aggregate), None)
    if aggregate is None:
        return None
    host = live.dice.choice(("cmp1", "cmp2", "cmp3", "cmp4", "cmp5"))
    action = "remove_host" if host in aggregate["hosts"] else "add_host"
    live.cloud.post("compute", f"/os-aggregates/{aggregate['id']}/action", {action: {"host": host}})
    return f"{action} {host}"


def rename_project(live: Live) -> str | None:
    """Another description of a project."""
    project = live.dice.choice(sorted(live.projects))
    description = live.name("description")
    live.cloud.patch("identity", f"/projects/{project}", {"project": {"description": description}})
    return f"{live.projects[project]} is described anew"


def change_project(live: Live) -> str | None:
    """A project with nothing in it comes or goes."""
    name = f"{live.aggregate}-empty"
    there = [p for p in live.cloud.get("identity", "/projects") if p["name"] == name]
    if there:
        live.cloud.delete("identity", f"/projects/{there[0]['id']}")
        return f"{name} is gone"
    live.cloud.post("identity", "/projects", {"project": {"name": name, "domain_id": "default"}})
    return name
