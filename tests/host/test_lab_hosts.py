"""What is found on the hosts of the lab, against what a person reads in `ip`, `ovs-vsctl show` and `virsh`."""

from __future__ import annotations

import pytest

from graph_schema.records import Attributes, Record, Ref
from tests.host.recorded import LAB, RecordedHost, collect, records, site

WEB1, TRUNK2, B1 = (
    "6cb98ef9-eb21-45e5-b017-4e5658b692dc",
    "128fff82-3059-4aef-ae9e-96ed5e6e191f",
    "00df4f1d-6fd8-4516-9d5a-cdae7ad9b6e3",
)
R_BETA = "qrouter-e946788c-8579-4ba8-b7c6-a9507e15e804"
DHCP_WEB = "qdhcp-f71cb06b-f2ec-4334-af2e-1bf480cb615d"


def ids(host: str, *types: str) -> set[str]:
    return {record.id.removeprefix(f"{host}:") for type in types for record in records(host, type)}


@pytest.mark.parametrize("host", LAB)
def test_every_host_tells_its_system(host: str) -> None:
    (found,) = [found for found in collect(RecordedHost(host)) if isinstance(found, Attributes)]
    assert (found.type, found.group, found.id) == ("host", "ssh", host)
    assert found.properties == {
        "os_name": "Debian GNU/Linux 12 (bookworm)",
        "kernel": "6.18.44-fc-v657",
        "architecture": "x86_64",
    }


@pytest.mark.parametrize(
    ("host", "nics"),
    [
        ("cmp1", {"eth0", "eth1", "eth2"}),
        ("cmp2", {"eth0", "eth1", "eth2"}),
        ("cmp3", {"eth0", "eth1", "eth2"}),
        ("cmp4", {"eth0", "eth1", "eth2"}),
        ("cmp5", {"eth0", "eth1", "eth2", "storage0"}),
        ("net1", {"eth0", "eth1", "eth2", "eth3"}),
        ("net2", {"eth0", "eth1", "eth2", "eth3", "eth4"}),
        ("ctl1", {"eth0"}),
    ],
)
def test_nics_are_the_pairs_that_lead_off_the_host_and_macvlans(host: str, nics: set[str]) -> None:
    assert ids(host, "host_pnic") == {f"host_pnic:{nic}" for nic in nics}


def test_a_nic_is_described() -> None:
    (nic,) = [nic for nic in records("cmp4", "host_pnic") if nic.name == "eth1"]
    assert nic.parent == Ref("host", "cmp4")
    assert nic.properties == {
        "device": "eth1",
        "mac_address": "06:9d:f0:1d:75:74",
        "ip_addresses": ["10.21.0.34/24", "fe80::49d:f0ff:fe1d:7574/64"],
        "speed": 10000,
        "duplex": "full",
        "link_detected": True,
        "oper_state": "UP",
        "admin_state_up": True,
        "mtu": 1500,
        "vlan_interfaces": [],
    }


@pytest.mark.parametrize(
    ("host", "bridges"),
    [
        (
            "cmp1",
            {
                ("qbrde1b279f-61", "qvbde1b279f-61", "tapde1b279f-61"),
                ("qbr8bd653cb-74", "qvb8bd653cb-74"),  # of a stopped instance
                ("qbrc25ac207-ef", "qvbc25ac207-ef", "tapc25ac207-ef"),
                ("qbr643c98dd-2b", "qvb643c98dd-2b", "tap643c98dd-2b"),
                ("qbr2edb0ed4-5b", "qvb2edb0ed4-5b", "tap2edb0ed4-5b"),
            },
        ),
        ("cmp2", set()),
        (
            "cmp4",
            {
                ("brqf71cb06b-f2", "tapa465ef9b-82", "vxlan-1603"),
                ("brq98e3919a-d4", "vxlan-1279"),
                ("brq8e4fe4db-91", "eth2", "tap28c0bc5e-e8"),
            },
        ),
        ("cmp5", {("br-tenant", "eth1"), ("brqf71cb06b-f2", "tap97f103be-79", "vxlan-1603")}),
        ("net1", set()),
    ],
)
def test_bridges_are_linux_bridges_with_their_members(host: str, bridges: set[tuple[str, ...]]) -> None:
    assert {(bridge.name, *bridge["interfaces"]) for bridge in records(host, "vconnector")} == bridges


def test_a_hybrid_bridge_knows_the_other_end_of_its_pair() -> None:
    peers = {bridge.name: bridge["veth_peers"] for bridge in records("cmp1", "vconnector")}
    assert peers["qbr8bd653cb-74"] == {"qvb8bd653cb-74": "qvo8bd653cb-74"}


