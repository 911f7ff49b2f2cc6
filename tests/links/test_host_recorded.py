"""All links of whole hosts as they were recorded, with the cloud that they were part of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors.contracts import LinkFinder
from collectors.links import host_bridges, host_nics, host_services, host_tunnels, host_vnics
from graph_schema.records import Record
from graph_schema.registry import LINKS
from tests.host.recorded import AGENTS, RecordedHost, collect
from tests.links.hosts import network, port
from tests.views import View

FINDERS: Sequence[LinkFinder] = [
    finder
    for module in (host_vnics, host_bridges, host_nics, host_tunnels, host_services)
    for finder in vars(module).values()
    if isinstance(finder, LinkFinder)
]
WEB, NET_B = "f71cb06b-f2ec-4334-af2e-1bf480cb615d", "04f2cfde-51aa-4110-ad8e-e25b7e32f3b7"
VLAN, TAGGED = "261e9a89-3735-4dee-9008-a209f3dc7abd", "611d7f39-9eae-451b-95c2-b5e665a9d917"
DE1B, C25A = "de1b279f-6136-4b4a-8b74-de8c500e811f", "c25ac207-ef74-4687-a0a0-e433cfd5f87c"
P643, P2ED = "643c98dd-2b59-4e81-82f0-1cfb0b0441b1", "2edb0ed4-5b4c-4fa5-9d32-0f3d33496e00"
STOPPED = "8bd653cb-7414-4484-a09f-c59777ca85b7"
P97F, TAP1 = "97f103be-791e-47d3-a6f6-03043c12c8d6", "11111111-1aaa-4bbb-8ccc-111111111111"
CLOUD: Sequence[Record] = [
    network(WEB, "vxlan"),
    network(NET_B, "vxlan"),
    network(TAGGED, "vxlan"),
    network(VLAN, "vlan", "physvlan"),
    network("ext", "flat", "physext"),
    network("grey", "gre"),
    port(DE1B, WEB, mac_address="fa:16:3e:1c:76:cd"),
    port(C25A, NET_B, mac_address="fa:16:3e:5a:5a:81", subports=[{"port_id": "sub"}]),
    port("sub", TAGGED, mac_address="fa:16:3e:5a:5a:82"),
    port(P643, NET_B, mac_address="fa:16:3e:de:c6:e4"),
    port(P2ED, VLAN, mac_address="fa:16:3e:2a:eb:1e"),
    port(STOPPED, WEB, mac_address="fa:16:3e:8e:54:f2"),
    port(P97F, WEB, mac_address="fa:16:3e:ec:4d:13"),
    port(TAP1, "ext", mac_address="fa:16:3e:11:11:11", subports=[{"port_id": "grey port"}]),
    port("grey port", "grey", mac_address="fa:16:3e:11:11:12"),
    *(agent for agents in AGENTS.values() for agent in agents),
]


def links_of(host: str, *more: Record) -> set[tuple[str, str, str, frozenset[str]]]:
    """Every link of the host: its type, its ends without the host's name, and the networks that it carries."""
    found = [one for one in collect(RecordedHost(host)) if isinstance(one, Record)]
    view = View([*CLOUD, *more, *found], host)
    return {
        (
            link.type,
            link.source_id.removeprefix(f"{host}:"),
            link.target_id.removeprefix(f"{host}:"),
            frozenset(link.networks or ()),
        )
        for finder in FINDERS
        for link in finder.find(view)
    }


def together(type: str, source: str, target: str, *networks: str) -> tuple[str, str, str, frozenset[str]]:
    return type, source, target, frozenset(networks)


def hybrid(instance: str, port: str, *networks: str) -> set[tuple[str, str, str, frozenset[str]]]:
    """What joins an instance to Open vSwitch by a bridge of its own."""
    vnic, bridge = f"vnic:tap{port[:11]}", f"vconnector:qbr{port[:11]}"
    return {
        together("instance-vnic", instance, vnic, *networks),
        together("port-vnic", port, vnic, *networks),
        together("vnic-vconnector", vnic, bridge, *networks),
        together("vconnector-vedge", bridge, "vedge:ovs", *networks),
    }


def test_every_link_type_of_hosts_has_its_finder() -> None:
    assert {finder.type.name for finder in FINDERS} == {n for n, link in LINKS.items() if link.owner.source == "ssh"}


