"""/cliques and /paths: the same answers as the functions behind them."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.api.conftest import all_pages, get
from tests.clouds import Cloud, uuid
from tests.paths.test_find_paths import Shop
from topology.cliques import clique
from topology.graph import Graph
from topology.impact import find_impact
from topology.paths import asked_for, find_paths, find_reachable


def test_one_clique_is_the_one_of_the_command_line(
    client: FlaskClient, graph: Graph, environment: str, cloud: Cloud
) -> None:
    id = uuid("instance", "shop", "shop-web1")
    answer = get(client, "cliques", environment=environment, focal_point=id)
    assert answer == clique(graph, environment, id).as_json()
    assert {node["id"] for node in answer["nodes"]} >= {id, "cmp1:vedge:ovs", "cmp1:otep:vxlan"}


def test_all_cliques_of_a_type_come_in_pages(client: FlaskClient, graph: Graph, environment: str, cloud: Cloud) -> None:
    instances = {record.id for record in cloud.records.values() if record.type == "instance"}
    found = all_pages(client, "cliques", environment=environment, focal_point_type="instance", limit=4)
    assert [each["focal_point"]["id"] for each in found] == sorted(instances)
    assert found[0] == clique(graph, environment, min(instances)).as_json()


def test_a_clique_needs_one_kind_of_focal_point(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    for query in ({}, {"focal_point": "cmp1", "focal_point_type": "host"}):
        response = client.get("/api/v1/cliques", query_string={"environment": environment, **query})
        assert response.status_code == 400


def test_clique_types_of_an_environment_are_its_own_and_those_for_all(client: FlaskClient) -> None:
    found = get(client, "clique_types", environment="Apex-Euphrates", focal_point_type="instance")["items"]
    assert {kind["environment"] for kind in found} <= {"Apex-Euphrates", "ANY"}
    assert {kind["focal_point_type"] for kind in found} == {"instance"}


def test_paths_are_those_of_the_command_line(client: FlaskClient, graph: Graph, environment: str) -> None:
    shop = Shop()
    shop.write(graph, environment)
    ends = {"environment": environment, "from": shop.web1.id, "to": shop.db2.id}
    answer = get(client, "paths", **ends, proto="tcp", port=80)
    assert answer == find_paths(graph, environment, shop.web1.id, shop.db2.id, asked=asked_for("tcp", 80)).as_json()
    assert {node["id"] for node in answer["paths"][0]["nodes"]} >= {shop.web1.id, shop.db2.id}
    apart = get(client, "paths", environment=environment, **{"from": shop.web2.id, "to": shop.clerk.id})
    assert (apart["reachable"], apart["paths"]) == (False, [])
    assert apart["reason"]


def test_an_ambiguous_end_of_a_path_names_the_candidates(client: FlaskClient, graph: Graph, environment: str) -> None:
    shop = Shop()
    shop.write(graph, environment)
    query = {"environment": environment, "from": "10.1.1.11", "to": shop.web2.id}
    response = client.get("/api/v1/paths", query_string=query)
    assert response.status_code == 422
    candidates = response.get_json()["error"]["details"]["candidates"]
    assert set(candidates) == {shop.web1.id, shop.teller.id}


def test_impact_is_the_one_of_the_command_line(client: FlaskClient, graph: Graph, environment: str) -> None:
    shop = Shop()
    shop.write(graph, environment)
    answer = get(client, "impact", environment=environment, id="cmp1")
    assert answer == find_impact(graph, environment, "cmp1").as_json()
    hit = {each["node"]["id"] for each in answer["affected"]}
    assert {shop.web1.id, shop.teller.id} <= hit
    together = get(client, "impact", environment=environment, id=["cmp1", "cmp2"])
    assert {each["node"]["id"] for each in together["affected"]} >= hit | {shop.web2.id, shop.db2.id}
    query = {"environment": environment, "id": "cmp1", "format": "markdown"}
    report = client.get("/api/v1/impact", query_string=query)
    assert report.mimetype == "text/markdown"
    assert report.get_data(as_text=True).startswith("# Impact of ")


def test_reachable_is_the_one_of_the_command_line(client: FlaskClient, graph: Graph, environment: str) -> None:
    shop = Shop()
    shop.write(graph, environment)
    query = {"environment": environment, "from": shop.web1.id, "type": ["instance", "router"]}
    answer = get(client, "reachable", **query)
    assert answer == find_reachable(graph, environment, shop.web1.id, kinds=["instance", "router"]).as_json()
    reached = {item["id"] for item in answer["items"]}
    assert shop.web2.id in reached
    assert shop.clerk.id not in reached
