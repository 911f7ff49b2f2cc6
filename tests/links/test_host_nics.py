"""Links of NICs: to switches and to networks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors.links.host_nics import networks_on_nics, nics_of_switches
from graph_schema.records import Record
from tests.links.hosts import (
    bridge,
    carried,
    ends,
    found,
    lxb,
    network,
    nic,
    otep,
    ovs,
    plugged,
    port,
    port_id,
    service_vnic,
    switch_port,
    vnic,
)

# As the lab's hosts are wired: tunnels leave by br-phy and eth1, physical networks by br-vlan and eth2.
SWITCH = ovs(
    switch_port("br-phy", "br-phy", "internal"),
    switch_port("eth1", "br-phy"),
    switch_port("eth2", "br-vlan"),
    switch_port("phy-br-vlan", "br-vlan", "patch", peer="int-br-vlan"),
    switch_port("int-br-vlan", "br-int", "patch", peer="phy-br-vlan"),
    mappings=["physvlan:br-vlan"],
)
NICS = [nic("eth0"), nic("eth1"), nic("eth2")]
PLUGGED: Sequence[Record] = [
    *plugged("n1", network("n1", "vxlan")),
    *plugged("n2", network("n2", "vlan", "physvlan")),
    *plugged("n3", network("n3", "vlan", "elsewhere")),
]


def test_a_nic_that_is_a_port_of_the_switch_carries_what_leaves_by_its_bridge() -> None:
    links = found(nics_of_switches, SWITCH, NICS, PLUGGED, otep("br-phy"))
    assert carried(links) == {
        ("vedge:ovs", "host_pnic:eth1", ("n1",)),
        ("vedge:ovs", "host_pnic:eth2", ("n2",)),
    }


def test_a_network_is_on_the_nic_that_its_segment_leads_to_and_on_no_other() -> None:
    links = found(networks_on_nics, SWITCH, NICS, PLUGGED, otep("br-phy"))
    assert carried(links) == {("host_pnic:eth1", "n1", ("n1",)), ("host_pnic:eth2", "n2", ("n2",))}


def test_a_network_that_is_not_plugged_on_the_host_is_on_none_of_its_nics() -> None:
    elsewhere = [network("n9", "vxlan"), port(port_id("99999999-9a"), "n9")]
    assert found(networks_on_nics, SWITCH, NICS, elsewhere, otep("br-phy")) == []


@pytest.mark.parametrize("state", [{"link_state": "down"}, {}])
def test_a_port_or_a_nic_that_is_down_makes_the_link_down(state: dict[str, str]) -> None:
    switch = ovs(switch_port("eth1", "br-phy", **state))
    links = found(nics_of_switches, switch, nic("eth1", link_detected=bool(state)))
    assert [link.state for link in links] == ["down"]


def test_where_neutron_was_not_read_links_carry_whatever_their_ends_do() -> None:
    assert carried(found(nics_of_switches, SWITCH, NICS, otep("br-phy"))) == {
        ("vedge:ovs", "host_pnic:eth1", None),
        ("vedge:ovs", "host_pnic:eth2", None),
    }


def test_a_subport_of_a_trunk_is_plugged_where_its_parent_is() -> None:
    parent = port(port_id("11111111-1a"), "n1", subports=[{"port_id": "s1"}])
    subport = port("s1", "n2", mac_address="fa:16:3e:00:00:99")
    networks = [network("n1", "vxlan"), network("n2", "vlan", "physvlan")]
    links = found(networks_on_nics, SWITCH, NICS, vnic("tap11111111-1a"), parent, subport, networks, otep("br-phy"))
    assert ends(links) == {("host_pnic:eth1", "n1"), ("host_pnic:eth2", "n2")}


def test_a_network_with_several_segments_uses_those_that_the_host_can_reach() -> None:
    several = network(
        "n1",
        "vlan",
        "elsewhere",
        segments=[
            {"network_type": "vlan", "physical_network": "elsewhere", "segmentation_id": 5},
            {"network_type": "vlan", "physical_network": "physvlan", "segmentation_id": 6},
        ],
    )
    assert ends(found(networks_on_nics, SWITCH, NICS, plugged("n1", several))) == {("host_pnic:eth2", "n1")}


def test_services_plug_networks_as_instances_do() -> None:
    gateway = port(port_id("11111111-1a"), "n1")
    links = found(
        networks_on_nics, SWITCH, NICS, service_vnic("qg-11111111-1a"), gateway, network("n1", "flat", "physvlan")
    )
    assert ends(links) == {("host_pnic:eth2", "n1")}


def test_a_bridge_without_a_nic_reaches_that_of_the_bridge_that_it_is_patched_to() -> None:
    switch = ovs(
        switch_port("to-ex", "br-vlan", "patch", peer="to-vlan"),
        switch_port("to-vlan", "br-ex", "patch", peer="to-ex"),
        switch_port("eth3", "br-ex"),
        switch_port("phy-br-vlan", "br-vlan", "patch", peer="int-br-vlan"),
        switch_port("int-br-vlan", "br-int", "patch", peer="phy-br-vlan"),
        switch_port("phy-br-two", "br-two", "patch", peer="int-br-two"),
        switch_port("int-br-two", "br-int", "patch", peer="phy-br-two"),
        switch_port("eth4", "br-two"),
        mappings=["physvlan:br-vlan", "two:br-two"],
    )
    links = found(networks_on_nics, switch, nic("eth3"), nic("eth4"), PLUGGED)
    assert ends(links) == {("host_pnic:eth3", "n2")}


def test_two_physical_networks_may_have_a_bridge_each_with_one_nic_or_several() -> None:
    switch = ovs(
        switch_port("eth1", "br-one"),
        switch_port("eth2", "br-one"),
        switch_port("eth3", "br-two"),
        mappings=["one:br-one", "two:br-two"],
    )
    networks = [*plugged("n1", network("n1", "vlan", "one")), *plugged("n2", network("n2", "flat", "two"))]
    links = found(networks_on_nics, switch, nic("eth1"), nic("eth2"), nic("eth3"), networks)
    assert ends(links) == {("host_pnic:eth1", "n1"), ("host_pnic:eth2", "n1"), ("host_pnic:eth3", "n2")}


def test_the_packets_of_a_bond_pass_its_members() -> None:
    switch = ovs(switch_port("bond0", "br-vlan"), mappings=["physvlan:br-vlan"])
    nics = [nic("bond0", bond_members=["eth1", "eth2"]), nic("eth1", master="bond0"), nic("eth2", master="bond0")]
    assert ends(found(networks_on_nics, switch, nics, PLUGGED)) == {
        ("host_pnic:bond0", "n2"),
        ("host_pnic:eth1", "n2"),
        ("host_pnic:eth2", "n2"),
    }
    assert carried(found(nics_of_switches, switch, nics, PLUGGED)) == {("vedge:ovs", "host_pnic:bond0", ("n2",))}


def test_linux_bridges_take_the_nic_that_the_physical_network_is_mapped_to() -> None:
    switch = lxb("brq1", interface_mappings=["physvlan:eth2"])
    nics = [nic("eth1"), nic("eth2", vlan_interfaces=["eth2.101"])]
    links = found(networks_on_nics, switch, nics, PLUGGED, bridge("brq1", "eth2.101"))
    assert ends(links) == {("host_pnic:eth2", "n2")}


def test_linux_bridges_may_be_given_a_bridge_of_the_operators() -> None:
    switch = lxb("br-op", bridge_mappings=["physvlan:br-op"])
    assert ends(found(networks_on_nics, switch, nic("eth1"), nic("eth2"), PLUGGED, bridge("br-op", "eth2"))) == {
        ("host_pnic:eth2", "n2")
    }


def test_a_nic_in_one_of_the_agents_bridges_is_the_switchs() -> None:
    n1 = port_id("aaaaaaaa-1a")
    links = found(
        nics_of_switches,
        lxb("brq" + n1[:11]),
        bridge("brq" + n1[:11], "eth2.101", "tap11111111-1a"),
        bridge("br-tenant", "eth1"),
        nic("eth1"),
        nic("eth2", vlan_interfaces=["eth2.101"]),
        vnic("tap11111111-1a"),
        port(port_id("11111111-1a"), n1),
        network(n1, "vlan", "physvlan"),
    )
    assert carried(links) == {("vedge:lxb", "host_pnic:eth2", (n1,))}


@pytest.mark.parametrize(
    ("records", "nics"),
    [
        ([nic("eth1"), otep("eth1", "lxb")], {"eth1"}),
        ([nic("eth1", vlan_interfaces=["eth1.50"]), otep("eth1.50", base_device="eth1")], {"eth1"}),
        ([nic("eth1"), bridge("br-tenant", "eth1"), otep("br-tenant", "lxb")], {"eth1"}),
        ([nic("eth1"), otep("lo")], set()),
    ],
)
def test_a_tunnelled_network_is_on_the_nic_that_carries_the_tunnel_address(
    records: Sequence[Record], nics: set[str]
) -> None:
    links = found(networks_on_nics, records, PLUGGED)
    assert ends(links) == {(f"host_pnic:{name}", "n1") for name in nics}
