"""What is cut off, degraded, or without redundancy when objects fail."""

from __future__ import annotations

import json

import pytest

from graph_schema import link_types as links
from graph_schema.object_types import HOST_PNIC, SWITCH, SWITCH_PNIC
from graph_schema.records import Record
from tests.clouds import Host, ref
from tests.paths.routed_clouds import RoutedCloud
from tests.raw import raw_session
from topology.errors import InvalidConfiguration, UnknownObject
from topology.graph import Graph
from topology.impact import Impact, ImpactLimits, find_impact, markdown


class Street(RoutedCloud):
    """Three compute hosts and two for networks; one of everything that may be there twice, and two of some."""

    def __init__(self) -> None:
        super().__init__()
        self.cmp1, self.cmp2, self.cmp3 = (
            self.host("cmp1", "hybrid"),
            self.host("cmp2", "native"),
            self.host("cmp3", "bridge"),
        )
        self.net1, self.net2 = self.host("net1", "native"), self.host("net2", "native")
        self.shop, self.bank = self.project("shop"), self.project("bank")
        self.public = self.network("public", self.bank, external=True, cidr="172.24.4.0/24")
        self.web = self.network("web", self.shop, vxlan=101)
        self.db = self.network("db", self.shop, vlan=201, cidr="10.1.2.0/24")
        self.safe = self.network("safe", self.bank, vxlan=102, cidr="10.2.0.0/24")
        plugs = {self.web.id: "10.1.1.1", self.db.id: "10.1.2.1"}
        self.edge = self.router("edge", self.shop, self.net1, plugs, self.public, gateway="172.24.4.11")
        plugs = {self.safe.id: "10.2.0.1"}
        self.ha = self.router(
            "ha", self.bank, self.net1, plugs, self.public, gateway="172.24.4.12", hosts=[self.net2], ha=True
        )
        self.dhcp_web = self.dhcp(self.web, self.net1)
        self.dhcp_safe = self.dhcp(self.safe, self.net1, "10.2.0.2")
        self.dhcp_safe2 = self.dhcp(self.safe, self.net2, "10.2.0.3")
        self.web1 = self.instance("web1", self.shop, self.cmp1, {self.web.id: "10.1.1.11"})
        self.web2 = self.instance("web2", self.shop, self.cmp2, {self.web.id: "10.1.1.12", self.db.id: "10.1.2.12"})
        self.db3 = self.instance("db3", self.shop, self.cmp3, {self.db.id: "10.1.2.13"})
        self.vault = self.instance("vault", self.bank, self.cmp2, {self.safe.id: "10.2.0.9"})
        self.floating = self.floating_ip("172.24.4.150", self.public, self.web1, router=self.edge)
        self.floating2 = self.floating_ip("172.24.4.151", self.public, self.vault, router=self.ha)
        self.l2 = self.agent(self.cmp2, "Open vSwitch agent")
        self.l3 = self.agent(self.net1, "L3 agent")
        self.finish()
        self.bond(self.cmp3, "cmp3:host_pnic:eth2")
        self.leaf = self.add(SWITCH.record(name="leaf", parent=ref(self.region)))
        self.cable(self.leaf, "port1", "cmp1:host_pnic:eth1")

    def bond(self, host: Host, nic: str) -> None:
        """The NIC becomes a bond of two others."""
        members = [f"{self.records[nic].name}{letter}" for letter in "ab"]
        self.change(self.records[nic], bond_members=members)
        for name in members:
            self.add(HOST_PNIC.record(host=host.name, name=name, device=name, master=self.records[nic].name))
            for link in [link for link in self.links if link.type == "host_pnic-network" and link.source_id == nic]:
                self.links.append(links.HOST_PNIC_NETWORK.link(f"{host.name}:host_pnic:{name}", link.target_id))

    def cable(self, switch: Record, name: str, nic: str) -> None:
        port = self.add(SWITCH_PNIC.record(name=name, switch=switch.id, parent=ref(switch), role="hostlink"))
        self.link(links.SWITCH_SWITCH_PNIC, switch, port)
        self.links.append(links.HOST_PNIC_SWITCH_PNIC.link(nic, port))


