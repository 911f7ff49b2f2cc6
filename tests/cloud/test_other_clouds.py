"""What differs in other clouds than the recorded one: other agents, users with few rights, parts that are down."""

from __future__ import annotations

import pytest

from collectors.cloud import availability_zones, hosts, network_agents, projects, regions
from collectors.sources.protocols import Refused, SourceError, Unreachable
from graph_schema.records import Ref
from tests.cloud.recordings import (
    COLLECTORS,
    RecordedApi,
    RecordedDatabase,
    from_api,
    from_database,
    problems,
    recorded,
    records,
)

REFUSED = Refused("keystone RegionOne", "403.", "Ask.")
GONE = Unreachable("neutron RegionOne", "no answer.", "Check neutron-server.")


def test_a_linux_bridge_agent_maps_to_interfaces() -> None:
    api = RecordedApi()
    api.answers["network-agents"] = recorded("api", "linuxbridge-network-agents")
    (agent,) = records(from_api("network_agents", api), "network_agent").values()
    assert (agent["interface_mappings"], agent["bridge_mappings"]) == (["physvlan:eth2"], [])
    assert (agent.host, agent["tunneling_ip"], agent["tunnel_types"]) == ("cmp4", "10.21.0.34", ["vxlan"])


def test_agents_of_ovn_do_not_take_the_ids_of_their_hosts() -> None:
    api = RecordedApi()
    api.answers["network-agents"] = recorded("api", "ovn-network-agents")
    agents = records(from_api("network_agents", api), "network_agent")
    assert {(a.id, *a["bridge_mappings"]) for a in agents.values() if a.name == "ovn-controller"} == {
        ("net1:network_agent:net1", "physext:br-ex", "physvlan:br-vlan"),
        ("cmp1:network_agent:cmp1", "physvlan:br-vlan"),
        ("cmp2:network_agent:cmp2", "physvlan:br-vlan"),
    }
    assert all(network_agents.witness(api, "network_agent", id) for id in agents)
    assert not network_agents.witness(api, "network_agent", "cmp9:network_agent:cmp9")
    found = records(from_api("hosts", api), "host")
    assert {id for id, host in found.items() if "Network" in host["host_type"]} == {"net1"}


def test_a_user_who_may_not_list_projects_gets_its_own_and_is_told() -> None:
    api = RecordedApi()
    own = [p for p in api.answers["identity-projects"] if p["name"] == "alpha"]
    api.answers.update({"identity-projects": REFUSED, "identity-auth-projects": own})
    items = from_api("projects", api)
    assert {p.name for p in records(items, "project").values()} == {"alpha"}
    (problem,) = problems(items)
    assert "may not list all projects" in problem.what


def test_projects_that_cannot_be_asked_for_are_no_projects_to_be_listed() -> None:
    api = RecordedApi()
    api.answers["identity-projects"] = GONE
    with pytest.raises(Unreachable):
        projects.fetch_api(api)


def test_a_region_without_services_is_a_wrong_name() -> None:
    api = RecordedApi()
    api.catalog = {}
    assert [problem.what for problem in problems(from_api("regions", api))] == ["no service has an endpoint in it."]
    assert regions.witness(api, "region", "region:RegionOne") is False
    assert regions.witness(api, "region", "region:Elsewhere") is None


def test_disabled_endpoints_are_not_in_the_catalog() -> None:
    database = RecordedDatabase()
    image = next(s["id"] for s in database.tables["keystone-service"] if s["type"] == "image")
    for row in database.tables["keystone-endpoint"]:
        row["enabled"] = row["service_id"] != image
    (region,) = records(from_database("regions", database), "region").values()
    assert set(region["endpoints"]) == {"compute", "identity", "network", "placement"}


def test_hosts_without_neutron_are_a_part_only() -> None:
    api = RecordedApi()
    api.answers["network-agents"] = GONE
    items = from_api("hosts", api)
    assert set(records(items, "host")) == {"cmp3", "cmp5", "ctl1"}
    (problem,) = problems(items)
    assert problem.what.startswith("no answer. Hosts that only neutron knows")