@pytest.mark.parametrize(
    ("host", "vnics"),
    [
        (
            "cmp1",
            {
                ("tapde1b279f-61", WEB1, "fa:16:3e:1c:76:cd"),
                ("tapc25ac207-ef", TRUNK2, "fa:16:3e:5a:5a:81"),
                ("tap643c98dd-2b", B1, "fa:16:3e:de:c6:e4"),
                ("tap2edb0ed4-5b", B1, "fa:16:3e:2a:eb:1e"),
            },
        ),
        (
            "cmp4",
            {
                ("tapa465ef9b-82", "9d13b535-7426-4d1b-be3b-364472fce04c", "fa:16:3e:fa:c3:40"),
                ("tap28c0bc5e-e8", "ab1e8e66-981f-453c-bdef-d753b5bc4c8e", "fa:16:3e:a6:b1:14"),
            },
        ),
        ("cmp3", set()),
        ("ctl1", set()),
    ],
)
def test_an_instance_has_a_vnic_where_its_device_is_on_the_host(host: str, vnics: set[tuple[str, str, str]]) -> None:
    assert {(v["device"], v.parent.id, v["mac_address"]) for v in records(host, "vnic")} == vnics


def test_paused_and_trunked_instances_keep_their_vnics() -> None:
    assert ids("cmp2", "vnic") == {
        f"vnic:tap{port}"
        for port in ("8fd99fc8-11", "3e2a6a86-dc", "3bddc737-4a", "3e29a2f7-92", "da15592e-78", "b8c85e1a-77")
    }


def test_a_vnic_of_an_instance_is_described() -> None:
    (vnic,) = [vnic for vnic in records("cmp1", "vnic") if vnic["device"] == "tapde1b279f-61"]
    assert (vnic.id, vnic.parent) == ("cmp1:vnic:tapde1b279f-61", Ref("instance", WEB1))
    assert vnic.properties == {
        "vnic_type": "instance_vnic",
        "device": "tapde1b279f-61",
        "mac_address": "fa:16:3e:1c:76:cd",
        "device_mac": "fe:16:3e:1c:76:cd",
        "source_bridge": "qbrde1b279f-61",
        "model": "virtio",
        "mtu": 1450,
        "oper_state": "UNKNOWN",
    }


@pytest.mark.parametrize(
    ("host", "services"),
    [
        (
            "net1",
            {
                (R_BETA, "router", "ha-1aa3f019-1f", "qg-f225578a-ea", "qr-0d558d7a-40"),
                ("qrouter-cbbf4951-10fc-4258-9b2e-2ac7b01e0871", "router", "qr-dd2c5b87-de"),
                ("qdhcp-611d7f39-9eae-451b-95c2-b5e665a9d917", "dhcp", "tap47b535f5-85"),
                (DHCP_WEB, "dhcp", "taped8c5c31-58"),
                ("qdhcp-8e4fe4db-91d8-4f54-9fd4-4867f31650fb", "dhcp", "tap19eb1f98-f2"),
            },
        ),
        (
            "net2",
            {
                (R_BETA, "router", "ha-528f21a9-e0", "qg-f225578a-ea", "qr-0d558d7a-40"),
                (
                    "qrouter-c1528ce0-f17a-47f5-a92f-f15610ae1316",
                    "router",
                    "qg-67b46c5e-4f",
                    "qr-0f960851-0f",
                    "qr-b536a196-7d",
                ),
                ("qdhcp-04f2cfde-51aa-4110-ad8e-e25b7e32f3b7", "dhcp", "tap25f6ec9e-b1"),
                ("qdhcp-98e3919a-d49f-4692-9c12-2fd95d064952", "dhcp", "tapb7cec478-ce"),
                ("qdhcp-261e9a89-3735-4dee-9008-a209f3dc7abd", "dhcp", "tap4edca48f-d4"),
                (DHCP_WEB, "dhcp", "tap5686a86c-9b"),
            },
        ),
        ("cmp1", set()),
        ("ctl1", set()),
    ],
)
def test_namespaces_are_services_with_their_interfaces(host: str, services: set[tuple[str, ...]]) -> None:
    inside: dict[str, list[str]] = {}
    for vnic in records(host, "vnic"):
        inside.setdefault(vnic.parent.id, []).append(vnic["device"])
    found = {(s["namespace"], s["service_type"], *sorted(inside[s.id])) for s in records(host, "vservice")}
    assert found == services


def test_a_vnic_of_a_service_is_described() -> None:
    (vnic,) = [vnic for vnic in records("net1", "vnic") if vnic["device"] == "taped8c5c31-58"]
    assert vnic.id == f"net1:vnic:{DHCP_WEB}:taped8c5c31-58"
    assert vnic.parent == Ref("vservice", f"net1:vservice:{DHCP_WEB}")
    assert vnic.properties == {
        "vnic_type": "vservice_vnic",
        "device": "taped8c5c31-58",
        "namespace": DHCP_WEB,
        "mac_address": "fa:16:3e:06:71:5b",
        "ip_addresses": ["10.1.1.3/24", "169.254.169.254/32", "fe80::a9fe:a9fe/64", "fe80::f816:3eff:fe06:715b/64"],
        "mtu": 1450,
        "oper_state": "UNKNOWN",
    }


