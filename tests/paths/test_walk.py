"""The walk of packets over networks and routers."""

from __future__ import annotations

from tests.paths.grounds import Map, taken
from topology.paths.ends import End
from topology.paths.wayfinding import find_ways, way_back


def two_networks() -> Map:
    map = Map()
    map.network("a", "10.1.0.0/24")
    map.network("b", "10.2.0.0/24")
    return map


def reasons(map: Map, origin: str, goal: str) -> list[str]:
    return [end.reason for end in map.ways(map.ports[origin], map.ports[goal]).dead]


def test_a_port_on_the_own_subnet_is_sent_to_directly() -> None:
    map = two_networks()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "a", "10.1.0.6")
    map.router("r", {"a": "10.1.0.1", "b": "10.2.0.1"})
    assert taken(map.ways(here, there)) == [[("x", "y")]]


def test_a_router_with_an_interface_on_both_networks_joins_them() -> None:
    map = two_networks()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    map.router("r", {"a": "10.1.0.1", "b": "10.2.0.1"})
    assert taken(map.ways(here, there)) == [[("x", "r/a"), ("r/b", "y")]]


def test_a_router_that_is_not_the_gateway_is_not_asked() -> None:
    map = two_networks()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    map.router("gateway", {"a": "10.1.0.1"})
    map.router("other", {"a": "10.1.0.254", "b": "10.2.0.1"})
    assert taken(map.ways(here, there)) == []
    assert reasons(map, "x", "y") == ["gateway has no route to 10.2.0.6"]


def test_a_host_route_leads_to_a_router_that_is_not_the_gateway() -> None:
    map = Map()
    map.network("a", "10.1.0.0/24", routes=["10.2.0.0/24 via 10.1.0.254"])
    map.network("b", "10.2.0.0/24")
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    map.router("gateway", {"a": "10.1.0.1"})
    map.router("other", {"a": "10.1.0.254", "b": "10.2.0.1"})
    assert taken(map.ways(here, there)) == [[("x", "other/a"), ("other/b", "y")]]


def test_two_subnets_of_one_network_meet_in_a_router_only() -> None:
    map = Map()
    map.network("a", "10.1.0.0/24", "10.2.0.0/24")
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "a", "10.2.0.6")
    assert taken(map.ways(here, there)) == []
    map.router("r", {"a": "10.1.0.1"})
    assert taken(map.ways(here, there)) == []
    # The second interface on the same network.
    second = map.port("r/a2", "a", "10.2.0.1", owner="network:router_interface", device="r")
    router = map.ground.routers["r"]
    map.ground.routers["r"] = type(router)(router.thing, (*router.ports, second))
    assert taken(map.ways(here, there)) == [[("x", "r/a"), ("r/a2", "y")]]


def test_a_subnet_without_a_gateway_leads_nowhere_else() -> None:
    map = Map()
    map.network("a", "10.1.0.0/24", gateway=None)
    map.network("b", "10.2.0.0/24")
    map.port("x", "a", "10.1.0.5")
    map.port("y", "b", "10.2.0.6")
    map.router("r", {"a": "10.1.0.1", "b": "10.2.0.1"})
    assert reasons(map, "x", "y") == ["10.1.0.0/24 has no gateway towards 10.2.0.6"]


def test_routers_do_not_lead_to_networks_that_only_others_on_a_shared_network_join() -> None:
    map = two_networks()
    map.network("shared", "10.200.0.0/24", gateway=None)
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    map.router("ra", {"a": "10.1.0.1", "shared": "10.200.0.1"})
    map.router("rb", {"b": "10.2.0.1", "shared": "10.200.0.2"})
    assert taken(map.ways(here, there)) == []


def test_static_routes_that_lead_in_a_circle_end() -> None:
    map = two_networks()
    map.network("shared", "10.200.0.0/24", gateway=None)
    map.port("x", "a", "10.1.0.5")
    map.port("y", "b", "10.2.0.6")
    map.router("ra", {"a": "10.1.0.1", "shared": "10.200.0.1"}, routes=["10.2.0.0/16 via 10.200.0.2"])
    map.router("rb", {"shared": "10.200.0.2"}, routes=["10.2.0.0/16 via 10.200.0.1"])
    assert reasons(map, "x", "y") == ["the routes of ra lead round in a circle"]


def test_the_longest_match_wins() -> None:
    map = two_networks()
    map.network("c", "10.3.0.0/24", gateway=None)
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    routes = ["10.0.0.0/8 via 10.3.0.9", "10.2.0.6/32 via 10.3.0.2"]
    map.router("ra", {"a": "10.1.0.1", "c": "10.3.0.1"}, routes=routes)
    map.router("rb", {"c": "10.3.0.2", "b": "10.2.0.1"})
    assert taken(map.ways(here, there)) == [[("x", "ra/a"), ("ra/c", "rb/c"), ("rb/b", "y")]]


def external() -> Map:
    map = two_networks()
    map.network("public", "172.24.4.0/24", external=True)
    map.router("ra", {"a": "10.1.0.1"}, gateway=("public", "172.24.4.11"))
    map.router("rb", {"b": "10.2.0.1"}, gateway=("public", "172.24.4.12"))
    return map


