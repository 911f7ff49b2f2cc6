"""A cloud that lives: it answers like neutron's and nova's APIs, changes by operations, and notifies as they do.

It starts as the recorded cloud of tests/data/api. What neutron does without a word (ports of DHCP, gateways and
floating IPs, ports that become active, ports and subnets that go with their network) it does without a word.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from collectors.collection import Collection
from collectors.events.live import LiveCollection
from collectors.registry import Plugins, load_plugins
from collectors.sources.protocols import NotOffered, Sources
from graph_schema.events import Event
from tests.cloud.recordings import REGION, recorded

Item = dict[str, Any]
NEUTRON = {
    "ports": "network-ports",
    "networks": "network-networks",
    "subnets": "network-subnets",
    "routers": "network-routers",
    "floatingips": "network-floatingips",
    "security-groups": "network-security-groups",
    "trunks": "network-trunks",
}
FIXED = {
    "network/agents": "network-agents",
    "network/extensions": "network-extensions",
    "compute/os-aggregates": "compute-os-aggregates",
    "compute/os-availability-zone/detail": "compute-os-availability-zone-detail",
    "compute/os-hypervisors/detail": "compute-os-hypervisors-detail",
    "compute/os-services": "compute-os-services",
    "identity/projects": "identity-projects",
}
BEGIN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STATES = {"active": ("ACTIVE", 1), "stopped": ("SHUTOFF", 4), "paused": ("PAUSED", 3), "suspended": ("SUSPENDED", 7)}
HOSTS = ("cmp3", "cmp5")


class ModelCloud:
    """The state by listing, and the notifications since the beginning. An ApiSource."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.region = REGION
        self.now = BEGIN
        self.state: dict[str, list[Item]] = {path: recorded("api", name) for path, name in NEUTRON.items()}
        self.servers: list[Item] = recorded("api", "compute-servers-detail")
        self.fixed: dict[str, list[Item]] = {path: recorded("api", name) for path, name in FIXED.items()}
        self.events: list[Event] = []
        self.asked: list[str] = []

    # What it answers.

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        catalog: Mapping[str, Sequence[str]] = recorded("api", "catalog")
        return catalog

    def listing(self, service: str, path: str, key: str) -> list[Any]:
        assert key
        self.asked.append(f"{service} {path}")
        name, _, query = path.partition("?")
        wanted: dict[str, set[str]] = {}
        for parameter, value in parse_qsl(query, keep_blank_values=True):
            wanted.setdefault(parameter, set()).add(value)
        wanted.pop("all_tenants", None)
        wanted.pop("fields", None)
        if f"{service}/{name}" in self.fixed:
            return copy.deepcopy(self.fixed[f"{service}/{name}"])
        if name.endswith("-agents"):
            return []
        if service == "compute" and name == "servers/detail":
            wanted = {{"uuid": "id"}[key]: ids for key, ids in wanted.items()}
            return copy.deepcopy([server for server in self.servers if _matches(server, wanted)])
        if service != "network" or name not in self.state:
            raise NotOffered(service, f"no {path}")
        return copy.deepcopy([item for item in self.state[name] if _matches(item, wanted)])

    def exists(self, service: str, path: str) -> bool:
        name, _, id = path.partition("/")
        items = self.servers if service == "compute" else self.state.get(name, [])
        items = items or self.fixed.get(f"{service}/{name}", [])
        return any(item["id"] == id for item in items)

    def live(self) -> LiveCollection:
        return LiveCollection(self.collection(), self.region, self)

    def collection(self) -> Collection:
        plugins = load_plugins()
        return Collection(
            Sources(apis={self.region: self}, regions=[self.region]), Plugins(plugins.cloud, (), plugins.finders)
        )

    # What happens.

    def happen(self, number: int) -> None:
        """So many random operations; those that are not possible now are passed over."""
        for _ in range(number):
            self._random.choice(OPERATIONS)(self)

    def _tick(self) -> datetime:
        self.now += timedelta(milliseconds=self._random.randint(1, 1500))
        return self.now

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _one(self, items: Sequence[Item], fits: Callable[[Item], bool] = lambda _: True) -> Item | None:
        found = [item for item in items if fits(item)]
        return self._random.choice(found) if found else None

    def _notify(self, event_type: str, payload: Item) -> None:
        self.events.append(
            Event("lab", event_type, self._id(), self._tick(), self.now, "publisher", copy.deepcopy(payload))
        )

    def _changed(self, item: Item, /, **values: Any) -> Item:
        item.update(values)
        item["revision_number"] = item.get("revision_number", 0) + 1
        return item

    def _add(self, path: str, name: str, item: Item, *, silent: bool = False) -> Item:
        item["revision_number"] = 1
        self.state[path].append(item)
        if not silent:
            self._notify(f"{name}.create.end", {name: item})
        return item

    def _update(self, kind: str, item: Item, /, **values: Any) -> None:
        self._notify(f"{kind}.update.end", {kind: self._changed(item, **values)})

    def _delete(self, path: str, name: str, item: Item) -> None:
        self.state[path].remove(item)
        self._notify(f"{name}.delete.end", {f"{name}_id": item["id"], name: item})

    def _new_port(self, network: Item, owner: str, device: str, host: str = "", *, silent: bool) -> Item:
        subnet = self._one(self.state["subnets"], lambda s: s["network_id"] == network["id"])
        number = self._random.randint(2, 250)
        fixed = [{"subnet_id": subnet["id"], "ip_address": f"10.77.0.{number}"}] if subnet else []
        port = copy.deepcopy(self.state["ports"][0]) | {
            "id": self._id(),
            "name": "",
            "network_id": network["id"],
            "mac_address": "fa:16:3e:" + self._random.randbytes(3).hex(":"),
            "device_id": device,
            "device_owner": owner,
            "fixed_ips": fixed,
            "project_id": network["project_id"],
            "tenant_id": network["project_id"],
            "binding:host_id": host,
            "binding:vif_type": "ovs" if host else "unbound",
            "status": "DOWN",
            "security_groups": [self.state["security-groups"][0]["id"]] if owner.startswith("compute") else [],
        }
        return self._add("ports", "port", port, silent=silent)

    def make_network(self) -> None:
        like = self._one(self.state["networks"], lambda n: bool(n["project_id"]) and not n["router:external"])
        if like:
            made = copy.deepcopy(like) | {"id": self._id(), "name": f"net{len(self.events)}", "subnets": []}
            self._add("networks", "network", made)

    def rename_network(self) -> None:
        if network := self._one(self.state["networks"]):
            self._update("network", network, name=f"renamed{len(self.events)}", admin_state_up=self._flip())

    def delete_network(self) -> None:
        def free(network: Item) -> bool:
            ports = [p for p in self.state["ports"] if p["network_id"] == network["id"]]
            return all(p["device_owner"] in ("", "network:dhcp") for p in ports) and not network["router:external"]

        if network := self._one(self.state["networks"], free):
            for path in ("ports", "subnets"):
                self.state[path] = [i for i in self.state[path] if i["network_id"] != network["id"]]
            for trunk in list(self.state["trunks"]):
                if not any(port["id"] == trunk["port_id"] for port in self.state["ports"]):
                    self.state["trunks"].remove(trunk)
            self._delete("networks", "network", network)

    def make_subnet(self) -> None:
        if network := self._one(self.state["networks"], lambda n: bool(n["project_id"])):
            number = self._random.randint(0, 255)
            made = copy.deepcopy(self.state["subnets"][0]) | {
                "id": self._id(), "name": "", "network_id": network["id"], "cidr": f"10.{number}.0.0/24",
                "project_id": network["project_id"], "enable_dhcp": True,
            }  # fmt: skip
            self._changed(network, subnets=[*network["subnets"], made["id"]])
            self._add("subnets", "subnet", made)
            self._new_port(network, "network:dhcp", f"dhcp-{network['id']}", "net1", silent=True)

    def delete_subnet(self) -> None:
        used = {fixed["subnet_id"] for port in self.state["ports"] for fixed in port["fixed_ips"]
                if port["device_owner"] != "network:dhcp"}  # fmt: skip
        if subnet := self._one(self.state["subnets"], lambda s: s["id"] not in used):
            for port in list(self.state["ports"]):
                if any(fixed["subnet_id"] == subnet["id"] for fixed in port["fixed_ips"]):
                    self.state["ports"].remove(port)
            self._delete("subnets", "subnet", subnet)

    def make_port(self) -> None:
        if network := self._one(self.state["networks"]):
            self._new_port(network, "", "", silent=False)

    def rename_port(self) -> None:
        if port := self._one(self.state["ports"]):
            self._update("port", port, name=f"port{len(self.events)}", admin_state_up=self._flip())

    def guard_port(self) -> None:
        if port := self._one(self.state["ports"], lambda p: p["device_owner"].startswith("compute")):
            group = self._one(self.state["security-groups"])
            self._update("port", port, security_groups=[group["id"]] if group else [])

    def delete_port(self) -> None:
        subports = {sub["port_id"] for trunk in self.state["trunks"] for sub in trunk["sub_ports"]}
        parents = {trunk["port_id"] for trunk in self.state["trunks"]}
        fits: Callable[[Item], bool] = lambda p: p["device_owner"] == "" and p["id"] not in subports | parents  # noqa: E731  # one word for a rule
        if port := self._one(self.state["ports"], fits):
            self._leave_floating_ips(port["id"])
            self._delete("ports", "port", port)

    def _leave_floating_ips(self, port_id: str) -> None:
        for floating in self.state["floatingips"]:
            if floating["port_id"] == port_id:
                self._changed(floating, port_id=None, fixed_ip_address=None, router_id=None, port_details=None)

    def make_router(self) -> None:
        like = self._one(self.state["routers"], lambda r: not r["ha"])
        if like:
            made = copy.deepcopy(like) | {
                "id": self._id(), "name": f"r{len(self.events)}", "external_gateway_info": None, "routes": [],
            }  # fmt: skip
            self._add("routers", "router", made)

    def open_router(self) -> None:
        outside = self._one(self.state["networks"], lambda n: n["router:external"])
        router = self._one(self.state["routers"], lambda r: r["external_gateway_info"] is None)
        if router and outside:
            port = self._new_port(outside, "network:router_gateway", router["id"], "net1", silent=True)
            gateway = {"network_id": outside["id"], "external_fixed_ips": port["fixed_ips"], "enable_snat": True}
            self._update("router", router, external_gateway_info=gateway)

    def close_router(self) -> None:
        if router := self._one(self.state["routers"], lambda r: r["external_gateway_info"] is not None):
            self._drop_ports(router["id"], "network:router_gateway")
            self._update("router", router, external_gateway_info=None)

    def _drop_ports(self, device: str, owner: str) -> None:
        self.state["ports"] = [p for p in self.state["ports"] if (p["device_id"], p["device_owner"]) != (device, owner)]

    def join_router(self) -> None:
        router, network = self._one(self.state["routers"], lambda r: not r["ha"]), self._one(self.state["networks"])
        if router and network:
            port = self._new_port(network, "network:router_interface", router["id"], "net1", silent=True)
            told = {"id": router["id"], "port_id": port["id"], "network_id": network["id"]}
            self._notify("router.interface.create", {"router_interface": told})

    def part_router(self) -> None:
        if port := self._one(self.state["ports"], lambda p: p["device_owner"] == "network:router_interface"):
            self.state["ports"].remove(port)
            told = {"id": port["device_id"], "port_id": port["id"], "network_id": port["network_id"]}
            self._notify("router.interface.delete", {"router_interface": told})

    def delete_router(self) -> None:
        busy = {p["device_id"] for p in self.state["ports"] if p["device_owner"] != "network:router_gateway"}
        if router := self._one(self.state["routers"], lambda r: r["id"] not in busy):
            self._drop_ports(router["id"], "network:router_gateway")
            self._delete("routers", "router", router)

    def make_floating_ip(self) -> None:
        outside = self._one(self.state["networks"], lambda n: n["router:external"])
        if outside:
            made = copy.deepcopy(self.state["floatingips"][0])
            address = f"172.24.4.{self._random.randint(2, 250)}"
            made |= {"id": self._id(), "floating_ip_address": address, "floating_network_id": outside["id"],
                     "port_id": None, "fixed_ip_address": None, "router_id": None, "port_details": None}  # fmt: skip
            self._new_port(outside, "network:floatingip", made["id"], silent=True)
            self._add("floatingips", "floatingip", made)

    def lead_floating_ip(self) -> None:
        floating = self._one(self.state["floatingips"])
        port = self._one(
            self.state["ports"], lambda p: p["device_owner"].startswith("compute") and bool(p["fixed_ips"])
        )
        if floating and port:
            details = {key: port[key] for key in ("name", "network_id", "mac_address", "device_id", "device_owner")}
            address = port["fixed_ips"][0]["ip_address"]
            self._update(
                "floatingip", floating, port_id=port["id"], fixed_ip_address=address, port_details=details,
                router_id=self.state["routers"][0]["id"] if self.state["routers"] else None,
            )  # fmt: skip

    def free_floating_ip(self) -> None:
        if floating := self._one(self.state["floatingips"], lambda f: f["port_id"] is not None):
            values = dict.fromkeys(("port_id", "fixed_ip_address", "router_id", "port_details"))
            self._update("floatingip", floating, **values)

    def delete_floating_ip(self) -> None:
        if len(self.state["floatingips"]) > 1 and (floating := self._one(self.state["floatingips"])):
            self._drop_ports(floating["id"], "network:floatingip")
            self._delete("floatingips", "floatingip", floating)

    def make_group(self) -> None:
        if like := self._one(self.state["security-groups"]):
            made = copy.deepcopy(like) | {"id": self._id(), "name": f"sg{len(self.events)}"}
            for rule in made["security_group_rules"]:
                rule |= {"id": self._id(), "security_group_id": made["id"]}
            self._add("security-groups", "security_group", made)

    def make_rule(self) -> None:
        group = self._one(self.state["security-groups"], lambda g: bool(g["security_group_rules"]))
        if group:
            rule = copy.deepcopy(group["security_group_rules"][0]) | {
                "id": self._id(), "security_group_id": group["id"], "protocol": "tcp", "port_range_min": 22,
            }  # fmt: skip
            self._changed(group)["security_group_rules"].append(rule)
            self._notify("security_group_rule.create.end", {"security_group_rule": rule})

    def delete_rule(self) -> None:
        if group := self._one(self.state["security-groups"], lambda g: bool(g["security_group_rules"])):
            rule = self._changed(group)["security_group_rules"].pop()
            self._notify("security_group_rule.delete.end", {"security_group_rule_id": rule["id"],
                                                            "security_group_rule": rule})  # fmt: skip

    def delete_group(self) -> None:
        used = {group for port in self.state["ports"] for group in port["security_groups"]}
        used.add(self.state["security-groups"][0]["id"])
        if group := self._one(self.state["security-groups"], lambda g: g["id"] not in used):
            self._delete("security-groups", "security_group", group)

    def change_trunk(self, *, silent: bool = False) -> None:
        """A subport joins or leaves, which its port does not tell. `silent`: by an action that is not told either."""
        trunk = self._one(self.state["trunks"])
        if trunk is None:
            return
        if trunk["sub_ports"] and self._flip():
            gone = trunk["sub_ports"].pop()["port_id"]
            left = next(port for port in self.state["ports"] if port["id"] == gone)
            self._changed(left, device_id="", device_owner="")
        elif port := self._one(
            self.state["ports"], lambda p: p["device_owner"] == "" and p["id"] != trunk["port_id"]
            and p["id"] not in {t["port_id"] for t in self.state["trunks"]}
            and p["id"] not in {sub["port_id"] for t in self.state["trunks"] for sub in t["sub_ports"]}
        ):  # fmt: skip
            self._changed(port, device_id=trunk["id"], device_owner="trunk:subport")
            trunk["sub_ports"].append({"port_id": port["id"], "segmentation_type": "vlan", "segmentation_id": 7})
        if not silent:
            self._notify("trunk.update.end", {"trunk": trunk})

    def rebind(self, port: Item, host: str) -> None:
        """An agent takes a port over, without a word."""
        self._changed(port, **{"binding:host_id": host})

    def route(self, router: Item, destination: str) -> None:
        """A router gets a route by an action of its own, without a word."""
        self._changed(router, routes=[*router["routes"], {"destination": destination, "nexthop": "10.1.1.1"}])

    def make_server(self) -> None:
        network = self._one(self.state["networks"], lambda n: not n["router:external"])
        like = self._one(self.servers, lambda s: s["OS-EXT-SRV-ATTR:host"] is not None)
        if not network or not like:
            return
        id, host = self._id(), self._random.choice(HOSTS)
        server = copy.deepcopy(like) | {"id": id, "name": f"vm{len(self.events)}", "description": None}
        self.servers.append(server)
        self._server_is(server, "building", None, "scheduling", event="instance.update")
        port = self._new_port(network, "compute:nova", id, host, silent=False)
        self._server_is(server, "active", host, None, event="instance.create.end")
        self._changed(port, status="ACTIVE")  # the agent says so to neutron, neutron to nobody

    def _server_is(self, server: Item, state: str, host: str | None, task: str | None, *, event: str) -> None:
        status, power = STATES.get(state, ("BUILD", 0))
        self._tick()
        server |= {
            "status": status, "OS-EXT-SRV-ATTR:host": host, "OS-EXT-STS:task_state": task,
            "OS-EXT-STS:power_state": power, "updated": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
        }  # fmt: skip
        payload = {
            "uuid": server["id"], "tenant_id": server["tenant_id"], "display_name": server["name"], "host": host,
            "display_description": server.get("description"), "state": state, "task_state": task,
            "power_state": {0: "pending", 1: "running", 3: "paused", 4: "shutdown", 7: "suspended"}[power],
            "created_at": server["created"], "updated_at": server["updated"], "flavor": {"name": "x"},
            "availability_zone": "nova",
        }  # fmt: skip
        self._notify(event, payload)
        unversioned = {"instance_id": server["id"], "instance_type": "x", "state_description": task or "", **payload}
        del unversioned["uuid"]
        self._notify(f"compute.{event}", unversioned)

    def change_server(self) -> None:
        if server := self._one(self.servers, lambda s: s["OS-EXT-SRV-ATTR:host"] is not None):
            server["name"] = f"renamed{len(self.events)}"
            state = self._random.choice(list(STATES))
            self._server_is(server, state, server["OS-EXT-SRV-ATTR:host"], None, event="instance.update")

    def move_server(self) -> None:
        if server := self._one(self.servers, lambda s: s["OS-EXT-SRV-ATTR:host"] is not None):
            host = self._random.choice(HOSTS)
            for port in self.state["ports"]:
                if port["device_id"] == server["id"]:
                    self._update("port", port, **{"binding:host_id": host})
            self._server_is(server, "active", host, None, event="instance.live_migration_post_dest.end")

    def delete_server(self) -> None:
        if len(self.servers) > 2 and (server := self._one(self.servers)):
            for port in [p for p in self.state["ports"] if p["device_id"] == server["id"]]:
                self._leave_floating_ips(port["id"])
                self._delete("ports", "port", port)
                self.state["trunks"] = [t for t in self.state["trunks"] if t["port_id"] != port["id"]]
            self.servers.remove(server)
            self._server_is(server, "deleted", None, None, event="instance.delete.end")

    def _flip(self) -> bool:
        return self._random.random() < 0.5


OPERATIONS: tuple[Callable[[ModelCloud], None], ...] = tuple(
    operation
    for name, operation in vars(ModelCloud).items()
    if name.split("_")[0] in ("make", "rename", "delete", "open", "close", "join", "part", "lead", "free", "change",
                              "move", "guard")
)  # fmt: skip


def _matches(item: Item, wanted: Mapping[str, set[str]]) -> bool:
    return all(str(item.get(key)) in values for key, values in wanted.items())
