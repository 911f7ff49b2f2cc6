"""Paths of small clouds: which there are, which objects are on them, and where others end."""

from __future__ import annotations

from itertools import pairwise

import pytest

from graph_schema.records import Record
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
        self.edge = self.router(
            "edge", self.shop, self.net1, {self.web.id: "10.1.1.1", self.db.id: "10.1.2.1"}, self.public,
            gateway="172.24.4.11",
        )  # fmt: skip
        self.web1 = self.instance("web1", self.shop, self.cmp1, {self.web.id: "10.1.1.11"})
        self.web2 = self.instance("web2", self.shop, self.cmp2, {self.web.id: "10.1.1.12"})
        self.web4 = self.instance("web4", self.shop, self.cmp4, {self.web.id: "10.1.1.14"})
        self.db2 = self.instance("db2", self.shop, self.cmp2, {self.db.id: "10.1.2.12"})
        self.db4 = self.instance("db4", self.shop, self.cmp4, {self.db.id: "10.1.2.14"})
        self.bank_web = self.network("web", self.bank, vxlan=102)
        self.bank_edge = self.router(
            "edge", self.bank, self.net1, {self.bank_web.id: "10.1.1.1"}, self.public, gateway="172.24.4.12"
        )
        self.teller = self.instance("teller", self.bank, self.cmp1, {self.bank_web.id: "10.1.1.11"})
        self.clerk = self.instance("clerk", self.bank, self.cmp2, {self.bank_web.id: "10.1.1.12"})


@pytest.fixture
def shop() -> Shop:
    return Shop()


def ask(
    graph: Graph, environment: str, cloud: RoutedCloud, origin: Record | str, goal: Record | str, **limits: int
) -> PathAnswer:
    cloud.write(graph, environment)
    return again(graph, environment, origin, goal, **limits)


def again(graph: Graph, environment: str, origin: Record | str, goal: Record | str, **limits: int) -> PathAnswer:
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


def bridge_of(instance: Record) -> str:
    return f"{instance.host}:vconnector"


def test_two_instances_of_a_network_on_one_host_meet_in_its_switch(graph: Graph, environment: str, shop: Shop) -> None:
    other = shop.instance("web1b", shop.shop, shop.cmp1, {shop.web.id: "10.1.1.21"})
    answer = ask(graph, environment, shop, shop.web1, other)
    assert [kinds(path) for path in answer.paths] == [
        ["cmp1:instance", "cmp1:vnic", "cmp1:vconnector", "cmp1:vedge", "cmp1:vconnector", "cmp1:vnic", "cmp1:instance"]
    ]


def test_two_instances_of_a_network_on_one_linux_bridge_host_meet_in_their_bridge(
    graph: Graph, environment: str, shop: Shop
) -> None:
    other = shop.instance("web4b", shop.shop, shop.cmp4, {shop.web.id: "10.1.1.24"})
    answer = ask(graph, environment, shop, shop.web4, other)
    assert [kinds(path) for path in answer.paths] == [
        ["cmp4:instance", "cmp4:vnic", "cmp4:vconnector", "cmp4:vnic", "cmp4:instance"]
    ]


def test_a_vxlan_network_crosses_hosts_in_the_tunnel_between_them(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.web1, shop.web4)
    (path,) = answer.paths
    assert kinds(path) == [
        "cmp1:instance", "cmp1:vnic", "cmp1:vconnector", "cmp1:vedge", "cmp1:otep", "cmp1:host_pnic", "web",
        "cmp4:host_pnic", "cmp4:otep", "cmp4:vedge", "cmp4:vconnector", "cmp4:vnic", "cmp4:instance",
    ]  # fmt: skip
    assert {tie.ends for tie in path.chain.tunnels} == {("cmp1:otep:vxlan", "cmp4:otep:vxlan")}
    assert answer.is_open


def test_a_vlan_network_crosses_hosts_by_the_provider_nics(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.db2, shop.db4)
    (path,) = answer.paths
    assert devices(path, "host_pnic", "otep", "vedge", "network") == [
        "cmp2:vedge:ovs", "cmp2:host_pnic:eth2", shop.db.id, "cmp4:host_pnic:eth2"
    ]  # fmt: skip


