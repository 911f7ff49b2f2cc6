"""The inventory that link finders look at."""

from __future__ import annotations

from graph_schema.object_types import HOST_PNIC, NETWORK
from graph_schema.records import Ref
from topology.scan.inventory import Inventory

NET = NETWORK.record(id="n1", name="web", parent=Ref("project", "p1"), network_type="vxlan")


def test_a_host_sees_the_clouds_objects_and_only_its_own() -> None:
    cloud = Inventory()
    cloud.add([NET])
    host = Inventory("cmp1", cloud)
    host.types(["host_pnic"])
    host.add([HOST_PNIC.record(host="cmp1", name="eth0", device="eth0")])
    assert [n.id for n in host.all("network")] == ["n1"]
    assert [n.id for n in host.all("host_pnic")] == ["cmp1:host_pnic:eth0"]
    assert cloud.all("host_pnic") == []
    assert host.get("network", "n1") is NET


def test_objects_are_found_by_their_values_and_one_without_them_is_left_out() -> None:
    view = Inventory()
    with_mac = HOST_PNIC.record(host="cmp1", name="eth0", device="eth0", mac_address="02:00:00:00:00:01")
    without = HOST_PNIC.record(host="cmp1", name="eth1", device="eth1")
    view.add([with_mac, without])
    assert view.by("host_pnic", "mac_address") == {("02:00:00:00:00:01",): with_mac}
    assert view.grouped("host_pnic", "host")[("cmp1",)] == [with_mac, without]
    assert view.grouped("host_pnic", "host")[("cmp2",)] == []


def test_what_the_graph_remembers_never_hides_what_was_just_read() -> None:
    view = Inventory()
    fresh = HOST_PNIC.record(host="cmp1", name="eth0", device="eth0", mtu=9000)
    view.add([fresh])
    view.add([HOST_PNIC.record(host="cmp1", name="eth0", device="eth0", mtu=1500)], replace=False)
    assert view.all("host_pnic") == [fresh]


def test_an_index_follows_what_is_added_later() -> None:
    view = Inventory()
    assert view.by("network", "network_type") == {}
    view.add([NET])
    assert view.by("network", "network_type") == {("vxlan",): NET}
