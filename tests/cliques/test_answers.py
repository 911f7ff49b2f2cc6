"""What a clique says, asked through the product: small clouds in words, sets of names back."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from graph_schema import link_types as links
from graph_schema.object_types import HOST_PNIC, INSTANCE, NETWORK, VEDGE, VNIC
from graph_schema.records import Link, Outcome, Problem, Record, Ref, Scope
from tests.clouds import Cloud, ref, two_projects, uuid, write_cloud
from tests.raw import raw_session
from topology.cliques import Clique, NoCliqueType, clique, cliques, count_cliques
from topology.cliques.choosing import choose_for
from topology.cliques.compilation import compile_clique
from topology.errors import UnknownEnvironment, UnknownObject
from topology.graph import Graph


def names(found: Clique, *types: str) -> set[tuple[str, str]]:
    return {(node["type"], node["name"]) for node in found.nodes if not types or node["type"] in types}


def pairs(found: Clique) -> set[str]:
    return {link["link_type"] for link in found.links}


def named(cloud: Cloud, name: str, type: str = "instance") -> str:
    return next(r.id for r in cloud.records.values() if (r.type, r.name) == (type, name))


def by_host(found: Clique, type: str) -> set[tuple[str, str]]:
    return {(node["host"], node["name"]) for node in found.nodes if node["type"] == type}


def test_an_instance_behind_the_hybrid_firewall_is_followed_to_its_tunnel_and_network(
    graph: Graph, environment: str
) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    found = clique(graph, environment, named(cloud, "shop-web1"))
    assert names(found, "instance", "vedge", "otep", "host_pnic", "network", "floating_ip") == {
        ("instance", "shop-web1"),
        ("vedge", "cmp1 ovs"),
        ("otep", "vxlan"),
        ("host_pnic", "eth1"),
        ("network", "web"),
        ("floating_ip", "172.24.4.201"),
    }
    assert {"vnic-vconnector", "vconnector-vedge"} <= pairs(found)
    assert "vnic-vedge" not in pairs(found)


def test_the_native_firewall_and_a_vlan_network_lead_straight_to_switch_and_provider_nic(
    graph: Graph, environment: str
) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    found = clique(graph, environment, named(cloud, "shop-web2"))
    assert names(found, "vconnector", "network", "host_pnic") == {
        ("network", "web"),
        ("network", "backup"),
        ("host_pnic", "eth1"),
        ("host_pnic", "eth2"),
    }
    assert {"vnic-vedge", "vedge-otep", "vedge-host_pnic"} <= pairs(found)


def test_a_linux_bridge_host_is_followed_through_its_bridges(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    found = clique(graph, environment, named(cloud, "shop-web4"))
    assert {"vnic-vconnector", "vconnector-vedge", "vconnector-host_pnic", "vedge-otep"} <= pairs(found)
    assert names(found, "vedge", "network") == {("vedge", "cmp4 lxb"), ("network", "web"), ("network", "backup")}


def test_a_network_names_its_instances_on_every_kind_of_host_and_no_others(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    found = clique(graph, environment, uuid("network", "shop", "web"))
    assert by_host(found, "instance") == {("cmp1", "shop-web1"), ("cmp2", "shop-web2"), ("cmp4", "shop-web4")}
    assert {host for host, _ in by_host(found, "vservice")} == {"net1"}
    assert names(found, "network") == {("network", "web")}


def test_projects_with_the_same_addresses_never_meet_in_a_clique(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    for kind in ("instance", "router", "floating_ip"):
        for found in cliques(graph, environment, kind):
            owners = {n["name"].split("-")[0] for n in found.nodes if n["type"] == "instance"}
            segments = {n["segmentation_id"] for n in found.nodes if n["type"] == "network" and not n["external"]}
            assert len(owners) <= 1, found.focal_node["name"]
            assert segments <= {101, 201} or segments <= {102, 202}


def test_asking_for_all_is_asking_for_each(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    together = {found.focal_point: found.as_json() for found in cliques(graph, environment, "instance")}
    assert set(together) == {r.id for r in cloud.records.values() if r.type == "instance"}
    for focal, found in together.items():
        assert found == clique(graph, environment, focal).as_json()
    counts = count_cliques(graph, environment)
    assert (counts["instance"], counts["router"], counts["vedge"]) == (6, 2, 4)


def test_the_answer_has_the_stable_shape(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    focal = named(cloud, "shop-web1")
    answer = clique(graph, environment, focal).as_json()
    assert {"environment", "focal_point", "clique_type", "nodes", "links", "freshness"} <= set(answer)
    assert (answer["environment"], answer["focal_point"]["id"]) == (environment, focal)
    for node in answer["nodes"]:
        assert list(node)[:5] == ["id", "type", "name", "host", "status"]
        assert not [key for key in node if key.endswith(("hash", "scope")) or key == "details"]
    for link in answer["links"]:
        assert {"link_type", "source_id", "target_id", "state", "status", "networks"} <= set(link)
    ids = {node["id"] for node in answer["nodes"]}
    assert {end for link in answer["links"] for end in (link["source_id"], link["target_id"])} <= ids


class Bare:
    """One host with a switch and NICs, made link by link."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.project = self.cloud.project("p")
        self.one, self.other = (self.network(f"net-{n}") for n in ("one", "other"))
        self.vm = self.cloud.add(INSTANCE.record(id="vm", name="vm", host="h", parent=ref(self.project)))
        self.tap = self.cloud.add(VNIC.record(host="h", name="tap", device="tap", parent=ref(self.vm)))
        self.switch = self.cloud.add(VEDGE.record(host="h", name="ovs", kind="ovs"))
        self.nic = self.cloud.add(HOST_PNIC.record(host="h", name="eth1", device="eth1"))

    def network(self, id: str) -> Record:
        return self.cloud.add(NETWORK.record(id=id, name=id, parent=Ref("project", self.project.id)))

    def write(self, graph: Graph, environment: str, all_links: Iterable[Link]) -> None:
        write_cloud(graph, environment, self.cloud.records.values(), all_links)


