"""Links of Linux bridges."""

from __future__ import annotations

from collectors.links.host_bridges import bridges_wired_to_switches, nics_in_bridges
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
    switch_port,
    vnic,
)

P1 = port_id("11111111-1a")
TAP, QVO, QVB, QBR = "tap11111111-1a", "qvo11111111-1a", "qvb11111111-1a", "qbr11111111-1a"
N1 = port_id("aaaaaaaa-1a")
BRQ = "brq" + N1[:11]


def test_a_hybrid_bridge_is_wired_to_the_switch_that_has_the_other_end_of_its_pair() -> None:
    links = found(
        bridges_wired_to_switches,
        vnic(TAP),
        port(P1),
        bridge(QBR, QVB, TAP, veth_peers={QVB: QVO}),
        bridge("virbr0", "vnet0"),
        ovs(switch_port(QVO)),
    )
    assert carried(links) == {(f"vconnector:{QBR}", "vedge:ovs", ("n1",))}


def test_on_old_kernels_the_names_of_the_pair_tell() -> None:
    assert ends(found(bridges_wired_to_switches, bridge(QBR, QVB, TAP), ovs(switch_port(QVO)))) == {
        (f"vconnector:{QBR}", "vedge:ovs")
    }


def test_the_bridge_of_a_stopped_instance_carries_the_network_of_the_port_that_it_is_wired_for() -> None:
    links = found(
        bridges_wired_to_switches,
        port(P1),
        bridge(QBR, QVB, veth_peers={QVB: QVO}),
        ovs(switch_port(QVO, iface_id=P1)),
    )
    assert carried(links) == {(f"vconnector:{QBR}", "vedge:ovs", ("n1",))}


def test_a_wire_that_is_down_makes_the_link_down() -> None:
    wired = bridge(QBR, QVB, veth_peers={QVB: QVO})
    links = found(bridges_wired_to_switches, wired, ovs(switch_port(QVO, link_state="down")))
    assert [link.state for link in links] == ["down"]


def test_every_bridge_of_the_linux_bridge_agent_is_wired_to_its_switch_and_others_are_not() -> None:
    links = found(
        bridges_wired_to_switches, bridge(BRQ, TAP), bridge("br-tenant", "eth1"), lxb(BRQ), network(N1), port(P1)
    )
    assert carried(links) == {(f"vconnector:{BRQ}", "vedge:lxb", (N1,))}


def test_a_nic_is_in_a_bridge_itself_or_by_its_vlan_interface() -> None:
    links = found(
        nics_in_bridges,
        nic("eth1", vlan_interfaces=["eth1.101"]),
        nic("eth2"),
        nic("eth3"),
        bridge("brq1", "eth1.101"),
        bridge("brq2", "eth2"),
    )
    assert ends(links) == {("vconnector:brq1", "host_pnic:eth1"), ("vconnector:brq2", "host_pnic:eth2")}


def test_a_bond_in_a_bridge_is_the_nic_and_its_members_are_not() -> None:
    links = found(
        nics_in_bridges, nic("bond0", bond_members=["eth1"]), nic("eth1", master="bond0"), bridge("brq1", "bond0")
    )
    assert ends(links) == {("vconnector:brq1", "host_pnic:bond0")}


def test_a_bridge_with_the_tunnel_address_carries_the_tunnelled_networks() -> None:
    links = found(
        nics_in_bridges,
        plugged("n1", network("n1", "vxlan")),
        plugged("n2", network("n2", "vlan", "phys")),
        bridge("br-tenant", "eth1"),
        nic("eth1"),
        otep("br-tenant", "lxb"),
    )
    assert carried(links) == {("vconnector:br-tenant", "host_pnic:eth1", ("n1",))}


def test_a_nic_without_carrier_makes_the_link_down() -> None:
    links = found(nics_in_bridges, nic("eth1", link_detected=False), bridge("brq1", "eth1"))
    assert [link.state for link in links] == ["down"]