@pytest.mark.parametrize("listing", ["compute-os-services", "compute-os-hypervisors-detail"])
def test_hosts_without_nova_are_not_read_as_they_would_leave_their_zones(listing: str) -> None:
    api = RecordedApi()
    api.answers[listing] = GONE
    with pytest.raises(Unreachable):
        hosts.fetch_api(api)


def test_the_same_halves_count_in_the_database() -> None:
    database = RecordedDatabase()
    database.tables["neutron-agents"] = GONE
    assert len(problems(from_database("hosts", database))) == 1
    database.tables["nova-services"] = GONE
    with pytest.raises(Unreachable):
        hosts.fetch_database(database, "RegionOne")


def test_a_host_whose_compute_service_is_unreadable_does_not_move_out_of_its_zone() -> None:
    api = RecordedApi()
    api.answers["compute-os-services"] = [
        {**each, "zone": None} if each["host"] == "cmp5" else each for each in api.answers["compute-os-services"]
    ]
    items = from_api("hosts", api)
    assert {(h.id, h.parent.id) for h in records(items, "host").values()} == {("cmp3", "zone:RegionOne:nova")}
    (problem,) = problems(items)
    assert "cmp5" in problem.where


def test_a_host_whose_hypervisor_is_unreadable_keeps_the_address_that_is_known() -> None:
    api = RecordedApi()
    api.answers["compute-os-hypervisors-detail"] = [
        {**each, "host_ip": 7} if each["service"]["host"] == "cmp5" else each
        for each in api.answers["compute-os-hypervisors-detail"]
    ]
    items = from_api("hosts", api)
    assert set(records(items, "host")) == {"cmp3", "ctl1", "net1", "net2"}
    assert len(problems(items)) == 1


def test_no_hypervisor_at_all_is_no_answer_where_compute_services_run() -> None:
    api = RecordedApi()
    api.answers["compute-os-hypervisors-detail"] = []
    items = from_api("hosts", api)
    assert set(records(items, "host")) == {"ctl1", "net1", "net2"}
    assert ["not one hypervisor" in problem.what for problem in problems(items)] == [True]


def test_no_service_of_nova_at_all_is_no_answer() -> None:
    api = RecordedApi()
    api.answers["compute-os-services"] = []
    assert ["not one service" in problem.what for problem in problems(from_api("hosts", api))] == [True]


def test_a_full_name_is_an_alias_and_bare_machines_of_ironic_are_none() -> None:
    api = RecordedApi()
    first, second = api.answers["compute-os-hypervisors-detail"]
    first["hypervisor_hostname"] = "first.example.org"
    second.update(hypervisor_type="ironic", hypervisor_hostname="8d1f6b0e-0000-0000-0000-000000000000")
    aliases = {h.id: h["aliases"] for h in records(from_api("hosts", api), "host").values()}
    assert aliases[first["service"]["host"]] == ["first.example.org"]
    assert aliases[second["service"]["host"]] == []


def test_a_compute_host_that_runs_a_conductor_too_is_in_its_compute_zone() -> None:
    api = RecordedApi()
    conductor = next(s for s in api.answers["compute-os-services"] if s["binary"] == "nova-conductor")
    api.answers["compute-os-services"].insert(0, {**conductor, "host": "cmp3"})
    host = records(from_api("hosts", api), "host")["cmp3"]
    assert (host["zone"], host["host_type"], host["source_status"]) == ("nova", ["Compute", "Controller"], "up")


def test_a_neutron_without_trunks_is_asked_for_none() -> None:
    api = RecordedApi()
    api.answers["network-extensions"] = [{"alias": "router"}]
    del api.answers["network-trunks"]
    items = from_api("ports", api)
    assert not problems(items)
    assert "network trunks" not in api.asked


