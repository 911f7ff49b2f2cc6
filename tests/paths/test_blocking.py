"""What would stop packets on a path that exists."""

from __future__ import annotations

from typing import Any

import pytest

from graph_schema.records import Record
from tests.paths.test_find_paths import Shop
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.paths import Block, Opening, PathAnswer, asked_for, find_paths


@pytest.fixture
def shop() -> Shop:
    return Shop()


def ask(
    graph: Graph, environment: str, shop: Shop, origin: Record, goal: Record | str, asked: Opening | None = None
) -> PathAnswer:
    shop.write(graph, environment)
    end = goal if isinstance(goal, str) else goal.id
    return find_paths(graph, environment, origin.id, end, asked=asked or asked_for(None, None))


def blocks(answer: PathAnswer) -> set[tuple[str, str, bool]]:
    return {(block.code, block.thing.name, block.certain) for path in answer.paths for block in path.blocked_by}


def groups(answer: PathAnswer) -> list[Block]:
    return [block for path in answer.paths for block in path.blocked_by if block.code == "security_group"]


def test_nothing_stops_packets_where_all_is_well(graph: Graph, environment: str, shop: Shop) -> None:
    shop.agent(shop.cmp1, "Open vSwitch agent")
    answer = ask(graph, environment, shop, shop.web1, shop.db4)
    assert blocks(answer) == set()
    assert answer.is_open


def change_port(shop: Shop, instance: Record, **values: Any) -> None:
    shop.change(shop.ports_of(instance)[0], **values)


def test_a_port_that_is_set_down_stops_them(graph: Graph, environment: str, shop: Shop) -> None:
    change_port(shop, shop.web2, admin_state_up=False)
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert {(code, certain) for code, _, certain in blocks(answer)} == {("port_admin_down", True)}
    assert answer.reachable
    assert not answer.is_open


def test_a_port_that_neutron_calls_down_stops_them(graph: Graph, environment: str, shop: Shop) -> None:
    change_port(shop, shop.web2, source_status="DOWN")
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert {(code, certain) for code, _, certain in blocks(answer)} == {("port_down", True)}


def test_a_nic_without_a_link_stops_them_where_it_is(graph: Graph, environment: str, shop: Shop) -> None:
    shop.change(shop.records["cmp2:host_pnic:eth1"], link_detected=False)
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    (path,) = answer.paths
    (block,) = path.blocked_by
    assert (block.code, block.thing.id) == ("link_down", "cmp2:host_pnic:eth1")
    assert block.hop is not None
    assert path.chain.nodes[block.hop].id == "cmp2:host_pnic:eth1"


def test_a_link_that_is_down_stops_them_between_its_ends(graph: Graph, environment: str, shop: Shop) -> None:
    shop.finish()
    shop.links = [
        type(link)(link.type, link.source_id, link.target_id, state="down", networks=link.networks)
        if (link.type, link.source_id) == ("vedge-otep", "cmp1:vedge:ovs") else link
        for link in shop.links
    ]  # fmt: skip
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert {(code, name) for code, name, _ in blocks(answer)} == {("link_down", "cmp1 ovs")}


def test_an_instance_that_is_paused_answers_nothing(graph: Graph, environment: str, shop: Shop) -> None:
    shop.change(shop.web2, source_status="PAUSED", power_state="paused")
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert blocks(answer) == {("instance_not_running", "web2", True)}


def test_an_agent_that_does_not_report_may_be_in_the_way(graph: Graph, environment: str, shop: Shop) -> None:
    shop.agent(shop.cmp2, "Open vSwitch agent", alive=False)
    shop.agent(shop.cmp2, "Metadata agent", alive=False)
    shop.agent(shop.net1, "L3 agent", alive=False)
    shop.agent(shop.cmp1, "L3 agent", alive=False)
    answer = ask(graph, environment, shop, shop.web1, shop.db2)
    assert {(code, name, certain) for code, name, certain in blocks(answer)} == {
        ("agent_down", "Open vSwitch agent", False),
        ("agent_down", "L3 agent", False),
    }
    assert answer.is_open


def test_a_router_and_a_network_that_are_set_down_are_told(graph: Graph, environment: str, shop: Shop) -> None:
    shop.change(shop.edge, admin_state_up=False)
    shop.change(shop.db, admin_state_up=False)
    answer = ask(graph, environment, shop, shop.web1, shop.db2)
    assert blocks(answer) == {("router_admin_down", "edge", True), ("network_admin_down", "db", False)}


class Guarded(Shop):
    """web1 asks web2: both are in groups."""

    def __init__(self, *into: dict[str, Any], out: dict[str, Any] | None = None, stateful: bool = True) -> None:
        super().__init__()
        egress = {"direction": "egress"} if out is None else {"direction": "egress", **out}
        self.callers = self.security_group("callers", self.shop, egress)
        self.called = self.security_group("called", self.shop, *into, stateful=stateful)
        self.secure(self.ports_of(self.web1)[0], self.callers)
        self.secure(self.ports_of(self.web2)[0], self.called)


