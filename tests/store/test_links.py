"""Links: written with their anchors, swapped where they exclude each other, kept waiting where an end is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph_schema.link_types import PORT_VNIC, ROUTER_PORT, SECURITY_GROUP_PORT
from graph_schema.object_types import SECURITY_GROUP
from graph_schema.records import Ref
from tests.store.writing import (
    CMP1,
    KEYSTONE,
    NEUTRON,
    NOVA,
    PARTIAL,
    Ask,
    bridge,
    fingerprint,
    ids_of,
    in_bridge,
    instance,
    link_of,
    links_of,
    network,
    node_of,
    parents_of,
    pending_of,
    port,
    project,
    reading,
    router,
    vnic,
)
from topology.store import Entry, GraphStore, LinkCounts

Stores = Callable[..., GraphStore]


def interface(port_id: str, *routers: str) -> Entry:
    """A port that is an interface of routers (a port of two is a contradiction)."""
    record = port(port_id)
    return Entry(record, tuple(ROUTER_PORT.link(one, record) for one in routers))


def test_links_go_from_source_to_target_and_carry_what_they_say(store: GraphStore, ask: Ask) -> None:
    link = in_bridge("tap1", "qbr1", state="down", networks=["b", "a"], name="n", weight=2.0)
    changes = store.write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i1", link)))
    assert links_of(ask) == {("VNIC_VCONNECTOR", "cmp1:vnic:tap1", "cmp1:vconnector:qbr1")}
    assert link_of(ask, "cmp1:vnic:tap1", "cmp1:vconnector:qbr1") == {
        "link_type": "vnic-vconnector", "name": "n", "state": "down", "weight": 2.0, "networks": ["a", "b"],
    }  # fmt: skip
    assert changes.links["vnic-vconnector"] == LinkCounts(created=1)


def test_a_link_that_changes_is_updated_and_keeps_its_health(store: GraphStore, ask: Ask) -> None:
    ends = ("cmp1:vnic:tap1", "cmp1:vconnector:qbr1")
    link = in_bridge("tap1", "qbr1", networks=["a"])
    store.write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i1", link)))
    ask("MATCH (:Object {environment: $environment})-[r:VNIC_VCONNECTOR]->() SET r.status = 'error'")
    down = in_bridge("tap1", "qbr1", state="down")
    changes = store.write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i1", down), minute=1))
    assert changes.links == {"vnic-vconnector": LinkCounts(updated=1)}
    assert changes.total("updated") == 0
    link_now = link_of(ask, *ends)
    assert (link_now["state"], link_now["status"], "networks" in link_now) == ("down", "error", False)


def test_a_link_that_is_said_no_longer_goes(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, router("r1"), interface("p1", "r1")))
    changes = store.write(reading(NEUTRON, router("r1"), interface("p1"), minute=1))
    assert links_of(ask) == set()
    assert changes.links == {"router-port": LinkCounts(removed=1)}


def test_an_exclusive_link_is_swapped(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, router("r1"), router("r2"), interface("p1", "r1")))
    store.write(reading(NEUTRON, router("r1"), router("r2"), interface("p1", "r2"), minute=1))
    assert links_of(ask) == {("ROUTER_PORT", "r2", "p1")}


def test_an_exclusive_link_is_swapped_by_a_partial_reading_too(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, router("r1"), router("r2"), interface("p1", "r1")))
    store.write(reading(NEUTRON, router("r1"), router("r2"), interface("p1", "r2"), minute=1, outcome=PARTIAL))
    assert links_of(ask) == {("ROUTER_PORT", "r2", "p1")}


def test_what_contradicts_an_exclusive_link_is_told_and_one_is_kept(store: GraphStore, ask: Ask) -> None:
    changes = store.write(reading(NEUTRON, router("r1"), router("r2"), interface("p1", "r2", "r1")))
    assert links_of(ask) == {("ROUTER_PORT", "r1", "p1")}
    assert [problem.where for problem in changes.problems] == ["port p1"]


def test_a_link_found_twice_is_one_that_carries_what_either_says(store: GraphStore, ask: Ask) -> None:
    twice = (in_bridge("tap1", "qbr1", networks=["a"]), in_bridge("tap1", "qbr1", networks=["b"]))
    store.write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i1", *twice)))
    assert link_of(ask, "cmp1:vnic:tap1", "cmp1:vconnector:qbr1")["networks"] == ["a", "b"]


def test_a_link_of_another_anchor_is_a_mistake_that_names_it(store: GraphStore) -> None:
    with pytest.raises(ValueError, match=r"router-port r1 → p1 is not anchored at port p2"):
        store.write(reading(NEUTRON, Entry(port("p2"), (ROUTER_PORT.link("r1", "p1"),))))


def test_a_partial_reading_adds_links_and_removes_none_and_the_next_complete_one_does(
    store: GraphStore, ask: Ask
) -> None:
    def grouped(*groups: str) -> Entry:
        record = port("p1")
        return Entry(record, tuple(SECURITY_GROUP_PORT.link(group, record) for group in groups))

    groups = [SECURITY_GROUP.record(id=id, name=id, parent=Ref("project", "shop")) for id in ("a", "b", "c")]
    store.write(reading(NEUTRON, *groups, grouped("a", "b")))
    store.write(reading(NEUTRON, *groups, grouped("a", "c"), minute=1, outcome=PARTIAL))
    assert {source for _, source, _ in links_of(ask)} == {"a", "b", "c"}
    store.write(reading(NEUTRON, *groups, grouped("a", "b"), minute=2))
    assert {source for _, source, _ in links_of(ask)} == {"a", "b"}


def test_objects_are_contained_by_one_parent_each(store: GraphStore, ask: Ask) -> None:
    store.write(reading(KEYSTONE, project("shop"), project("bank")))
    store.write(reading(NEUTRON, network("net", "shop"), port("p1")))
    assert parents_of(ask) == {("", "shop"), ("", "bank"), ("shop", "net"), ("net", "p1")}
    changes = store.write(reading(NEUTRON, network("net", "bank"), port("p1"), minute=1))
    assert parents_of(ask) == {("", "shop"), ("", "bank"), ("bank", "net"), ("net", "p1")}
    assert (node_of(ask, "net")["parent_type"], node_of(ask, "net")["parent_id"]) == ("project", "bank")
    assert changes.links == {"CONTAINS": LinkCounts(created=1, removed=1)}


def test_an_object_can_move_from_the_environment_into_an_object(store: GraphStore, ask: Ask) -> None:
    inside = instance("i1", parent=Ref("project", "shop"))
    store.write(reading(KEYSTONE, project("shop")))
    store.write(reading(NOVA, instance("i1", parent=Ref("environment", ""))))
    assert parents_of(ask) == {("", "shop"), ("", "i1")}
    store.write(reading(NOVA, inside, minute=1))
    assert parents_of(ask) == {("", "shop"), ("shop", "i1")}


def test_a_missing_end_is_kept_counted_and_joined_when_it_comes(store: GraphStore, ask: Ask) -> None:
    link = in_bridge("tap1", "qbr1", state="down", networks=["a"])
    changes = store.write(reading(CMP1, bridge("qbr1"), vnic("tap1", "i1", link)))
    waiting = {
        ("CONTAINS", "cmp1", "cmp1:vconnector:qbr1"),
        ("CONTAINS", "i1", "cmp1:vnic:tap1"),
        ("instance-vnic", "i1", "cmp1:vnic:tap1"),
    }
    assert pending_of(ask) == waiting
    assert changes.links["instance-vnic"] == LinkCounts(pending=1)
    assert store.resolve_pending() == (0, {"CONTAINS": 2, "instance-vnic": 1})
    store.write(reading(NOVA, instance("i1")))
    assert store.resolve_pending() == (2, {"CONTAINS": 2})  # both wait for the host
    assert ("INSTANCE_VNIC", "i1", "cmp1:vnic:tap1") in links_of(ask)
    assert parents_of(ask) == {("i1", "cmp1:vnic:tap1")}


def test_a_link_that_waited_carries_what_it_said(store: GraphStore, ask: Ask) -> None:
    vnic_entry = vnic("tap1", "i1", PORT_VNIC.link("p1", "cmp1:vnic:tap1", state="down", networks=["net"], name="x"))
    store.write(reading(CMP1, vnic_entry))
    store.write(reading(NEUTRON, network("net"), port("p1")))
    store.resolve_pending()
    assert link_of(ask, "p1", "cmp1:vnic:tap1") == {
        "link_type": "port-vnic", "name": "x", "state": "down", "weight": 0.0, "networks": ["net"],
    }  # fmt: skip


def test_a_waiting_link_that_is_said_no_longer_is_forgotten(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, interface("p1", "r1")))
    assert ("router-port", "r1", "p1") in pending_of(ask)
    store.write(reading(NEUTRON, interface("p1"), minute=1))
    assert pending_of(ask) == {("CONTAINS", "net", "p1")}


def test_a_link_does_not_wait_for_an_id_of_another_type(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, network("r1"), interface("p1", "r1")))
    assert links_of(ask) == set()
    assert ("router-port", "r1", "p1") in pending_of(ask)
    assert store.resolve_pending()[1]["router-port"] == 1


def test_ends_within_one_scope_meet_in_whatever_order_and_batch_they_are_said(new_store: Stores, ask: Ask) -> None:
    taps = [vnic(f"tap{number}", "i1", in_bridge(f"tap{number}", f"qbr{number}")) for number in range(5)]
    bridges = [bridge(f"qbr{number}") for number in range(5)]
    changes = new_store(batch_size=2).write(reading(CMP1, *taps, *bridges))
    assert {link[0] for link in links_of(ask)} == {"VNIC_VCONNECTOR"}
    assert changes.links["vnic-vconnector"] == LinkCounts(created=5)
    before = fingerprint(ask)
    assert not new_store(batch_size=2).write(reading(CMP1, *taps, *bridges, minute=1)).changed
    assert fingerprint(ask) == before


def test_when_an_object_goes_links_that_others_say_of_it_wait_for_its_return(store: GraphStore, ask: Ask) -> None:
    tap = vnic("tap1", "i1", in_bridge("tap1", "qbr1", networks=["a"]))
    store.write(reading(NOVA, instance("i1")))
    store.write(reading(CMP1, bridge("qbr1"), tap))
    ask("MATCH ()-[r:INSTANCE_VNIC]->(:Object {environment: $environment}) SET r.status = 'error'")
    store.write(reading(NOVA, minute=1))
    assert links_of(ask) == {("VNIC_VCONNECTOR", "cmp1:vnic:tap1", "cmp1:vconnector:qbr1")}
    assert {("CONTAINS", "i1", "cmp1:vnic:tap1"), ("instance-vnic", "i1", "cmp1:vnic:tap1")} <= pending_of(ask)
    # The host's own reading is as before: its scope has nothing to say, the graph joins what it kept.
    assert not store.write(reading(CMP1, bridge("qbr1"), tap, minute=2)).changed
    store.write(reading(NOVA, instance("i1"), minute=3))
    store.resolve_pending()
    assert ("INSTANCE_VNIC", "i1", "cmp1:vnic:tap1") in links_of(ask)
    assert ("i1", "cmp1:vnic:tap1") in parents_of(ask)


def test_waiting_links_go_with_the_object_that_says_them(store: GraphStore, ask: Ask) -> None:
    store.write(reading(CMP1, vnic("tap1", "i1")))
    assert pending_of(ask)
    store.write(reading(CMP1, minute=1))
    assert (ids_of(ask), pending_of(ask)) == (set(), set())


def test_a_host_that_is_removed_whole_leaves_nothing_waiting(store: GraphStore, ask: Ask) -> None:
    store.write(reading(CMP1, bridge("qbr1"), bridge("qbr2"), vnic("tap1", "i1", in_bridge("tap1", "qbr1"))))
    store.remove_scope(CMP1)
    assert (ids_of(ask), pending_of(ask), store.scopes()) == (set(), set(), [])


def test_links_that_are_not_known_stay_and_are_compared_when_they_are(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, router("r1"), interface("p1", "r1")))
    store.write(reading(NEUTRON, Entry(router("r1"), None), Entry(port("p1", "other", name="renamed"), None), minute=1))
    assert links_of(ask) == {("ROUTER_PORT", "r1", "p1")}
    assert node_of(ask, "p1")["parent_id"] == "other"
    before = fingerprint(ask)
    assert not store.write(
        reading(NEUTRON, Entry(router("r1"), None), Entry(port("p1", "other", name="renamed"), None), minute=2)
    ).changed
    assert fingerprint(ask) == before
    store.write(reading(NEUTRON, router("r1"), interface("p1"), minute=3))
    assert links_of(ask) == set()


def test_links_found_anew_are_written_without_touching_objects_or_freshness(store: GraphStore, ask: Ask) -> None:
    store.write(reading(NEUTRON, Entry(router("r1"), None), Entry(port("p1", name="as read"), None)))
    found = [Entry(router("r1")), Entry(port("p1", name="other"), (ROUTER_PORT.link("r1", "p1"),)), Entry(port("p9"))]
    changes = store.write_links(reading(NEUTRON, *found, minute=1))
    assert links_of(ask) == {("ROUTER_PORT", "r1", "p1")}
    assert (ids_of(ask), node_of(ask, "p1")["name"]) == ({"r1", "p1"}, "as read")
    assert changes.links["router-port"] == LinkCounts(created=1)
    state = store.scopes()[0]
    assert state.observed_at is not None
    assert state.observed_at.minute == 0


def test_two_objects_may_be_joined_by_links_of_several_types(store: GraphStore, ask: Ask) -> None:
    from graph_schema.link_types import VCONNECTOR_HOST_PNIC, VCONNECTOR_VEDGE
    from graph_schema.object_types import HOST_PNIC, VEDGE

    nic, edge = (
        HOST_PNIC.record(host="cmp1", name="eth0", device="eth0"),
        VEDGE.record(host="cmp1", name="lxb", kind="lxb"),
    )
    brq = bridge("brq1")
    store.write(
        reading(CMP1, nic, edge, Entry(brq, (VCONNECTOR_VEDGE.link(brq, edge), VCONNECTOR_HOST_PNIC.link(brq, nic))))
    )
    assert links_of(ask) == {
        ("VCONNECTOR_VEDGE", brq.id, edge.id),
        ("VCONNECTOR_HOST_PNIC", brq.id, nic.id),
    }


def test_many_links_of_one_object_are_all_written(store: GraphStore, new_store: Stores, ask: Ask) -> None:
    groups = [SECURITY_GROUP.record(id=f"g{n}", name="g", parent=Ref("project", "shop")) for n in range(30)]
    record = port("p1")
    store.write(reading(NEUTRON, *groups, Entry(record, tuple(SECURITY_GROUP_PORT.link(g, record) for g in groups))))
    few = tuple(SECURITY_GROUP_PORT.link(g, record) for g in groups[:3])
    changes = new_store(batch_size=5).write(reading(NEUTRON, *groups, Entry(record, few), minute=1))
    assert changes.links == {"security_group-port": LinkCounts(removed=27)}
    assert len(links_of(ask)) == 3
