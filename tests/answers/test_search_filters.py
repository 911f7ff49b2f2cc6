"""Filters, addresses and ranges in a search: what is found is what plain Python finds among the same objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.application import make_app
from api.service import Service
from graph_schema.object_types import NETWORK, PORT, SUBNET, VNIC
from graph_schema.records import Ref
from graph_schema.registry import OBJECT_TYPES
from tests.answers.conftest import settle
from tests.answers.search_oracle import Oracle, Thing, holds, inside, mac_begins, of_type, oracle_of, says
from tests.cliques.test_plans import scanning
from tests.clouds import Cloud, ref, two_projects, uuid
from tests.raw import raw_session
from topology import tokens
from topology.errors import InvalidConfiguration, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.search import search
from topology.search.compilation import compile_filters, compile_text
from topology.search.keys import ADDRESSES, KEYS, RANGES
from topology.settings import Settings
from topology.store import SEARCH_INDEX

Place = tuple[str, Cloud, Oracle]
# A filter as it is typed, and as Python says it.
Filter = tuple[str, Callable[[Thing], bool]]
FUNCTION_SCOPED = [HealthCheck.function_scoped_fixture]
# Near each other, and near the edges of octets and groups, where a mistake would be.
V4 = [f"10.{a}.{b}.{c}" for a in (1, 11, 101) for b in (0, 1, 127, 128) for c in (0, 1, 63, 64, 255)]
V6 = ["fe80::1", "fe80::a:b", "febf::1", "fec0::1", "fd00:b::1", "fd00:b::1:0:0:1", "fd00:b:0:1::5", "fd00:c::1"]
V6 += ["2001:db8::dead:beef", "2001:db8:beef:cafe::1", "2001:db8:beef::", "dead:beef::1", "dead:bee::1", "fddd::1"]
SUBNETS = ["10.1.0.0/16", "10.1.0.0/24", "10.1.0.0/25", "fd00:b::/48", "fd00:b::/64", "fe80::/64"]


def cloud_of_addresses() -> Cloud:
    """The cloud of two projects, and ports, vNICs and subnets at the edges of address ranges."""
    cloud = two_projects()
    project = cloud.project("edges: of ranges")
    network = cloud.add(
        NETWORK.record(
            id=uuid("edge"),
            name="Edge Net",
            parent=ref(project),
            project_id=project.id,
            network_type="vlan",
            segmentation_id=101,
            external=False,
            source_status="DOWN",
            description="the web:edge of it",
        )
    )
    for number, address in enumerate((*V4, *V6)):
        mac = f"{(number * 37) % 256:02x}:ab:cd:ef:fe:{number:02x}"
        values: dict[str, Any] = {"network_id": network.id, "project_id": project.id, "mac_address": mac}
        status = ("ACTIVE", "DOWN", "ERROR")[number % 3]
        id = uuid("edge port", str(number))
        cloud.add(
            PORT.record(
                id=id, name=f"p{number}", parent=ref(network), ip_addresses=[address], source_status=status, **values
            )
        )
    for number, cidr in enumerate(
        ("10.1.0.0/16", "10.1.0.0/24", "10.1.0.0/25", "fd00:b::/48", "fd00:b::/64", "fe80::/64")
    ):
        cloud.add(
            SUBNET.record(
                id=uuid("edge subnet", cidr), name=f"s{number}", parent=ref(network), cidr=cidr, network_id=network.id
            )
        )
    cloud.add(
        VNIC.record(
            host="cmp1",
            name="qr-1",
            device="qr-1",
            parent=Ref("instance", uuid("instance", "shop", "shop-web1")),
            ip_addresses=["10.1.0.1/24", "fd00:b::1/64"],
        )
    )
    return cloud


@pytest.fixture(scope="module")
def place(graph: Graph) -> Iterator[Place]:
    name = f"test-{uuid4().hex[:12]}"
    cloud = cloud_of_addresses()
    cloud.write(graph, name)
    settle(graph)
    yield name, cloud, oracle_of(cloud)
    with raw_session(graph) as session:
        session.run(
            "MATCH (n) WHERE n.environment = $e OR (n:Environment AND n.name = $e) DETACH DELETE n", e=name
        ).consume()


def ids(graph: Graph, place: Place, text: str) -> set[str]:
    """The ids of all pages; none comes twice."""
    found, cursor = list[str](), None
    while True:
        answer = search(graph, text, environment=place[0], limit=150, cursor=cursor)
        found += [item["id"] for item in answer.items]
        cursor = answer.next
        if cursor is None:
            assert len(set(found)) == len(found)
            return set(found)


@settings(max_examples=30, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.sampled_from(V4), st.integers(0, 32))
@example("10.1.0.0", 0)
@example("10.1.127.255", 17)
def test_a_range_finds_what_has_an_address_inside_and_the_subnets_inside(
    graph: Graph, place: Place, address: str, length: int
) -> None:
    wanted = str(IPv4Network((address, length), strict=False))
    assert ids(graph, place, wanted) == place[2].ids(inside(wanted))
    assert ids(graph, place, f"address:{address}/{length} type:port") == place[2].ids(inside(wanted), of_type("port"))


@settings(max_examples=30, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.sampled_from(V6), st.integers(4, 128), st.booleans())
@example("fe80::1", 10, False)
@example("dead:beef::1", 32, True)
@example("fd00:b::1", 64, True)
def test_so_does_a_range_of_ipv6_however_it_is_written(
    graph: Graph, place: Place, address: str, length: int, exploded: bool
) -> None:
    network = IPv6Network((address, length), strict=False)
    text = network.exploded.upper() if exploded else str(network)
    assert ids(graph, place, text) == place[2].ids(inside(text))


@pytest.mark.parametrize("address", [*V4[:6], *V6])
def test_an_address_as_a_filter_is_that_address_only(graph: Graph, place: Place, address: str) -> None:
    written = ip_address(address).exploded
    assert ids(graph, place, f"address:{written}") == place[2].ids(inside(address))
    assert ids(graph, place, f"ip:{written} ip:10.1.1.11") == place[2].ids(
        lambda thing: inside(address)(thing) or inside("10.1.1.11")(thing)
    )


@pytest.mark.parametrize("text", ["::/0", "::/8", "0:1::/32", "address:::ffff:0:0/96"])
def test_a_range_that_is_too_wide_for_the_index_is_refused(graph: Graph, place: Place, text: str) -> None:
    with pytest.raises(InvalidConfiguration, match="too wide"):
        search(graph, text, environment=place[0])


@settings(max_examples=20, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.data())
def test_a_mac_address_as_a_filter_is_found_by_its_bytes_in_any_notation(
    graph: Graph, place: Place, data: st.DataObject
) -> None:
    macs = sorted({t["mac_address"] for t in place[2].things if t.get("mac_address")})
    pairs = data.draw(st.sampled_from(macs)).split(":")
    whole = "".join(pairs)
    begins = pairs[: data.draw(st.integers(1, 6))]
    notations = [":".join(begins), "-".join(begins).upper()]
    if len(begins) == 6:
        notations += [whole, ".".join(whole[i : i + 4] for i in (0, 4, 8))]
    text = data.draw(st.sampled_from(notations))
    assert ids(graph, place, f"mac:{text}") == place[2].ids(mac_begins(text))


PARTS = st.sampled_from(["shop", "web", "EDGE", "e", "1", "p1", "-we", "ge N"])
FILTERS = st.one_of(
    st.sampled_from(sorted(OBJECT_TYPES)).map(lambda t: (f"type:{t}", of_type(t))),
    st.sampled_from(["active", "DOWN", "error"]).map(lambda s: (f"status:{s}", says(["status", "source_status"], [s]))),
    st.sampled_from(["cmp1", "CMP2", "net1"]).map(lambda h: (f"host:{h}", says(["host"], [h]))),
    PARTS.map(lambda part: (f'name:"{part}"', holds("name", part))),
    PARTS.map(lambda part: (f'description:"{part}"', holds("description", part))),
    st.sampled_from([101, 102]).map(lambda n: (f"segmentation_id:{n}", says(["segmentation_id"], [str(n)]))),
    st.sampled_from(["true", "FALSE"]).map(lambda b: (f"external:{b}", says(["external"], [b]))),
    st.sampled_from(["vxlan", "VLAN"]).map(lambda n: (f"network_type:{n}", says(["network_type"], [n]))),
    st.sampled_from(["10.1.0.0/17", "fd00:b::/48"]).map(lambda r: (r, inside(r))),
)


@settings(max_examples=50, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.lists(FILTERS, min_size=1, max_size=3, unique_by=lambda f: f[0].partition(":")[0]))
def test_filters_let_through_what_all_of_them_say(graph: Graph, place: Place, filters: list[Filter]) -> None:
    text = " ".join(text for text, _ in filters)
    assert ids(graph, place, text) == place[2].ids(*(test for _, test in filters)), text


@settings(max_examples=20, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.sampled_from(["web", "hop-we", "p", "10.1.1", "edg", "AB:CD"]), FILTERS)
def test_filters_beside_a_text_only_take_away(graph: Graph, place: Place, text: str, filter: Filter) -> None:
    assert ids(graph, place, f"{text} {filter[0]}") == ids(graph, place, text) & place[2].ids(filter[1])


@settings(max_examples=20, deadline=None, suppress_health_check=FUNCTION_SCOPED)
@given(st.sampled_from(["shop-web1", "p1", "10.1.1.11", "edge"]), FILTERS)
def test_the_same_beside_a_whole_name_where_what_holds_it_takes_its_place(
    graph: Graph, place: Place, text: str, filter: Filter
) -> None:
    fitting = place[2].ids(filter[1])
    found = ids(graph, place, f"{text} {filter[0]}")
    assert ids(graph, place, text) & fitting <= found <= fitting


@pytest.mark.parametrize(("kind", "name"), [("project", "shop"), ("project", "edges: of ranges"), ("network", "WEB")])
def test_a_project_or_network_is_named_by_id_or_name(graph: Graph, place: Place, kind: str, name: str) -> None:
    _, _, oracle = place
    known = oracle.called(kind, name)
    properties = {"project": ["project_id"], "network": ["network_id", "networks", "service_id"]}[kind]
    assert ids(graph, place, f'{kind}:"{name}"') == oracle.ids(says(properties, known)) != set()
    one = min(known)
    assert ids(graph, place, f"{kind}:{one} type:port") == oracle.ids(says(properties, [one]), of_type("port"))


def test_the_same_key_twice_is_one_or_the_other(graph: Graph, place: Place) -> None:
    both = place[2].ids(of_type("router", "subnet"))
    assert ids(graph, place, "type:router type:Subnets") == both
    assert ids(graph, place, "network:web project:shop type:instance type:router") < ids(graph, place, "project:shop")


def test_vlan_and_vni_tell_networks_of_the_same_number_apart(graph: Graph, place: Place) -> None:
    assert ids(graph, place, "vlan:101") == {uuid("edge")}
    assert ids(graph, place, "vni:101") == {uuid("network", "shop", "web")}


@pytest.mark.parametrize("text", ["fa:16:3e", "fe80::a", "web:edge", "zone:RegionOne:nova", "cmp1:vedge", "region:Reg"])
def test_a_text_with_a_colon_that_is_no_key_is_text(graph: Graph, place: Place, text: str) -> None:
    assert ids(graph, place, text)


def test_what_stands_in_quotes_is_text(graph: Graph, place: Place) -> None:
    assert ids(graph, place, "network_type:vlan")
    for text in ('"network_type:vlan"', '"stauts:error"', '"note:x y"'):
        assert ids(graph, place, text) == set()
    assert ids(graph, place, '"web:edge"') == {uuid("edge")}


def test_what_is_no_key_is_told_with_those_there_are_where_no_text_says_it(graph: Graph, place: Place) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        search(graph, "stauts:error type:port", environment=place[0])
    assert "Is status: meant?" in str(refused.value)
    assert all(key in str(refused.value) for key in KEYS)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("type:planet", InvalidConfiguration, "network_agent"),
        ("type:", InvalidConfiguration, "type:VALUE"),
        ("mac:web", InvalidConfiguration, "MAC"),
        ("address:web", InvalidConfiguration, "10.1.0.0/16"),
        ("project:nowhere", UnknownObject, "nowhere"),
        ("environment:nowhere-at-all", UnknownEnvironment, "nowhere-at-all"),
        (" ".join(f"name:{n}" for n in range(21)), InvalidConfiguration, "20"),
    ],
)
def test_a_filter_that_can_not_be_says_why(
    graph: Graph, place: Place, text: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        search(graph, text, environment=place[0])


def test_an_environment_is_a_filter_too(graph: Graph, place: Place) -> None:
    name = place[0]
    items = search(graph, f"environment:{name} type:router", limit=50).items
    assert {(item["environment"], item["id"]) for item in items} == {
        (name, id) for id in place[2].ids(of_type("router"))
    }
    assert search(graph, f"environment:{name} type:router", environment="another").items == ()


def test_over_rest_it_is_the_same_search_with_the_same_errors(graph: Graph, place: Place, tmp_path: Path) -> None:
    token, made = tokens.issue(graph, "search")
    client = make_app(Service(graph, Settings(data_dir=tmp_path))).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def asked(q: str) -> Any:
        return client.get("/api/v1/search", query_string={"q": q, "environment": place[0]})

    for text in ("type:instance project:shop", "10.1.0.0/25", "op-web status:active"):
        assert asked(text).get_json() == search(graph, text, environment=place[0]).as_json()
        assert asked(text).get_json()["items"]
    for text, code in (("type:planet", 400), ("stauts:error", 400), ("::/0", 400), ("project:nowhere", 404)):
        refused = asked(text)
        assert (refused.status_code, refused.get_json()["error"]["message"][:8]) == (code, "search: ")
    tokens.revoke(graph, made.id)


def test_every_property_that_holds_addresses_is_known_as_such() -> None:
    said = {p.name for kind in OBJECT_TYPES.values() for p in kind.properties if p.search and "ddress" in p.description}
    assert said - {"mac_address", "mac_addresses"} <= {*ADDRESSES, *RANGES, "gateway_ip"}
    assert {"cidr", "cidrs"} == set(RANGES)


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("way", ["search_by_words", "search_by_host", "search_by_type"])
def test_searches_find_their_way_by_an_index(graph: Graph, place: Place, way: str) -> None:
    values = {
        "environments": [place[0]],
        "index": SEARCH_INDEX,
        "words": "x",
        "middles": "name:*x*",
        "phrases": "x",
        "names": ["name"],
        "parts": ["x"],
        "types": None if way != "search_by_type" else ["port"],
        "hosts": ["cmp1"],
        "conditions": [],
        "considered": 10,
        "text": "x",
        "folded": "x",
        "mac": "fa:16",
        "exact": ["x"],
        "scalars": {"instance": ["name"]},
        "lists": {"instance": ["addresses"]},
        "after": None,
        "limit": 10,
    }
    asked = [compile_filters(way, ranked=True), compile_filters(way, ranked=False), compile_text(mac=True, middle=True)]
    for each in asked:
        with raw_session(graph) as session:
            plan = session.run(f"EXPLAIN {each.text}", values).consume().plan
        assert plan is not None
        assert list(scanning(plan)) == []