ICMP, HTTP, ANY = asked_for("icmp", None), asked_for("tcp", 80), asked_for(None, None)


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
        ({"remote_ip_prefix": "10.1.1.0/28"}, ANY, True),
        ({"remote_ip_prefix": "10.1.1.128/25"}, ANY, False),
        ({"ethertype": "IPv6"}, ANY, False),
        ({"remote_address_group_id": "whoever"}, ANY, False),
        ({"direction": "egress"}, ANY, False),
    ],
)
def test_a_rule_lets_in_what_it_says(
    graph: Graph, environment: str, rule: dict[str, Any], asked: Opening, passes: bool
) -> None:
    shop = Guarded(rule)
    answer = ask(graph, environment, shop, shop.web1, shop.web2, asked)
    assert answer.reachable
    assert (not groups(answer)) == passes
    assert answer.is_open == passes


def test_a_rule_for_a_remote_group_lets_in_its_members_only(graph: Graph, environment: str) -> None:
    shop = Guarded()
    shop.change(shop.called, rules=[{"direction": "ingress", "ethertype": "IPv4", "remote_group_id": shop.callers.id}])
    assert ask(graph, environment, shop, shop.web1, shop.web2).is_open
    stranger = find_paths(graph, environment, shop.web4.id, shop.web2.id)
    assert [block.hop == len(stranger.paths[0].chain.nodes) - 1 for block in groups(stranger)] == [True]


def test_no_rule_out_stops_packets_at_their_sender(graph: Graph, environment: str) -> None:
    shop = Guarded({}, out={"remote_ip_prefix": "10.99.0.0/16"})
    (block,) = groups(ask(graph, environment, shop, shop.web1, shop.web2))
    assert block.hop == 0
    assert "callers" in block.text


def test_what_may_go_out_and_what_may_come_in_have_to_be_the_same(graph: Graph, environment: str) -> None:
    shop = Guarded({"protocol": "udp"}, out={"protocol": "tcp"})
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert len(groups(answer)) == 1
    assert answer.paths[0].openings == ()


def test_a_port_without_port_security_lets_everything_pass(graph: Graph, environment: str) -> None:
    shop = Guarded()
    change_port(shop, shop.web2, port_security_enabled=False)
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert answer.is_open
    assert [str(opening) for opening in answer.paths[0].openings] == ["anything"]


def test_a_port_in_no_group_lets_nothing_pass(graph: Graph, environment: str, shop: Shop) -> None:
    change_port(shop, shop.web2, port_security_enabled=True, security_groups=[])
    (block,) = groups(ask(graph, environment, shop, shop.web1, shop.web2))
    assert "no security group" in block.text


def test_rules_without_state_must_let_answers_pass_too(graph: Graph, environment: str) -> None:
    shop = Guarded({"protocol": "tcp"}, stateful=False)
    (block,) = groups(ask(graph, environment, shop, shop.web1, shop.web2, HTTP))
    assert "no state" in block.text
    answers = {"direction": "egress", "ethertype": "IPv4", "protocol": "tcp"}
    shop.change(shop.called, rules=[*shop.records[shop.called.id]["rules"], answers])
    assert ask(graph, environment, shop, shop.web1, shop.web2, HTTP).is_open
    narrow = {**answers, "port_range_min": 1, "port_range_max": 1024}
    shop.change(shop.called, rules=[{"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp"}, narrow])
    assert not ask(graph, environment, shop, shop.web1, shop.web2, HTTP).is_open


def test_a_translated_sender_is_no_member_of_its_group_any_more(graph: Graph, environment: str) -> None:
    shop = Guarded()
    rule = {"direction": "ingress", "ethertype": "IPv4", "remote_group_id": shop.callers.id}
    shop.change(shop.called, rules=[rule])
    floating = shop.floating_ip("172.24.4.150", shop.public, shop.web2, router=shop.edge)
    answer = ask(graph, environment, shop, shop.web1, floating)
    (block,) = groups(answer)
    assert "from 172.24.4.11" in block.text
    by_address = {"direction": "ingress", "ethertype": "IPv4", "remote_ip_prefix": "172.24.4.11/32"}
    shop.change(shop.called, rules=[by_address])
    assert ask(graph, environment, shop, shop.web1, floating).is_open


@pytest.mark.parametrize(("protocol", "port"), [(None, 80), ("icmp", 80), ("tcp", 0), ("tcp", 65536)])
def test_a_question_for_a_port_that_can_not_be_is_refused(protocol: str | None, port: int) -> None:
    with pytest.raises(InvalidConfiguration):
        asked_for(protocol, port)