def test_a_link_to_a_network_carries_that_network_though_it_does_not_say_so(graph: Graph, environment: str) -> None:
    bare = Bare()
    bare.write(
        graph,
        environment,
        [
            links.INSTANCE_VNIC.link(bare.vm, bare.tap, networks=["net-one"]),
            links.VNIC_VEDGE.link(bare.tap, bare.switch),
            links.VEDGE_HOST_PNIC.link(bare.switch, bare.nic),
            links.HOST_PNIC_NETWORK.link(bare.nic, bare.one),
            links.HOST_PNIC_NETWORK.link(bare.nic, bare.other),
        ],
    )
    found = clique(graph, environment, "vm")
    assert names(found) == {
        ("instance", "vm"), ("vnic", "tap"), ("vedge", "ovs"), ("host_pnic", "eth1"), ("network", "net-one"),
    }  # fmt: skip


def test_a_focal_point_without_networks_lets_everything_pass(graph: Graph, environment: str) -> None:
    bare = Bare()
    bare.write(
        graph,
        environment,
        [
            links.INSTANCE_VNIC.link(bare.vm, bare.tap),
            links.VNIC_VEDGE.link(bare.tap, bare.switch, networks=["net-other"]),
            links.VEDGE_HOST_PNIC.link(bare.switch, bare.nic, networks=["net-one"]),
            links.HOST_PNIC_NETWORK.link(bare.nic, bare.other),
        ],
    )
    assert names(clique(graph, environment, "vm"), "network", "host_pnic") == {
        ("host_pnic", "eth1"),
        ("network", "net-other"),
    }


def test_a_nic_that_carries_no_network_is_not_linked_to_those_of_its_switch(graph: Graph, environment: str) -> None:
    bare = Bare()
    bare.write(
        graph,
        environment,
        [
            links.INSTANCE_VNIC.link(bare.vm, bare.tap, networks=["net-one"]),
            links.VNIC_VEDGE.link(bare.tap, bare.switch, networks=["net-one"]),
            links.VEDGE_HOST_PNIC.link(bare.switch, bare.nic, networks=[]),
        ],
    )
    assert names(clique(graph, environment, bare.nic.id)) == {("host_pnic", "eth1")}