@pytest.mark.parametrize(
    ("host", "vedges"),
    [
        ("cmp1", {("ovs", "3.1.0", "br-int", "br-phy", "br-tun", "br-vlan", "tbr-4daef5f2-f")}),
        ("cmp2", {("ovs", "3.1.0", "br-int", "br-phy", "br-tun", "br-vlan", "tbr-5b250c44-6")}),
        ("cmp3", {("ovs", "3.1.0", "br-int", "br-phy", "br-tun", "br-vlan")}),
        ("cmp4", {("lxb", None, "brq8e4fe4db-91", "brq98e3919a-d4", "brqf71cb06b-f2")}),
        ("cmp5", {("lxb", None, "brqf71cb06b-f2")}),
        ("net1", {("ovs", "3.1.0", "br-ex", "br-int", "br-phy", "br-tun", "br-vlan")}),
        ("net2", {("ovs", "3.1.0", "br-ex", "br-int", "br-phy", "br-tun", "br-vlan")}),
        ("ctl1", set()),
    ],
)
def test_a_host_has_the_switches_of_its_agents(host: str, vedges: set[tuple[str | None, ...]]) -> None:
    assert {(v["kind"], v.get("version"), *v["bridges"]) for v in records(host, "vedge")} == vedges


def test_ports_of_open_vswitch_are_those_of_ovs_vsctl_show() -> None:
    (vedge,) = records("net2", "vedge")
    ports = {(port["bridge"], port["device"], port["type"]) for port in vedge["ports"] if port["bridge"] != "br-int"}
    assert ports == {
        ("br-ex", "br-ex", "internal"),
        ("br-ex", "eth3", ""),
        ("br-ex", "phy-br-ex", "patch"),
        ("br-phy", "br-phy", "internal"),
        ("br-phy", "eth1", ""),
        ("br-phy", "eth4", ""),
        ("br-tun", "br-tun", "internal"),
        ("br-tun", "patch-int", "patch"),
        ("br-tun", "vxlan-0a150015", "vxlan"),
        ("br-tun", "vxlan-0a15001f", "vxlan"),
        ("br-tun", "vxlan-0a150020", "vxlan"),
        ("br-tun", "vxlan-0a150022", "vxlan"),
        ("br-tun", "vxlan-0a150023", "vxlan"),
        ("br-vlan", "br-vlan", "internal"),
        ("br-vlan", "eth2", ""),
        ("br-vlan", "phy-br-vlan", "patch"),
    }
    by_device = {port["device"]: port for port in vedge["ports"]}
    assert by_device["eth1"] == {"device": "eth1", "bridge": "br-phy", "type": "", "bond": "bond0", "link_state": "up"}
    assert by_device["phy-br-ex"]["peer"] == "int-br-ex"
    assert by_device["vxlan-0a150015"]["remote_ip"] == "10.21.0.21"
    assert by_device["tap5686a86c-9b"]["iface_id"] == "5686a86c-9bef-492a-8463-280e07be4ff0"


@pytest.mark.parametrize(
    ("host", "otep"),
    [
        ("cmp1", ("10.21.0.31", "br-phy", 4789, {21, 22, 32, 34, 35})),
        ("cmp3", ("10.21.0.33", "br-phy", None, set())),
        ("cmp4", ("10.21.0.34", "eth1", 4789, {21, 22, 31, 32, 35})),
        ("cmp5", ("10.21.0.35", "br-tenant", 4789, {21, 22, 31, 32, 34})),
        ("net2", ("10.21.0.22", "br-phy", 4789, {21, 31, 32, 34, 35})),
    ],
)
def test_an_otep_has_its_address_and_far_ends(host: str, otep: tuple[str, str, int | None, set[int]]) -> None:
    address, device, port, remotes = otep
    (found,) = records(host, "otep")
    assert (found.id, found["ip_address"], found["device"], found.get("udp_port")) == (
        f"{host}:otep:vxlan",
        address,
        device,
        port,
    )
    assert set(found["remote_ips"]) == {f"10.21.0.{remote}" for remote in remotes}


def test_kernel_tunnels_name_their_vni_and_far_ends() -> None:
    (found,) = records("cmp4", "otep")
    assert [(t["device"], t["vni"], t["remote_ips"]) for t in found["tunnels"]] == [
        ("vxlan-1279", 1279, ["10.21.0.22", "10.21.0.32"]),
        ("vxlan-1603", 1603, ["10.21.0.21", "10.21.0.22", "10.21.0.31", "10.21.0.32", "10.21.0.35"]),
    ]
    assert found.parent == Ref("vedge", "cmp4:vedge:lxb")


def test_where_nobody_knows_the_agents_the_host_tells_them_by_what_it_has() -> None:
    # cmp3 has no tunnel: without its agent nobody can tell its tunnel address.
    for host in set(LAB) - {"cmp3"}:
        unknown = collect(RecordedHost(host), site(host, known=False))
        known = {(r.type, r.id) for r in collect(RecordedHost(host)) if isinstance(r, Record)}
        assert {(r.type, r.id) for r in unknown if isinstance(r, Record)} == known, host
