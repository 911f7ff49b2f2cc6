"""Whatever names and values are made of: kept exactly, executed never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph_schema.link_types import PROJECT_INSTANCE, VNIC_VCONNECTOR
from graph_schema.object_types import AVAILABILITY_ZONE, INSTANCE, NETWORK, VCONNECTOR, VNIC
from graph_schema.records import Record, Ref
from tests.store.writing import (
    CMP1,
    KEYSTONE,
    NEUTRON,
    NOVA,
    Ask,
    fingerprint,
    ids_of,
    links_of,
    node_of,
    parents_of,
    project,
    reading,
)
from topology.store import Entry, GraphStore
from topology.store.encoding import (
    ID_LENGTH,
    canonical,
    columns,
    content_hash,
    links_hash,
    node_properties,
    record_of,
    stored_id,
)

Stores = Callable[..., GraphStore]

HOSTILE = [
    "'; MATCH (n) DETACH DELETE n //",
    '") RETURN 1 //',
    "`}) DETACH DELETE n",
    "$(reboot) `id` ${HOME} ; rm -rf / & | > <",
    "Robert'); DROP TABLE instances;--",
    "line\none\r\ntab\tnul\0bell\a",
    "\\u0027 \\' %27 %s {} {{}}",
    "😀🏳️‍🌈 ŻÓŁW الخادم 服务器 \u202e\u200b\ufeff",
    "a lone \ud800 surrogate",
    " ",
    "x" * 65536,
    "😀" * 20000,
    "word " * 15000,
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_is_kept_exactly(store: GraphStore, new_store: Stores, ask: Ask, name: str) -> None:
    shop = project("shop", name=name, description=name)
    said = INSTANCE.record(
        id="i1", name=name, host="cmp1", flavor=name, local_name=name, project_id=name, source_status=name,
        details={"metadata": {name: name, "list": [name]}},
    )  # fmt: skip
    store.write(reading(KEYSTONE, shop))
    store.write(reading(NOVA, Entry(said, (PROJECT_INSTANCE.link(shop, said, name=name),))))
    assert list(store.load(["project", "instance"])) == [_bounded(shop), _bounded(said)]
    assert links_of(ask) == {("PROJECT_INSTANCE", "shop", "i1")}
    before = fingerprint(ask)
    assert not new_store().write(reading(KEYSTONE, shop, minute=1)).changed
    assert fingerprint(ask) == before


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_id_is_one_id_wherever_it_is_said(store: GraphStore, ask: Ask, name: str) -> None:
    bridge = VCONNECTOR.record(host=name, name=name)
    tap = VNIC.record(host=name, name="tap", device=name, parent=Ref("vservice", name))
    store.write(reading(CMP1, bridge, Entry(tap, (VNIC_VCONNECTOR.link(tap, bridge, networks=[name]),))))
    assert ids_of(ask) == {stored_id(bridge.id), stored_id(tap.id)}
    assert links_of(ask) == {("VNIC_VCONNECTOR", stored_id(tap.id), stored_id(bridge.id))}
    zone = AVAILABILITY_ZONE.record(region=name, name=name, parent=Ref("region", f"region:{name}"))
    assert store.write(reading(NOVA, zone, minute=1)).total("created") == 1
    assert not store.write(reading(NOVA, zone, minute=2)).changed
    store.write(reading(CMP1, minute=1))
    assert ids_of(ask) == {stored_id(zone.id)}


def test_long_ids_stay_apart(store: GraphStore, ask: Ask) -> None:
    first, second = project("x" * 2000 + "1"), project("x" * 2000 + "2")
    store.write(reading(KEYSTONE, first, second))
    assert len(ids_of(ask)) == 2
    assert all(len(id) == ID_LENGTH for id in ids_of(ask))
    assert len(parents_of(ask)) == 2


@pytest.mark.parametrize(
    "value",
    [2**63, -(2**70), 1.5, float("inf"), True, [], [""], ["a", 1, None, {"b": [2]}], [2**64], {"a": {"b": 1}}],
    ids=str,
)
def test_values_that_no_property_holds_are_kept_all_the_same(store: GraphStore, value: Any) -> None:
    said = Record("network", "net", "net", None, Ref("project", "shop"), {"mtu": value, "cidrs": ["10.0.0.0/8"]})
    store.write(reading(NEUTRON, said))
    [loaded] = store.load(["network"])
    assert loaded == said
    assert not store.write(reading(NEUTRON, loaded, minute=1)).changed


def test_what_is_indexed_is_cut_and_whole_in_the_details(store: GraphStore, ask: Ask) -> None:
    said = NETWORK.record(
        id="net", name="n" * 5000, project_id="p" * 5000, physical_network="q" * 5000, parent=Ref("project", "p")
    )
    store.write(reading(NEUTRON, said))
    node = node_of(ask, "net")
    assert [len(node[key]) for key in ("name", "project_id", "physical_network")] == [1000, 1000, 5000]
    [loaded] = store.load(["network"])
    assert (loaded.name, loaded["project_id"]) == ("n" * 5000, "p" * 5000)


texts = st.text(st.characters(exclude_categories=[]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
flat_values = texts | st.integers() | st.booleans() | st.lists(texts, max_size=4)
records = st.builds(
    lambda id, name, host, parent, flat, details: Record(
        "network", id, name, host, Ref("project", parent), {k: v for k, v in flat.items() if v is not None}, details
    ),
    id=texts,
    name=texts,
    host=st.none() | texts,
    parent=texts,
    flat=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("project_id", "mtu", "external", "cidrs", "source_status"), flat_values)
    ),
    details=st.dictionaries(texts, json_values, max_size=3),
)


def _bounded(record: Record) -> Record:
    """As it comes back: ids as the graph keeps them, everything else as it was said."""
    host = None if record.host is None else stored_id(record.host)
    parent = Ref(record.parent.type, stored_id(record.parent.id))
    return Record(record.type, stored_id(record.id), record.name, host, parent, record.properties, record.details)


def _node(record: Record) -> dict[str, Any]:
    """A node as the statements write it."""
    flat = {key: value for key, value in node_properties(record).items() if value is not None}
    parent = {"parent_type": record.parent.type, "parent_id": stored_id(record.parent.id)}
    return {"type": record.type, "id": stored_id(record.id), **parent, **flat}


@given(records)
@example(Record("network", "\ud800", "\ud800", "\0", Ref("project", "x" * 600), {"mtu": 2**63}, {"\ud800": "\ud800"}))
def test_reading_a_node_back_gives_the_record(record: Record) -> None:
    assert record_of(_node(record)) == _bounded(record)
    again = record_of(_node(record_of(_node(record))))
    assert content_hash(again) == content_hash(record_of(_node(record)))


@given(records)
def test_a_node_holds_the_declared_columns_of_a_kind_that_can_be_sent(record: Record) -> None:
    node = node_properties(record)
    assert tuple(node) == columns("network")
    for value in node.values():
        for text in value if isinstance(value, list) else [value]:
            assert not isinstance(text, str) or text.encode() is not None
            assert not isinstance(text, int) or -(2**63) <= text < 2**63
        assert not isinstance(value, list) or len({type(text) for text in value}) <= 1


@given(records, records)
def test_two_records_have_one_hash_only_if_they_say_the_same(one: Record, other: Record) -> None:
    def said(record: Record) -> tuple[str, ...]:
        return canonical([record.name, record.host, record.properties, record.details]), record.type

    assert (content_hash(one) == content_hash(other)) == (said(one) == said(other))


@given(st.dictionaries(texts, json_values, max_size=5), st.randoms())
def test_the_order_of_keys_does_not_matter(details: dict[str, Any], random: Any) -> None:
    keys = list(details)
    random.shuffle(keys)
    assert canonical({key: details[key] for key in keys}) == canonical(details)


@given(st.lists(texts, unique=True, max_size=5))
def test_sets_have_one_text_in_any_order(values: list[str]) -> None:
    assert canonical({"a": set(values)}) == canonical({"a": frozenset(values)}) == canonical({"a": sorted(values)})


def test_keys_of_several_kinds_have_one_text_too() -> None:
    assert canonical({1: "a", "b": {None: 2, "c": 3}}) == canonical({"b": {"c": 3, None: 2}, 1: "a"})


@given(texts, texts)
def test_ids_are_bounded_and_stay_apart(one: str, other: str) -> None:
    assert stored_id(stored_id(one)) == stored_id(one)
    assert len(stored_id(one * 100)) <= ID_LENGTH
    assert (stored_id(one * 40) == stored_id(other * 40)) == (one * 40 == other * 40)


def test_the_hash_of_links_covers_the_parent_and_what_they_carry() -> None:
    link = PROJECT_INSTANCE.link("shop", "i1")
    down = PROJECT_INSTANCE.link("shop", "i1", state="down")
    named = PROJECT_INSTANCE.link("shop", "i1", networks=[])
    parents = [Ref("host", "cmp1"), Ref("host", "cmp2"), Ref("project", "cmp1")]
    hashes = {links_hash(parent, links) for parent in parents for links in ([], [link], [down], [named])}
    assert len(hashes) == 12


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records)
def test_any_record_goes_through_the_graph(store: GraphStore, ask: Ask, record: Record) -> None:
    ask("MATCH (n) WHERE n.environment = $environment AND (n:Object OR n:Scope OR n:PendingLink) DETACH DELETE n")
    store.write(reading(NEUTRON, record))
    assert list(store.load(["network"])) == [_bounded(record)]
    assert not store.write(reading(NEUTRON, record, minute=1)).changed
