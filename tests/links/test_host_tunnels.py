"""Links of tunnel endpoints."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors.links.host_tunnels import (
    bridges_that_hold_tunnel_addresses,
    far_ends_of_tunnels,
    nics_that_carry_tunnel_addresses,
    oteps_of_switches,
)
from graph_schema.records import Record
from tests.links.hosts import agent, bridge, carried, ends, found, network, nic, otep, ovs, plugged, switch_port

PLUGGED = [
    *plugged("n1", network("n1", "vxlan")),
    *plugged("n2", network("n2", "gre")),
    *plugged("n3", network("n3", "vlan", "physvlan")),
]
BOND = [nic("bond0", bond_members=["eth1", "eth2"]), nic("eth1", master="bond0"), nic("eth2", master="bond0")]


def tunnel(remote: str, **values: object) -> dict[str, object]:
    return {"device": f"to {remote}", "remote_ips": [remote], **values}


def test_a_switch_has_the_endpoints_of_its_overlays_with_their_networks() -> None:
    links = found(oteps_of_switches, otep("br-phy"), otep("br-phy", overlay="gre"), PLUGGED)
    assert carried(links) == {("vedge:ovs", "otep:vxlan", ("n1",)), ("vedge:ovs", "otep:gre", ("n2",))}


def test_an_endpoint_whose_device_is_down_is_down() -> None:
    assert [link.state for link in found(oteps_of_switches, otep("eth1", oper_state="DOWN"))] == ["down"]


@pytest.mark.parametrize(
    ("records", "nics"),
    [
        ([nic("eth0"), nic("eth1"), otep("eth1", "lxb")], {"eth1"}),
        ([nic("eth1", vlan_interfaces=["eth1.50"]), otep("eth1.50", base_device="eth1")], {"eth1"}),
        ([*BOND, otep("bond0")], {"bond0", "eth1", "eth2"}),
        ([*BOND, otep("bond0.50", base_device="bond0")], {"bond0", "eth1", "eth2"}),
        (
            [
                nic("eth1"),
                nic("eth2"),
                otep("br-phy"),
                ovs(
                    switch_port("br-phy", "br-phy", "internal"),
                    switch_port("eth1", "br-phy"),
                    switch_port("eth2", "br-vlan"),
                ),
            ],
            {"eth1"},
        ),
        (
            [
                nic("eth1"),
                otep("vlan50"),
                ovs(switch_port("vlan50", "br-ex", "internal", tag=50), switch_port("eth1", "br-ex")),
            ],
            {"eth1"},
        ),
        (
            [
                *BOND,
                otep("br-ex.50", base_device="br-ex"),
                ovs(switch_port("br-ex", "br-ex", "internal"), switch_port("bond0", "br-ex")),
            ],
            {"bond0", "eth1", "eth2"},
        ),
        (
            # The address is on a NIC that is also a port of the switch: the other NIC has nothing to do with it.
            [nic("eth1"), nic("eth2"), otep("eth1"), ovs(switch_port("eth1", "br-x"), switch_port("eth2", "br-x"))],
            {"eth1"},
        ),
        ([nic("eth1"), bridge("br-tenant", "eth1"), otep("br-tenant", "lxb")], set()),
        ([nic("eth1"), otep("lo")], set()),
    ],
)
def test_an_endpoint_uses_the_nics_that_carry_its_address(records: Sequence[Record], nics: set[str]) -> None:
    links = found(nics_that_carry_tunnel_addresses, records, PLUGGED)
    assert carried(links) == {("otep:vxlan", f"host_pnic:{name}", ("n1",)) for name in nics}


def test_an_endpoint_whose_address_a_linux_bridge_holds_leads_to_the_bridge() -> None:
    links = found(
        bridges_that_hold_tunnel_addresses,
        bridge("br-tenant", "eth1"),
        bridge("brq1"),
        otep("br-tenant", "lxb"),
        PLUGGED,
    )
    assert carried(links) == {("otep:vxlan", "vconnector:br-tenant", ("n1",))}


def test_a_tunnel_leads_to_the_endpoint_of_the_host_whose_agent_has_the_address() -> None:
    here = otep("br-phy", remote_ips=["10.0.0.2", "10.0.0.9"], tunnels=[tunnel("10.0.0.2"), tunnel("10.0.0.9")])
    links = found(far_ends_of_tunnels, here, agent("h1", "10.0.0.1"), agent("h2", "10.0.0.2"), PLUGGED)
    assert carried(links) == {("otep:vxlan", "h2:otep:vxlan", ("n1",))}


def test_an_endpoint_is_not_its_own_far_end() -> None:
    here = otep("br-phy", remote_ips=["10.0.0.1"], tunnels=[tunnel("10.0.0.1")])
    assert found(far_ends_of_tunnels, here, agent("h1", "10.0.0.1")) == []


def test_a_tunnel_that_is_down_makes_the_link_down() -> None:
    here = otep("br-phy", remote_ips=["10.0.0.2"], tunnels=[tunnel("10.0.0.2", link_state="down")])
    assert [link.state for link in found(far_ends_of_tunnels, here, agent("h2", "10.0.0.2"))] == ["down"]


def test_an_address_that_two_agents_had_is_that_of_the_one_that_is_alive() -> None:
    here = otep("br-phy", remote_ips=["10.0.0.2"], tunnels=[tunnel("10.0.0.2")])
    agents = [agent("old", "10.0.0.2", alive=False), agent("new", "10.0.0.2")]
    assert ends(found(far_ends_of_tunnels, here, agents)) == {("otep:vxlan", "new:otep:vxlan")}


def test_an_agent_that_has_not_the_overlay_is_not_the_far_end() -> None:
    here = otep("br-phy", overlay="gre", remote_ips=["10.0.0.2"], tunnels=[tunnel("10.0.0.2")])
    assert found(far_ends_of_tunnels, here, agent("h2", "10.0.0.2", "vxlan")) == []


def test_ids_of_hosts_with_colons_are_encoded_as_everywhere() -> None:
    here = otep("br-phy", remote_ips=["fd00::2"], tunnels=[tunnel("fd00::2")])
    links = found(far_ends_of_tunnels, here, agent("h:2", "FD00:0::2"))
    assert {link.target_id for link in links} == {"h%3A2:otep:vxlan"}