@pytest.fixture(scope="module")
def street(graph: Graph, place: str) -> Street:
    street = Street()
    street.write(graph, place)
    return street


def effects(impact: Impact, *types: str) -> set[tuple[str, str]]:
    return {
        (str(each.node["name"]), each.effect) for each in impact.affected if not types or each.node["type"] in types
    }


def ask(graph: Graph, place: str, *ids: Record | str) -> Impact:
    return find_impact(graph, place, *(id if isinstance(id, str) else id.id for id in ids))


def test_the_only_nic_of_a_network_cuts_its_instances_off_and_degrades_those_with_others(
    graph: Graph, place: str, street: Street
) -> None:
    assert effects(ask(graph, place, "cmp1:host_pnic:eth1"), "instance", "floating_ip") == {
        ("web1", "cut_off"),
        ("172.24.4.150", "cut_off"),
    }
    assert effects(ask(graph, place, "cmp2:host_pnic:eth1"), "instance", "host", "floating_ip") == {
        ("web2", "degraded"),
        ("vault", "cut_off"),
        ("172.24.4.151", "cut_off"),
        ("cmp2", "degraded"),
    }


def test_a_member_of_a_bond_takes_redundancy_and_all_of_them_the_network(
    graph: Graph, place: str, street: Street
) -> None:
    one, other = "cmp3:host_pnic:eth2a", "cmp3:host_pnic:eth2b"
    assert effects(ask(graph, place, one), "instance", "network", "host") == {
        ("db3", "loses_redundancy"),
        ("db", "loses_redundancy"),
        ("cmp3", "loses_redundancy"),
    }
    assert effects(ask(graph, place, one, other), "instance", "host") == {("db3", "cut_off"), ("cmp3", "cut_off")}
    assert effects(ask(graph, place, "cmp3:host_pnic:eth2"), "instance") == {("db3", "cut_off")}


def test_a_switch_port_and_its_switch_take_the_nic_along(graph: Graph, place: str, street: Street) -> None:
    for failing in ("switch:leaf:switch_pnic:port1", street.leaf):
        impact = ask(graph, place, failing)
        assert effects(impact, "instance") == {("web1", "cut_off")}
        (web1,) = (each for each in impact.affected if each.node["name"] == "web1")
        assert "cmp1:host_pnic:eth1" in web1.causes[0].path


def test_a_host_takes_what_is_on_it(graph: Graph, place: str, street: Street) -> None:
    impact = ask(graph, place, "cmp2")
    assert effects(impact, "instance", "host") == {("web2", "cut_off"), ("vault", "cut_off"), ("cmp2", "cut_off")}
    assert impact.counts()["instance"] == {"cut_off": 2, "degraded": 0, "loses_redundancy": 0}


def test_a_network_host_takes_routers_and_dhcp_as_far_as_there_are_no_others(
    graph: Graph, place: str, street: Street
) -> None:
    impact = ask(graph, place, "net1")
    assert effects(impact, "router", "floating_ip") == {
        ("edge", "cut_off"),
        ("ha", "loses_redundancy"),
        ("172.24.4.150", "cut_off"),
        ("172.24.4.151", "loses_redundancy"),
    }
    assert effects(impact, "network", "instance") == {
        ("web", "degraded"),
        ("db", "degraded"),
        ("safe", "loses_redundancy"),
        ("web1", "degraded"),
        ("web2", "degraded"),
        ("db3", "degraded"),
    }
    both = ask(graph, place, "net1", "net2")
    assert {("ha", "cut_off"), ("safe", "degraded"), ("vault", "degraded")} <= effects(both)


def test_a_dhcp_service_degrades_its_network_unless_there_is_another(graph: Graph, place: str, street: Street) -> None:
    assert effects(ask(graph, place, street.dhcp_web)) == {
        ("web", "degraded"), ("web1", "degraded"), ("web2", "degraded"), ("shop", "degraded")
    }  # fmt: skip
    assert effects(ask(graph, place, street.dhcp_safe)) == {("safe", "loses_redundancy"), ("bank", "loses_redundancy")}


