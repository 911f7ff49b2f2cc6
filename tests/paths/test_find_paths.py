"""Paths of small clouds: which there are, which objects are on them, and where others end."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from graph_schema.records import Link, Record
from tests.clouds import Host
from tests.paths.routed_clouds import RoutedCloud
from topology.errors import AmbiguousName, InvalidConfiguration, UnknownObject
from topology.graph import Graph
from topology.paths import Limits, Path, PathAnswer, find_paths


class Shop(RoutedCloud):
    """Two projects on four kinds of hosts, an external network and a router in each project."""

    def __init__(self) -> None:
        super().__init__()
        self.cmp1, self.cmp2 = self.host("cmp1", "hybrid"), self.host("cmp2", "native")
        self.cmp4, self.net1 = self.host("cmp4", "bridge"), self.host("net1", "native")
        self.admin, self.shop, self.bank = (self.project(name) for name in ("admin", "shop", "bank"))
        self.public = self.network("public", self.admin, external=True, cidr="172.24.4.0/24")
        self.web = self.network("web", self.shop, vxlan=101)
        self.db = self.network("db", self.shop, vlan=201, cidr="10.1.2.0/24")
        plugs = {self.web.id: "10.1.1.1", self.db.id: "10.1.2.1"}
        self.edge = self.router("edge", self.shop, self.net1, plugs, self.public, gateway="172.24.4.11")
        self.web1 = self.guest("web1", self.cmp1, self.web, "10.1.1.11")
        self.web2 = self.guest("web2", self.cmp2, self.web, "10.1.1.12")
        self.web4 = self.guest("web4", self.cmp4, self.web, "10.1.1.14")
        self.db2 = self.guest("db2", self.cmp2, self.db, "10.1.2.12")
        self.db4 = self.guest("db4", self.cmp4, self.db, "10.1.2.14")
        self.bank_web = self.network("web", self.bank, vxlan=102)
        plugs = {self.bank_web.id: "10.1.1.1"}
        self.bank_edge = self.router("edge", self.bank, self.net1, plugs, self.public, gateway="172.24.4.12")
        self.teller = self.instance("teller", self.bank, self.cmp1, {self.bank_web.id: "10.1.1.11"})
        self.clerk = self.instance("clerk", self.bank, self.cmp2, {self.bank_web.id: "10.1.1.12"})

    def guest(self, name: str, host: Host, network: Record, address: str) -> Record:
        """An instance of the project `shop` with one port."""
        return self.instance(name, self.shop, host, {network.id: address})


class Town(Shop):
    """The same, with much more around it that does not touch it."""

    def __init__(self) -> None:
        super().__init__()
        self.web1b = self.guest("web1b", self.cmp1, self.web, "10.1.1.21")
        self.web4b = self.guest("web4b", self.cmp4, self.web, "10.1.1.24")
        self.apart = self.network("apart", self.shop, vxlan=103, cidr="10.7.0.0/24")
        self.lonely = self.guest("lonely", self.cmp1, self.apart, "10.7.0.5")
        self.floating = self.floating_ip("172.24.4.150", self.public, self.web1, router=self.edge)
        self.inner = self.network("inner", self.shop, vxlan=107, cidr="10.3.0.0/24")
        self.router("inner", self.shop, self.net1, {self.inner.id: "10.3.0.1"})
        self.inmate = self.guest("inmate", self.cmp1, self.inner, "10.3.0.9")
        self.stopped = self.guest("stopped", self.cmp2, self.web, "10.1.1.99")
        self.unplug(self.stopped)
        self.bare = self.instance("bare", self.shop, self.cmp1, {})
        plugs = {self.bank_web.id: "10.1.1.77", self.db.id: "10.1.2.77"}
        self.both = self.instance("both", self.shop, self.cmp2, plugs)
        self.trunked = self.guest("trunked", self.cmp1, self.inner, "10.3.0.88")
        self.trunk(self.ports_of(self.trunked)[0], self.bank_web, "10.1.1.88", 300)
        self.one_way = self.chained_routers(back=False, number=4)
        self.both_ways = self.chained_routers(back=True, number=6)
        self.twice = self.two_networks("twice", 8, [self.net1, self.cmp1, self.cmp2])
        self.ha = self.two_networks("ha", 10, [self.net1, self.cmp2], ha=True)
        self.dvr = self.two_networks("dvr", 12, [self.cmp1, self.cmp2], distributed=True)
        self.torn = self.network("torn", self.shop, vxlan=150, cidr="10.50.0.0/24")
        self.torn1 = self.guest("torn1", self.cmp1, self.torn, "10.50.0.1")
        self.torn2 = self.guest("torn2", self.cmp2, self.torn, "10.50.0.2")
        self.cut = self.network("cut", self.shop, vlan=250, cidr="10.60.0.0/24")
        self.cut2 = self.guest("cut2", self.cmp2, self.cut, "10.60.0.2")
        self.cut4 = self.guest("cut4", self.cmp4, self.cut, "10.60.0.4")
        self.finish()
        self.links = [link for link in map(self._broken, self.links) if link is not None]

    def chained_routers(self, *, back: bool, number: int) -> tuple[Record, Record]:
        """Two routers with a transit network between; the second one's routes lead back only if asked for."""
        here = self.network(f"here{number}", self.shop, vxlan=300 + number, cidr=f"10.{number}.0.0/24")
        there = self.network(f"there{number}", self.shop, vxlan=301 + number, cidr=f"10.{number}.1.0/24")
        transit = self.network(f"transit{number}", self.shop, vxlan=302 + number, cidr="10.250.0.0/24", gateway=None)
        one = {here.id: f"10.{number}.0.1", transit.id: "10.250.0.1"}
        two = {there.id: f"10.{number}.1.1", transit.id: "10.250.0.2"}
        onward, homeward = [f"10.{number}.1.0/24 via 10.250.0.2"], [f"10.{number}.0.0/24 via 10.250.0.1"]
        self.router(f"one{number}", self.shop, self.net1, one, routes=onward)
        self.router(f"two{number}", self.shop, self.cmp2, two, routes=homeward if back else [])
        a = self.guest(f"a{number}", self.cmp1, here, f"10.{number}.0.9")
        return a, self.guest(f"b{number}", self.cmp4, there, f"10.{number}.1.9")

    def two_networks(
        self, name: str, number: int, hosts: list[Host], *, ha: bool = False, distributed: bool = False
    ) -> tuple[Record, Record]:
        """Two networks that a router joins which runs on several hosts."""
        red = self.network(f"red{number}", self.shop, vxlan=400 + number, cidr=f"10.{number}.0.0/24")
        blue = self.network(f"blue{number}", self.shop, vxlan=401 + number, cidr=f"10.{number}.1.0/24")
        plugs = {red.id: f"10.{number}.0.1", blue.id: f"10.{number}.1.1"}
        self.router(name, self.shop, hosts[0], plugs, hosts=hosts[1:], ha=ha, distributed=distributed)
        a = self.guest(f"{name}-a", self.cmp1, red, f"10.{number}.0.9")
        return a, self.guest(f"{name}-b", self.cmp2, blue, f"10.{number}.1.9")

    def _broken(self, link: Link) -> Link | None:
        """No tunnel from cmp1 to cmp2 carries the network `torn`, no NIC of cmp2 the network `cut`."""
        ends = (link.source_id, link.target_id)
        if link.type == "otep-otep" and ends == ("cmp1:otep:vxlan", "cmp2:otep:vxlan"):
            return replace(link, networks=tuple(n for n in link.networks or () if n != self.torn.id))
        return None if ends == ("cmp2:host_pnic:eth2", self.cut.id) else link