def test_a_router_joins_two_networks_on_its_host(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.web1, shop.db4)
    (path,) = answer.paths
    assert routers(answer) == {("edge",)}
    assert devices(path, "vservice") == [f"net1:vservice:qrouter-{shop.edge.id}"]
    assert [node.host for node in path.chain.nodes if node.type == "vedge"] == ["cmp1", "net1", "net1"]
    back = again(graph, environment, shop.db4, shop.web1)
    assert [node.id for node in back.paths[0].chain.nodes] == [node.id for node in path.chain.nodes][::-1]


def test_networks_that_no_router_joins_have_no_path_though_they_share_switches(
    graph: Graph, environment: str, shop: Shop
) -> None:
    apart = shop.network("apart", shop.shop, vxlan=103, cidr="10.7.0.0/24")
    lonely = shop.instance("lonely", shop.shop, shop.cmp1, {apart.id: "10.7.0.5"})
    answer = ask(graph, environment, shop, shop.web1, lonely)
    assert not answer.reachable
    assert answer.reason is not None
    assert answer.reason.startswith("no router joins web and apart")
    assert "edge has no route to 10.7.0.5" in answer.reason


def test_overlapping_addresses_of_two_projects_are_never_mixed(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.web1, shop.clerk)
    assert not answer.reachable
    assert "10.1.1.12 is in the address range of web" in str(answer.reason)
    by_address = again(graph, environment, shop.web1, "10.1.1.12")
    assert by_address.goal["id"] == shop.web2.id
    assert by_address.reachable
    other = again(graph, environment, shop.teller, "10.1.1.12")
    assert other.goal["id"] == shop.clerk.id


def test_an_address_that_several_have_is_ambiguous_as_a_beginning(graph: Graph, environment: str, shop: Shop) -> None:
    with pytest.raises(AmbiguousName) as caught:
        ask(graph, environment, shop, "10.1.1.11", shop.web2)
    assert set(caught.value.candidates) == {shop.web1.id, shop.teller.id}


def test_a_floating_ip_is_reached_by_the_external_network_and_translated_by_its_router(
    graph: Graph, environment: str, shop: Shop
) -> None:
    floating = shop.floating_ip("172.24.4.150", shop.public, shop.web1, router=shop.edge)
    answer = ask(graph, environment, shop, shop.clerk, "172.24.4.150")
    (path,) = answer.paths
    assert routers(answer) == {("edge", "edge")}
    assert [r.id for r in path.chain.way.routers] == [shop.bank_edge.id, shop.edge.id]
    assert [(t.end, str(t.before), str(t.after)) for t in path.chain.way.translations] == [
        ("source", "10.1.1.12", "172.24.4.12"),
        ("destination", "172.24.4.150", "10.1.1.11"),
    ]
    assert answer.goal["id"] in (floating.id, shop.web1.id)
    by_id = again(graph, environment, shop.clerk, floating)
    assert by_id.paths[0].chain.nodes[-1].id == floating.id


def test_a_floating_ip_of_the_same_router_turns_round_in_its_namespace(
    graph: Graph, environment: str, shop: Shop
) -> None:
    floating = shop.floating_ip("172.24.4.150", shop.public, shop.web1, router=shop.edge)
    answer = ask(graph, environment, shop, shop.db2, floating)
    assert routers(answer) == {("edge",)}
    assert shop.public.id not in {leg.network_id for path in answer.paths for leg in path.chain.way.legs}


def test_outside_is_reached_by_the_external_gateway(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.web1, "198.51.100.7")
    (path,) = answer.paths
    assert answer.goal == {"id": "198.51.100.7", "type": "outside", "name": "198.51.100.7"}
    assert devices(path, "host_pnic", "network")[-2:] == ["net1:host_pnic:eth2", shop.public.id]
    assert [str(t.after) for t in path.chain.way.translations] == ["172.24.4.11"]


def test_from_outside_only_floating_ips_are_reached(graph: Graph, environment: str, shop: Shop) -> None:
    floating = shop.floating_ip("172.24.4.150", shop.public, shop.web1, router=shop.edge)
    answer = ask(graph, environment, shop, "198.51.100.7", floating)
    (path,) = answer.paths
    assert devices(path, "network", "host_pnic")[:2] == [shop.public.id, "net1:host_pnic:eth2"]
    private = again(graph, environment, "198.51.100.7", shop.web1)
    assert not private.reachable
    assert "172.24.4.150" in str(private.reason)


