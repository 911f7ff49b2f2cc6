"""Makes a plan real: what is missing is created, what is there (by project and name) is left as it is."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lab.cloud.connection import Cloud, CloudError
from lab.cloud.plan import Network, Plan, Port, Router, SecurityGroup, Server, Subnet

IMAGE = "lab-linux"
FLAVORS = {"lab.nano": (128, 1), "lab.micro": (192, 2), "lab.huge": (64_000_000, 1)}
SETTLE_SECONDS = 240
# What brings a running server to the state that the plan wants.
ACTIONS: dict[str, dict[str, Any]] = {
    "SHUTOFF": {"os-stop": None},
    "PAUSED": {"pause": None},
    "SUSPENDED": {"suspend": None},
    "SHELVED_OFFLOADED": {"shelve": None},
}

Key = tuple[str, str]  # project id, name


class Builder:
    """Builds one plan in one cloud."""

    def __init__(self, plan: Plan, cloud: Cloud) -> None:
        self.plan, self.cloud = plan, cloud
        self.projects: dict[str, str] = {}

    def build(self) -> None:
        """All of it, in the order in which things need each other."""
        self._image_and_flavors()
        self._projects()
        self._aggregates()
        for network in self.plan.networks:
            self._network(network)
        self._each("security-groups", self.plan.groups, self._group)
        self._each("routers", self.plan.routers, self._router)
        self._each("ports", self.plan.ports, self._port)
        self._trunks()
        self._servers()
        self._floating_ips()

    # ---- finding

    def there(self, kind: str) -> dict[Key, Any]:
        """What neutron has of a kind, by project and name."""
        return {(o["project_id"], o["name"]): o for o in self.cloud.get("network", f"/{kind}")}

    def network_id(self, project: str, name: str) -> str:
        """A network of that name: the project's own, else anybody's (shared, external)."""
        networks = self.there("networks")
        own = networks.get((self.projects[project], name))
        return str((own or next(n for (_, other), n in networks.items() if other == name))["id"])

    def _each(self, kind: str, wanted: tuple[Any, ...], make: Callable[[Any], None]) -> None:
        there = self.there(kind)
        for item in wanted:
            if (self.projects[item.project], item.name) not in there:
                make(item)

    # ---- what everything else needs

    def _image_and_flavors(self) -> None:
        flavors = {f["name"] for f in self.cloud.get("compute", "/flavors")}
        for name, (memory, cpus) in FLAVORS.items():
            if name not in flavors:
                flavor = {"name": name, "ram": memory, "vcpus": cpus, "disk": 1}
                self.cloud.post("compute", "/flavors", {"flavor": flavor})
        self._image(Path(os.environ["LAB"]) / "img" / "disk.raw")

    def _image(self, disk: Path) -> None:
        """The guests' disk as it is now; another one of that name, of an earlier recipe, goes away."""
        there = next(iter(self.cloud.get("image", f"/images?name={IMAGE}")), None)
        if there is not None and there["os_hash_value"] == hashlib.sha512(disk.read_bytes()).hexdigest():
            return
        if there is not None:
            self.cloud.delete("image", f"/images/{there['id']}")
        self.cloud.connection.image.create_image(
            IMAGE, filename=str(disk), disk_format="raw", container_format="bare", visibility="public", wait=True
        )

    def _projects(self) -> None:
        self.projects = {p["name"]: p["id"] for p in self.cloud.get("identity", "/projects")}
        admin = next(u["id"] for u in self.cloud.get("identity", "/users") if u["name"] == "admin")
        role = next(r["id"] for r in self.cloud.get("identity", "/roles") if r["name"] == "admin")
        for name in self.plan.projects:
            if name in self.projects:
                continue
            project = {"name": name, "domain_id": "default", "description": self.plan.notes.get(name, "")}
            made = self.cloud.post("identity", "/projects", {"project": project})
            self.projects[name] = made["id"]
            self.cloud.put("identity", f"/projects/{made['id']}/users/{admin}/roles/{role}")
            self._lift_quotas(made["id"])

    def _lift_quotas(self, project: str) -> None:
        unlimited = dict.fromkeys(("instances", "cores", "ram"), -1)
        self.cloud.put("compute", f"/os-quota-sets/{project}", {"quota_set": unlimited})
        kinds = ("network", "subnet", "port", "router", "floatingip", "security_group", "security_group_rule", "trunk")
        self.cloud.put("network", f"/quotas/{project}", {"quota": dict.fromkeys(kinds, -1)})

    def _aggregates(self) -> None:
        """Before the servers: nova does not let a host with instances change its zone."""
        there = {a["name"] for a in self.cloud.get("compute", "/os-aggregates")}
        for aggregate in self.plan.aggregates:
            if aggregate.name in there:
                continue
            body = {"name": aggregate.name, "availability_zone": aggregate.zone or None}
            made = self.cloud.post("compute", "/os-aggregates", {"aggregate": body})
            for host in aggregate.hosts:
                self.cloud.post("compute", f"/os-aggregates/{made['id']}/action", {"add_host": {"host": host}})

    # ---- neutron

    def _network(self, network: Network) -> None:
        made = self.there("networks").get((self.projects[network.project], network.name))
        if made is None:
            provider: dict[str, Any] = {}
            if network.kind:
                provider = {"provider:network_type": network.kind}
            if network.physical:
                provider["provider:physical_network"] = network.physical
            if network.segment:
                provider["provider:segmentation_id"] = network.segment
            body = {
                "name": network.name,
                "project_id": self.projects[network.project],
                "shared": network.shared,
                "router:external": network.external,
                "admin_state_up": network.admin_up,
                **provider,
            }
            made = self.cloud.post("network", "/networks", {"network": body})
        there = {s["name"] for s in self.cloud.get("network", f"/subnets?network_id={made['id']}")}
        for subnet in network.subnets:
            if subnet.name not in there:
                self.make_subnet(made, subnet)
        if network.dhcp_agents > 1:
            self._more_dhcp(made["id"], network.dhcp_agents)

    def make_subnet(self, network: dict[str, Any], subnet: Subnet) -> Any:
        """A subnet on a network that is there."""
        body: dict[str, Any] = {
            "name": subnet.name,
            "network_id": network["id"],
            "project_id": network["project_id"],
            "cidr": subnet.cidr,
            "ip_version": 6 if ":" in subnet.cidr else 4,
            "enable_dhcp": subnet.dhcp,
            "dns_nameservers": list(subnet.dns),
        }
        if subnet.gateway is not None:
            body["gateway_ip"] = subnet.gateway or None
        if subnet.pool:
            body["allocation_pools"] = [{"start": subnet.pool[0], "end": subnet.pool[1]}]
        return self.cloud.post("network", "/subnets", {"subnet": body})

    def _more_dhcp(self, network: str, wanted: int) -> None:
        agents = self.cloud.get("network", "/agents?binary=neutron-dhcp-agent")
        serving = {a["id"] for a in self.cloud.get("network", f"/networks/{network}/dhcp-agents")}
        for agent in agents:
            if len(serving) < wanted and agent["id"] not in serving:
                self.cloud.post("network", f"/agents/{agent['id']}/dhcp-networks", {"network_id": network})
                serving.add(agent["id"])

    def _group(self, group: SecurityGroup) -> None:
        project = self.projects[group.project]
        body = {"name": group.name, "project_id": project, "description": f"made for {self.plan.name}"}
        made = self.cloud.post("network", "/security-groups", {"security_group": body})
        groups = self.there("security-groups")
        for protocol, port, remote in group.rules:
            rule: dict[str, Any] = {
                "security_group_id": made["id"],
                "project_id": project,
                "direction": "ingress",
                "protocol": protocol,
            }
            if port:
                rule |= {"port_range_min": port, "port_range_max": port}
            if remote:
                rule["remote_group_id"] = groups[project, remote]["id"]
            self.cloud.post("network", "/security-group-rules", {"security_group_rule": rule})

    def _router(self, router: Router) -> None:
        project = self.projects[router.project]
        body: dict[str, Any] = {
            "name": router.name,
            "project_id": project,
            "admin_state_up": router.admin_up,
            "ha": router.ha,
        }
        if router.gateway:
            body["external_gateway_info"] = {"network_id": self.network_id(router.project, router.gateway)}
        made = self.cloud.post("network", "/routers", {"router": body})
        for name, address in router.interfaces:
            self.add_interface(made["id"], router.project, name, address)

    def add_interface(self, router: str, project: str, network_name: str, address: str) -> None:
        """An interface of a router: the gateway of the network's first subnet, or a port of its own address."""
        network = self.network_id(project, network_name)
        if address:
            body = {"network_id": network, "project_id": self.projects[project], "fixed_ips": [{"ip_address": address}]}
            interface = {"port_id": self.cloud.post("network", "/ports", {"port": body})["id"]}
        else:
            subnets = self.cloud.get("network", f"/subnets?network_id={network}")
            interface = {"subnet_id": min(subnets, key=lambda s: s["name"])["id"]}
        self.cloud.put("network", f"/routers/{router}/add_router_interface", interface)

    def _port(self, port: Port) -> None:
        project = self.projects[port.project]
        groups = self.there("security-groups")
        body: dict[str, Any] = {
            "name": port.name,
            "project_id": project,
            "network_id": self.network_id(port.project, port.network),
            "admin_state_up": port.admin_up,
            "port_security_enabled": port.secure,
        }
        if port.address:
            body["fixed_ips"] = [{"ip_address": port.address}]
        if port.secure:
            body["security_groups"] = [groups[project, name]["id"] for name in port.groups]
            body["allowed_address_pairs"] = [{"ip_address": address} for address in port.pairs]
        self.cloud.post("network", "/ports", {"port": body})

    def _trunks(self) -> None:
        there, ports = self.there("trunks"), self.there("ports")
        for trunk in self.plan.trunks:
            project = self.projects[trunk.project]
            if (project, trunk.name) in there:
                continue
            subports = [
                {"port_id": ports[project, name]["id"], "segmentation_type": "vlan", "segmentation_id": vlan}
                for name, vlan in trunk.subports
            ]
            body = {
                "name": trunk.name,
                "project_id": project,
                "port_id": ports[project, trunk.port]["id"],
                "sub_ports": subports,
            }
            self.cloud.post("network", "/trunks", {"trunk": body})

    def _floating_ips(self) -> None:
        ports = self.there("ports")
        there = self.cloud.get("network", "/floatingips")
        taken = {f["floating_ip_address"] for f in there} | {f["port_id"] for f in there if f["port_id"]}
        for floating in self.plan.floating_ips:
            project = self.projects[floating.project]
            port = ports[project, floating.port]["id"] if floating.port else None
            if floating.address in taken or port in taken:
                continue
            body = {
                "floating_network_id": self.network_id(floating.project, floating.network),
                "project_id": project,
                "port_id": port,
            }
            if floating.address:
                body["floating_ip_address"] = floating.address
            self.cloud.post("network", "/floatingips", {"floatingip": body})

    # ---- nova

    def _servers(self) -> None:
        flavors = {f["name"]: f["id"] for f in self.cloud.get("compute", "/flavors")}
        image = self.cloud.image_id(IMAGE)
        self._drop_outdated(image)
        there = {(s["tenant_id"], s["name"]) for s in self.all_servers()}
        ports = self.there("ports")
        clouds: dict[str, Cloud] = {}
        for server in self.plan.servers:
            project = self.projects[server.project]
            if (project, server.name) in there:
                continue
            nics: Any = [{"port": ports[project, name]["id"]} for name in server.ports]
            nics += [{"uuid": self.network_id(server.project, name)} for name in server.networks]
            body: dict[str, Any] = {
                "name": server.name,
                "imageRef": image,
                "flavorRef": flavors[server.flavor],
                "networks": nics or "none",
            }
            if server.peers:
                body["user_data"] = base64.b64encode(" ".join(server.peers).encode()).decode()
            if server.host:
                body["host"] = server.host
            if server.project not in clouds:
                clouds[server.project] = self.cloud.of(server.project)
            clouds[server.project].post("compute", "/servers", {"server": body})
        self._bring_to_state()

    def _drop_outdated(self, image: str | None) -> None:
        """Servers of the plan that were made from another image are made again, on the ports that they had."""
        mine = {(self.projects[s.project], s.name) for s in self.plan.servers}
        for servers in self._until_settled():
            old = [s for s in servers if (s["tenant_id"], s["name"]) in mine and s["image"]["id"] != image]
            for server in old:
                if server["OS-EXT-STS:task_state"] != "deleting":
                    self.cloud.delete("compute", f"/servers/{server['id']}")
            if not old:
                return

    def all_servers(self) -> list[dict[str, Any]]:
        """All servers of all projects, as nova tells them."""
        servers: list[dict[str, Any]] = self.cloud.get("compute", "/servers/detail?all_tenants=1&limit=1000")
        return servers

    def _bring_to_state(self) -> None:
        wanted = {(self.projects[s.project], s.name): s for s in self.plan.servers}
        asked: set[tuple[Key, str]] = set()
        for servers in self._until_settled():
            open_ends = 0
            for server in servers:
                key = (server["tenant_id"], server["name"])
                plan = wanted.get(key)
                if plan is None or server["status"] == plan.state or server["status"] == "ERROR":
                    continue
                open_ends += 1
                once = (key, server["status"])
                if server["OS-EXT-STS:task_state"] or once in asked:
                    continue
                asked.add(once)
                # A lab that was ended hard has switched off what was paused.
                action = {"os-start": None} if server["status"] == "SHUTOFF" else ACTIONS.get(plan.state)
                if action and server["status"] in ("ACTIVE", "SHUTOFF"):
                    self.cloud.post("compute", f"/servers/{server['id']}/action", action)
            if not open_ends:
                break
        failed = [s.name for s in self._failed(wanted)]
        if failed:
            raise CloudError(f"servers in state ERROR that should not be: {', '.join(failed)}")

    def _failed(self, wanted: dict[Key, Server]) -> Iterator[Server]:
        for server in self.all_servers():
            plan = wanted.get((server["tenant_id"], server["name"]))
            if plan and server["status"] == "ERROR" and plan.state != "ERROR":
                yield plan

    def _until_settled(self) -> Iterator[list[dict[str, Any]]]:
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            yield self.all_servers()
            time.sleep(2)
        raise CloudError(f"servers did not reach their state in {SETTLE_SECONDS} s")