def test_more_than_an_answer_may_hold_is_said_to_be_truncated(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    whole = clique(graph, environment, uuid("network", "shop", "web"))
    part = clique(graph, environment, uuid("network", "shop", "web"), limit=2)
    assert not whole.truncated
    assert part.truncated
    assert 0 < len(part.links) < len(whole.links)


def test_an_unknown_id_is_answered_with_near_matches(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    with pytest.raises(UnknownObject, match=re.escape(named(cloud, "shop-web1"))):
        clique(graph, environment, "shop-web1")
    for hostile in ("' OR 1=1 //", '"}) DETACH DELETE n //', "$environment", "\n", "x" * 65536, "🙂"):
        with pytest.raises(UnknownObject):
            clique(graph, environment, hostile)
    assert count_cliques(graph, environment)["instance"] == 6


def test_an_unknown_environment_and_a_type_without_cliques_say_so(graph: Graph, environment: str) -> None:
    with pytest.raises(UnknownEnvironment):
        clique(graph, f"{environment}-not", "x")
    Cloud().write(graph, environment)
    with pytest.raises(NoCliqueType, match="region"):
        clique(graph, environment, "region:RegionOne")


def test_a_users_own_clique_type_replaces_the_shipped_one_and_a_broken_one_is_named(
    graph: Graph, environment: str
) -> None:
    bare = Bare()
    bare.write(
        graph,
        environment,
        [
            links.INSTANCE_VNIC.link(bare.vm, bare.tap, networks=["net-one"]),
            links.VNIC_VEDGE.link(bare.tap, bare.switch, networks=["net-other"]),
        ],
    )
    with raw_session(graph) as session:
        session.run(
            "UNWIND [['good', 'vnic-vedge'], ['broken', 'vnic-nothing']] AS row "
            "CREATE (:CliqueType {name: row[0], link_types: [row[1]], environment: $e, focal_point_type: 'vnic'})",
            e=environment,
        ).consume()
    found = clique(graph, environment, bare.tap.id)
    assert (found.clique_type.name, names(found)) == ("good", {("vnic", "tap")})
    assert len(found.notes) == 1
    assert "broken" in found.notes[0]


def test_a_walk_that_was_chosen_before_is_not_taken_when_another_is_right_by_now(
    graph: Graph, environment: str
) -> None:
    bare = Bare()
    bare.write(graph, environment, [links.VNIC_VEDGE.link(bare.tap, bare.switch)])
    asked = [clique(graph, environment, bare.tap.id)]
    with raw_session(graph) as session:
        session.run(
            "CREATE (t:CliqueType {name: 'short', link_types: ['vnic-vedge'], focal_point_type: 'vnic'}) "
            "SET t.environment = $e",
            e=environment,
        ).consume()
        asked += [clique(graph, environment, bare.tap.id) for _ in range(2)]
        session.run("MATCH (t:CliqueType {environment: $e}) DELETE t", e=environment).consume()
        asked += [clique(graph, environment, bare.tap.id) for _ in range(2)]

    chosen = [found.clique_type.name for found in asked]
    assert chosen == [chosen[0], "short", "short", chosen[0], chosen[0]]
    assert chosen[0] != "short"
    assert [names(found) for found in asked] == [{("vnic", "tap"), ("vedge", "ovs")}] * 5


def test_a_constraint_in_the_graph_replaces_the_declared_one(graph: Graph, environment: str) -> None:
    bare = Bare()
    carried = links.INSTANCE_VNIC.link(bare.vm, bare.tap, networks=["net-one"])
    elsewhere = links.VNIC_VEDGE.link(bare.tap, bare.switch, networks=["net-other"])
    bare.write(graph, environment, [carried, elsewhere])
    choice = choose_for(graph, environment, focal_point="vm")
    assert choice.constraints == ("network",)
    assert names(clique(graph, environment, "vm"), "vedge") == set()
    # Constraints are for all environments, as the ancestor's are: this one is of a type that no other test asks for.
    with raw_session(graph) as session:
        session.run(
            "CREATE (:CliqueConstraint {focal_point_type: 'security_group', constraints: ['network']})"
        ).consume()
        try:
            assert choose_for(graph, environment, focal_point_type="security_group").constraints == ("network",)
        finally:
            session.run("MATCH (c:CliqueConstraint {focal_point_type: 'security_group'}) DELETE c").consume()


def test_freshness_names_scopes_that_failed_or_were_never_read(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    failed = Outcome("failed", (Problem("ssh cmp1", "refused.", "Check the key."),))
    cloud.outcomes[Scope("ssh", "cmp1")] = failed
    cloud.write(graph, environment)
    told = clique(graph, environment, named(cloud, "shop-web1")).freshness
    assert not told.complete
    assert {(s.scope.key, s.outcome) for s in told.doubtful} == {("ssh/cmp1", "failed")}
    assert "refused" in told.as_json()["scopes"][-1]["problems"][0]
    other = clique(graph, environment, named(cloud, "shop-web2")).freshness
    assert other.complete
    assert other.as_of is not None
    assert other.elsewhere == ("ssh/cmp1",)
    with raw_session(graph) as session:
        session.run("MATCH (s:Scope {environment: $e, key: 'ssh/cmp2'}) DELETE s", e=environment).consume()
    never = clique(graph, environment, named(cloud, "shop-web2")).freshness
    assert {(s.scope.key, s.outcome) for s in never.doubtful} == {("ssh/cmp2", None)}


def test_an_instance_costs_the_same_however_many_share_its_switch(graph: Graph, environment: str) -> None:
    few, many = Cloud(), Cloud()
    costs = []
    for cloud, neighbours, suffix in ((few, 3, "-few"), (many, 300, "-many")):
        project, host = cloud.project("p"), cloud.host("cmp1", "native")
        network = cloud.network("web", project, vxlan=101)
        for number in range(neighbours):
            cloud.instance(f"i{number}", project, host, {network.id: f"10.1.{number // 250}.{number % 250 + 2}"})
        place = environment + suffix
        try:
            cloud.write(graph, place)
            costs.append(database_hits(graph, place, named(cloud, "i1")))
        finally:
            with raw_session(graph) as session:
                session.run(
                    "MATCH (n) WHERE n.environment = $e OR (n:Environment AND n.name = $e) DETACH DELETE n", e=place
                ).consume()
    assert costs[1] <= costs[0] * 1.1, costs


def database_hits(graph: Graph, environment: str, focal: str) -> int:
    choice = choose_for(graph, environment, focal_point=focal)
    statement = compile_clique(choice.clique_type, choice.constraints)
    with raw_session(graph) as session:
        profile = (
            session.run(
                f"PROFILE {statement.text}",
                environment=environment,
                focal_points=[focal],
                limit=1000,
            )
            .consume()
            .profile
        )
    assert profile is not None
    waiting, hits = [profile], 0
    while waiting:
        operator = waiting.pop()
        hits += operator.get("dbHits", 0)
        waiting += operator.get("children", [])
    return hits