def test_a_router_without_a_gateway_leads_nowhere_outside(graph: Graph, environment: str, shop: Shop) -> None:
    inner = shop.network("inner", shop.shop, vxlan=107, cidr="10.3.0.0/24")
    shop.router("inner", shop.shop, shop.net1, {inner.id: "10.3.0.1"})
    guest = shop.instance("guest", shop.shop, shop.cmp1, {inner.id: "10.3.0.9"})
    answer = ask(graph, environment, shop, guest, "198.51.100.7")
    assert (answer.reachable, answer.reason) == (False, "inner has no route to 198.51.100.7")


def chained_routers(shop: Shop, *, back: bool) -> tuple[Record, Record]:
    """Two routers with a transit network between; the second one's routes lead back only if asked for."""
    transit = shop.network("transit", shop.shop, vxlan=110, cidr="10.250.0.0/24", gateway=None)
    here = shop.network("here", shop.shop, vxlan=111, cidr="10.4.0.0/24")
    there = shop.network("there", shop.shop, vxlan=112, cidr="10.5.0.0/24")
    one = {here.id: "10.4.0.1", transit.id: "10.250.0.1"}
    two = {there.id: "10.5.0.1", transit.id: "10.250.0.2"}
    shop.router("one", shop.shop, shop.net1, one, routes=["10.5.0.0/24 via 10.250.0.2"])
    shop.router("two", shop.shop, shop.cmp2, two, routes=["10.4.0.0/24 via 10.250.0.1"] if back else [])
    a = shop.instance("a", shop.shop, shop.cmp1, {here.id: "10.4.0.9"})
    b = shop.instance("b", shop.shop, shop.cmp4, {there.id: "10.5.0.9"})
    return a, b


def test_static_routes_lead_through_several_routers(graph: Graph, environment: str, shop: Shop) -> None:
    a, b = chained_routers(shop, back=True)
    answer = ask(graph, environment, shop, a, b, max_depth=60)
    assert routers(answer) == {("one", "two")}
    assert answer.is_open
    assert [shop.records[leg.network_id].name for leg in answer.paths[0].chain.way.legs] == ["here", "transit", "there"]


def test_a_path_whose_answers_find_no_way_back_says_so(graph: Graph, environment: str, shop: Shop) -> None:
    a, b = chained_routers(shop, back=False)
    answer = ask(graph, environment, shop, a, b, max_depth=60)
    assert answer.reachable
    assert not answer.is_open
    assert [block.code for block in answer.paths[0].blocked_by] == ["no_way_back"]
    assert not again(graph, environment, b, a).reachable


def test_a_path_longer_than_max_depth_is_not_told_and_the_reason_says_how_long_it_is(
    graph: Graph, environment: str, shop: Shop
) -> None:
    answer = ask(graph, environment, shop, shop.web1, shop.db4, max_depth=10)
    assert not answer.reachable
    assert answer.truncated
    full = again(graph, environment, shop.web1, shop.db4)
    assert answer.reason == f"the shortest path has {len(full.paths[0].chain.ties)} links, max_depth is 10: raise it"


@pytest.mark.parametrize("limits", [{"max_depth": 61}, {"max_depth": 0}, {"max_paths": 5001}, {"max_paths": 0}])
def test_limits_beyond_their_caps_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidConfiguration):
        Limits(**limits)


