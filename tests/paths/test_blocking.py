"""What would stop packets on a path that exists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph_schema.records import Link, Record
from tests.clouds import Host
from tests.paths.routed_clouds import RoutedCloud
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.paths import Block, Opening, PathAnswer, asked_for, find_paths
from topology.paths.security import Filter, Peer
from topology.paths.things import Port, Thing, address

ICMP, HTTP, ANY = asked_for("icmp", None), asked_for("tcp", 80), asked_for(None, None)


class Hindered(RoutedCloud):
    """web1 asks others, and at each something else is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.cmp1, self.cmp2 = self.host("cmp1", "hybrid"), self.host("cmp2", "native")
        self.dark, self.mute, self.net1 = (self.host(name, "native") for name in ("dark", "mute", "net1"))
        self.owner = self.project("shop")
        self.public = self.network("public", self.owner, external=True, cidr="172.24.4.0/24")
        self.web = self.network("web", self.owner, vxlan=101)
        self.off = self.network("off", self.owner, vxlan=102, cidr="10.2.0.0/24", admin_state_up=False)
        plugs = {self.web.id: "10.1.1.1", self.off.id: "10.2.0.1"}
        self.edge = self.router("edge", self.owner, self.net1, plugs, self.public, gateway="172.24.4.11")
        self.stuck = self.network("stuck", self.owner, vxlan=103, cidr="10.3.0.0/24")
        self.idle = self.network("idle", self.owner, vxlan=104, cidr="10.4.0.0/24")
        plugs = {self.stuck.id: "10.3.0.1", self.idle.id: "10.4.0.1"}
        self.router("resting", self.owner, self.net1, plugs, admin_state_up=False)
        self.web1 = self.guest("web1", 11)
        self.fine = self.guest("fine", 12)
        self.port_off, self.port_down, self.paused = (self.guest(n, 20 + i) for i, n in enumerate(("po", "pd", "pa")))
        self.change(self.ports_of(self.port_off)[0], admin_state_up=False)
        self.change(self.ports_of(self.port_down)[0], source_status="DOWN")
        self.change(self.paused, source_status="PAUSED", power_state="paused")
        self.in_dark = self.instance("in_dark", self.owner, self.dark, {self.web.id: "10.1.1.30"})
        self.change(self.records["dark:host_pnic:eth1"], link_detected=False)
        self.at_mute = self.instance("at_mute", self.owner, self.mute, {self.web.id: "10.1.1.31"})
        self.agent(self.mute, "Open vSwitch agent", alive=False)
        self.agent(self.mute, "L3 agent", alive=False)
        self.agent(self.cmp1, "Open vSwitch agent")
        self.at_off = self.instance("at_off", self.owner, self.cmp2, {self.off.id: "10.2.0.5"})
        self.at_stuck = self.instance("at_stuck", self.owner, self.cmp2, {self.stuck.id: "10.3.0.5"})
        self.at_idle = self.instance("at_idle", self.owner, self.cmp2, {self.idle.id: "10.4.0.5"})
        self.unwired = self.guest("unwired", 40)
        self.carrier_hybrid, self.carrier_native = self.carrier("ch", self.cmp1, 60), self.carrier("cn", self.cmp2, 62)
        self.add_groups()
        self.finish()
        self.links = [self._wired(link) for link in self.links]

    def guest(self, name: str, last: int) -> Record:
        return self.instance(name, self.owner, self.cmp2, {self.web.id: f"10.1.1.{last}"})

    def carrier(self, name: str, host: Host, last: int) -> tuple[Record, Record]:
        """An instance with a trunk, and the trunk's subport on the same network, which is in no security group."""
        made = self.instance(name, self.owner, host, {self.web.id: f"10.1.1.{last}"})
        subport = self.trunk(self.ports_of(made)[0], self.web, f"10.1.1.{last + 1}", 300)
        self.secure(subport)
        return made, self.records[subport.id]

    def add_groups(self) -> None:
        self.callers = self.security_group("callers", self.owner, {"direction": "egress"})
        shut = {"direction": "egress", "remote_ip_prefix": "10.99.0.0/16"}
        self.shut = self.security_group("shut", self.owner, shut)
        self.members = self.security_group("members", self.owner, {"remote_group_id": self.callers.id})
        self.only_udp = self.security_group("only_udp", self.owner, {"protocol": "udp"})
        self.only_tcp = self.security_group("only_tcp", self.owner, {"direction": "egress", "protocol": "tcp"})
        translated = {"remote_ip_prefix": "172.24.4.11/32"}
        self.outer = self.security_group("outer", self.owner, translated)
        self.caller = self.guarded("caller", 51, self.callers)
        self.locked = self.guarded("locked", 52, self.shut)
        self.called = self.guarded("called", 53, self.members)
        self.udp = self.guarded("udp", 54, self.only_udp)
        self.tcp = self.guarded("tcp", 55, self.only_tcp)
        self.alone = self.guarded("alone", 56)
        self.outward = self.guarded("outward", 57, self.outer)
        self.floating = self.floating_ip("172.24.4.150", self.public, self.called, router=self.edge)
        self.floating2 = self.floating_ip("172.24.4.151", self.public, self.outward, router=self.edge)

    def guarded(self, name: str, last: int, *groups: Record) -> Record:
        made = self.guest(name, last)
        self.secure(self.ports_of(made)[0], *groups)
        return made

    def _wired(self, link: Link) -> Link:
        down = link.type == "vnic-vedge" and link.source_id in self._vnics_of(self.unwired)
        return replace(link, state="down") if down else link

    def _vnics_of(self, instance: Record) -> set[str]:
        return {each.target_id for each in self.links if each.type == "instance-vnic" and each.source_id == instance.id}


