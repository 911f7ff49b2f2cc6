"""Search by name, address, MAC address, id and note: what a person types finds what is meant, and never breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph_schema.object_types import INSTANCE, PROJECT
from graph_schema.records import Ref
from graph_schema.registry import OBJECT_TYPES
from tests.answers.conftest import settle
from tests.clouds import Cloud, ref, uuid
from tests.raw import raw_session
from topology.errors import InvalidConfiguration, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.search import lucene, mac_beginning, resolve, search
from topology.search.compilation import compile_text

Shop = tuple[str, Cloud]


def found(graph: Graph, shop: Shop, text: str, limit: int = 50) -> set[tuple[str, str]]:
    items = search(graph, text, environment=shop[0], limit=limit).items
    return {(item["type"], item["name"]) for item in items}


@pytest.mark.parametrize("text", ["shop-web1", "SHOP-WEB1", "shop web1", "web1 shop", "shop-we"])
def test_a_name_is_found_whole_in_any_case_and_by_its_beginning(graph: Graph, shop: Shop, text: str) -> None:
    assert ("instance", "shop-web1") in found(graph, shop, text)
    assert ("instance", "bank-web1") not in found(graph, shop, text)


def test_an_address_finds_every_object_that_has_it(graph: Graph, shop: Shop) -> None:
    both = {("instance", "shop-web1"), ("instance", "bank-web1"), ("port", "")}
    assert found(graph, shop, "10.1.1.11") == both
    assert ("floating_ip", "172.24.4.201") in found(graph, shop, "172.24.4.2")


def test_a_mac_address_is_found_in_any_notation_and_by_its_beginning(graph: Graph, shop: Shop) -> None:
    nic = next(r for r in shop[1].records.values() if r.id == "cmp1:host_pnic:eth1")
    mac = str(nic["mac_address"])
    digits = mac.replace(":", "")
    dotted = ".".join(digits[i : i + 4] for i in (0, 4, 8))
    for text in (mac, mac.upper(), mac.replace(":", "-"), digits, dotted, f" {dotted.upper()} "):
        assert found(graph, shop, text) == {("host_pnic", "eth1")}, text
    assert ("host_pnic", "eth1") in found(graph, shop, mac[:14])


def test_an_id_is_found_by_its_beginning_and_comes_first_when_whole(graph: Graph, shop: Shop) -> None:
    id = uuid("instance", "shop", "shop-web1")
    assert found(graph, shop, id[:9]) == {("instance", "shop-web1")}
    assert search(graph, "cmp1", environment=shop[0]).items[0]["id"] == "cmp1"
    assert ("vedge", "cmp1 ovs") in found(graph, shop, "cmp1:vedge")


def test_what_a_user_wrote_is_found(graph: Graph, shop: Shop) -> None:
    with raw_session(graph) as session:
        session.run(
            "MATCH (o:Object {environment: $e, id: $id}) SET o.application = 'payroll', o.note = 'ask Ümit first'",
            e=shop[0],
            id=uuid("instance", "bank", "bank-web1"),
        ).consume()
    settle(graph)
    assert found(graph, shop, "payroll") == {("instance", "bank-web1")}
    assert found(graph, shop, "ÜMIT") == {("instance", "bank-web1")}


def test_one_environment_does_not_show_anothers(graph: Graph, shop: Shop, environment: str) -> None:
    other = Cloud()
    other.add(PROJECT.record(id="other", name="shop-web1"))
    other.write(graph, environment)
    settle(graph)
    assert [i["id"] for i in search(graph, "shop-web1", environment=environment).items] == ["other"]
    everywhere = {i["environment"] for i in search(graph, "shop-web1", limit=1000).items}
    assert {environment, shop[0]} <= everywhere


def test_pages_follow_each_other_without_gap_or_repetition(graph: Graph, shop: Shop) -> None:
    whole = [item["id"] for item in search(graph, "fa:16:3e", environment=shop[0], limit=1000).items]
    assert [item["id"] for item in all_pages(graph, "fa:16:3e", shop[0], 7)] == whole
    assert len(whole) > 20


def test_pages_follow_each_other_while_objects_come_and_go(graph: Graph, environment: str) -> None:
    names = [f"vm{number:02}" for number in range(20)]
    cloud = Cloud()
    cloud.add(PROJECT.record(id="p", name="p"))
    for name in names:
        cloud.add(INSTANCE.record(id=name, name=name, parent=Ref("project", "p")))
    cloud.write(graph, environment)
    settle(graph)
    first = search(graph, "vm", environment=environment, limit=10)
    cloud.records = {id: record for id, record in cloud.records.items() if id not in ("vm03", "vm15")}
    cloud.add(INSTANCE.record(id="vm00b", name="vm00b", parent=Ref("project", "p")))
    cloud.write(graph, environment)
    rest = search(graph, "vm", environment=environment, cursor=first.next)
    told = [item["id"] for item in (*first.items, *rest.items)]
    assert told == [name for name in names if name != "vm15"]


@pytest.mark.parametrize("text", ["hop-we", "OP-WEB1", "op eb1", "op-w"])
def test_a_name_is_found_by_its_middle_after_all_else(graph: Graph, shop: Shop, text: str) -> None:
    assert ("instance", "shop-web1") in found(graph, shop, text)
    assert all(text.lower().split()[-1] in name for _, name in found(graph, shop, text))


def test_what_begins_with_the_text_comes_before_what_has_it_in_the_middle(graph: Graph, environment: str) -> None:
    cloud = Cloud()
    names = ["web-2", "the web", "myweb", "yourweb"]
    for name in reversed(names):
        cloud.add(PROJECT.record(id=f"id of {name}", name=name))
    cloud.write(graph, environment)
    settle(graph)
    for limit in (1, 2, 3, 50):
        assert [item["name"] for item in all_pages(graph, "web", environment, limit)] == names
    # Where an object is called so, that one is meant: longer names follow, and not those that have it inside a word.
    cloud.add(PROJECT.record(id="itself", name="Web"))
    cloud.write(graph, environment)
    settle(graph)
    for limit in (1, 2, 3, 50):
        assert [item["name"] for item in all_pages(graph, "web", environment, limit)] == ["Web", "web-2", "the web"]


def all_pages(graph: Graph, text: str, environment: str, limit: int) -> list[Mapping[str, Any]]:
    found, cursor = list[Mapping[str, Any]](), None
    while True:
        answer = search(graph, text, environment=environment, limit=limit, cursor=cursor)
        found += answer.items
        cursor = answer.next
        if cursor is None:
            return found


def test_a_uuid_is_found_without_its_dashes_and_in_capitals(graph: Graph, shop: Shop) -> None:
    id = uuid("instance", "shop", "shop-web1")
    for text in (id.replace("-", ""), id.upper(), id[:12].upper()):
        assert found(graph, shop, text) == {("instance", "shop-web1")}, text


@pytest.mark.parametrize("cursor", ["-1", "x", "99999999", "٣", ""])
def test_a_cursor_that_no_search_gave_is_refused(graph: Graph, shop: Shop, cursor: str) -> None:
    with pytest.raises(InvalidConfiguration, match="next"):
        search(graph, "x", environment=shop[0], cursor=cursor)


OPERATORS = "abcweb1 \"\\+-&|!(){}[]^~*?:/.,;<>'`$@#%=\n\t🙂é"
WEIRD = st.lists(st.sampled_from([*OPERATORS, " AND ", " OR ", "NOT ", " TO "])).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WEIRD | st.text())
@example('"')
@example("*:*")
@example("name:web1 OR environment:*")
@example("a AND (")
@example("/.*/")
@example("[* TO *]")
@example("web1~9 web^^")
@example("\\")
@example("\ud800")
def test_nothing_in_the_text_is_an_operator(graph: Graph, shop: Shop, text: str) -> None:
    items: Sequence[Mapping[str, Any]] = ()
    with suppress(InvalidConfiguration, UnknownEnvironment, UnknownObject):  # what looks like a filter, and is none
        items = search(graph, text, environment=shop[0], limit=1000).items
    assert all(item["environment"] == shop[0] for item in items)
    # Whoever names nothing finds nothing: an operator would find everything.
    if not any(c.isalnum() for c in text):
        assert items == ()


@given(st.text())
def test_every_text_makes_a_balanced_query(text: str) -> None:
    bare = lucene(text).replace("\\\\", "").replace('\\"', "")
    assert bare.count('"') % 2 == 0
    outside = "".join(bare.split('"')[::2])
    assert outside.count("(") == outside.count(")")


@given(st.integers(0, 2**48 - 1), st.sampled_from([":", "-", ""]), st.booleans())
def test_every_notation_of_a_mac_address_is_the_same_one(number: int, separator: str, upper: bool) -> None:
    pairs = [f"{number:012x}"[i : i + 2] for i in range(0, 12, 2)]
    text = separator.join(pairs)
    assert mac_beginning(text.upper() if upper else text) == ":".join(pairs)


def test_a_hostile_name_is_found_and_stays_a_name(graph: Graph, environment: str) -> None:
    names = ['O\'Brien "x" $(reboot); DROP', "`}) DETACH DELETE n //", "日本語 名前", "x" * 2000, "two\nlines"]
    cloud = Cloud()
    project = cloud.project("p")
    for number, name in enumerate(names):
        cloud.add(INSTANCE.record(id=f"vm{number}", name=name, host="h", parent=ref(project)))
    cloud.write(graph, environment)
    settle(graph)
    for number, name in enumerate(names):
        assert f"vm{number}" in [i["id"] for i in search(graph, name, environment=environment).items], name
    assert resolve(graph, environment, names[0]) == "vm0"


def test_a_name_or_address_that_only_one_has_stands_for_it(graph: Graph, shop: Shop) -> None:
    name, _ = shop
    web1 = uuid("instance", "shop", "shop-web1")
    assert resolve(graph, name, web1) == web1
    assert resolve(graph, name, "shop-web1") == web1
    assert resolve(graph, name, "172.24.4.201") == uuid("floating", "172.24.4.201")
    assert resolve(graph, name, "public") == uuid("network", "admin", "public")  # its subnet has the name too


def test_what_several_have_is_listed_and_what_none_has_is_answered_with_near_matches(graph: Graph, shop: Shop) -> None:
    name, _ = shop
    with pytest.raises(UnknownObject) as several:
        resolve(graph, name, "10.1.1.11")
    assert {uuid("instance", p, f"{p}-web1") in str(several.value) for p in ("shop", "bank")} == {True}
    with pytest.raises(UnknownObject, match="shop-web1"):
        resolve(graph, name, "shpo-web1")
    with pytest.raises(UnknownEnvironment):
        resolve(graph, f"{name}-not", "shop-web1")
    for nobody in ("\ud800", "", " ", '"', "x" * 65_536, "no " * 5000):
        with pytest.raises(UnknownObject):
            resolve(graph, name, nobody)


def test_the_statement_looks_for_mac_addresses_of_every_type_that_has_one() -> None:
    text = compile_text(mac=True, middle=False).text
    for kind in OBJECT_TYPES.values():
        property = kind.property("mac_address")
        if property is not None and property.index:
            assert f"(o:{kind.label})" in text
