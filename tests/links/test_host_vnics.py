"""Links of vNICs."""

from __future__ import annotations

import pytest

from collectors.links.host_vnics import (
    vnics_in_bridges,
    vnics_of_instances,
    vnics_of_ports,
    vnics_of_services,
    vnics_that_are_switch_ports,
)
from tests.links.hosts import (
    bridge,
    carried,
    ends,
    found,
    lxb,
    network,
    ovs,
    port,
    port_id,
    service_vnic,
    switch_port,
    vnic,
)

P1 = port_id("11111111-1a")
P2 = port_id("22222222-2b")
TAP, QVO, QVB, QBR = "tap11111111-1a", "qvo11111111-1a", "qvb11111111-1a", "qbr11111111-1a"


def test_an_instance_is_joined_to_its_vnic_with_the_network_of_its_port() -> None:
    assert carried(found(vnics_of_instances, vnic(TAP), port(P1))) == {("i1", f"vnic:{TAP}", ("n1",))}


def test_a_trunks_vnic_carries_the_networks_of_its_subports_too() -> None:
    parent = port(P1, subports=[{"port_id": "s1", "segmentation_id": 100}, {"port_id": "gone", "segmentation_id": 101}])
    links = found(vnics_of_instances, vnic(TAP), parent, port("s1", "n2", mac_address="fa:16:3e:00:00:99"))
    assert carried(links) == {("i1", f"vnic:{TAP}", ("n1", "n2"))}


def test_a_vnic_without_a_known_port_carries_whatever_its_ends_do() -> None:
    assert carried(found(vnics_of_instances, vnic(TAP))) == {("i1", f"vnic:{TAP}", None)}


def test_a_vnic_whose_device_is_down_has_links_that_are_down() -> None:
    assert [link.state for link in found(vnics_of_instances, vnic(TAP, oper_state="DOWN"))] == ["down"]
    assert [link.state for link in found(vnics_of_instances, vnic(TAP, oper_state="UNKNOWN"))] == ["up"]


def test_a_service_is_joined_to_the_interfaces_in_its_namespace_and_to_no_instances() -> None:
    links = found(vnics_of_services, service_vnic("tap11111111-1a"), vnic("tap22222222-2b"), port(P1))
    assert carried(links) == {("vservice:qdhcp-n1", "vnic:qdhcp-n1:tap11111111-1a", ("n1",))}


@pytest.mark.parametrize("prefix", ["tap", "qr-", "qg-", "ha-", "sg-", "fg-", "ns-"])
def test_a_port_is_realized_by_the_device_that_is_named_after_it(prefix: str) -> None:
    device = prefix + P1[:11]
    assert ends(found(vnics_of_ports, service_vnic(device), port(P1))) == {(P1, f"vnic:qdhcp-n1:{device}")}


def test_a_device_with_the_name_and_another_mac_address_is_not_the_ports() -> None:
    assert found(vnics_of_ports, vnic(TAP, mac_address="fa:16:3e:99:99:99"), port(P1)) == []


def test_of_two_ports_with_one_mac_address_the_name_tells() -> None:
    assert ends(found(vnics_of_ports, vnic(TAP), port(P2, "n2"), port(P1))) == {(P1, f"vnic:{TAP}")}


def test_a_device_with_another_name_is_its_own_instances_port() -> None:
    mine, other = port(P1, device_id="i1"), port(P2, "n2", device_id="i2")
    assert ends(found(vnics_of_ports, vnic("macvtap0"), mine, other)) == {(P1, "vnic:macvtap0")}


def test_open_vswitch_says_which_port_the_device_is_plugged_for() -> None:
    switch = ovs(switch_port(TAP, iface_id=P2))
    assert ends(found(vnics_of_ports, vnic(TAP), port(P1), port(P2, "n2"), switch)) == {(P2, f"vnic:{TAP}")}


def test_the_hybrid_bridges_port_says_it_for_the_device_in_the_bridge() -> None:
    switch = ovs(switch_port(QVO, iface_id=P1))
    links = found(vnics_of_ports, vnic(TAP, mac_address="fa:16:3e:99:99:99"), port(P1), switch)
    assert carried(links) == {(P1, f"vnic:{TAP}", ("n1",))}


def test_a_port_that_is_not_known_yet_is_named_all_the_same() -> None:
    links = found(vnics_of_ports, vnic(TAP), ovs(switch_port(TAP, iface_id=P1)))
    assert carried(links) == {(P1, f"vnic:{TAP}", None)}


def test_a_pair_between_namespaces_realizes_no_port() -> None:
    assert found(vnics_of_ports, service_vnic("rfp-11111111-2", mac_address="72:eb:bb:4f:1b:f7"), port(P1)) == []


def test_a_vnic_is_in_the_bridge_that_has_its_device() -> None:
    links = found(vnics_in_bridges, vnic(TAP), bridge(QBR, QVB, TAP), bridge("br0", "eth1"), port(P1))
    assert carried(links) == {(f"vnic:{TAP}", f"vconnector:{QBR}", ("n1",))}


def test_a_service_behind_a_pair_is_in_the_bridge_of_the_hosts_end() -> None:
    inside = service_vnic("ns-11111111-1a", host_device=TAP)
    links = found(vnics_in_bridges, inside, bridge("brq1", TAP))
    assert ends(links) == {("vnic:qdhcp-n1:ns-11111111-1a", "vconnector:brq1")}


def test_a_service_is_not_in_a_bridge_that_has_a_device_of_its_name() -> None:
    assert found(vnics_in_bridges, service_vnic(TAP), bridge("brq1", TAP)) == []


def test_a_vnic_is_a_port_of_the_switch_where_its_device_is() -> None:
    switch = ovs(switch_port(TAP), switch_port("tap22222222-2b", "tbr-1"))
    links = found(vnics_that_are_switch_ports, vnic(TAP), vnic("tap22222222-2b"), vnic("tap33333333-3c"), switch)
    assert ends(links) == {(f"vnic:{TAP}", "vedge:ovs"), ("vnic:tap22222222-2b", "vedge:ovs")}


def test_an_internal_port_that_was_moved_into_a_namespace_is_still_a_port_of_the_switch() -> None:
    # Open vSwitch no longer sees such a device and says that its link is down.
    switch = ovs(switch_port("qr-11111111-1a", type="internal", link_state="down"))
    links = found(vnics_that_are_switch_ports, service_vnic("qr-11111111-1a", oper_state="UNKNOWN"), switch)
    assert [(link.source_id, link.state) for link in links] == [("h1:vnic:qdhcp-n1:qr-11111111-1a", "up")]


def test_a_service_behind_a_pair_is_a_port_of_the_switch_by_the_hosts_end() -> None:
    links = found(vnics_that_are_switch_ports, service_vnic("ns-11111111-1a", host_device=TAP), ovs(switch_port(TAP)))
    assert ends(links) == {("vnic:qdhcp-n1:ns-11111111-1a", "vedge:ovs")}


def test_a_vnic_in_a_bridge_is_no_port_of_the_linux_bridge_agents_switch() -> None:
    assert found(vnics_that_are_switch_ports, vnic(TAP), bridge("brq1", TAP), lxb("brq1"), network("n1")) == []