def test_an_external_network_joins_no_private_networks() -> None:
    map = external()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    assert taken(map.ways(here, there)) == []
    assert reasons(map, "x", "y") == ["ra has no route to 10.2.0.6: its packets leave the cloud by public"]


def test_a_floating_ip_is_reached_from_inside_and_outside() -> None:
    map = external()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    floating = map.floating("172.24.4.100", there, "rb", "public")
    assert taken(map.ways(here, floating)) == [[("x", "ra/a"), ("ra/public", "rb/public"), ("rb/b", "y")]]
    assert taken(map.ways("198.51.100.1", floating)) == [[("*", "rb/public"), ("rb/b", "y")]]
    assert taken(map.ways("198.51.100.1", there)) == []


def test_a_floating_ip_is_reached_from_its_external_network() -> None:
    map = external()
    there = map.port("y", "b", "10.2.0.6")
    floating = map.floating("172.24.4.100", there, "rb", "public")
    public = End(map.ground.networks["public"], network_id="public")
    assert taken(find_ways(map.ground, public, map.end(floating))) == [[("*", "rb/public"), ("rb/b", "y")]]
    assert taken(find_ways(map.ground, public, map.end(there))) == []


def test_a_floating_ip_of_a_subnet_that_no_gateway_has_an_address_in_is_on_the_external_network() -> None:
    map = external()
    map.ground.networks["public"] = type(map.ground.networks["public"])(
        {**map.ground.networks["public"].properties, "cidrs": ["172.24.4.0/24", "192.0.2.0/24"]}
    )
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    floating = map.floating("192.0.2.7", there, "rb", "public")
    assert taken(map.ways(here, floating)) == [[("x", "ra/a"), ("ra/public", "rb/public"), ("rb/b", "y")]]


def test_what_leaves_by_the_gateway_has_its_address_or_the_senders_floating_ip() -> None:
    map = external()
    plain, with_floating = map.port("x", "a", "10.1.0.5"), map.port("z", "a", "10.1.0.7")
    map.floating("172.24.4.99", with_floating, "ra", "public")
    seen = {port.id: str(map.ways(port, "198.51.100.1").found[0].seen_as) for port in (plain, with_floating)}
    assert seen == {"x": "172.24.4.11", "z": "172.24.4.99"}


def test_answers_to_untranslated_addresses_do_not_come_back() -> None:
    map = two_networks()
    map.network("public", "172.24.4.0/24", external=True)
    map.router("ra", {"a": "10.1.0.1"}, gateway=("public", "172.24.4.11"), snat=False)
    map.router("rb", {"b": "10.2.0.1"}, gateway=("public", "172.24.4.12"))
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    floating = map.floating("172.24.4.100", there, "rb", "public")
    (way,) = map.ways(here, floating).found
    dead = way_back(map.ground, way, map.end(here))
    assert dead is not None
    assert dead.reason == "rb has no route to 10.1.0.5: its packets leave the cloud by public"


def test_answers_come_back_by_the_translations_of_both_routers() -> None:
    map = external()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    floating = map.floating("172.24.4.100", there, "rb", "public")
    map.floating("172.24.4.99", here, "ra", "public")
    for origin in (here, map.port("w", "a", "10.1.0.8")):
        (way,) = map.ways(origin, floating).found
        assert way_back(map.ground, way, map.end(origin)) is None


def test_answers_past_the_router_that_translated_are_lost() -> None:
    map = two_networks()
    map.network("public", "172.24.4.0/24", external=True)
    map.router("ra", {"a": "10.1.0.1"}, gateway=("public", "172.24.4.11"))
    map.router("first", {"b": "10.2.0.1"}, gateway=("public", "172.24.4.12"))
    map.router("second", {"b": "10.2.0.254"}, gateway=("public", "172.24.4.13"))
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    floating = map.floating("172.24.4.100", there, "second", "public")
    (way,) = map.ways(here, floating).found
    dead = way_back(map.ground, way, map.end(here))
    assert dead is not None
    assert dead.reason == "answers do not come by second, which has translated the addresses"


def test_a_network_whose_routers_are_not_known_is_asked_for() -> None:
    map = two_networks()
    map.ground.surveyed.clear()
    here, there = map.port("x", "a", "10.1.0.5"), map.port("y", "b", "10.2.0.6")
    assert map.ways(here, there).unknown == {"a"}


def test_versions_of_ip_are_not_mixed() -> None:
    map = Map()
    map.network("a", "10.1.0.0/24", "fd00:a::/64")
    map.network("b", "fd00:b::/64")
    here, there = map.port("x", "a", "10.1.0.5", "fd00:a::5"), map.port("y", "b", "fd00:b::6")
    map.router("r", {"a": "fd00:a::1", "b": "fd00:b::1"})
    assert taken(map.ways(here, there)) == [[("x", "r/a"), ("r/b", "y")]]
    only_four = map.port("z", "a", "10.1.0.7")
    assert taken(map.ways(only_four, there)) == []


def test_ports_without_addresses_meet_on_their_own_network_only() -> None:
    map = two_networks()
    bare = map.port("x", "a")
    assert taken(map.ways(bare, map.port("y", "a", "10.1.0.6"))) == [[("x", "y")]]
    assert taken(map.ways(bare, map.port("z", "b", "10.2.0.6"))) == []
