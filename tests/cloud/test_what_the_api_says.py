"""Records against the recorded answers, the expectations computed from the raw JSON by other code than the parsers'."""

from __future__ import annotations

from graph_schema.records import Ref
from tests.cloud.recordings import REGION, attributes, from_api, recorded, records

ALPHA = next(p["id"] for p in recorded("api", "identity-projects") if p["name"] == "alpha")


def id_of(listing: str, name: str) -> str:
    found = [each["id"] for each in recorded("api", listing) if each["name"] == name]
    assert len(found) == 1
    return str(found[0])


def test_regions_have_the_urls_of_the_catalog() -> None:
    (region,) = records(from_api("regions"), "region").values()
    assert (region.id, region.name, region.parent) == ("region:RegionOne", REGION, Ref("environment", ""))
    assert region["endpoints"]["network"] == ["http://10.20.0.11:9696"]


def test_every_project_is_there_with_its_exact_name() -> None:
    found = {
        (p.id, p.name, p["enabled"], p.get("description", ""))
        for p in records(from_api("projects"), "project").values()
    }
    raw = recorded("api", "identity-projects")
    assert found == {(p["id"], p["name"], p["enabled"], p["description"]) for p in raw}
    assert {"p';-- \n é", "beta", "gamma"} <= {name for _, name, _, _ in found}


def test_zones_are_those_of_nova_with_the_internal_one() -> None:
    zones = records(from_api("availability_zones"), "availability_zone")
    assert {(zone.id, zone.name, zone["available"], zone.parent.id) for zone in zones.values()} == {
        ("zone:RegionOne:internal", "internal", True, "region:RegionOne"),
        ("zone:RegionOne:nova", "nova", True, "region:RegionOne"),
        ("zone:RegionOne:zone-a", "zone-a", False, "region:RegionOne"),
    }


def test_aggregates_have_their_hosts_metadata_and_zone() -> None:
    aggregates = records(from_api("aggregates"), "aggregate").values()
    assert {(a.name, a.get("zone"), *a["hosts"], *a["metadata"].items()) for a in aggregates} == {
        ("agg-a", "zone-a", "cmp5", ("availability_zone", "zone-a")),
        ("agg-all", None, "cmp3", "cmp5", ("rack", "r1"), ("ssd", "true")),
        ("empty-aggregate", None),
    }
    assert {a.id for a in aggregates} == {a["uuid"] for a in recorded("api", "compute-os-aggregates")}


def test_hosts_are_all_machines_that_nova_or_neutron_names() -> None:
    hosts = records(from_api("hosts"), "host").values()
    assert {(h.id, h.parent.id, *h["host_type"], h.get("ip_address"), h.get("source_status")) for h in hosts} == {
        ("cmp3", "zone:RegionOne:nova", "Compute", "10.20.0.33", "up"),
        ("cmp5", "zone:RegionOne:zone-a", "Compute", "10.20.0.35", "down"),
        ("ctl1", "zone:RegionOne:internal", "Controller", None, None),
        ("net1", "region:RegionOne", "Network", None, None),
        ("net2", "region:RegionOne", "Network", None, None),
    }
    services = {(h.id, binary) for h in hosts for binary in h["services"]}
    said = recorded("api", "compute-os-services") + recorded("api", "network-agents")
    assert services == {(each["host"], each["binary"]) for each in said}


def test_instances_are_on_their_host_or_in_their_project() -> None:
    instances = records(from_api("instances"), "instance").values()
    raw = recorded("api", "compute-servers-detail")
    assert {(i.id, i.name, i.host, i["source_status"], i["local_name"]) for i in instances} == {
        (s["id"], s["name"], s["OS-EXT-SRV-ATTR:host"], s["status"], s["OS-EXT-SRV-ATTR:instance_name"]) for s in raw
    }
    assert {i.name: i.parent for i in instances if i.host is None} == {
        "shelved": Ref("project", ALPHA),
        "unscheduled": Ref("project", ALPHA),
    }
    assert {i.parent for i in instances if i.host} == {Ref("host", "cmp3"), Ref("host", "cmp5")}
    assert {(i.name, i["power_state"]) for i in instances if i["power_state"] != "running"} == {
        ("shelved", "shutdown"),
        ("stopped", "shutdown"),
        ("unscheduled", "nostate"),
    }
    web1 = next(i for i in instances if i.name == "web1")
    assert (web1["flavor"], web1["zone"], web1["description"]) == ("lab.nano", "nova", "what it is for")


