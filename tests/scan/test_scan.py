"""A scan from readings to the graph: what is written, what is kept, what is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_schema.records import Outcome, Record, Scope
from tests.raw import raw_session
from tests.scan.readings import PROBLEM, Cloud, failed
from topology.errors import UnknownObject
from topology.graph import Graph
from topology.scan import ScanOptions, ScanReport, scan
from topology.settings import Settings

NOVA, HOSTS, CMP1 = Scope("nova", "RegionOne"), Scope("openstack", "RegionOne"), Scope("ssh", "cmp1")


def run(graph: Graph, environment: str, cloud: Cloud, **options: object) -> ScanReport:
    return scan(
        graph,
        environment,
        cloud,
        ScanOptions(**options),  # type: ignore[arg-type]  # the test names the options
        settings=Settings(data_dir=Path()),
    )


def ids(graph: Graph, environment: str) -> set[str]:
    with raw_session(graph) as session:
        return set(session.run("MATCH (o:Object {environment: $e}) RETURN o.id", e=environment).value())


def links(graph: Graph, environment: str) -> set[tuple[str, str, str]]:
    query = "MATCH (a:Object {environment: $e})-[r]->(b:Object) RETURN type(r), a.id, b.id"
    with raw_session(graph) as session:
        return {tuple(row.values()) for row in session.run(query, e=environment)}


def test_a_scan_writes_objects_links_and_containment(graph: Graph, environment: str) -> None:
    report = run(graph, environment, Cloud(hosts={"cmp1": ["web1"]}))
    assert report.status == "completed"
    assert ids(graph, environment) == {
        "region:RegionOne", "p1", "zone:RegionOne:nova", "cmp1", "i-web1",
        "cmp1:vedge:ovs", "cmp1:host_pnic:eth0", "cmp1:vnic:tap-web1",
    }  # fmt: skip
    assert links(graph, environment) == {
        ("CONTAINS", "region:RegionOne", "zone:RegionOne:nova"),
        ("CONTAINS", "zone:RegionOne:nova", "cmp1"),
        ("CONTAINS", "cmp1", "i-web1"),
        ("CONTAINS", "cmp1", "cmp1:vedge:ovs"),
        ("CONTAINS", "cmp1", "cmp1:host_pnic:eth0"),
        ("CONTAINS", "i-web1", "cmp1:vnic:tap-web1"),
        ("PROJECT_INSTANCE", "p1", "i-web1"),
        ("INSTANCE_VNIC", "i-web1", "cmp1:vnic:tap-web1"),
        ("VNIC_VEDGE", "cmp1:vnic:tap-web1", "cmp1:vedge:ovs"),
        ("VEDGE_HOST_PNIC", "cmp1:vedge:ovs", "cmp1:host_pnic:eth0"),
    }


def test_a_second_scan_of_the_same_cloud_changes_nothing(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    report = run(graph, environment, Cloud())
    assert [scope.changes.changed for scope in report.scopes if scope.changes] == [False] * 5
    assert report.pending == {}


def test_a_host_that_does_not_answer_loses_nothing_and_is_reported(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    before = ids(graph, environment), links(graph, environment)
    report = run(graph, environment, Cloud(outcomes=failed(CMP1)))
    assert (ids(graph, environment), links(graph, environment)) == before
    assert report.status == "completed_with_errors"
    assert [(scope, problem.remedy) for scope, problem in report.all_problems] == [(CMP1, PROBLEM.remedy)]


def test_services_that_do_not_answer_lose_nothing_and_hosts_are_still_read(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    before = ids(graph, environment), links(graph, environment)
    cloud = Cloud(outcomes=failed(NOVA) | failed(HOSTS))
    run(graph, environment, cloud)
    assert (ids(graph, environment), links(graph, environment)) == before
    assert sorted(cloud.asked) == ["cmp1", "cmp2"]


def test_what_left_a_completely_read_cloud_leaves_the_graph(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    run(graph, environment, Cloud(hosts={"cmp1": [], "cmp2": ["web2"]}))
    assert not {"i-web1", "cmp1:vnic:tap-web1"} & ids(graph, environment)
    assert "cmp1:vedge:ovs" in ids(graph, environment)


def test_a_host_that_left_the_cloud_leaves_with_all_that_was_on_it(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    run(graph, environment, Cloud(hosts={"cmp1": ["web1"]}))
    assert not [id for id in ids(graph, environment) if id.startswith("cmp2")]


def test_an_instance_that_moved_is_on_one_host_only(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    run(graph, environment, Cloud(hosts={"cmp1": [], "cmp2": ["web2", "web1"]}))
    assert {link for link in links(graph, environment) if link[2] == "i-web1" and link[0] == "CONTAINS"} == {
        ("CONTAINS", "cmp2", "i-web1")
    }


def test_an_empty_list_is_not_believed_while_its_objects_still_answer(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    empty = Cloud(hosts={"cmp1": [], "cmp2": []}, still_answering={"i-web1", "i-web2"}, outcomes=failed(CMP1))
    report = run(graph, environment, empty)
    assert {"i-web1", "i-web2"} <= ids(graph, environment)
    assert {scope.scope for scope in report.scopes if scope.outcome.status == "partial"} == {NOVA}


class WithoutInstances(Cloud):
    """Nova's listing of instances is empty, though their vNICs are on the hosts."""

    def _instances(self) -> list[Record]:
        return []


