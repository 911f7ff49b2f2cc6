"""Each kind of change once, done for real; after each, what the graph is to show of it.

The numbers are the rows of the ancestor's administration guide; what has none is beyond them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

from lab.cloud.build import FLAVORS, IMAGE
from lab.cloud.connection import Cloud, CloudError
from tests.lab.lab_machine import Lab
from tests.lab.shown import Shown

Row = tuple[str, Callable[[], bool]]
SETTLE_SECONDS = 120.0


class Scene:
    """A project of the lab in which things are made, changed and deleted."""

    def __init__(self, lab: Lab, cloud: Cloud, project: str, shown: Shown) -> None:
        self.lab, self.cloud, self.project, self.shown = lab, cloud, project, shown
        self.flavors = {f["name"]: f["id"] for f in cloud.get("compute", "/flavors")}
        self.outside = next(n["id"] for n in cloud.get("network", "/networks") if n["router:external"])

    def rows(self) -> Generator[Row, None, None]:
        """All of them, in an order in which one needs the other."""
        network = self.make("networks", "network", name="table")
        yield "9 add network", lambda: self.shown.says(network["id"], name="table")
        self.change("networks", "network", network, name="table 2", admin_state_up=True)
        yield "10 update network", lambda: self.shown.says(network["id"], name="table 2")
        yield from self._subnets(network)
        yield from self._routers(network)
        yield from self._ports(network)
        yield from self._instances(network)
        yield from self._places()
        self.cloud.delete("network", f"/networks/{network['id']}")
        yield "11 delete network", lambda: not self.shown.has(network["id"])

    def _subnets(self, network: Any) -> Iterator[Row]:
        values = {"network_id": network["id"], "ip_version": 4}
        subnet = self.make("subnets", "subnet", name="range", cidr="10.60.0.0/24", **values)
        yield (
            "12 add subnet",
            lambda: self.shown.has(subnet["id"]) and self.shown.says(network["id"], cidrs=["10.60.0.0/24"]),
        )
        yield "12 add subnet: its DHCP service", lambda: bool(self.shown.served("NETWORK_VSERVICE", network["id"]))
        self.change("subnets", "subnet", subnet, name="range 2", enable_dhcp=False)
        yield "13 update subnet", lambda: self.shown.says(subnet["id"], name="range 2", enable_dhcp=False)
        yield "13 update subnet: its DHCP service", lambda: not self.shown.served("NETWORK_VSERVICE", network["id"])
        self.change("subnets", "subnet", subnet, enable_dhcp=True)
        yield "13 DHCP again", lambda: bool(self.shown.served("NETWORK_VSERVICE", network["id"]))
        other = self.make("subnets", "subnet", name="other", cidr="10.61.0.0/24", **values)
        self.cloud.delete("network", f"/subnets/{other['id']}")
        yield (
            "14 delete subnet",
            lambda: not self.shown.has(other["id"]) and self.shown.says(network["id"], cidrs=["10.60.0.0/24"]),
        )

    def _routers(self, network: Any) -> Iterator[Row]:
        router = self.make("routers", "router", name="table")
        yield "18 add router", lambda: self.shown.says(router["id"], name="table")
        gateway = {"network_id": self.outside}
        self.change("routers", "router", router, name="table 2", external_gateway_info=gateway)
        yield "19 update router", lambda: self.shown.says(router["id"], name="table 2")
        yield "19 update router: its namespace", lambda: bool(self.shown.served("ROUTER_VSERVICE", router["id"]))
        subnet = self.cloud.get("network", f"/subnets?network_id={network['id']}")[0]
        interface = {"subnet_id": subnet["id"]}
        port = self.cloud.put("network", f"/routers/{router['id']}/add_router_interface", interface)["port_id"]
        yield "21 add router interface", lambda: self.shown.linked("ROUTER_PORT", router["id"], port)
        yield "21 add router interface: its device", lambda: self.shown.realized(port)
        yield from self._floating_ips(network)
        self.cloud.put("network", f"/routers/{router['id']}/remove_router_interface", interface)
        yield "22 delete router interface", lambda: not self.shown.has(port)
        self.cloud.delete("network", f"/routers/{router['id']}")
        yield "20 delete router", lambda: not self.shown.has(router["id"])
        yield "20 delete router: its namespace", lambda: not self.shown.on_hosts(f"qrouter-{router['id']}")

    def _floating_ips(self, network: Any) -> Iterator[Row]:
        port = self.make("ports", "port", network_id=network["id"])
        floating = self.make("floatingips", "floatingip", floating_network_id=self.outside)
        yield "floating IP is made", lambda: self.shown.has(floating["id"])
        self.change("floatingips", "floatingip", floating, port_id=port["id"])
        yield "floating IP leads to a port", lambda: self.shown.linked("FLOATING_IP_PORT", floating["id"], port["id"])
        self.cloud.delete("network", f"/floatingips/{floating['id']}")
        yield "floating IP is deleted", lambda: not self.shown.has(floating["id"])
        self.cloud.delete("network", f"/ports/{port['id']}")

    def _ports(self, network: Any) -> Iterator[Row]:
        port = self.make("ports", "port", network_id=network["id"], name="table")
        yield "15 create port", lambda: self.shown.says(port["id"], name="table")
        group = self.make("security-groups", "security_group", name="table")
        yield "security group is made", lambda: self.shown.says(group["id"], name="table")
        rule = self.make(
            "security-group-rules", "security_group_rule",
            security_group_id=group["id"], direction="ingress", protocol="tcp", port_range_min=7, port_range_max=7,
        )  # fmt: skip
        yield "security group rule is made", lambda: rule["id"] in str(self.shown.node(group["id"]))
        self.change("ports", "port", port, name="table 2", security_groups=[group["id"]], admin_state_up=False)
        yield (
            "16 update port",
            lambda: (
                self.shown.says(port["id"], name="table 2", admin_state_up=False)
                and self.shown.linked("SECURITY_GROUP_PORT", group["id"], port["id"])
            ),
        )
        inner = self.make("ports", "port", network_id=network["id"], name="inner")
        sub = {"port_id": inner["id"], "segmentation_type": "vlan", "segmentation_id": 7}
        trunk = self.make("trunks", "trunk", port_id=port["id"], name="table", sub_ports=[sub])
        yield "trunk with a subport is made", lambda: self.shown.says(inner["id"], trunk_parent=port["id"])
        self.cloud.delete("network", f"/trunks/{trunk['id']}")
        yield (
            "trunk is deleted",
            lambda: (
                "trunk_parent" not in self.shown.node(inner["id"]) and "trunk_id" not in self.shown.node(port["id"])
            ),
        )
        for one in (port, inner):
            self.cloud.delete("network", f"/ports/{one['id']}")
        yield "17 delete port", lambda: not self.shown.has(port["id"]) and not self.shown.has(inner["id"])
        self.cloud.delete("network", f"/security-groups/{group['id']}")
        yield "security group is deleted", lambda: not self.shown.has(group["id"])

    def _instances(self, network: Any) -> Iterator[Row]:
        peers = self.cloud.post(
            "compute", "/os-server-groups", {"server_group": {"name": "table", "policy": "anti-affinity"}}
        )
        body = {
            "name": "table", "host": "cmp1", "imageRef": self.cloud.image_id(IMAGE),
            "flavorRef": self.flavors[next(iter(FLAVORS))], "networks": [{"uuid": network["id"]}],
        }  # fmt: skip
        hints = {"group": peers["id"]}
        id = self.cloud.post("compute", "/servers", {"server": body, "os:scheduler_hints": hints})["id"]
        self.settled(id, "ACTIVE")
        yield "1 create instance", lambda: self.shown.says(id, name="table", source_status="ACTIVE", host="cmp1")
        yield "1 create instance: its device", lambda: self.on(id, "cmp1", 1)
        yield "6, 7 server group with a member", lambda: self.shown.says(id, source_status="ACTIVE")
        self.cloud.put("compute", f"/servers/{id}", {"server": {"name": "table 2"}})
        yield "2 update instance", lambda: self.shown.says(id, name="table 2")
        self.act(id, {"rebuild": {"imageRef": self.cloud.image_id(IMAGE)}}, "ACTIVE")
        yield "2 update instance (rebuild)", lambda: self.on(id, "cmp1", 1)
        self.act(id, {"os-stop": None}, "SHUTOFF")
        yield "4 instance down", lambda: self.shown.says(id, source_status="SHUTOFF", power_state="shutdown")
        yield "4 instance down: its device", lambda: not self.shown.plugged(id)
        self.act(id, {"os-start": None}, "ACTIVE")
        yield "5 instance up", lambda: self.shown.says(id, source_status="ACTIVE", power_state="running")
        yield "5 instance up: its device", lambda: self.on(id, "cmp1", 1)
        for action, back, state in (("pause", "unpause", "PAUSED"), ("suspend", "resume", "SUSPENDED")):
            self.act(id, {action: None}, state)
            yield f"{action}", lambda state=state: self.shown.says(id, source_status=state)  # type: ignore[misc]
            self.act(id, {back: None}, "ACTIVE")
            yield f"{back}", lambda: self.shown.says(id, source_status="ACTIVE") and self.on(id, "cmp1", 1)
        yield from self._moves(id, network)
        self.cloud.delete("compute", f"/os-server-groups/{peers['id']}")
        yield "8 server group is deleted", lambda: self.shown.says(id, source_status="ACTIVE")
        self.cloud.delete("compute", f"/servers/{id}")
        yield "3 delete instance", lambda: not self.shown.has(id)
        yield "3 delete instance: its device", lambda: not self.shown.plugged(id)

    def _moves(self, id: str, network: Any) -> Iterator[Row]:
        attached = {"interfaceAttachment": {"net_id": network["id"]}}
        port = self.cloud.post("compute", f"/servers/{id}/os-interface", attached)["port_id"]
        yield "interface is attached", lambda: self.on(id, "cmp1", 2) and self.shown.realized(port)
        self.cloud.delete("compute", f"/servers/{id}/os-interface/{port}")
        yield "interface is detached", lambda: self.on(id, "cmp1", 1) and not self.shown.has(port)
        self.act(id, {"os-migrateLive": {"host": "cmp2", "block_migration": "auto"}}, "ACTIVE")
        yield "live migration", lambda: self.shown.says(id, host="cmp2") and self.on(id, "cmp2", 1)
        self.act(id, {"migrate": {"host": "cmp1"}}, "VERIFY_RESIZE")
        self.act(id, {"confirmResize": None}, "ACTIVE")
        yield "cold migration", lambda: self.shown.says(id, host="cmp1") and self.on(id, "cmp1", 1)
        self.act(id, {"resize": {"flavorRef": self.flavors["lab.micro"]}}, "VERIFY_RESIZE")
        yield "resize", lambda: self.shown.says(id, host="cmp2", flavor="lab.micro") and self.on(id, "cmp2", 1)
        self.act(id, {"revertResize": None}, "ACTIVE")
        yield "resize is reverted", lambda: self.shown.says(id, host="cmp1") and self.on(id, "cmp1", 1)
        self.act(id, {"shelve": None}, "SHELVED_OFFLOADED")
        yield "shelve", lambda: self.shown.says(id, source_status="SHELVED_OFFLOADED") and not self.shown.plugged(id)
        self.act(id, {"unshelve": None}, "ACTIVE")
        yield "unshelve", lambda: bool(self.shown.plugged(id)) and self.shown.says(id, source_status="ACTIVE")
        yield from self._evacuation(id)

    def _evacuation(self, id: str) -> Iterator[Row]:
        """The host's nova-compute ends, the instance is started elsewhere, the host comes back and tidies up.

        It unplugs the device as the port is bound by then. What cmp2 plugged straight into the switch would stay there
        when cmp1, which has a bridge for each device, has the instance; so it is cmp1 that ends.
        """
        source, target = "cmp1", "cmp2"
        if self.server(id)["OS-EXT-SRV-ATTR:host"] != source:
            self.act(id, {"migrate": {"host": source}}, "VERIFY_RESIZE")
            self.act(id, {"confirmResize": None}, "ACTIVE")
        self.lab.run(source, "kill $(cat /run/lab/nova-compute.pid)")
        service = next(s["id"] for s in self.cloud.get("compute", "/os-services") if s["host"] == source)
        self.cloud.put("compute", f"/os-services/{service}", {"forced_down": True})
        yield "compute service is forced down", lambda: self.shown.says(source, source_status="down")
        try:
            self.act(id, {"evacuate": {"host": target}}, "ACTIVE")
            yield (
                "evacuation",
                lambda: self.shown.says(id, host=target) and target in {host for host, _ in self.shown.plugged(id)},
            )
        finally:
            self.lab.command("up")
            self._forced_up(service)
        yield "evacuation: the host is back", lambda: self.on(id, target, 1)

    def _forced_up(self, service: str) -> None:
        """Nova refuses it until the host itself has tidied up what was evacuated."""
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                self.cloud.put("compute", f"/os-services/{service}", {"forced_down": False})
                return
            except CloudError:
                if time.monotonic() > end:
                    raise
                time.sleep(2)

    def _places(self) -> Iterator[Row]:
        aggregate = self.cloud.post("compute", "/os-aggregates", {"aggregate": {"name": f"{self.project}-table"}})
        uuid = aggregate["uuid"]
        yield "aggregate is made", lambda: self.shown.has(uuid)
        action = f"/os-aggregates/{aggregate['id']}/action"
        self.cloud.post("compute", action, {"add_host": {"host": "cmp2"}})
        yield "host joins the aggregate", lambda: self.shown.linked("AGGREGATE_HOST", uuid, "cmp2")
        self.cloud.post("compute", action, {"remove_host": {"host": "cmp2"}})
        yield "host leaves the aggregate", lambda: not self.shown.linked("AGGREGATE_HOST", uuid, "cmp2")
        self.cloud.delete("compute", f"/os-aggregates/{aggregate['id']}")
        yield "aggregate is deleted", lambda: not self.shown.has(uuid)
        name = f"{self.project}-table"
        made = self.cloud.post("identity", "/projects", {"project": {"name": name, "domain_id": "default"}})["id"]
        yield "project is made", lambda: self.shown.says(made, name=name)
        self.cloud.patch("identity", f"/projects/{made}", {"project": {"description": "told"}})
        yield "project is changed", lambda: self.shown.says(made, description="told")
        self.cloud.delete("identity", f"/projects/{made}")
        yield "project is deleted", lambda: not self.shown.has(made)

    def make(self, kind: str, one: str, **values: Any) -> Any:
        """Something of neutron's, of the scene's project."""
        return self.cloud.post("network", f"/{kind}", {one: values})

    def change(self, kind: str, one: str, thing: Any, **values: Any) -> None:
        """Other values of it."""
        self.cloud.put("network", f"/{kind}/{thing['id']}", {one: values})

    def on(self, id: str, host: str, number: int) -> bool:
        """Whether the instance has so many devices, all of them on that host."""
        plugged = self.shown.plugged(id)
        return len(plugged) == number and {each for each, _ in plugged} == {host}

    def server(self, id: str) -> Any:
        """What nova says of it."""
        return self.cloud.get("compute", f"/servers/{id}")

    def act(self, id: str, action: dict[str, Any], state: str) -> None:
        """An action of nova's, until the server is in the state."""
        self.cloud.post("compute", f"/servers/{id}/action", action)
        time.sleep(1)
        self.settled(id, state)

    def settled(self, id: str, state: str) -> None:
        """Wait until nova has done what it was asked for."""
        end = time.monotonic() + SETTLE_SECONDS
        server = self.server(id)
        while server["status"] != state or server["OS-EXT-STS:task_state"]:
            assert server["status"] != "ERROR", f"the server should be {state}"
            assert time.monotonic() < end, f"the server is {server['status']}, not {state}"
            time.sleep(0.5)
            server = self.server(id)