def test_a_router_takes_its_floating_ips_and_degrades_its_networks(graph: Graph, place: str, street: Street) -> None:
    impact = ask(graph, place, street.edge)
    assert effects(impact, "floating_ip", "network", "router") == {
        ("172.24.4.150", "cut_off"), ("web", "degraded"), ("db", "degraded"), ("edge", "cut_off")
    }  # fmt: skip


def test_another_router_on_the_network_stands_in(graph: Graph, environment: str) -> None:
    street = Street()
    street.router(
        "second", street.shop, street.net2, {street.web.id: "10.1.1.254"}, street.public, gateway="172.24.4.13"
    )
    street.write(graph, environment)
    assert effects(ask(graph, environment, street.edge), "network", "instance") == {
        ("web", "loses_redundancy"), ("db", "degraded"), ("web2", "degraded"), ("db3", "degraded")
    }  # fmt: skip


def test_an_external_network_takes_the_way_outside(graph: Graph, place: str, street: Street) -> None:
    impact = ask(graph, place, street.public)
    assert effects(impact, "router", "floating_ip") == {
        ("edge", "degraded"), ("ha", "degraded"), ("172.24.4.150", "cut_off"), ("172.24.4.151", "cut_off")
    }  # fmt: skip


def test_a_network_is_missed_by_those_on_it(graph: Graph, place: str, street: Street) -> None:
    assert effects(ask(graph, place, street.db), "instance", "network", "router") == {
        ("db3", "cut_off"), ("web2", "degraded"), ("db", "cut_off"), ("edge", "degraded")
    }  # fmt: skip


def test_a_subnet_is_missed_by_those_with_no_other(graph: Graph, place: str, street: Street) -> None:
    (subnet,) = (r for r in street.records.values() if r.type == "subnet" and r["network_id"] == street.db.id)
    assert effects(ask(graph, place, subnet), "instance") == {("db3", "cut_off"), ("web2", "degraded")}


def test_what_carries_one_instance_concerns_only_that_one(graph: Graph, place: str, street: Street) -> None:
    (port,) = street.ports_of(street.web1)
    (vnic,) = (link.target_id for link in street.links if link.type == "port-vnic" and link.source_id == port.id)
    (bridge,) = (link.target_id for link in street.links if link.type == "vnic-vconnector" and link.source_id == vnic)
    for failing in (port, vnic, bridge):
        assert effects(ask(graph, place, failing)) == {
            ("web1", "cut_off"), ("172.24.4.150", "cut_off"), ("shop", "cut_off")
        }  # fmt: skip


def test_a_switch_and_its_tunnel_end_take_the_hosts_networks(graph: Graph, place: str, street: Street) -> None:
    assert effects(ask(graph, place, "cmp2:otep:vxlan"), "instance") == {("web2", "degraded"), ("vault", "cut_off")}
    assert effects(ask(graph, place, "cmp2:vedge:ovs"), "instance", "host") == {
        ("web2", "cut_off"), ("vault", "cut_off"), ("cmp2", "cut_off")
    }  # fmt: skip


def test_an_agent_leaves_what_it_has_set_up_and_changes_nothing_more(graph: Graph, place: str, street: Street) -> None:
    assert effects(ask(graph, place, street.l2), "instance", "host") == {
        ("web2", "degraded"), ("vault", "degraded"), ("cmp2", "degraded")
    }  # fmt: skip
    assert effects(ask(graph, place, street.l3), "router", "instance") == {("edge", "degraded"), ("ha", "degraded")}


def test_a_project_suffers_the_worst_of_what_it_owns_and_counts_it(graph: Graph, place: str, street: Street) -> None:
    impact = ask(graph, place, "cmp2:host_pnic:eth1")
    assert effects(impact, "project") == {("shop", "degraded"), ("bank", "cut_off")}
    counted = {node["name"]: numbers for node, numbers in impact.by_project()}
    assert counted["bank"] == {"cut_off": 2, "degraded": 1, "loses_redundancy": 0}
    assert next(iter(counted)) == "bank"