@pytest.fixture(scope="module")
def town(graph: Graph, place: str) -> Town:
    town = Town()
    town.write(graph, place)
    return town


def ask(graph: Graph, environment: str, origin: Record | str, goal: Record | str, **limits: int) -> PathAnswer:
    ends = (end if isinstance(end, str) else end.id for end in (origin, goal))
    answer = find_paths(graph, environment, *ends, limits=Limits(**limits))
    for path in answer.paths:
        assert_chained(path)
    return answer


def assert_chained(path: Path) -> None:
    """Consecutive nodes are joined by the link of their place, as the JSON shape promises."""
    shape = path.as_json()
    ids = [node["id"] for node in shape["nodes"]]
    for (here, there), link in zip(pairwise(ids), shape["links"], strict=False):
        assert {link["source_id"], link["target_id"]} == {here, there}
    for link in shape["links"]:
        assert {link["source_id"], link["target_id"]} <= set(ids)


def kinds(path: Path) -> list[str]:
    """Short names of the nodes, with their hosts."""
    return [node.name if node.host is None else f"{node.host}:{node.type}" for node in path.chain.nodes]


def routers(answer: PathAnswer) -> set[tuple[str, ...]]:
    return {tuple(router.name for router in path.chain.way.routers) for path in answer.paths}


