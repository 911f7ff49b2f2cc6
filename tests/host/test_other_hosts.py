"""What the lab has not: hardware, bonds, VLAN interfaces, SR-IOV, GRE, distributed routers, DHCP behind a bridge."""

from __future__ import annotations

from graph_schema.records import Attributes, Record, Ref
from tests.host.recorded import RecordedHost, collect, records

ROUTER = "11111111-2222-4333-8444-555555555555"
FIP = "fip-99999999-8888-4777-8666-555555555555"


def named(host: str, type: str) -> dict[str, Record]:
    return {record.name: record for record in records(host, type)}


def test_nics_are_hardware_and_bonds_and_virtual_functions_only_where_the_host_uses_them() -> None:
    nics = named("bonded", "host_pnic")
    assert set(nics) == {"bond0", "eno1", "eno2", "eno3", "eno4", "eno5", "ens3f0", "ens3f0v1"}


def test_hardware_tells_its_driver_speed_and_carrier() -> None:
    nics = named("bonded", "host_pnic")
    assert {(n, nics[n].get("driver"), nics[n].get("speed"), nics[n]["link_detected"]) for n in nics} == {
        ("bond0", None, 20000, True),
        ("eno1", "ixgbe", 10000, True),
        ("eno2", "ixgbe", 10000, True),
        ("eno3", "ixgbe", None, False),
        ("eno4", "ixgbe", 10000, True),
        ("eno5", "ixgbe", None, True),
        ("ens3f0", "mlx5_core", 25000, True),
        ("ens3f0v1", "mlx5_core", 25000, True),
    }


def test_a_bond_has_its_mode_members_and_vlan_interfaces() -> None:
    bond = named("bonded", "host_pnic")["bond0"]
    assert (bond["bond_mode"], bond["bond_members"]) == ("802.3ad", ["eno1", "eno2"])
    assert bond["vlan_interfaces"] == ["bond0.50", "bond0.50.7"]


def test_a_member_of_a_bond_keeps_its_burnt_in_address() -> None:
    nics = named("bonded", "host_pnic")
    assert [(nics[n]["mac_address"], nics[n].get("permanent_mac"), nics[n]["master"]) for n in ("eno1", "eno2")] == [
        ("3c:fd:fe:a0:00:01", None, "bond0"),
        ("3c:fd:fe:a0:00:01", "3c:fd:fe:a0:00:02", "bond0"),
    ]


def test_addresses_that_change_by_themselves_are_left_out() -> None:
    assert named("bonded", "host_pnic")["bond0"]["ip_addresses"] == [
        "192.0.2.151/24",
        "192.0.2.51/24",
        "2001:db8::5054:ff:fe00:1/64",
        "fe80::3efd:feff:fea0:1/64",
    ]


def test_only_novas_instances_have_vnics_and_sr_iov_ports_have_none() -> None:
    assert {(v["device"], v.parent.id, v["mac_address"]) for v in records("bonded", "vnic")} == {
        ("tap11111111-1a", "00000000-0000-4000-8000-000000000001", "fa:16:3e:11:11:11")
    }


def test_each_overlay_of_the_agent_has_its_otep() -> None:
    assert {
        (o["overlay_type"], o["device"], o["base_device"], o.get("udp_port"), *o["remote_ips"])
        for o in records("bonded", "otep")
    } == {
        ("gre", "bond0.50", "bond0", None, "10.50.0.52", "10.50.0.53"),
        ("vxlan", "bond0.50", "bond0", 4790, "10.50.0.52"),
    }


def test_a_tunnel_tells_that_it_is_down() -> None:
    gre = named("bonded", "otep")["gre"]
    assert [(t["device"], t["link_state"]) for t in gre["tunnels"]] == [
        ("gre-0a320034", "up"),
        ("gre-0a320035", "down"),
    ]


def test_ports_of_open_vswitch_tell_bonds_tags_and_trunks() -> None:
    ports = {port["device"]: port for port in named("bonded", "vedge")["ovs"]["ports"]}
    assert (ports["eno4"]["bond"], ports["eno5"]["bond"]) == ("bond1", "bond1")
    assert (ports["vlan50"]["tag"], ports["mirror0"]["trunks"]) == (50, [100, 101])


def test_without_a_file_for_the_machine_type_uname_tells_it() -> None:
    (found,) = [found for found in collect(RecordedHost("bonded")) if isinstance(found, Attributes)]
    assert found.properties == {
        "os_name": "Ubuntu 22.04.3 LTS",
        "kernel": "5.15.0-91-generic",
        "architecture": "x86_64",
    }


def test_a_distributed_router_has_a_service_for_each_namespace() -> None:
    assert {(s["namespace"], s["service_type"], s["service_id"]) for s in records("dvr", "vservice")} == {
        (f"qrouter-{ROUTER}", "router", ROUTER),
        (f"snat-{ROUTER}", "snat", ROUTER),
        (FIP, "fip", FIP.removeprefix("fip-")),
    }
    assert {(v["namespace"][:4], v["device"]) for v in records("dvr", "vnic")} == {
        ("qrou", "qr-aaaaaaaa-01"),
        ("qrou", "rfp-11111111-2"),
        ("snat", "sg-bbbbbbbb-02"),
        ("snat", "qg-cccccccc-03"),
        ("snat", "ha-dddddddd-04"),
        ("fip-", "fg-eeeeeeee-05"),
        ("fip-", "fpr-11111111-2"),
    }


def test_a_pair_between_two_namespaces_has_no_end_on_the_host() -> None:
    # Its indexes are the same as those of eth0 and its other end.
    assert {v["device"] for v in records("dvr", "vnic") if v.get("host_device")} == set()
    assert set(named("dvr", "host_pnic")) == {"eth0", "eth1"}


def test_a_service_behind_a_pair_knows_the_hosts_end() -> None:
    (vnic,) = records("lxbdhcp", "vnic")
    assert vnic.parent == Ref("vservice", "lxbdhcp:vservice:qdhcp-3f1f5b2c-7a11-4c0e-9d7c-0a3a1f1b2c3d")
    assert (vnic["device"], vnic["host_device"]) == ("ns-c0ffee00-1a", "tapc0ffee00-1a")


def test_a_pair_into_a_named_namespace_is_no_nic_whosever_the_namespace_is() -> None:
    assert set(named("lxbdhcp", "host_pnic")) == {"eth0", "eth1", "eth2", "storage0"}


def test_a_file_that_is_no_namespace_is_no_service_and_no_fault() -> None:
    assert set(named("lxbdhcp", "vservice")) == {"qdhcp-3f1f5b2c-7a11-4c0e-9d7c-0a3a1f1b2c3d"}


def test_far_ends_that_were_only_learnt_do_not_count() -> None:
    (otep,) = records("lxbdhcp", "otep")
    assert (otep["device"], otep["udp_port"], otep["remote_ips"]) == ("br-vxlan", 8472, ["10.50.0.42", "10.50.0.43"])


def test_a_bridge_tells_spanning_tree_and_addresses() -> None:
    bridges = named("lxbdhcp", "vconnector")
    assert {(name, b["stp"], b["ip_addresses"][0]) for name, b in bridges.items() if "vxlan" in name} == {
        ("br-vxlan", True, "10.50.0.41/24")
    }
    assert set(bridges) == {"br-vxlan", "brq3f1f5b2c-7a", "brq5a5a5a5a-11"}
    assert named("lxbdhcp", "vedge")["lxb"]["bridges"] == ["brq3f1f5b2c-7a", "brq5a5a5a5a-11"]