def test_hosts_keep_their_links_to_what_a_list_lacks_that_is_not_believed(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    before = links(graph, environment)
    run(graph, environment, WithoutInstances(still_answering={"i-web1", "i-web2"}))
    assert links(graph, environment) == before


def test_a_partial_reading_adds_and_removes_nothing(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    partial = {NOVA: Outcome("partial", (PROBLEM,))}
    run(graph, environment, Cloud(hosts={"cmp1": ["web3"], "cmp2": ["web2"]}, outcomes=partial | failed(CMP1)))
    assert {"i-web1", "i-web2", "i-web3"} <= ids(graph, environment)


def test_a_dry_run_tells_the_changes_and_writes_nothing(graph: Graph, environment: str) -> None:
    report = run(graph, environment, Cloud(hosts={"cmp1": ["web1"]}), dry_run=True)
    assert ids(graph, environment) == set()
    listed = {str(change) for scope in report.scopes if scope.changes for change in scope.changes.listed}
    assert "create instance i-web1 (web1)" in listed
    with raw_session(graph) as session:
        query = "MATCH (n) WHERE n.environment = $e RETURN count(n) AS nodes"
        assert session.run(query, e=environment).single(strict=True)["nodes"] == 0


def test_links_are_found_again_in_the_inventory_that_is_there(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud(), inventory_only=True)
    assert {link[0] for link in links(graph, environment)} == {"CONTAINS"}
    cloud = Cloud()
    run(graph, environment, cloud, links_only=True)
    assert cloud.asked == []
    assert ("VNIC_VEDGE", "cmp1:vnic:tap-web1", "cmp1:vedge:ovs") in links(graph, environment)


def test_a_scan_of_one_object_reads_only_its_hosts(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    cloud = Cloud(hosts={"cmp1": ["web1", "new"], "cmp2": ["web2"]})
    run(graph, environment, cloud, object="instance:i-new")
    assert cloud.asked == ["cmp1"]
    assert "cmp1:vnic:tap-new" in ids(graph, environment)


def test_a_scan_of_an_unknown_object_says_so(graph: Graph, environment: str) -> None:
    with pytest.raises(UnknownObject, match="i-none"):
        run(graph, environment, Cloud(), object="instance:i-none")


def test_clear_removes_what_the_scan_did_not_confirm_and_only_that(graph: Graph, environment: str) -> None:
    run(graph, environment, Cloud())
    report = run(graph, environment, Cloud(outcomes=failed(CMP1)), clear=True)
    assert report.cleared > 0
    left = ids(graph, environment)
    assert "cmp1:vedge:ovs" not in left
    assert {"cmp1", "cmp2:vedge:ovs", "i-web1"} <= left


def test_the_scan_is_a_node_that_tells_how_it_ended(graph: Graph, environment: str) -> None:
    report = run(graph, environment, Cloud(outcomes=failed(CMP1)))
    with raw_session(graph) as session:
        node = session.run("MATCH (s:Scan {environment: $e}) RETURN s", e=environment).single(strict=True)["s"]
        texts = session.run("MATCH (m:Message {environment: $e}) RETURN m.text", e=environment).value()
    assert (node["id"], node["status"]) == (report.scan_id, "completed_with_errors")
    assert json.loads(node["report"])["status"] == "completed_with_errors"
    assert any("ssh/cmp1" in text and PROBLEM.remedy in text for text in texts)
