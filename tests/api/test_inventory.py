"""/inventory, /links, /tree, /search: everything that was discovered is told, once, and nothing else."""

from __future__ import annotations

from flask.testing import FlaskClient

from graph_schema.model import ANNOTATIONS
from tests.api.conftest import all_pages, get
from tests.clouds import Cloud, uuid
from topology.graph import Graph


def ids(items: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(item["type"], item["id"]) for item in items}


def test_all_pages_together_hold_every_object_once(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    found = all_pages(client, "inventory", environment=environment, limit=7)
    assert len(found) == len(cloud.records)
    assert ids(found) == {(record.type, record.id) for record in cloud.records.values()}


def test_filters_hold_together(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    def expected(types: set[str] | None = None, host: str | None = None, parent: str | None = None) -> set[object]:
        return {
            (r.type, r.id)
            for r in cloud.records.values()
            if (types is None or r.type in types)
            and (host is None or r.host == host)
            and (parent is None or r.parent.id == parent)
        }

    for query, wanted in (
        ({"type": "vnic"}, expected({"vnic"})),
        ({"type": ["vnic", "host"]}, expected({"vnic", "host"})),
        ({"host": "cmp1"}, expected(host="cmp1")),
        ({"host": "cmp1", "type": "vnic"}, expected({"vnic"}, host="cmp1")),
        ({"parent_id": "cmp1"}, expected(parent="cmp1")),
        ({"parent_id": "cmp1", "type": ["host_pnic", "vedge"]}, expected({"host_pnic", "vedge"}, parent="cmp1")),
        ({"host": "nowhere"}, set()),
    ):
        assert ids(all_pages(client, "inventory", environment=environment, limit=5, **query)) == wanted, query


def test_words_narrow_the_inventory(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    found = get(client, "inventory", environment=environment, q="shop-web1", type="instance")["items"]
    assert {item["name"] for item in found} == {"shop-web1"}
    beginnings = get(client, "inventory", environment=environment, q="sho", type="instance")["items"]
    assert {item["name"] for item in beginnings} == {"shop-web1", "shop-web2", "shop-web4"}


def test_one_object_tells_its_surroundings(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    id = uuid("instance", "shop", "shop-web2")
    (found,) = get(client, "inventory", environment=environment, id=id)["items"]
    assert (found["type"], found["name"], found["host"]) == ("instance", "shop-web2", "cmp2")
    assert [parent["id"] for parent in found["parents"]] == ["region:RegionOne", "zone:RegionOne:nova", "cmp2"]
    assert {(kind["type"], kind["count"]) for kind in found["children"]} == {("vnic", 2)}
    links = {(link["link_type"], link["source_id"], link["target_id"]) for link in found["links"]}
    assert links == {(link.type, link.source_id, link.target_id) for link in cloud.links if id in _ends(link)}
    assert found["link_counts"] == {"instance-vnic": 2, "project-instance": 1}
    assert found["freshness"]["complete"]


def _ends(link: object) -> tuple[str, str]:
    return link.source_id, link.target_id  # type: ignore[attr-defined]  # any of the cloud's links


def test_ids_with_any_sign_travel_as_parameters(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    for id in (record.id for record in cloud.records.values() if ":" in record.id):
        (found,) = get(client, "inventory", environment=environment, id=id)["items"]
        assert found["id"] == id


def test_all_pages_of_links_hold_every_link_once(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    def told(**query: object) -> list[tuple[str, str, str]]:
        found = all_pages(client, "links", environment=environment, limit=9, **query)
        return sorted((link["link_type"], link["source_id"], link["target_id"]) for link in found)

    every = sorted((link.type, link.source_id, link.target_id) for link in cloud.links)
    assert told() == every
    kinds = ["vnic-vedge", "otep-otep"]
    assert told(link_type=kinds) == [link for link in every if link[0] in kinds]
    switch = "net1:vedge:ovs"
    assert told(target_id=switch) == [link for link in every if link[2] == switch]
    assert told(source_id=switch) == [link for link in every if link[1] == switch]
    hosts = {record.id: record.host for record in cloud.records.values()}
    assert told(host="cmp4") == [link for link in every if "cmp4" in (hosts[link[1]], hosts[link[2]])]


def test_annotations_are_written_searched_and_taken_away(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    where = {"environment": environment, "id": uuid("instance", "shop", "shop-web1")}
    texts = {name: f"{name} {environment} ✓" for name in ANNOTATIONS}
    written = client.patch("/api/v1/inventory", query_string=where, json=texts)
    assert written.status_code == 200
    (found,) = get(client, "inventory", **where)["items"]
    assert {name: found[name] for name in ANNOTATIONS} == texts
    taken = client.patch("/api/v1/inventory", query_string=where, json={"note": None, "alias": ""})
    assert taken.get_json()["application"] == texts["application"]
    (left,) = get(client, "inventory", **where)["items"]
    assert {name for name in ANNOTATIONS if name in left} == {"application", "service"}


def test_annotations_survive_a_scan_and_make_it_write_nothing(
    client: FlaskClient, graph: Graph, environment: str, cloud: Cloud
) -> None:
    where = {"environment": environment, "id": uuid("instance", "shop", "shop-web1")}
    client.patch("/api/v1/inventory", query_string=where, json={"note": "the till"})
    (before,) = get(client, "inventory", **where)["items"]
    cloud.write(graph, environment)
    (after,) = get(client, "inventory", **where)["items"]
    assert after["note"] == "the till"
    assert after["last_changed"] == before["last_changed"]


def test_what_was_discovered_can_not_be_patched(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    where = {"environment": environment, "id": "cmp1"}
    refused = client.patch("/api/v1/inventory", query_string=where, json={"name": "mine", "note": "x"})
    assert refused.status_code == 400
    assert "note" not in get(client, "inventory", **where)["items"][0]


def test_the_tree_counts_what_it_does_not_show(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    found = get(client, "tree", environment=environment, id="cmp1", depth=1, limit=1)
    groups = {group["type"]: (group["count"], len(group["items"]), group["more"]) for group in found["groups"]}
    assert groups["host_pnic"] == (3, 1, 2)
    assert found["root"]["id"] == "cmp1"


def test_search_finds_by_address_in_one_environment(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    found = all_pages(client, "search", q="10.1.1.11", environment=environment, limit=3)
    assert {i["name"] for i in found if i["type"] == "instance"} == {"shop-web1", "bank-web1"}
    assert {i["environment"] for i in found} == {environment}


def test_aggregates_count_what_the_inventory_lists(client: FlaskClient, environment: str, cloud: Cloud) -> None:
    counted = get(client, "aggregates", type="environment", environment=environment)["aggregates"]
    assert counted["total"] == len(cloud.records)
    assert counted["object_types"]["port"] == len(all_pages(client, "inventory", environment=environment, type="port"))
