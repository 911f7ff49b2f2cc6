"""A dry run prints the change set of a scan, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.link_types import PROJECT_INSTANCE
from graph_schema.object_types import INSTANCE
from graph_schema.records import COMPLETE
from tests.store.writing import (
    CMP1,
    FAILED,
    KEYSTONE,
    NEUTRON,
    NOVA,
    Ask,
    bridge,
    fingerprint,
    in_bridge,
    instance,
    network,
    port,
    project,
    reading,
    vnic,
)
from topology.store import (
    AttributeCounts,
    Change,
    Entry,
    GraphStore,
    LinkCounts,
    ObjectCounts,
    ScopeChanges,
    ScopeWrite,
)

Stores = Callable[..., GraphStore]


def owned(id: str, project_id: str, **values: Any) -> Entry:
    record = instance(id, **values)
    return Entry(record, (PROJECT_INSTANCE.link(project_id, record),))


BEFORE = [
    reading(KEYSTONE, project("shop"), project("bank")),
    reading(NOVA, owned("i1", "shop"), owned("i2", "shop"), owned("i3", "shop")),
    reading(NEUTRON, network("net"), attributes=[INSTANCE.attributes("neutron", "i1", networks=["net"])]),
]
AFTER = [
    reading(KEYSTONE, project("shop"), project("bank"), project("new"), minute=1),
    reading(NOVA, owned("i1", "bank"), owned("i2", "shop", flavor="large"), owned("i4", "new"), minute=1),
    reading(
        NEUTRON,
        port("p1"),
        network("net"),
        minute=1,
        attributes=[INSTANCE.attributes("neutron", id, networks=["net"]) for id in ("i4", "i5")],
    ),
    reading(CMP1, bridge("qbr1"), vnic("tap1", "i4", in_bridge("tap1", "qbr1")), minute=1),
]


def counted(changes: ScopeChanges) -> tuple[object, ...]:
    return changes.objects, changes.links, changes.attributes, changes.outcome, changes.problems


def test_a_dry_run_tells_what_the_scan_then_does(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    for one in BEFORE:
        store.write(one)
    before = fingerprint(ask)
    dry = new_store()
    foreseen = [dry.write(one, dry_run=True) for one in AFTER]
    assert fingerprint(ask) == before
    real = new_store()
    assert [counted(changes) for changes in foreseen] == [counted(real.write(one)) for one in AFTER]


def test_a_dry_run_counts_by_type_and_names_what_would_change(store: GraphStore, new_store: Stores) -> None:
    for one in BEFORE:
        store.write(one)
    dry = new_store()
    dry.write(AFTER[0], dry_run=True)
    nova = dry.write(AFTER[1], dry_run=True)
    assert nova.objects == {"instance": ObjectCounts(created=1, updated=1, unchanged=1, removed=1)}
    assert nova.links == {
        "project-instance": LinkCounts(created=2, removed=1),
        "CONTAINS": LinkCounts(pending=1),
    }
    assert set(nova.listed) == {
        Change("create", "instance", "i4", "i4"),
        Change("update", "instance", "i2", "i2"),
        Change("remove", "instance", "i3", "i3"),
    }
    neutron = dry.write(AFTER[2], dry_run=True)
    assert neutron.attributes == {"instance (neutron)": AttributeCounts(updated=1, cleared=1, missing=1)}


def test_a_dry_run_of_the_first_scan_needs_nothing_in_the_graph(new_store: Stores, ask: Ask) -> None:
    changes = new_store().write(AFTER[3], dry_run=True)
    assert changes.total("created") == 2
    assert changes.links["vnic-vconnector"] == LinkCounts(created=1)
    assert ask("MATCH (n) WHERE n.environment = $environment RETURN n") == []


def test_a_dry_run_tells_what_would_be_held_back_and_asks_the_witness(store: GraphStore, new_store: Stores) -> None:
    store.write(reading(NOVA, *(instance(f"i{n}") for n in range(30))))
    held = new_store().write(reading(NOVA, minute=1), dry_run=True)
    assert held.objects == {"instance": ObjectCounts(held_back=30)}
    assert held.outcome.status == "partial"
    assert {change.kind for change in held.listed} == {"hold back"}
    taken = new_store().write(reading(NOVA, minute=1), dry_run=True, accept_removals=True)
    assert (taken.objects, taken.outcome) == ({"instance": ObjectCounts(removed=30)}, COMPLETE)


def test_a_dry_run_says_nothing_of_what_could_not_be_read(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    store.write(BEFORE[1])
    changes = new_store().write(reading(NOVA, minute=1, outcome=FAILED), dry_run=True)
    assert (changes.changed, changes.outcome) == (False, FAILED)
    assert store.scopes()[0].outcome == "complete"


def test_the_listing_is_bounded_and_the_rest_is_counted(new_store: Stores) -> None:
    changes = new_store().write(reading(NOVA, *(instance(f"i{n}") for n in range(9))), dry_run=True, listing=4)
    assert (len(changes.listed), changes.unlisted) == (4, 5)
    assert changes.lines()[-1] == "  and 5 more"


def test_a_real_write_lists_on_request_only(store: GraphStore) -> None:
    assert store.write(reading(NOVA, instance("i1"))).listed == ()
    changes = store.write(reading(NOVA, instance("i2", name="web"), minute=1), listing=10)
    assert [str(change) for change in changes.listed] == ["create instance i2 (web)", "remove instance i1"]


def test_a_change_set_is_printed_by_type(store: GraphStore) -> None:
    store.write(BEFORE[0])
    changes = store.write(BEFORE[1])
    assert changes.summary() == "3 created; links: 3 created, 3 pending"
    assert changes.lines() == [
        "instance: 3 created",
        "CONTAINS: 3 pending",
        "project-instance: 3 created",
    ]
    assert changes.as_json()["objects"]["instance"]["created"] == 3
    assert store.write(reading(NEUTRON)).summary() == "nothing there"


def test_a_reading_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        ScopeWrite(NOVA, reading(NOVA).observed_at.replace(tzinfo=None), COMPLETE)