def devices(path: Path, *types: str) -> list[str]:
    return [node.id for node in path.chain.nodes if node.type in types]


def test_two_instances_of_a_network_on_one_host_meet_in_its_switch(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.web1b)
    assert [kinds(path) for path in answer.paths] == [
        ["cmp1:instance", "cmp1:vnic", "cmp1:vconnector", "cmp1:vedge", "cmp1:vconnector", "cmp1:vnic", "cmp1:instance"]
    ]


def test_two_instances_of_a_network_on_one_linux_bridge_host_meet_in_their_bridge(
    graph: Graph, place: str, town: Town
) -> None:
    answer = ask(graph, place, town.web4, town.web4b)
    assert [kinds(path) for path in answer.paths] == [
        ["cmp4:instance", "cmp4:vnic", "cmp4:vconnector", "cmp4:vnic", "cmp4:instance"]
    ]


def test_a_vxlan_network_crosses_hosts_in_the_tunnel_between_them(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.web4)
    (path,) = answer.paths
    assert kinds(path) == [
        "cmp1:instance", "cmp1:vnic", "cmp1:vconnector", "cmp1:vedge", "cmp1:otep", "cmp1:host_pnic", "web",
        "cmp4:host_pnic", "cmp4:otep", "cmp4:vedge", "cmp4:vconnector", "cmp4:vnic", "cmp4:instance",
    ]  # fmt: skip
    assert {tie.ends for tie in path.chain.tunnels} == {("cmp1:otep:vxlan", "cmp4:otep:vxlan")}
    assert answer.is_open


def test_a_vlan_network_crosses_hosts_by_the_provider_nics(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.db2, town.db4)
    (path,) = answer.paths
    assert devices(path, "host_pnic", "otep", "vedge", "network") == [
        "cmp2:vedge:ovs", "cmp2:host_pnic:eth2", town.db.id, "cmp4:host_pnic:eth2"
    ]  # fmt: skip


def test_a_router_joins_two_networks_on_its_host(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.db4)
    (path,) = answer.paths
    assert routers(answer) == {("edge",)}
    assert devices(path, "vservice") == [f"net1:vservice:qrouter-{town.edge.id}"]
    assert [node.host for node in path.chain.nodes if node.type == "vedge"] == ["cmp1", "net1", "net1"]
    back = ask(graph, place, town.db4, town.web1)
    assert [node.id for node in back.paths[0].chain.nodes] == [node.id for node in path.chain.nodes][::-1]


def test_networks_that_no_router_joins_have_no_path_though_they_share_switches(
    graph: Graph, place: str, town: Town
) -> None:
    answer = ask(graph, place, town.web1, town.lonely)
    assert not answer.reachable
    assert answer.reason is not None
    assert answer.reason.startswith("no router joins web and apart")
    assert "edge has no route to 10.7.0.5" in answer.reason


def test_overlapping_addresses_of_two_projects_are_never_mixed(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.clerk)
    assert not answer.reachable
    assert "10.1.1.12 is in the address range of web" in str(answer.reason)
    by_address = ask(graph, place, town.web1, "10.1.1.12")
    assert by_address.goal["id"] == town.web2.id
    assert by_address.reachable
    other = ask(graph, place, town.teller, "10.1.1.12")
    assert other.goal["id"] == town.clerk.id


def test_an_address_that_several_have_is_ambiguous_as_a_beginning(graph: Graph, place: str, town: Town) -> None:
    with pytest.raises(AmbiguousName) as caught:
        ask(graph, place, "10.1.1.11", town.web2)
    assert set(caught.value.candidates) == {town.web1.id, town.teller.id}


def test_a_floating_ip_is_reached_by_the_external_network_and_translated_by_its_router(
    graph: Graph, place: str, town: Town
) -> None:
    answer = ask(graph, place, town.clerk, "172.24.4.150")
    (path,) = answer.paths
    assert [router.id for router in path.chain.way.routers] == [town.bank_edge.id, town.edge.id]
    assert [(t.end, str(t.before), str(t.after)) for t in path.chain.way.translations] == [
        ("source", "10.1.1.12", "172.24.4.12"),
        ("destination", "172.24.4.150", "10.1.1.11"),
    ]
    assert answer.goal["id"] in (town.floating.id, town.web1.id)
    by_id = ask(graph, place, town.clerk, town.floating)
    assert by_id.paths[0].chain.nodes[-1].id == town.floating.id