def test_alternatives_are_several_paths_up_to_max_paths(graph: Graph, environment: str, shop: Shop) -> None:
    hosts: list[Host] = [shop.cmp1, shop.cmp2]
    shop.change(shop.edge, ha=False)
    red = shop.network("red", shop.shop, vxlan=120, cidr="10.8.0.0/24")
    blue = shop.network("blue", shop.shop, vxlan=121, cidr="10.9.0.0/24")
    shop.router("twice", shop.shop, shop.net1, {red.id: "10.8.0.1", blue.id: "10.9.0.1"}, hosts=hosts)
    a = shop.instance("a", shop.shop, shop.cmp1, {red.id: "10.8.0.9"})
    b = shop.instance("b", shop.shop, shop.cmp2, {blue.id: "10.9.0.9"})
    answer = ask(graph, environment, shop, a, b)
    places = {next(n.host for n in path.chain.nodes if n.type == "vservice") for path in answer.paths}
    assert places == {"cmp1", "cmp2", "net1"}
    assert not answer.truncated
    fewer = again(graph, environment, a, b, max_paths=2)
    assert len(fewer.paths) == 2
    assert fewer.truncated


def test_packets_take_the_active_namespace_of_an_ha_router(graph: Graph, environment: str, shop: Shop) -> None:
    red = shop.network("red", shop.shop, vxlan=120, cidr="10.8.0.0/24")
    blue = shop.network("blue", shop.shop, vxlan=121, cidr="10.9.0.0/24")
    plugs = {red.id: "10.8.0.1", blue.id: "10.9.0.1"}
    shop.router("ha", shop.shop, shop.net1, plugs, hosts=[shop.cmp2], ha=True)
    a = shop.instance("a", shop.shop, shop.cmp1, {red.id: "10.8.0.9"})
    b = shop.instance("b", shop.shop, shop.cmp2, {blue.id: "10.9.0.9"})
    answer = ask(graph, environment, shop, a, b)
    assert [devices(path, "vservice")[0].split(":")[0] for path in answer.paths] == ["net1"]


def test_a_distributed_router_works_on_the_senders_host(graph: Graph, environment: str, shop: Shop) -> None:
    red = shop.network("red", shop.shop, vxlan=120, cidr="10.8.0.0/24")
    blue = shop.network("blue", shop.shop, vxlan=121, cidr="10.9.0.0/24")
    plugs = {red.id: "10.8.0.1", blue.id: "10.9.0.1"}
    shop.router("dvr", shop.shop, shop.cmp1, plugs, hosts=[shop.cmp2], distributed=True)
    a = shop.instance("a", shop.shop, shop.cmp1, {red.id: "10.8.0.9"})
    b = shop.instance("b", shop.shop, shop.cmp2, {blue.id: "10.9.0.9"})
    there = ask(graph, environment, shop, a, b)
    back = again(graph, environment, b, a)
    hosts = [devices(path, "vservice")[0].split(":")[0] for path in (*there.paths, *back.paths)]
    assert hosts == ["cmp1", "cmp2"]


def test_an_instance_with_several_ports_is_reached_by_the_one_on_the_network(
    graph: Graph, environment: str, shop: Shop
) -> None:
    both = shop.instance("both", shop.shop, shop.cmp2, {shop.bank_web.id: "10.1.1.77", shop.db.id: "10.1.2.77"})
    answer = ask(graph, environment, shop, shop.db4, both)
    assert {leg.network_id for path in answer.paths for leg in path.chain.way.legs} == {shop.db.id}
    assert again(graph, environment, shop.teller, both).reachable


def test_a_subport_is_reached_by_the_device_of_its_trunk(graph: Graph, environment: str, shop: Shop) -> None:
    parent = shop.ports_of(shop.web1)[0]
    shop.trunk(parent, shop.bank_web, "10.1.1.88", 300)
    answer = ask(graph, environment, shop, shop.clerk, shop.web1)
    (path,) = answer.paths
    assert [leg.network_id for leg in path.chain.way.legs] == [shop.bank_web.id]
    assert devices(path, "vnic")[-1].startswith("cmp1:vnic:tap")
    assert path.chain.nodes[-1].id == shop.web1.id


def test_a_host_without_a_tunnel_to_the_other_is_where_a_path_ends(graph: Graph, environment: str, shop: Shop) -> None:
    shop.finish()
    shop.links = [
        link for link in shop.links
        if not (link.type == "otep-otep" and link.source_id.startswith("cmp1") and link.target_id.startswith("cmp2"))
    ]  # fmt: skip
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert (answer.reachable, answer.reason) == (False, "cmp1 has no tunnel to cmp2 that carries web")
    other = again(graph, environment, shop.web2, shop.web1)
    assert [block.code for block in other.paths[0].blocked_by] == ["no_tunnel_back"]