@pytest.fixture(scope="module")
def cloud(graph: Graph, place: str) -> Hindered:
    cloud = Hindered()
    cloud.write(graph, place)
    return cloud


def ask(graph: Graph, place: str, origin: Record, goal: Record, asked: Opening = ANY) -> PathAnswer:
    answer = find_paths(graph, place, origin.id, goal.id, asked=asked)
    assert answer.reachable
    return answer


def blocks(answer: PathAnswer) -> set[tuple[str, str, bool]]:
    return {(block.code, block.thing.type, block.certain) for path in answer.paths for block in path.blocked_by}


def groups(answer: PathAnswer) -> list[Block]:
    return [block for path in answer.paths for block in path.blocked_by if block.code == "security_group"]


def test_nothing_stops_packets_where_all_is_well(graph: Graph, place: str, cloud: Hindered) -> None:
    answer = ask(graph, place, cloud.web1, cloud.fine)
    assert blocks(answer) == set()
    assert answer.is_open


@pytest.mark.parametrize(
    ("goal", "block"),
    [
        ("port_off", ("port_admin_down", "port", True)),
        ("port_down", ("port_down", "port", True)),
        ("paused", ("instance_not_running", "instance", True)),
        ("in_dark", ("link_down", "host_pnic", True)),
        ("unwired", ("link_down", "vedge", True)),
        ("at_mute", ("agent_down", "network_agent", False)),
        ("at_off", ("network_admin_down", "network", False)),
    ],
)
def test_what_is_wrong_with_an_end_stops_packets_or_may(
    graph: Graph, place: str, cloud: Hindered, goal: str, block: tuple[str, str, bool]
) -> None:
    answer = ask(graph, place, cloud.web1, getattr(cloud, goal))
    assert blocks(answer) == {block}
    assert answer.is_open is not block[2]


def test_a_block_is_told_at_its_hop(graph: Graph, place: str, cloud: Hindered) -> None:
    (path,) = ask(graph, place, cloud.web1, cloud.in_dark).paths
    (block,) = path.blocked_by
    assert block.hop is not None
    assert path.chain.nodes[block.hop].id == block.thing.id == "dark:host_pnic:eth1"


def test_a_router_that_is_set_down_stops_packets_in_its_namespace(graph: Graph, place: str, cloud: Hindered) -> None:
    (path,) = ask(graph, place, cloud.at_stuck, cloud.at_idle).paths
    (block,) = path.blocked_by
    assert (block.code, path.chain.nodes[block.hop or 0].type) == ("router_admin_down", "vservice")


def test_a_rule_for_a_remote_group_lets_in_its_members_only(graph: Graph, place: str, cloud: Hindered) -> None:
    assert ask(graph, place, cloud.caller, cloud.called).is_open
    stranger = ask(graph, place, cloud.web1, cloud.called)
    assert [block.hop for block in groups(stranger)] == [len(stranger.paths[0].chain.nodes) - 1]


def test_no_rule_out_stops_packets_at_their_sender(graph: Graph, place: str, cloud: Hindered) -> None:
    (block,) = groups(ask(graph, place, cloud.locked, cloud.web1))
    assert block.hop == 0
    assert "shut" in block.text


def test_what_may_go_out_and_what_may_come_in_have_to_be_the_same(graph: Graph, place: str, cloud: Hindered) -> None:
    answer = ask(graph, place, cloud.tcp, cloud.udp)
    assert len(groups(answer)) == 1
    assert answer.paths[0].openings == ()
    assert [str(opening) for opening in ask(graph, place, cloud.web1, cloud.udp).paths[0].openings] == ["udp"]


def test_a_port_in_no_group_lets_nothing_pass(graph: Graph, place: str, cloud: Hindered) -> None:
    (block,) = groups(ask(graph, place, cloud.web1, cloud.alone))
    assert "no security group" in block.text


def test_a_translated_sender_is_no_member_of_its_group_any_more(graph: Graph, place: str, cloud: Hindered) -> None:
    (block,) = groups(ask(graph, place, cloud.caller, cloud.floating))
    assert "from 172.24.4.11" in block.text
    assert ask(graph, place, cloud.caller, cloud.floating2).is_open