def test_a_floating_ip_of_the_same_router_turns_round_in_its_namespace(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.db2, town.floating)
    assert routers(answer) == {("edge",)}
    assert town.public.id not in {leg.network_id for path in answer.paths for leg in path.chain.way.legs}


def test_outside_is_reached_by_the_external_gateway(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web2, "198.51.100.7")
    (path,) = answer.paths
    assert answer.goal == {"id": "198.51.100.7", "type": "outside", "name": "198.51.100.7"}
    assert devices(path, "host_pnic", "network")[-2:] == ["net1:host_pnic:eth2", town.public.id]
    assert [str(t.after) for t in path.chain.way.translations] == ["172.24.4.11"]


def test_from_outside_only_floating_ips_are_reached(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, "198.51.100.7", town.floating)
    (path,) = answer.paths
    assert devices(path, "network", "host_pnic")[:2] == [town.public.id, "net1:host_pnic:eth2"]
    private = ask(graph, place, "198.51.100.7", town.web1)
    assert not private.reachable
    assert "172.24.4.150" in str(private.reason)


def test_a_router_without_a_gateway_leads_nowhere_outside(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.inmate, "198.51.100.7")
    assert (answer.reachable, answer.reason) == (False, "inner has no route to 198.51.100.7")


def test_static_routes_lead_through_several_routers(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, *town.both_ways, max_depth=60)
    assert routers(answer) == {("one6", "two6")}
    assert answer.is_open
    crossed = [town.records[leg.network_id].name for leg in answer.paths[0].chain.way.legs]
    assert crossed == ["here6", "transit6", "there6"]


def test_a_path_whose_answers_find_no_way_back_says_so(graph: Graph, place: str, town: Town) -> None:
    a, b = town.one_way
    answer = ask(graph, place, a, b, max_depth=60)
    assert answer.reachable
    assert not answer.is_open
    assert [block.code for block in answer.paths[0].blocked_by] == ["no_way_back"]
    assert not ask(graph, place, b, a).reachable


def test_a_path_longer_than_max_depth_is_not_told_and_the_reason_says_how_long_it_is(
    graph: Graph, place: str, town: Town
) -> None:
    answer = ask(graph, place, town.web1, town.db4, max_depth=10)
    assert not answer.reachable
    assert answer.truncated
    full = ask(graph, place, town.web1, town.db4)
    assert answer.reason == f"the shortest path has {len(full.paths[0].chain.ties)} links, max_depth is 10: raise it"


@pytest.mark.parametrize("limits", [{"max_depth": 61}, {"max_depth": 0}, {"max_paths": 5001}, {"max_paths": 0}])
def test_limits_beyond_their_caps_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidConfiguration):
        Limits(**limits)


def test_alternatives_are_several_paths_up_to_max_paths(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, *town.twice)
    places = {next(n.host for n in path.chain.nodes if n.type == "vservice") for path in answer.paths}
    assert places == {"cmp1", "cmp2", "net1"}
    assert not answer.truncated
    fewer = ask(graph, place, *town.twice, max_paths=2)
    assert len(fewer.paths) == 2
    assert fewer.truncated


def test_packets_take_the_active_namespace_of_an_ha_router(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, *town.ha)
    assert [devices(path, "vservice")[0].split(":")[0] for path in answer.paths] == ["net1"]


def test_a_distributed_router_works_on_the_senders_host(graph: Graph, place: str, town: Town) -> None:
    there, back = ask(graph, place, *town.dvr), ask(graph, place, *reversed(town.dvr))
    hosts = [devices(path, "vservice")[0].split(":")[0] for path in (*there.paths, *back.paths)]
    assert hosts == ["cmp1", "cmp2"]


def test_an_instance_with_several_ports_is_reached_by_the_one_on_the_network(
    graph: Graph, place: str, town: Town
) -> None:
    answer = ask(graph, place, town.db4, town.both)
    assert {leg.network_id for path in answer.paths for leg in path.chain.way.legs} == {town.db.id}
    assert ask(graph, place, town.teller, town.both).reachable


def test_a_subport_is_reached_by_the_device_of_its_trunk(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.clerk, town.trunked)
    (path,) = answer.paths
    assert [leg.network_id for leg in path.chain.way.legs] == [town.bank_web.id]
    assert devices(path, "vnic")[-1].startswith("cmp1:vnic:tap")
    assert path.chain.nodes[-1].id == town.trunked.id


def test_a_host_without_a_tunnel_to_the_other_is_where_a_path_ends(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.torn1, town.torn2)
    assert (answer.reachable, answer.reason) == (False, "cmp1 has no tunnel to cmp2 that carries torn")
    other = ask(graph, place, town.torn2, town.torn1)
    assert [block.code for block in other.paths[0].blocked_by] == ["no_tunnel_back"]


