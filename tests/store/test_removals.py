"""Removals: only by a complete reading, only where they can be believed, and never a hole for readers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from graph_schema.object_types import INSTANCE
from graph_schema.records import COMPLETE, Scope
from tests.store.writing import (
    CMP1,
    CMP2,
    FAILED,
    KEYSTONE,
    NEUTRON,
    NOVA,
    OPENSTACK,
    PARTIAL,
    Ask,
    at,
    bridge,
    host,
    ids_of,
    in_bridge,
    instance,
    network,
    node_of,
    pending_of,
    port,
    project,
    reading,
    vnic,
)
from topology.store import Entry, GraphStore, ObjectCounts, ScopeWrite, Witness

Stores = Callable[..., GraphStore]


def many(number: int, first: int = 0) -> list[Entry]:
    return [Entry(instance(f"i{n}")) for n in range(first, first + number)]


def answers(**by_id: bool | None) -> Witness:
    return lambda _, id: by_id.get(id, False)


def test_a_mass_removal_is_held_back_and_says_how_to_accept_it(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(30)))
    changes = store.write(reading(NOVA, *many(5), minute=1))
    assert len(ids_of(ask)) == 30
    assert changes.objects == {"instance": ObjectCounts(unchanged=5, held_back=25)}
    assert changes.outcome.status == "partial"
    assert "\n".join(map(str, changes.problems)) == (
        "nova/One: instance: 25 of 30 are no longer listed; so many at once are held back. "
        "If they are really gone, scan again with accept_removals."
    )
    state = store.scopes()[0]
    assert (state.outcome, state.completed_at, state.objects) == ("partial", at(0), 30)


def test_an_accepted_mass_removal_is_done(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(30)))
    changes = store.write(reading(NOVA, *many(5), minute=1), accept_removals=True)
    assert len(ids_of(ask)) == 5
    assert changes.outcome == COMPLETE


@pytest.mark.parametrize(("left", "removed"), [(10, 20), (9, 0)])
def test_up_to_the_floor_nothing_is_held_back(store: GraphStore, ask: Ask, left: int, removed: int) -> None:
    store.write(reading(NOVA, *many(30)))
    store.write(reading(NOVA, *many(left), minute=1))
    assert len(ids_of(ask)) == 30 - removed


@pytest.mark.parametrize(("left", "removed"), [(70, 30), (69, 0)])
def test_up_to_the_share_nothing_is_held_back(store: GraphStore, ask: Ask, left: int, removed: int) -> None:
    store.write(reading(NOVA, *many(100)))
    store.write(reading(NOVA, *many(left), minute=1))
    assert len(ids_of(ask)) == 100 - removed


def test_new_objects_do_not_hide_that_most_of_the_old_ones_vanish(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(30)))
    changes = store.write(reading(NOVA, *many(200, first=100), minute=1))
    assert changes.objects == {"instance": ObjectCounts(created=200, held_back=30)}
    assert len(ids_of(ask)) == 230


def test_one_type_is_held_back_and_another_goes(store: GraphStore, ask: Ask) -> None:
    ports = [port(f"p{n}") for n in range(30)]
    store.write(reading(NEUTRON, network("net"), network("old"), *ports))
    changes = store.write(reading(NEUTRON, network("net"), minute=1))
    assert "old" not in ids_of(ask)
    assert changes.objects["port"] == ObjectCounts(held_back=30)
    assert changes.outcome.status == "partial"


def test_what_a_listing_lacks_and_yet_answers_is_not_removed(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(3)))
    changes = store.write(reading(NOVA, *many(1), minute=1), witness=answers(i2=True))
    assert ids_of(ask) == {"i0", "i1", "i2"}
    assert changes.objects == {"instance": ObjectCounts(unchanged=1, held_back=2)}
    assert "the listing lacks i2, yet it answers" in str(changes.problems[0])
    assert store.scopes()[0].outcome == "partial"


def test_a_witness_is_believed_even_where_removals_are_accepted(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(3)))
    store.write(reading(NOVA, minute=1), witness=answers(i2=True), accept_removals=True)
    assert len(ids_of(ask)) == 3


def test_at_most_three_are_asked_for(store: GraphStore) -> None:
    asked: list[tuple[str, str]] = []

    def witness(type: str, id: str) -> bool:
        asked.append((type, id))
        return False

    store.write(reading(NEUTRON, network("net"), *(port(f"p{n}") for n in range(9))))
    store.write(reading(NEUTRON, minute=1), witness=witness)
    assert sorted(type for type, _ in asked) == ["network", "port", "port", "port"]


def test_what_is_gone_when_asked_for_is_removed(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(3)))
    store.write(reading(NOVA, minute=1), witness=answers())
    assert ids_of(ask) == set()


def test_an_empty_listing_is_not_believed_while_nobody_can_be_asked(store: GraphStore, ask: Ask) -> None:
    def silent(type: str, id: str) -> None:
        return None

    store.write(reading(NOVA, *many(3)))
    changes = store.write(reading(NOVA, minute=1), witness=silent)
    assert len(ids_of(ask)) == 3
    assert "cannot be asked" in str(changes.problems[0])
    # One that is listed shows that the listing works.
    store.write(reading(NOVA, *many(1), minute=2), witness=silent)
    assert ids_of(ask) == {"i0"}
    store.write(reading(NOVA, minute=3), witness=silent, accept_removals=True)
    assert ids_of(ask) == set()


def test_a_host_without_a_witness_may_lose_its_last_interface(store: GraphStore, ask: Ask) -> None:
    store.write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i1", in_bridge("tap1", "qbr1"))))
    store.write(reading(CMP1, minute=1))
    assert ids_of(ask) == set()


def test_attributes_are_taken_back_when_they_are_said_no_longer(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1"), instance("i2")))
    said = [INSTANCE.attributes("neutron", id, networks=["net"]) for id in ("i1", "i2")]
    store.write(reading(NEUTRON, network("net"), attributes=said))
    changes = store.write(reading(NEUTRON, network("net"), attributes=said[:1], minute=1))
    assert {id: node_of(ask, id).get("networks") for id in ("i1", "i2")} == {"i1": ["net"], "i2": None}
    assert changes.attributes["instance (neutron)"].cleared == 1
    assert not {"neutron_hash", "neutron_scope"} & node_of(ask, "i2").keys()


def test_attributes_stay_where_a_reading_is_partial_or_something_is_held_back(store: GraphStore, ask: Ask) -> None:
    ports = [port(f"p{n}") for n in range(30)]
    store.write(reading(NOVA, instance("i1")))
    store.write(reading(NEUTRON, *ports, attributes=[INSTANCE.attributes("neutron", "i1", networks=["net"])]))
    store.write(reading(NEUTRON, *ports, minute=1, outcome=PARTIAL))
    store.write(reading(NEUTRON, minute=2))
    assert node_of(ask, "i1")["networks"] == ["net"]


def test_many_attributes_at_once_are_not_taken_back_unasked(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, *many(30)))
    said = [INSTANCE.attributes("neutron", f"i{n}", networks=["net"]) for n in range(30)]
    store.write(reading(NEUTRON, network("net"), attributes=said))
    changes = store.write(reading(NEUTRON, network("net"), minute=1))
    assert node_of(ask, "i7")["networks"] == ["net"]
    assert "attributes of instance (neutron): 30 of 30" in str(changes.problems[0])
    store.write(reading(NEUTRON, network("net"), minute=2), accept_removals=True)
    assert "networks" not in node_of(ask, "i7")


def test_attributes_return_with_their_object(store: GraphStore, ask: Ask) -> None:
    said = [INSTANCE.attributes("neutron", "i1", networks=["net"])]
    store.write(reading(NOVA, instance("i1")))
    store.write(reading(NEUTRON, network("net"), attributes=said))
    store.write(reading(NOVA, minute=1))
    changes = store.write(reading(NEUTRON, network("net"), attributes=said, minute=2))
    assert changes.attributes["instance (neutron)"].missing == 1
    store.write(reading(NOVA, instance("i1"), minute=3))
    store.write(reading(NEUTRON, network("net"), attributes=said, minute=4))
    assert node_of(ask, "i1")["networks"] == ["net"]


def test_what_a_host_owned_goes_when_the_cloud_no_longer_knows_the_host(store: GraphStore, ask: Ask) -> None:
    store.write(reading(OPENSTACK, host("cmp1"), host("cmp2")))
    store.write(reading(CMP1, bridge("qbr1")))
    store.write(reading(CMP2, bridge("qbr1", host="cmp2")))
    assert store.orphaned_scopes() == []
    store.write(reading(OPENSTACK, host("cmp1"), minute=1))
    assert store.orphaned_scopes() == [CMP2]
    assert store.remove_scope(CMP2).objects == {"vconnector": ObjectCounts(removed=1)}
    assert ids_of(ask) == {"cmp1", "cmp1:vconnector:qbr1"}
    assert [state.scope for state in store.scopes()] == [OPENSTACK, CMP1]


def test_a_host_is_no_orphan_while_the_hosts_were_not_read_completely(store: GraphStore) -> None:
    store.write(reading(CMP1, bridge("qbr1")))
    assert store.orphaned_scopes() == []
    store.write(reading(OPENSTACK, host("cmp2"), outcome=PARTIAL))
    assert store.orphaned_scopes() == []


def test_the_removal_of_a_scope_is_guarded_too(store: GraphStore, ask: Ask) -> None:
    store.write(reading(CMP1, *(bridge(f"qbr{n}") for n in range(30))))
    changes = store.remove_scope(CMP1)
    assert (changes.outcome.status, len(ids_of(ask)), len(store.scopes())) == ("partial", 30, 1)
    assert store.remove_scope(CMP1, accept_removals=True).outcome == COMPLETE
    assert (ids_of(ask), store.scopes()) == (set(), [])


def test_clear_removes_what_the_new_scan_did_not_confirm(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    old, gone = Scope("ssh", "old"), Scope("nova", "Gone")
    store.write(reading(KEYSTONE, project("shop")))
    store.write(reading(NOVA, instance("i1"), instance("i2")))
    store.write(reading(NEUTRON, network("net"), port("p1"), port("p2")))
    store.write(reading(old, bridge("qbr1", host="old")))
    store.write(reading(gone, instance("i9")))
    ask("MATCH (o:Object {environment: $environment, id: 'i9'}) SET o.alias = 'till'")
    scan = new_store()
    scan.write(reading(KEYSTONE, project("shop"), minute=10))
    scan.write(reading(NOVA, instance("i1"), minute=10, outcome=PARTIAL))
    scan.write(reading(NEUTRON, network("net"), port("p1"), minute=10))
    scan.write(reading(gone, minute=10, outcome=FAILED))
    assert scan.remove_unconfirmed(at(9)) == 3
    assert ids_of(ask) == {"shop", "i1", "net", "p1"}
    assert [state.scope for state in scan.scopes()] == [KEYSTONE, NEUTRON, gone, NOVA]
    scan.write(ScopeWrite(gone, datetime.now(UTC), COMPLETE, [Entry(instance("i9"))]))
    assert node_of(ask, "i9")["alias"] == "till"


def test_clear_removes_what_was_held_back_but_not_what_answered(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    store.write(reading(NEUTRON, network("net"), network("odd"), *(port(f"p{n}") for n in range(30))))
    scan = new_store()
    scan.write(reading(KEYSTONE, project("shop"), minute=10))
    scan.write(reading(NEUTRON, network("net"), port("p0"), minute=10), witness=answers(odd=True))
    assert len(ids_of(ask)) == 33
    scan.remove_unconfirmed(at(9))
    assert ids_of(ask) == {"shop", "net", "odd", "p0"}


def test_clear_removes_nothing_when_no_scope_could_be_read(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1")))
    scan = new_store()
    scan.write(reading(NOVA, minute=10, outcome=FAILED))
    assert scan.remove_unconfirmed(at(9)) == 0
    assert ids_of(ask) == {"i1"}


def test_clear_keeps_what_it_is_told_to_keep(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    store.write(reading(CMP1, bridge("qbr1")))
    store.write(reading(CMP2, bridge("qbr2", host="cmp2")))
    scan = new_store()
    scan.write(reading(KEYSTONE, project("shop"), minute=10))
    scan.remove_unconfirmed(at(9), keep={CMP1})
    assert ids_of(ask) == {"shop", "cmp1:vconnector:qbr1"}


def test_a_purge_leaves_nothing_but_the_lease(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    store.write(reading(NEUTRON, network("net"), *(port(f"p{n}") for n in range(9))))
    store.write(reading(CMP1, vnic("tap1", "i1")))
    ask(
        "CREATE (:Tombstone {environment: $environment, id: 'x'}),"
        " (:Annotation {environment: $environment, object_id: 'y'})"
    )
    assert new_store(batch_size=4).remove_environment_objects() == 11
    assert ask("MATCH (n) WHERE n.environment = $environment RETURN DISTINCT labels(n) AS labels") == [
        {"labels": ["Lease"]}
    ]


def test_readers_never_miss_what_was_there_all_the_time(new_store: Stores, ask: Ask) -> None:
    """One writer moves everything to and fro; a reader looks at the objects and links that always exist."""

    def cloud(turn: int) -> list[Entry]:
        bridges = [Entry(bridge(f"qbr{n}", mtu=1400 + turn)) for n in range(20)]
        moving = f"qbr{turn % 20}"
        steady = [vnic(f"tap{n}", "i1", in_bridge(f"tap{n}", f"qbr{n}", weight=float(turn))) for n in range(20)]
        return [*bridges, *steady, vnic("moving", "i1", in_bridge("moving", moving)), Entry(bridge(f"new{turn}"))]

    store = new_store(batch_size=7)
    store.write(reading(NOVA, instance("i1")))
    store.write(reading(CMP1, *cloud(0)))
    always = {f"cmp1:vnic:tap{n}" for n in range(20)}
    stopped, misses, looks = threading.Event(), [], 0

    def look() -> None:
        nonlocal looks
        while not stopped.is_set():
            rows = ask(
                "MATCH (i:Object {environment: $environment, id: 'i1'})-[:CONTAINS]->(v:Vnic)"
                "-[:VNIC_VCONNECTOR]->(b) RETURN v.id AS vnic, b.id AS bridge"
            )
            looks += 1
            seen = {row["vnic"] for row in rows}
            if not always | {"cmp1:vnic:moving"} <= seen:
                misses.append(sorted((always | {"cmp1:vnic:moving"}) - seen))

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(1, 9):
        store.write(reading(CMP1, *cloud(turn), minute=turn))
    stopped.set()
    reader.join()
    assert looks > 5
    assert misses == []


def test_a_region_that_is_removed_keeps_what_other_scopes_say_waiting(store: GraphStore, ask: Ask) -> None:
    store.write(reading(KEYSTONE, project("shop")))
    store.write(reading(NEUTRON, network("net"), port("p1")))
    store.write(reading(KEYSTONE, minute=1))
    assert pending_of(ask) == {("CONTAINS", "shop", "net")}