def test_every_object_is_told_with_the_path_that_makes_it_so(graph: Graph, place: str, street: Street) -> None:
    impact = ask(graph, place, "cmp1:host_pnic:eth1")
    (floating,) = (each for each in impact.affected if each.node["type"] == "floating_ip")
    kinds = [node["type"] for node in impact.path(floating.causes[0])]
    assert kinds == ["host_pnic", "otep", "vedge", "vconnector", "vnic", "instance", "floating_ip"]


def test_nothing_depends_on_what_carries_nothing(graph: Graph, place: str, street: Street) -> None:
    assert ask(graph, place, "cmp1:host_pnic:eth0").affected == ()


def test_the_graph_stays_as_it_is(graph: Graph, place: str, street: Street) -> None:
    def everything() -> list[list[object]]:
        text = """MATCH (o:Object {environment: $place})-[r]->(p)
                  RETURN o.id, o.last_changed, type(r), p.id ORDER BY o.id, p.id, type(r)"""
        with raw_session(graph) as session:
            return session.run(text, place=place).values()

    before = everything()
    ask(graph, place, "net1", street.public)
    assert everything() == before


def test_the_answer_as_json_is_complete_and_plain(graph: Graph, place: str, street: Street) -> None:
    shape = json.loads(json.dumps(ask(graph, place, "cmp1:host_pnic:eth1").as_json()))
    assert shape["environment"] == place
    assert [node["id"] for node in shape["failing"]] == ["cmp1:host_pnic:eth1"]
    assert {(each["node"]["type"], each["effect"]) for each in shape["affected"]} == {
        ("instance", "cut_off"), ("floating_ip", "cut_off"), ("project", "cut_off"), ("host", "cut_off"),
        ("network", "degraded"),
    }  # fmt: skip
    assert shape["counts"]["instance"]["cut_off"] == 1
    assert shape["projects"][0]["project"]["name"] == "shop"
    assert shape["affected"][0]["path"][0]["id"] == "cmp1:host_pnic:eth1"
    assert {scope["name"] for scope in shape["freshness"]["scopes"]} >= {"cmp1"}
    assert not shape["truncated"]


def test_the_report_names_what_fails_what_it_does_and_why(graph: Graph, place: str, street: Street) -> None:
    text = "\n".join(markdown(ask(graph, place, "cmp1:host_pnic:eth1")))
    assert text.startswith("# Impact of host pnic eth1 on cmp1\n")
    assert "| instance | 1 | 0 | 0 |" in text
    assert "| project shop | 2 | 1 | 0 |" in text
    assert "## Cut off" in text
    assert "- **instance web1** on cmp1: web does not reach it. host pnic eth1 → otep vxlan → " in text


def test_names_in_the_report_are_no_markdown(graph: Graph, environment: str) -> None:
    street = Street()
    evil = street.instance("# [x](y) **b** `c` | <i>\nnext", street.shop, street.cmp1, {street.web.id: "10.1.1.66"})
    street.write(graph, environment)
    text = "\n".join(markdown(ask(graph, environment, evil)))
    assert text.splitlines()[0] == r"# Impact of instance # \[x\](y) \*\*b\*\* \`c\` \| \<i\> next on cmp1"


def test_limits_hold_and_the_answer_says_that_it_is_a_part(graph: Graph, place: str, street: Street) -> None:
    impact = find_impact(graph, place, "cmp2", limits=ImpactLimits(most=3))
    assert impact.truncated
    assert not ask(graph, place, "cmp2").truncated
    with pytest.raises(InvalidConfiguration):
        ImpactLimits(most=0)


def test_what_is_not_there_is_said(graph: Graph, place: str, street: Street) -> None:
    with pytest.raises(UnknownObject):
        ask(graph, place, "cmp9")
    with pytest.raises(UnknownObject, match=r"198\.51\.100\.7"):
        ask(graph, place, "198.51.100.7")