def filter_of(*rules: dict[str, Any], stateful: bool = True, **port: Any) -> Filter:
    told = [{"direction": "ingress", "ethertype": "IPv4", **rule} for rule in rules]
    group = {"id": "g", "type": "security_group", "name": "g", "stateful": stateful, "rules": told}
    values = {"id": "p", "type": "port", "security_groups": ["g"], "port_security_enabled": True, **port}
    return Filter(Port(values), {"g": Thing(group)})


PEER = Peer(address("10.1.1.11"), frozenset({"callers"}))


@pytest.mark.parametrize(
    ("rule", "asked", "passes"),
    [
        ({}, ANY, True),
        ({}, HTTP, True),
        ({"protocol": "icmp"}, ICMP, True),
        ({"protocol": "icmp"}, HTTP, False),
        ({"protocol": "1"}, ICMP, True),
        ({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}, ICMP, True),
        ({"protocol": "icmp", "port_range_min": 3}, ICMP, False),
        ({"protocol": "tcp", "port_range_min": 80, "port_range_max": 80}, HTTP, True),
        ({"protocol": "tcp", "port_range_min": 81, "port_range_max": 90}, HTTP, False),
        ({"protocol": "tcp", "port_range_min": 81, "port_range_max": 90}, ANY, True),
        ({"protocol": "tcp", "port_range_min": 1, "port_range_max": 65535}, asked_for("tcp", None), True),
        ({"protocol": "udp", "port_range_min": 80, "port_range_max": 80}, HTTP, False),
        ({"protocol": "17"}, asked_for("udp", 53), True),
        ({"remote_ip_prefix": "10.1.1.0/28"}, ANY, True),
        ({"remote_ip_prefix": "10.1.1.128/25"}, ANY, False),
        ({"remote_group_id": "callers"}, ANY, True),
        ({"remote_group_id": "others"}, ANY, False),
        ({"remote_address_group_id": "whoever"}, ANY, False),
        ({"ethertype": "IPv6"}, ANY, False),
        ({"direction": "egress"}, ANY, False),
    ],
)
def test_a_rule_lets_in_what_it_says(rule: dict[str, Any], asked: Opening, passes: bool) -> None:
    openings = filter_of(rule).openings("ingress", PEER)
    assert any(opening.meet(asked) for opening in openings) == passes


@pytest.mark.parametrize("port", [{"port_security_enabled": False}, {"device_owner": "network:dhcp"}])
def test_ports_without_port_security_and_those_of_services_let_everything_pass(port: dict[str, Any]) -> None:
    assert filter_of(**port).openings("ingress", PEER) == [ANY]
    assert filter_of().openings("ingress", PEER) == []


@pytest.mark.parametrize(
    ("answers", "passes"),
    [
        ({}, False),
        ({"direction": "egress", "protocol": "tcp"}, True),
        ({"direction": "egress"}, True),
        ({"direction": "egress", "protocol": "tcp", "port_range_min": 1, "port_range_max": 1024}, False),
        ({"direction": "egress", "protocol": "tcp", "port_range_min": 1024, "port_range_max": 65535}, True),
    ],
)
def test_rules_without_state_must_let_answers_pass_too(answers: dict[str, Any], passes: bool) -> None:
    rules = ({"protocol": "tcp"}, answers)
    assert filter_of(*rules, stateful=False).answers("egress", PEER, [HTTP]) == passes
    assert filter_of(*rules, stateful=True).answers("egress", PEER, [HTTP])


@pytest.mark.parametrize(("protocol", "port"), [(None, 80), ("icmp", 80), ("tcp", 0), ("tcp", 65536)])
def test_a_question_for_a_port_that_can_not_be_is_refused(protocol: str | None, port: int) -> None:
    with pytest.raises(InvalidConfiguration):
        asked_for(protocol, port)


def test_the_ports_of_a_trunk_on_one_network_have_paths_of_their_own(graph: Graph, place: str, cloud: Hindered) -> None:
    made, _ = cloud.carrier_native
    answer = ask(graph, place, cloud.web1, made)
    assert {
        (path.is_open, path.chain.way.legs[-1].target.id) for path in answer.paths if path.chain.way.legs[-1].target
    } == {
        (True, cloud.ports_of(made)[0].id),
        (False, cloud.carrier_native[1].id),
    }


def test_a_port_that_is_a_trunks_parent_is_not_its_subports(graph: Graph, place: str, cloud: Hindered) -> None:
    made, _ = cloud.carrier_native
    parent = cloud.ports_of(made)[0]
    (path,) = ask(graph, place, cloud.web1, parent).paths
    assert path.is_open
    assert str(path.chain.way.arrives_as) == "10.1.1.62"


def test_no_group_guards_a_subport_behind_the_hybrid_firewall(graph: Graph, place: str, cloud: Hindered) -> None:
    assert [block.code for block in groups(ask(graph, place, cloud.web1, cloud.carrier_native[1]))] == [
        "security_group"
    ]
    assert groups(ask(graph, place, cloud.web1, cloud.carrier_hybrid[1])) == []
    assert groups(ask(graph, place, cloud.carrier_hybrid[1], cloud.web1)) == []