def test_a_network_that_no_nic_of_the_host_carries_ends_there(graph: Graph, environment: str, shop: Shop) -> None:
    shop.finish()
    shop.links = [
        link
        for link in shop.links
        if not (link.type == "host_pnic-network" and link.source_id == "cmp2:host_pnic:eth2")
    ]
    answer = ask(graph, environment, shop, shop.db2, shop.db4)
    assert (answer.reachable, answer.reason) == (False, "no NIC and no tunnel of cmp2 carries db")


def test_an_instance_that_is_shut_off_is_not_reached_and_the_reason_says_so(
    graph: Graph, environment: str, shop: Shop
) -> None:
    shop.unplug(shop.web2)
    answer = ask(graph, environment, shop, shop.web1, shop.web2)
    assert not answer.reachable
    assert "is not plugged on cmp2: web2 is SHUTOFF" in str(answer.reason)


def test_an_instance_without_a_port_has_no_place_in_any_network(graph: Graph, environment: str, shop: Shop) -> None:
    bare = shop.instance("bare", shop.shop, shop.cmp1, {})
    answer = ask(graph, environment, shop, shop.web1, bare)
    assert (answer.reachable, answer.reason) == (False, "instance bare has no port on any network")


def test_a_path_may_begin_and_end_at_devices(graph: Graph, environment: str, shop: Shop) -> None:
    to_nic = ask(graph, environment, shop, shop.web1, "cmp1:host_pnic:eth1")
    assert kinds(to_nic.paths[0])[-2:] == ["cmp1:otep", "cmp1:host_pnic"]
    far = again(graph, environment, shop.web1, "cmp4:vedge:lxb")
    assert kinds(far.paths[0])[-3:] == ["cmp4:host_pnic", "cmp4:otep", "cmp4:vedge"]
    assert not again(graph, environment, shop.web1, "cmp1:host_pnic:eth0").reachable
    between = again(graph, environment, "cmp1:vedge:ovs", "cmp4:vedge:lxb")
    assert "cmp1:otep" in kinds(between.paths[0])


def test_a_path_may_begin_at_a_router_and_end_at_a_network(graph: Graph, environment: str, shop: Shop) -> None:
    from_router = ask(graph, environment, shop, shop.edge, shop.db4)
    assert [node.type for node in from_router.paths[0].chain.nodes][:3] == ["router", "vservice", "vnic"]
    to_network = again(graph, environment, shop.web1, shop.db)
    assert routers(to_network) == {("edge",)}
    assert to_network.paths[0].chain.nodes[-1].id == shop.db.id
    to_router = again(graph, environment, shop.web1, shop.edge)
    assert [node.type for node in to_router.paths[0].chain.nodes][-3:] == ["vnic", "vservice", "router"]


def test_an_object_is_its_own_path(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.web1, shop.web1)
    assert [[node.id for node in path.chain.nodes] for path in answer.paths] == [[shop.web1.id]]


def test_what_is_no_place_in_a_network_is_refused(graph: Graph, environment: str, shop: Shop) -> None:
    with pytest.raises(UnknownObject, match="host 'cmp1' is no place in a network"):
        ask(graph, environment, shop, shop.web1, "cmp1")


def test_ends_may_be_named_by_name_address_and_mac_address(graph: Graph, environment: str, shop: Shop) -> None:
    port = shop.ports_of(shop.web4)[0]
    shop.write(graph, environment)
    for text in (shop.web4.name, "10.1.1.14", port["mac_address"], port["mac_address"].replace(":", "-").upper()):
        answer = find_paths(graph, environment, "web1", text)
        assert (answer.goal["id"], answer.reachable) == (shop.web4.id, True)


def test_the_answer_says_how_fresh_the_scopes_are_that_it_rests_on(graph: Graph, environment: str, shop: Shop) -> None:
    answer = ask(graph, environment, shop, shop.web1, shop.web4)
    keys = {state.scope.key for state in answer.freshness.scopes}
    assert {"ssh/cmp1", "ssh/cmp4", "nova/RegionOne"} <= keys
    assert "ssh/net1" not in keys
    assert answer.freshness.complete