def test_networks_and_subnets_stand_under_their_owners() -> None:
    items = from_api("networks")
    networks, subnets = records(items, "network"), records(items, "subnet")
    raw, ranges = recorded("api", "network-networks"), recorded("api", "network-subnets")
    assert {(n.id, n.name, n.parent.type, n.parent.id, n["external"], n["shared"]) for n in networks.values()} == {
        (
            n["id"],
            n["name"] or n["id"],
            "project" if n["project_id"] else "region",
            n["project_id"] or "region:RegionOne",
            n["router:external"],
            n["shared"],
        )
        for n in raw
    }
    assert {(n.id, cidr) for n in networks.values() for cidr in n["cidrs"]} == {
        (s["network_id"], s["cidr"]) for s in ranges
    }
    assert {(s.id, s.name, s.parent, s.get("gateway_ip"), s["enable_dhcp"]) for s in subnets.values()} == {
        (s["id"], s["name"] or s["cidr"], Ref("network", s["network_id"]), s["gateway_ip"], s["enable_dhcp"])
        for s in ranges
    }
    # What neutron makes for the HA routers of a project belongs to no project.
    assert [n.parent.type for n in networks.values() if n.name.startswith("HA network")] == ["region"]


def test_a_network_of_several_segments_has_them_all() -> None:
    network = records(from_api("networks"), "network")[id_of("network-networks", "two-segments")]
    assert (network["network_type"], network["physical_network"], network["segmentation_id"]) == (
        "vlan",
        "physvlan",
        205,
    )
    assert network["segments"] == [
        {"network_type": "vlan", "physical_network": "physvlan", "segmentation_id": 205},
        {"network_type": "vxlan", "segmentation_id": 4242},
    ]


def test_a_subnet_has_its_pools_name_servers_and_routes() -> None:
    items = from_api("networks")
    web = records(items, "subnet")[id_of("network-subnets", "web-subnet")]
    assert web["host_routes"] == ["10.8.0.0/16 via 10.1.1.253", "10.9.0.0/16 via 10.1.1.254"]
    assert web["dns_nameservers"] == ["10.1.1.2", "10.1.1.3"]
    public = records(items, "subnet")[id_of("network-subnets", "public-subnet")]
    assert public["allocation_pools"] == ["172.24.4.100-172.24.4.120", "172.24.4.150-172.24.4.200"]


def test_ports_have_their_addresses_device_and_binding() -> None:
    ports = records(from_api("ports"), "port")
    raw = recorded("api", "network-ports")
    found = {
        (
            p.id,
            p.name,
            p.parent.id,
            p.get("device_id"),
            p.get("device_owner"),
            p.get("binding_host"),
            *p["ip_addresses"],
        )
        for p in ports.values()
    }
    assert found == {
        (
            p["id"],
            p["name"] or p["mac_address"],
            p["network_id"],
            p["device_id"] or None,
            p["device_owner"] or None,
            p["binding:host_id"] or None,
            *sorted(a["ip_address"] for a in p["fixed_ips"]),
        )
        for p in raw
    }
    assert {(p.id, group) for p in ports.values() for group in p["security_groups"]} == {
        (p["id"], group) for p in raw for group in p["security_groups"]
    }


def test_a_port_may_use_other_addresses() -> None:
    port = records(from_api("ports"), "port")[id_of("network-ports", "p-web2")]
    assert port["allowed_address_pairs"] == ["10.1.1.100", "10.1.1.101/32 fa:16:3e:00:00:99"]


def test_trunks_are_on_their_ports() -> None:
    ports = {p.name: p for p in records(from_api("ports"), "port").values()}
    parent = ports["trunk-parent"]
    assert {(s["port_id"], s["segmentation_type"], s["segmentation_id"]) for s in parent["subports"]} == {
        (ports["trunk-sub1"].id, "vlan", 30),
        (ports["trunk-sub2"].id, "vlan", 7),
    }
    assert {name: p["trunk_parent"] for name, p in ports.items() if p.get("trunk_parent")} == {
        "trunk-sub1": parent.id,
        "trunk-sub2": parent.id,
    }
    assert {name for name, p in ports.items() if p.get("trunk_id")} == {"trunk-parent", "lonely-parent"}
    assert ports["lonely-parent"]["subports"] == []