def test_a_network_that_no_nic_of_the_host_carries_ends_there(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.cut2, town.cut4)
    assert (answer.reachable, answer.reason) == (False, "no NIC and no tunnel of cmp2 carries cut")


def test_an_instance_that_is_shut_off_is_not_reached_and_the_reason_says_so(
    graph: Graph, place: str, town: Town
) -> None:
    answer = ask(graph, place, town.web1, town.stopped)
    assert not answer.reachable
    assert "is not plugged on cmp2: stopped is SHUTOFF" in str(answer.reason)


def test_an_instance_without_a_port_has_no_place_in_any_network(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.bare)
    assert (answer.reachable, answer.reason) == (False, "instance bare has no port on any network")


def test_a_path_may_begin_and_end_at_devices(graph: Graph, place: str, town: Town) -> None:
    to_nic = ask(graph, place, town.web1, "cmp1:host_pnic:eth1")
    assert kinds(to_nic.paths[0])[-2:] == ["cmp1:otep", "cmp1:host_pnic"]
    far = ask(graph, place, town.web1, "cmp4:vedge:lxb")
    assert kinds(far.paths[0])[-3:] == ["cmp4:host_pnic", "cmp4:otep", "cmp4:vedge"]
    assert not ask(graph, place, town.web1, "cmp1:host_pnic:eth0").reachable
    between = ask(graph, place, "cmp1:vedge:ovs", "cmp4:vedge:lxb")
    assert "cmp1:otep" in {kind for path in between.paths for kind in kinds(path)}


def test_a_path_may_begin_at_a_router_and_end_at_a_network(graph: Graph, place: str, town: Town) -> None:
    from_router = ask(graph, place, town.edge, town.db4)
    assert [node.type for node in from_router.paths[0].chain.nodes][:3] == ["router", "vservice", "vnic"]
    to_network = ask(graph, place, town.web1, town.db)
    assert routers(to_network) == {("edge",)}
    assert to_network.paths[0].chain.nodes[-1].id == town.db.id
    to_router = ask(graph, place, town.web1, town.edge)
    assert [node.type for node in to_router.paths[0].chain.nodes][-3:] == ["vnic", "vservice", "router"]


def test_a_path_may_begin_or_end_at_a_part_of_an_instance_or_router(graph: Graph, place: str, town: Town) -> None:
    port, interface = town.ports_of(town.web2)[0], town.ports_of(town.edge)[0]
    to_port = ask(graph, place, town.web1, port).paths[0].chain.nodes
    assert [node.type for node in to_port][-2:] == ["vnic", "port"]
    vnic = to_port[-2]
    assert ask(graph, place, town.web1, vnic.id).paths[0].chain.nodes[-1].id == vnic.id
    at_router = ask(graph, place, town.web1, interface).paths[0].chain.nodes
    assert [node.type for node in at_router][-2:] == ["vnic", "port"]
    service = ask(graph, place, f"net1:vservice:qrouter-{town.edge.id}", town.db4).paths[0].chain.nodes
    assert [node.type for node in service][:2] == ["vservice", "vnic"]


def test_an_object_is_its_own_path(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.web1)
    assert [[node.id for node in path.chain.nodes] for path in answer.paths] == [[town.web1.id]]


def test_what_is_no_place_in_a_network_is_refused(graph: Graph, place: str, town: Town) -> None:
    with pytest.raises(UnknownObject, match="host 'cmp1' is no place in a network"):
        ask(graph, place, town.web1, "cmp1")


def test_ends_may_be_named_by_name_address_and_mac_address(graph: Graph, place: str, town: Town) -> None:
    mac = town.ports_of(town.web4)[0]["mac_address"]
    for text in (town.web4.name, "10.1.1.14", mac, mac.replace(":", "-").upper()):
        answer = ask(graph, place, "web1", text)
        assert (answer.goal["id"], answer.reachable) == (town.web4.id, True)


def test_the_answer_says_how_fresh_the_scopes_are_that_it_rests_on(graph: Graph, place: str, town: Town) -> None:
    answer = ask(graph, place, town.web1, town.web4)
    keys = {state.scope.key for state in answer.freshness.scopes}
    assert {"ssh/cmp1", "ssh/cmp4", "nova/RegionOne"} <= keys
    assert "ssh/net1" not in keys
    assert answer.freshness.complete
