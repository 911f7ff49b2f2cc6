"""Keystone's content that the services need: services, endpoints, accounts. Run again, it adds what is missing."""

from __future__ import annotations

from lab.cloud.connection import Cloud

CONTROLLER = "http://10.20.0.11"
SERVICES = {
    "placement": ("placement", f"{CONTROLLER}:8778"),
    "glance": ("image", f"{CONTROLLER}:9292"),
    "nova": ("compute", f"{CONTROLLER}:8774/v2.1"),
    "neutron": ("network", f"{CONTROLLER}:9696"),
}


def fill() -> None:
    """Make what is missing."""
    cloud = Cloud()
    services = {s["name"]: s["id"] for s in cloud.get("identity", "/services")}
    endpoints = {(e["service_id"], e["interface"]) for e in cloud.get("identity", "/endpoints")}
    for name, (kind, url) in SERVICES.items():
        if name not in services:
            services[name] = cloud.post("identity", "/services", {"service": {"name": name, "type": kind}})["id"]
        for interface in ("public", "internal", "admin"):
            if (services[name], interface) not in endpoints:
                endpoint = {"service_id": services[name], "interface": interface, "url": url, "region_id": "RegionOne"}
                cloud.post("identity", "/endpoints", {"endpoint": endpoint})
    _accounts(cloud)


def _accounts(cloud: Cloud) -> None:
    projects = {p["name"]: p["id"] for p in cloud.get("identity", "/projects")}
    users = {u["name"]: u["id"] for u in cloud.get("identity", "/users")}
    roles = {r["name"]: r["id"] for r in cloud.get("identity", "/roles")}
    if "service" not in projects:
        project = {"name": "service", "domain_id": "default"}
        projects["service"] = cloud.post("identity", "/projects", {"project": project})["id"]
    if "service" not in roles:
        roles["service"] = cloud.post("identity", "/roles", {"role": {"name": "service"}})["id"]
    for name in SERVICES:
        if name not in users:
            user = {"name": name, "password": "lab", "domain_id": "default", "default_project_id": projects["service"]}
            users[name] = cloud.post("identity", "/users", {"user": user})["id"]
        for role in ("admin", "service"):
            cloud.put("identity", f"/projects/{projects['service']}/users/{users[name]}/roles/{roles[role]}")


if __name__ == "__main__":
    fill()