def test_instances_are_attached_where_their_ports_and_subports_are() -> None:
    found = attributes(from_api("ports"))
    servers = {s["name"]: s["id"] for s in recorded("api", "compute-servers-detail")}
    networks = {n["id"]: n["name"] for n in recorded("api", "network-networks")}
    assert {(i, networks[n]) for i, a in found.items() for n in a.properties["networks"]} == {
        (servers["web1"], "web"),
        (servers["web1"], "db"),
        (servers["web2"], "web"),
        (servers["trunked"], "web"),
        (servers["trunked"], "t1"),
        (servers["trunked"], "db"),
        (servers["stopped"], "web"),
        (servers["paused"], "web"),
        (servers["shelved"], "db"),
        (servers["suspended"], "db"),
        *((i, "vlan101") for name, i in servers.items() if "DETACH DELETE" in name),
    }


def test_instances_have_the_addresses_that_nova_shows_too() -> None:
    found = attributes(from_api("ports"))
    raw = recorded("api", "compute-servers-detail")
    shown = {(s["id"], ip["addr"]) for s in raw for ips in s["addresses"].values() for ip in ips}
    assert {s["id"] for s in raw if s["name"] == "web1"} <= {id for id, address in shown if address == "172.24.4.151"}
    trunked = {s["id"] for s in raw if s["name"] == "trunked"}  # nova does not know of subports
    assert {(i, ip) for i, a in found.items() if i not in trunked for ip in a.properties["addresses"]} == {
        (i, ip) for i, ip in shown if i not in trunked
    }


def test_routers_have_gateway_and_routes() -> None:
    routers = records(from_api("routers"), "router")
    raw = recorded("api", "network-routers")
    gateways = {r["id"]: r["external_gateway_info"] for r in raw}
    assert {(r.id, r.get("external_network"), *r["external_ips"], r.get("enable_snat")) for r in routers.values()} == {
        (id, g["network_id"], *(a["ip_address"] for a in g["external_fixed_ips"]), g["enable_snat"])
        if g
        else (id, None, None)
        for id, g in gateways.items()
    }
    assert {(r.name, r["ha"], r["distributed"], r["admin_state_up"]) for r in routers.values()} == {
        ("r-alpha", False, False, True),
        ("r-ha", True, False, True),
        ("r-dvr", False, True, True),
        *((r["id"], False, False, False) for r in raw if not r["name"]),
    }
    alpha = routers[id_of("network-routers", "r-alpha")]
    assert alpha["routes"] == ["10.40.0.0/16 via 10.1.1.40", "10.50.0.0/16 via 10.1.1.50"]


def test_floating_ips_say_where_they_lead() -> None:
    found = records(from_api("floating_ips"), "floating_ip").values()
    port = id_of("network-ports", "p-web1")
    assert {(f.name, f.get("port_id"), f.get("fixed_ip_address"), f.parent, f.get("description")) for f in found} == {
        ("172.24.4.151", port, "10.1.1.11", Ref("project", ALPHA), "front door"),
        ("172.24.4.152", None, None, Ref("project", ALPHA), None),
    }


def test_security_groups_have_their_rules() -> None:
    groups = records(from_api("security_groups"), "security_group")
    raw = recorded("api", "network-security-groups")
    keys = ("id", "direction", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix", "remote_group_id")
    assert {(g.id, *(rule.get(key) for key in keys)) for g in groups.values() for rule in g["rules"]} == {
        (g["id"], *(rule[key] for key in keys)) for g in raw for rule in g["security_group_rules"]
    }
    assert {g.name for g in groups.values() if not g["stateful"]} == {"sg-stateless"}


def test_agents_say_how_they_reach_other_hosts() -> None:
    agents = records(from_api("network_agents"), "network_agent").values()
    raw = recorded("api", "network-agents")
    assert {(a.id, a.host, a.name, a["agent_type"], a["alive"]) for a in agents} == {
        (a["id"], a["host"], a["binary"], a["agent_type"], a["alive"]) for a in raw
    }
    assert {(a.host, a.name) for a in agents if not a["alive"]} == {("net2", "neutron-dhcp-agent")}
    assert {
        (a.host, a["tunneling_ip"], *a["tunnel_types"], *a["bridge_mappings"]) for a in agents if a.get("tunneling_ip")
    } == {
        ("cmp3", "10.21.0.33", "vxlan", "physvlan:br-vlan"),
        ("cmp5", "10.21.0.35", "vxlan", "physvlan:br-vlan"),
        ("net1", "10.21.0.21", "vxlan", "physext:br-ex", "physvlan:br-vlan"),
        ("net2", "10.21.0.22", "vxlan", "physext:br-ex", "physvlan:br-vlan"),
    }
