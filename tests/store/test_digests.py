"""What is not compared because its digest is the same is in the graph just so, whoever wrote there meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cypher import statement
from graph_schema.link_types import PROJECT_INSTANCE
from graph_schema.object_types import INSTANCE
from graph_schema.records import Attributes, Record, Ref, Scope
from graph_schema.registry import OBJECT_TYPES
from tests.conftest import Neo4jAddress
from tests.store.writing import (
    CMP1,
    KEYSTONE,
    NEUTRON,
    NOVA,
    PARTIAL,
    Ask,
    at,
    bridge,
    ids_of,
    instance,
    links_of,
    network,
    node_of,
    project,
    reading,
    vnic,
)
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite
from topology.store.digests import attributes_differ, differing, digests
from topology.store.lease import under_lease
from topology.store.saying import Saying
from topology.store.writes import Said, said

Stores = Callable[..., GraphStore]

OTHER_REGION = Scope("nova", "Two")


def servers(minute: int = 0, **values: Any) -> ScopeWrite:
    """Twenty instances, so that they fall into several parts; `values` are of the last."""
    last = instance("i19", **values)
    return reading(NOVA, *(instance(f"i{number}") for number in range(19)), last, minute=minute)


def unlooked_at() -> str:
    """An instance that is in no part with the last, so that it is not compared when that changes."""
    before, now = ([said(entry) for entry in one.entries] for one in (servers(), servers(flavor="m1.small")))
    compared = differing(now, digests(now, []), digests(before, []))
    return next(one.id for number, one in enumerate(now) if number not in compared)


def digests_of(ask: Ask, scope: Scope) -> str | None:
    rows = ask("MATCH (s:Scope {environment: $environment, key: $key}) RETURN s.digests AS digests", key=scope.key)
    digests: str | None = rows[0]["digests"]
    return digests


def say(graph: Graph, environment: str, *records: Record, minute: int, scope: Scope = NOVA) -> None:
    """What an event says of single objects."""

    def work(tx: Any) -> None:
        saying = Saying(graph, tx, environment)
        saying.write(scope, at(minute), map(Entry, records))
        saying.close()

    under_lease(graph, environment, work)


# -- the text ---------------------------------------------------------------------------------------------------------

names = st.sampled_from(["", "a", "b", "\ud800"])
says = st.lists(
    st.builds(
        lambda id, name, host, parent, up: Entry(
            Record("instance", f"i{id}", name, host, Ref("host", parent), {"flavor": name}),
            (PROJECT_INSTANCE.link("shop", f"i{id}", state="up" if up else "down"),) if up is not None else (),
        ),
        st.integers(0, 40),
        names,
        st.sampled_from(["cmp1", "cmp2", None]),
        st.sampled_from(["cmp1", "cmp2"]),
        st.sampled_from([True, False, None]),
    ),
    unique_by=lambda entry: entry.record.id,
    max_size=40,
).map(lambda entries: [said(entry) for entry in entries])
added = st.lists(
    st.builds(lambda id, name: INSTANCE.attributes("neutron", f"i{id}", networks=[name]), st.integers(0, 9), names),
    max_size=3,
)


def content(one: Said) -> tuple[str, str | None, str | None]:
    return one.id, one.hash, one.links_hash


@given(says, says, added)
def test_what_changed_is_in_a_part_that_differs(before: list[Said], now: list[Said], more: list[Attributes]) -> None:
    found = differing(now, digests(now, more), digests(before, more))
    known = {content(one) for one in before}
    assert {one.id for one in now if content(one) not in known} <= {now[number].id for number in found}


@given(says, added, st.randoms())
def test_the_order_of_what_is_said_does_not_matter(now: list[Said], more: list[Attributes], random: Any) -> None:
    shuffled = list(now)
    random.shuffle(shuffled)
    assert digests(shuffled, more[::-1]) == digests(now, more)


@given(says, says, added, added)
def test_the_text_is_the_same_only_where_the_same_is_said(
    before: list[Said], now: list[Said], added_before: list[Attributes], added_now: list[Attributes]
) -> None:
    def whole(says: list[Said], added: list[Attributes]) -> tuple[set[Any], list[Any]]:
        return {content(one) for one in says}, sorted((one.id, tuple(one.properties["networks"])) for one in added)

    same = digests(before, added_before) == digests(now, added_now)
    assert same == (whole(before, added_before) == whole(now, added_now))


@given(says, says, added, added)
def test_what_is_added_is_settled_only_where_the_same_is_added(
    before: list[Said], now: list[Said], added_before: list[Attributes], added_now: list[Attributes]
) -> None:
    def whole(added: list[Attributes]) -> list[Any]:
        return sorted((one.id, tuple(one.properties["networks"])) for one in added)

    differ = attributes_differ(digests(now, added_now), digests(before, added_before))
    assert differ == (whole(added_now) != whole(added_before))


def test_most_of_a_large_scope_is_not_compared_when_little_changed() -> None:
    before = [said(Entry(instance(f"i{number}"))) for number in range(1000)]
    now = [*before[:-1], said(Entry(instance("i999", flavor="m1.big")))]
    found = differing(now, digests(now, []), digests(before, []))
    assert 999 in found
    assert len(found) < 50


# -- in the graph -----------------------------------------------------------------------------------------------------


@pytest.fixture(params=[2000, 7], ids=["together", "in batches"])
def batch_size(request: pytest.FixtureRequest) -> int:
    size: int = request.param
    return size


@pytest.fixture
def write(new_store: Stores, batch_size: int) -> Callable[..., list[str]]:
    def written(*writes: ScopeWrite) -> list[str]:
        found = new_store(batch_size=batch_size).write_all(list(writes), accept_removals=True)
        return [changes.summary() for _, changes in found]  # type: ignore[union-attr]  # else there is a newer reading

    return written


Write = Callable[..., list[str]]


def test_what_an_event_changed_is_compared_again(
    write: Write, graph: Graph, environment: str, batch_size: int, ask: Ask
) -> None:
    write(servers())
    assert digests_of(ask, NOVA) is not None
    say(graph, environment, instance("i3", flavor="m1.big"), minute=1)
    assert digests_of(ask, NOVA) is None
    assert write(servers(minute=2)) == ["1 updated, 19 unchanged"]
    assert node_of(ask, "i3").get("flavor") is None
    assert write(servers(minute=3)) == ["20 unchanged"]


def test_what_somebody_removed_by_hand_comes_back(write: Write, ask: Ask) -> None:
    write(servers())
    ask("MATCH (o:Object {environment: $environment, id: 'i3'}) DETACH DELETE o")
    write(servers(minute=1))
    assert "i3" in ids_of(ask)


def test_what_another_scope_took_over_comes_back(write: Write, ask: Ask) -> None:
    write(servers())
    write(reading(OTHER_REGION, instance("i3"), minute=1))
    assert node_of(ask, "i3")["scope"] == OTHER_REGION.key
    write(servers(minute=2))
    assert node_of(ask, "i3")["scope"] == NOVA.key


def test_attributes_that_went_with_their_object_come_back(write: Write, ask: Ask) -> None:
    added = INSTANCE.attributes("neutron", "i3", networks=["net"])
    services = reading(NEUTRON, network("net"), attributes=[added])
    write(servers(), services)
    write(reading(NOVA, minute=1))
    write(servers(minute=2))
    write(reading(NEUTRON, network("net"), attributes=[added], minute=3))
    assert node_of(ask, "i3")["networks"] == ["net"]
    assert digests_of(ask, NEUTRON) is not None


def test_attributes_are_compared_only_where_they_changed(
    write: Write, neo4j_server: Neo4jAddress, environment: str, batch_size: int, ask: Ask
) -> None:
    def services(minute: int, name: str, *added: str) -> ScopeWrite:
        networks = [network(f"n{number}") for number in range(9)]
        more = [INSTANCE.attributes("neutron", id, networks=[name]) for id in added]
        return reading(NEUTRON, network("net", name=name), *networks, attributes=more, minute=minute)

    sent: list[str] = []
    where = (neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password)
    write(servers(), services(0, "old", "i3", "i4"))
    with Graph(*where, heard=lambda named: sent.append(named.name)) as listened:
        store = GraphStore(listened, environment, batch_size=batch_size)
        renamed = replace(services(1, "new", "i3", "i4"), attributes=services(0, "old", "i3", "i4").attributes)
        assert [changes.summary() for _, changes in store.write_all([renamed])] == ["1 updated, 9 unchanged"]  # type: ignore[union-attr]  # else there is a newer reading
    assert "objects_that_differ" in sent
    assert "attributes_that_differ" not in sent
    assert digests_of(ask, NEUTRON) is not None

    write(services(2, "new", "i3"))
    assert (node_of(ask, "i3")["networks"], node_of(ask, "i4").get("networks")) == (["new"], None)


def test_a_link_waits_and_is_joined_though_its_anchor_is_not_looked_at(
    write: Write, new_store: Stores, ask: Ask
) -> None:
    write(reading(KEYSTONE, project("shop")), servers(), reading(CMP1, bridge("qbr1"), vnic("tap1", "i3")))
    write(reading(NOVA, minute=1))
    assert write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i3"), minute=2)) == ["2 unchanged"]
    write(servers(minute=3))
    new_store().resolve_pending()
    assert ("INSTANCE_VNIC", "i3", "cmp1:vnic:tap1") in links_of(ask)


def test_a_partial_reading_leaves_no_digests_and_a_complete_one_compares_all(write: Write, ask: Ask) -> None:
    write(servers())
    assert write(reading(NOVA, instance("i3", flavor="m1.big"), minute=1, outcome=PARTIAL)) == ["1 updated"]
    assert digests_of(ask, NOVA) is None
    assert write(servers(minute=2)) == ["1 updated, 19 unchanged"]


BYSTANDER = unlooked_at()


@pytest.fixture
def meddled(neo4j_server: Neo4jAddress, graph: Graph, environment: str) -> Iterator[Callable[[str], Graph]]:
    """A graph in which an event speaks of the bystander before a statement of that name is first sent."""
    where = (neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password)
    opened: list[Graph] = []

    def meddling(name: str) -> Graph:
        waiting = [name]

        def heard(named: Any) -> None:
            if named.name in waiting:
                waiting.clear()
                say(graph, environment, instance(BYSTANDER, flavor="m1.big"), minute=1)

        opened.append(Graph(*where, heard=heard))
        return opened[-1]

    yield meddling
    for one in opened:
        one.close()


@pytest.mark.parametrize(("moment", "batch_size"), [("scopes_fence", 2000), ("scopes_fence", 7), ("scopes_stamp", 7)])
def test_what_an_event_changes_while_a_reading_is_written_is_compared_the_next_time(
    write: Write, meddled: Callable[[str], Graph], moment: str, environment: str, batch_size: int, ask: Ask
) -> None:
    write(servers())
    store = GraphStore(meddled(moment), environment, batch_size=batch_size)
    changed = servers(minute=1, flavor="m1.small")
    assert [scope for scope, _ in store.write_all([changed])] == [NOVA]
    assert node_of(ask, BYSTANDER)["flavor"] == "m1.big"
    assert digests_of(ask, NOVA) is None
    assert write(servers(minute=2, flavor="m1.small")) == ["1 updated, 19 unchanged"]
    assert len(ids_of(ask)) == 20


def test_every_group_of_attributes_is_counted() -> None:
    text = statement("scopes_unchanged").text
    for kind in OBJECT_TYPES.values():
        for group in kind.groups:
            assert f":{kind.label} {{environment: $environment, {group}_scope: reading.key}})" in text