def test_a_host_with_the_hybrid_firewall() -> None:
    tunnelled = (WEB, NET_B, TAGGED)
    assert links_of("cmp1") == {
        *hybrid("6cb98ef9-eb21-45e5-b017-4e5658b692dc", DE1B, WEB),
        *hybrid("128fff82-3059-4aef-ae9e-96ed5e6e191f", C25A, NET_B, TAGGED),
        *hybrid("00df4f1d-6fd8-4516-9d5a-cdae7ad9b6e3", P643, NET_B),
        *hybrid("00df4f1d-6fd8-4516-9d5a-cdae7ad9b6e3", P2ED, VLAN),
        together("vconnector-vedge", "vconnector:qbr8bd653cb-74", "vedge:ovs", WEB),
        together("vedge-host_pnic", "vedge:ovs", "host_pnic:eth1", *tunnelled),
        together("vedge-host_pnic", "vedge:ovs", "host_pnic:eth2", VLAN),
        *(together("host_pnic-network", "host_pnic:eth1", id, id) for id in tunnelled),
        together("host_pnic-network", "host_pnic:eth2", VLAN, VLAN),
        together("vedge-otep", "vedge:ovs", "otep:vxlan", *tunnelled),
        together("otep-host_pnic", "otep:vxlan", "host_pnic:eth1", *tunnelled),
        *(
            together("otep-otep", "otep:vxlan", f"{far}:otep:vxlan", *tunnelled)
            for far in ("net1", "net2", "cmp2", "cmp4", "cmp5")
        ),
    }


def test_a_linux_bridge_host_whose_tunnel_address_is_on_a_bridge() -> None:
    vnic, bridge = "vnic:tap97f103be-79", "vconnector:brqf71cb06b-f2"
    assert links_of("cmp5") == {
        together("instance-vnic", "bf0d9296-6e2c-4c98-b2f0-d799ddc7f93d", vnic, WEB),
        together("port-vnic", P97F, vnic, WEB),
        together("vnic-vconnector", vnic, bridge, WEB),
        together("vconnector-vedge", bridge, "vedge:lxb", WEB),
        together("vedge-otep", "vedge:lxb", "otep:vxlan", WEB),
        together("otep-vconnector", "otep:vxlan", "vconnector:br-tenant", WEB),
        together("vconnector-host_pnic", "vconnector:br-tenant", "host_pnic:eth1", WEB),
        together("host_pnic-network", "host_pnic:eth1", WEB, WEB),
        *(
            together("otep-otep", "otep:vxlan", f"{far}:otep:vxlan", WEB)
            for far in ("net1", "net2", "cmp1", "cmp2", "cmp4")
        ),
    }


def test_a_fake_host_with_nothing_plugged() -> None:
    assert links_of("cmp3") == {
        together("vedge-host_pnic", "vedge:ovs", "host_pnic:eth1"),
        together("vedge-host_pnic", "vedge:ovs", "host_pnic:eth2"),
        together("vedge-otep", "vedge:ovs", "otep:vxlan"),
        together("otep-host_pnic", "otep:vxlan", "host_pnic:eth1"),
    }


def test_a_host_with_bonds_a_vlan_for_tunnels_and_gre() -> None:
    vnic, bond = "vnic:tap11111111-1a", ("bond0", "eno1", "eno2")
    assert links_of("bonded", network("ext", "flat", "physext")) == {
        together("instance-vnic", "00000000-0000-4000-8000-000000000001", vnic, "ext", "grey"),
        together("port-vnic", TAP1, vnic, "ext", "grey"),
        together("vnic-vedge", vnic, "vedge:ovs", "ext", "grey"),
        # br-ex2 has no NIC: it is patched to br-ex, whose bond is two NICs.
        together("vedge-host_pnic", "vedge:ovs", "host_pnic:eno4", "ext"),
        together("vedge-host_pnic", "vedge:ovs", "host_pnic:eno5", "ext"),
        together("host_pnic-network", "host_pnic:eno4", "ext", "ext"),
        together("host_pnic-network", "host_pnic:eno5", "ext", "ext"),
        together("vedge-otep", "vedge:ovs", "otep:gre", "grey"),
        together("vedge-otep", "vedge:ovs", "otep:vxlan"),
        *(together("otep-host_pnic", "otep:gre", f"host_pnic:{nic}", "grey") for nic in bond),
        *(together("otep-host_pnic", "otep:vxlan", f"host_pnic:{nic}") for nic in bond),
        *(together("host_pnic-network", f"host_pnic:{nic}", "grey", "grey") for nic in bond),
    }


@pytest.mark.parametrize("host", ["cmp1", "cmp2", "cmp4", "cmp5", "net1", "net2", "bonded", "lxbdhcp", "dvr"])
def test_every_link_joins_what_it_says(host: str) -> None:
    found = [one for one in collect(RecordedHost(host)) if isinstance(one, Record)]
    view = View([*CLOUD, *found], host)
    known = {one.id: one.type for one in view.records}
    for finder in FINDERS:
        for link in finder.find(view):
            assert known.get(link.source_id, finder.type.source) == finder.type.source
            assert known.get(link.target_id, finder.type.target) == finder.type.target
            anchor = link.source_id if finder.type.anchor == "source" else link.target_id
            assert anchor in known, "a link belongs to an object of the host"
