"""Objects: written where they differ, with what they say and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from graph_schema.object_types import INSTANCE
from graph_schema.records import Outcome, Problem
from tests.store.writing import (
    FAILED,
    KEYSTONE,
    NEUTRON,
    NOVA,
    PARTIAL,
    Ask,
    at,
    fingerprint,
    ids_of,
    instance,
    network,
    node_of,
    objects_of,
    port,
    project,
    reading,
)
from topology.errors import Superseded
from topology.store import Entry, GraphStore, ObjectCounts

Stores = Callable[..., GraphStore]


def test_an_object_is_a_node_with_two_labels_and_what_its_owner_says(store: GraphStore, ask: Ask) -> None:
    said = instance("i1", name="web", flavor="small", project_id="shop", details={"metadata": {"tier": "front"}})
    changes = store.write(reading(NOVA, said))
    node = node_of(ask, "i1")
    assert node["labels"] == {"Object", "Instance"}
    assert {key: node[key] for key in ("type", "name", "host", "flavor", "project_id", "scope", "parent_id")} == {
        "type": "instance", "name": "web", "host": "cmp1", "flavor": "small", "project_id": "shop",
        "scope": "nova/One", "parent_id": "cmp1",
    }  # fmt: skip
    assert node["details"] == '{"metadata":{"tier":"front"}}'
    assert node["first_seen"] == node["last_changed"]
    assert node["first_seen"].utcoffset() == timedelta(0)
    assert changes.objects == {"instance": ObjectCounts(created=1)}
    assert changes.changed


def test_an_unchanged_rescan_writes_no_object_and_no_link(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    cloud = (network("net"), port("p1"), port("p2", mac_address="fa:16:3e:00:00:01"))
    store.write(reading(NEUTRON, *cloud))
    store.resolve_pending()
    before = fingerprint(ask)
    changes = new_store().write(reading(NEUTRON, *cloud, minute=1))
    assert not changes.changed
    assert changes.total("unchanged") == 3
    assert fingerprint(ask) == before
    assert store.scopes()[0].completed_at == at(1)


def test_what_a_complete_reading_remarks_is_told_also_when_nothing_changed(store: GraphStore) -> None:
    store.write(reading(NEUTRON, network("net")))
    remark = Problem("neutron API", "refused.", "Check it; the database stood in.")
    outcome = Outcome("complete", (remark,))
    changes = store.write(reading(NEUTRON, network("net"), minute=1, outcome=outcome))
    assert (changes.changed, changes.outcome) == (False, outcome)
    assert store.scopes()[0].problems == (str(remark),)


def test_an_unchanged_rescan_in_many_batches_writes_nothing_either(
    store: GraphStore, new_store: Stores, ask: Ask
) -> None:
    cloud = [network("net"), *(port(f"p{number}") for number in range(7))]
    store.write(reading(NEUTRON, *cloud))
    before = fingerprint(ask)
    changes = new_store(batch_size=3).write(reading(NEUTRON, *reversed(cloud), minute=1))
    assert changes.objects == {"network": ObjectCounts(unchanged=1), "port": ObjectCounts(unchanged=7)}
    assert fingerprint(ask) == before


def test_what_changed_is_written_and_what_vanished_is_removed_from_the_node(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1", flavor="small", zone="nova")))
    first = node_of(ask, "i1")
    changes = store.write(reading(NOVA, instance("i1", flavor="large"), minute=1))
    node = node_of(ask, "i1")
    assert changes.objects == {"instance": ObjectCounts(updated=1)}
    assert (node["flavor"], "zone" in node) == ("large", False)
    assert node["first_seen"] == first["first_seen"]
    assert node["last_changed"] > first["last_changed"]


def test_health_and_annotations_are_not_the_scans_to_touch(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1", flavor="small")))
    ask("MATCH (o:Object {environment: $environment, id: 'i1'}) SET o.status = 'error', o.alias = 'till', o.note = 'n'")
    store.write(reading(NOVA, instance("i1", flavor="large"), minute=1))
    node = node_of(ask, "i1")
    assert (node["status"], node["alias"], node["note"], node["flavor"]) == ("error", "till", "n", "large")


def test_annotations_come_back_with_the_object(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1"), instance("i2")))
    ask("MATCH (o:Object {environment: $environment, id: 'i1'}) SET o.alias = 'till', o.service = 'pay'")
    store.write(reading(NOVA, instance("i2"), minute=1))
    assert ids_of(ask) == {"i2"}
    store.write(reading(NOVA, instance("i1"), instance("i2"), minute=2))
    node = node_of(ask, "i1")
    assert (node["alias"], node["service"]) == ("till", "pay")
    assert not ask("MATCH (a:Annotation) WHERE a.environment = $environment RETURN a")


def test_a_partial_reading_adds_and_changes_and_removes_nothing(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1"), instance("i2")))
    store.write(reading(NOVA, instance("i2", flavor="large"), instance("i3"), minute=1, outcome=PARTIAL))
    assert ids_of(ask) == {"i1", "i2", "i3"}
    assert node_of(ask, "i2")["flavor"] == "large"
    state = store.scopes()[0]
    assert (state.outcome, state.completed_at, state.observed_at) == ("partial", at(0), at(1))
    assert state.problems == ("nova: half an answer Scan again.",)


def test_a_failed_reading_changes_only_the_scope(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1")))
    before = fingerprint(ask)
    changes = store.write(reading(NOVA, minute=1, outcome=FAILED))
    assert fingerprint(ask) == before
    assert (changes.changed, changes.outcome) == (False, FAILED)
    state = store.scopes()[0]
    assert (state.outcome, state.completed_at, state.observed_at) == ("failed", at(0), at(1))


def test_a_complete_reading_removes_only_what_its_scope_owns(store: GraphStore, ask: Ask) -> None:
    store.write(reading(KEYSTONE, project("shop")))
    store.write(reading(NOVA, instance("i1"), instance("i2")))
    changes = store.write(reading(NOVA, instance("i2"), minute=1))
    assert objects_of(ask) == {("project", "shop", "shop"), ("instance", "i2", "i2")}
    assert changes.objects == {"instance": ObjectCounts(unchanged=1, removed=1)}


def test_an_empty_complete_reading_empties_its_scope(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1")))
    assert store.write(reading(NOVA, minute=1)).total("removed") == 1
    assert ids_of(ask) == set()
    assert store.scopes()[0].objects == 0


def test_an_object_that_moves_to_another_scope_is_taken_over(store: GraphStore, ask: Ask) -> None:
    from graph_schema.records import Scope

    store.write(reading(NOVA, instance("i1")))
    taken = store.write(reading(Scope("nova", "Two"), instance("i1"), minute=1))
    assert taken.objects == {"instance": ObjectCounts(updated=1)}
    store.write(reading(NOVA, minute=2))
    assert ids_of(ask) == {"i1"}
    assert node_of(ask, "i1")["scope"] == "nova/Two"


def test_an_id_said_twice_is_written_once_and_told(store: GraphStore, ask: Ask) -> None:
    changes = store.write(reading(NOVA, instance("i1", name="first"), instance("i1", name="second")))
    assert objects_of(ask) == {("instance", "i1", "first")}
    assert [problem.where for problem in changes.problems] == ["instance i1"]


def test_an_id_of_another_type_is_told_and_not_overwritten(store: GraphStore, ask: Ask) -> None:
    store.write(reading(KEYSTONE, project("same")))
    changes = store.write(reading(NOVA, instance("same")))
    assert objects_of(ask) == {("project", "same", "same")}
    assert changes.objects == {"instance": ObjectCounts(skipped=1)}
    assert [problem.where for problem in changes.problems] == ["instance same"]


def test_an_older_reading_is_refused_and_writes_nothing(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1", flavor="new"), minute=5))
    before = fingerprint(ask)
    with pytest.raises(Superseded, match="nova/One"):
        store.write(reading(NOVA, instance("i1", flavor="old"), minute=4))
    with pytest.raises(Superseded):
        store.write(reading(NOVA, instance("i1", flavor="new"), minute=4))
    assert fingerprint(ask) == before
    assert store.scopes()[0].observed_at == at(5)


def test_a_newer_reading_fences_off_one_that_is_still_being_written(
    store: GraphStore, new_store: Stores, ask: Ask
) -> None:
    def slow() -> list[Entry]:
        return [Entry(instance(f"i{number}")) for number in range(6)]

    def stop() -> None:
        """Between two batches of the older reading the newer one comes, whole."""
        if "i3" in ids_of(ask) and not ask(
            "MATCH (s:Scope {environment: $environment}) WHERE s.observed_at IS NOT NULL RETURN s"
        ):
            store.write(reading(NOVA, instance("i0"), instance("i9"), minute=1))

    older = new_store(batch_size=2, stop=stop)
    with pytest.raises(Superseded, match="newer reading"):
        older.write(reading(NOVA, *slow(), minute=0))
    assert ids_of(ask) == {"i0", "i9"}


def test_what_an_event_has_said_since_is_neither_overwritten_nor_removed(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NOVA, instance("i1", flavor="old"), instance("i2", flavor="old")))
    ask(
        "MATCH (o:Object {environment: $environment}) WHERE o.id IN ['i1', 'i2'] "
        "SET o.said_at = $said, o.flavor = 'event', o.hash = 'event'",
        said=at(10),
    )
    changes = store.write(reading(NOVA, instance("i1", flavor="read"), minute=5))
    assert {id: node_of(ask, id)["flavor"] for id in ("i1", "i2")} == {"i1": "event", "i2": "event"}
    assert changes.objects == {"instance": ObjectCounts(skipped=1)}
    store.write(reading(NOVA, instance("i1", flavor="read"), minute=11))
    assert ids_of(ask) == {"i1"}
    assert node_of(ask, "i1")["flavor"] == "read"


def test_what_an_event_has_said_is_gone_does_not_come_back_from_an_older_reading(store: GraphStore, ask: Ask) -> None:
    ask("CREATE (:Tombstone {environment: $environment, id: 'i1', said_at: $said})", said=at(10))
    store.write(reading(NOVA, instance("i1"), instance("i2"), minute=5))
    assert ids_of(ask) == {"i2"}
    store.write(reading(NOVA, instance("i1"), instance("i2"), minute=11))
    assert ids_of(ask) == {"i1", "i2"}


def test_the_scope_counts_what_it_owns(store: GraphStore) -> None:
    store.write(reading(NOVA, instance("i1"), instance("i2")))
    assert store.scopes()[0].objects == 2
    store.write(reading(NOVA, instance("i2"), instance("i3"), instance("i4"), minute=1))
    assert store.scopes()[0].objects == 3


def test_what_was_written_comes_back_as_it_was_said(store: GraphStore) -> None:
    said = [
        instance("i1", name="web", flavor="small", details={"metadata": {"a": [1, {"b": None}]}}),
        network("net", cidrs=["10.0.0.0/24", "fd00::/64"], segmentation_id=7, external=False, mtu=1500),
    ]
    store.write(reading(NOVA, *said))
    assert sorted(store.load(["instance", "network"], scope=NOVA), key=lambda r: r.id) == said


def test_loading_leaves_out_scopes_that_were_read(store: GraphStore) -> None:
    store.write(reading(NOVA, instance("i1")))
    store.write(reading(NEUTRON, network("net"), port("p1")))
    assert [record.id for record in store.load(["instance", "port"], excluding={NEUTRON})] == ["i1"]
    assert {record.id for record in store.load(["instance", "port"])} == {"i1", "p1"}


def test_attributes_of_others_come_back_with_the_object_and_do_not_make_it_look_changed(store: GraphStore) -> None:
    store.write(reading(NOVA, instance("i1", flavor="small")))
    store.write(reading(NEUTRON, attributes=[INSTANCE.attributes("neutron", "i1", networks=["net"])]))
    [loaded] = store.load(["instance"])
    assert loaded.get("networks") == ["net"]
    assert not store.write(reading(NOVA, loaded, minute=1)).changed