@pytest.mark.parametrize("listing", ["network-trunks", "network-extensions"])
def test_an_empty_list_beside_the_ports_takes_no_trunk_away(listing: str) -> None:
    api = RecordedApi()
    api.answers[listing] = []
    told = {
        p.id: (p["trunk_id"], p["subports"])
        for p in records(from_api("ports", api), "port").values()
        if "trunk_id" in p.properties
    }
    assert told == {
        t["port_id"]: (t["id"], sorted(t["sub_ports"], key=lambda s: s["port_id"]))
        for t in RecordedApi().answers["network-trunks"]
    }
    assert {i for i, p in records(from_api("ports", api), "port").items() if p.get("trunk_parent")} == {
        s["port_id"] for _, subports in told.values() for s in subports
    }


def test_trunks_that_are_promised_and_not_found_fail_the_reading() -> None:
    api = RecordedApi()
    del api.answers["network-trunks"]
    with pytest.raises(SourceError):
        from_api("ports", api)


def test_an_instance_of_a_cell_that_is_down_is_told_and_the_others_count() -> None:
    api = RecordedApi()
    servers = api.answers["compute-servers-detail"]
    whole = len(servers)
    servers[3] = {"id": servers[3]["id"], "status": "UNKNOWN", "tenant_id": "t", "created": "2026-01-01T00:00:00Z"}
    items = from_api("instances", api)
    assert len(records(items, "instance")) == whole - 1
    (problem,) = problems(items)
    assert servers[3]["id"] in problem.where
    assert "its cell" in problem.what


def test_hosts_of_instances_that_may_not_be_seen_do_not_move_them_to_their_projects() -> None:
    api = RecordedApi()
    for server in api.answers["compute-servers-detail"]:
        del server["OS-EXT-SRV-ATTR:host"]
    items = from_api("instances", api)
    assert not records(items, "instance")
    (problem,) = problems(items)
    assert problem.what == "it has no 'OS-EXT-SRV-ATTR:host'."
    assert problem.where.endswith("and 7 more")


def test_an_instance_without_a_name_is_called_by_its_id() -> None:
    api = RecordedApi()
    server = api.answers["compute-servers-detail"][0]
    server["name"] = None
    assert records(from_api("instances", api), "instance")[server["id"]].name == server["id"]


def test_objects_of_a_project_that_is_gone_keep_it_as_their_parent() -> None:
    api = RecordedApi()
    network = api.answers["network-networks"][0]
    network["project_id"] = network["tenant_id"] = "gone"
    assert records(from_api("networks", api), "network")[network["id"]].parent == Ref("project", "gone")


def test_a_witness_asks_for_the_one_object() -> None:
    api = RecordedApi()
    network = api.answers["network-networks"][0]["id"]
    witness = COLLECTORS["networks"].witness
    assert witness is not None
    assert witness(api, "network", network) is True
    assert witness(api, "subnet", network) is False
    assert witness(api, "port", network) is None
    assert api.asked == [f"network networks/{network}", f"network subnets/{network}"]


def test_a_host_is_witnessed_by_nova_or_neutron() -> None:
    api = RecordedApi()
    assert hosts.witness(api, "host", "a b") is True
    assert api.asked == ["compute os-services?host=a%20b"]
    api.answers.update({"compute-os-services": [], "network-agents": []})
    assert hosts.witness(api, "host", "cmp3") is True, "a port is bound to it"
    api.answers["network-ports"] = []
    assert hosts.witness(api, "host", "cmp3") is False
    assert hosts.witness(api, "instance", "cmp3") is None


def test_a_zone_is_witnessed_by_the_services_in_it() -> None:
    api = RecordedApi()
    assert availability_zones.witness(api, "availability_zone", "zone:RegionOne:zone-a") is True
    assert availability_zones.witness(api, "availability_zone", "zone:RegionOne:zone-b") is False
    assert availability_zones.witness(api, "aggregate", "zone:RegionOne:zone-a") is None
    api.answers["compute-os-services"] = []
    assert availability_zones.witness(api, "availability_zone", "zone:RegionOne:zone-a") is None
