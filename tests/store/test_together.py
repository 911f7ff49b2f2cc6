"""Several readings written at once: as if each had been written by itself, with a fraction of the statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Neo4jAddress
from tests.store.writing import (
    CMP1,
    CMP2,
    FAILED,
    KEYSTONE,
    NEUTRON,
    NOVA,
    PARTIAL,
    Ask,
    at,
    bridge,
    fingerprint,
    ids_of,
    in_bridge,
    instance,
    links_of,
    network,
    node_of,
    parents_of,
    pending_of,
    port,
    project,
    reading,
    vnic,
)  # fmt: skip
from topology.errors import Superseded
from topology.graph import Graph
from topology.store import GraphStore, ScopeWrite

Stores = Callable[..., GraphStore]


def small_cloud(minute: int = 0, mtu: int = 1500) -> list[ScopeWrite]:
    """Services and two hosts whose links lead to each other's objects."""
    return [
        reading(KEYSTONE, project("shop"), minute=minute),
        reading(NOVA, instance("i1"), instance("i2", "cmp2"), minute=minute),
        reading(NEUTRON, network("net"), port("p1"), minute=minute),
        reading(CMP1, bridge("qbr1", mtu=mtu), vnic("tap1", "i1", in_bridge("tap1", "qbr1")), minute=minute),
        reading(CMP2, bridge("qbr2", "cmp2"), vnic("tap2", "i2", host="cmp2"), minute=minute),
    ]


def told(store: GraphStore, writes: list[ScopeWrite]) -> dict[str, str]:
    """What is told of each scope, in the order in which it is."""
    return {
        scope.key: "late" if isinstance(found, Superseded) else f"{found.outcome.status}: {found.summary()}"
        for scope, found in store.write_all(writes)
    }


def state(ask: Ask) -> tuple[object, ...]:
    return ids_of(ask), links_of(ask), parents_of(ask), pending_of(ask)


@pytest.fixture
def counted(neo4j_server: Neo4jAddress) -> Iterator[tuple[Graph, Counter[str]]]:
    """A graph of which each statement is counted."""
    heard: Counter[str] = Counter()
    where = (neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password)
    with Graph(*where, heard=lambda named: heard.update([named.name])) as graph:
        yield graph, heard


def test_what_is_written_together_is_what_one_after_the_other_would_be(
    store: GraphStore, new_store: Stores, ask: Ask
) -> None:
    assert told(store, small_cloud()) == {
        "keystone/environment": "complete: 1 created; links: 1 created",
        "nova/One": "complete: 2 created; links: 2 pending",
        "neutron/One": "complete: 2 created; links: 2 created",
        "ssh/cmp1": "complete: 2 created; links: 3 created, 1 pending",
        "ssh/cmp2": "complete: 2 created; links: 2 created, 1 pending",
    }
    store.resolve_pending()
    together = state(ask)
    new_store().remove_environment_objects()
    alone = new_store()
    for one in small_cloud(minute=1):
        alone.write(one)
    alone.resolve_pending()
    assert state(ask) == together
    assert {one.scope.key: one.objects for one in store.scopes()} == {one.scope.key: 2 for one in small_cloud()} | {
        "keystone/environment": 1
    }


def test_nothing_changed_is_one_statement_for_all(
    store: GraphStore, counted: tuple[Graph, Counter[str]], environment: str, ask: Ask
) -> None:
    told(store, small_cloud())
    before = fingerprint(ask)
    graph, heard = counted
    again = GraphStore(graph, environment)
    assert set(told(again, small_cloud(minute=1)).values()) == {"complete: 1 unchanged", "complete: 2 unchanged"}
    assert heard == {"schema_constraints": 1, "lease_there": 1, "scopes_unchanged": 1}
    assert fingerprint(ask) == before
    assert {one.completed_at for one in store.scopes()} == {at(1)}


def test_one_host_that_changed_is_written_and_the_others_are_stamped(store: GraphStore, ask: Ask) -> None:
    told(store, small_cloud())
    assert told(store, small_cloud(minute=1, mtu=9000))["ssh/cmp1"] == "complete: 1 updated, 1 unchanged"
    assert node_of(ask, "cmp1:vconnector:qbr1")["mtu"] == 9000
    assert {one.completed_at for one in store.scopes()} == {at(1)}


def test_what_one_host_no_longer_has_is_removed_from_it_alone(store: GraphStore, ask: Ask) -> None:
    told(store, small_cloud())
    lacking = [*small_cloud(minute=1)[:3], reading(CMP1, minute=1), small_cloud(minute=1)[4]]
    assert told(store, lacking)["ssh/cmp1"] == "complete: 2 removed"
    assert {id for id in ids_of(ask) if id.startswith("cmp")} == {"cmp2:vconnector:qbr2", "cmp2:vnic:tap2"}


def test_a_reading_that_comes_too_late_leaves_the_others_alone(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    new_store().write(reading(CMP1, bridge("newer"), minute=9))
    results = told(store, small_cloud())
    assert {key for key, what in results.items() if what == "late"} == {"ssh/cmp1"}
    assert ids_of(ask) >= {"i1", "net", "cmp1:vconnector:newer", "cmp2:vconnector:qbr2"}
    assert "cmp1:vconnector:qbr1" not in ids_of(ask)


def test_partial_and_failed_readings_remove_nothing_among_complete_ones(store: GraphStore, ask: Ask) -> None:
    told(store, small_cloud())
    before = ids_of(ask)
    some = [
        reading(NOVA, instance("i1", flavor="m2"), minute=1, outcome=PARTIAL),
        reading(CMP1, minute=1, outcome=FAILED),
        small_cloud(minute=1)[4],
    ]
    assert told(store, some) == {
        "nova/One": "partial: 1 updated",
        "ssh/cmp1": "failed: nothing there",
        "ssh/cmp2": "complete: 2 unchanged",
    }
    assert ids_of(ask) == before


def test_an_object_that_two_hosts_speak_of_belongs_to_the_later(store: GraphStore, ask: Ask) -> None:
    shared = [reading(CMP1, bridge("br", mtu=1)), reading(CMP2, bridge("br", mtu=2)), reading(CMP1, minute=1)]
    assert [found.split(": ")[0] for found in told(store, shared).values()] == ["complete", "complete"]
    assert (node_of(ask, "cmp1:vconnector:br")["scope"], node_of(ask, "cmp1:vconnector:br")["mtu"]) == ("ssh/cmp2", 2)


@pytest.mark.parametrize("batch_size", [2, 3, 7])
def test_a_large_scope_among_small_ones_is_written_in_its_turn(new_store: Stores, ask: Ask, batch_size: int) -> None:
    ports = [network("net"), *(port(f"p{number}") for number in range(20))]
    writes = [*small_cloud()[:2], reading(NEUTRON, *ports), *small_cloud()[3:]]
    assert list(told(new_store(batch_size=batch_size), writes)) == [one.scope.key for one in writes]
    assert len([id for id in ids_of(ask) if id.startswith("p")]) == 20


def test_what_was_read_before_an_error_is_written(store: GraphStore, ask: Ask) -> None:
    def breaking() -> Iterator[ScopeWrite]:
        yield from small_cloud()[:2]
        raise OSError("the recording ends here")

    with pytest.raises(OSError, match="ends here"):
        list(store.write_all(breaking()))
    assert ids_of(ask) == {"shop", "i1", "i2"}


def test_a_scan_that_is_stopped_asks_for_no_more(new_store: Stores) -> None:
    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    with pytest.raises(Enough):
        list(new_store(stop=stop).write_all(small_cloud()))
