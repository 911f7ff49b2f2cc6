"""What notifications say is in the graph at once: in the source's order, for good, and in one environment only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from neo4j import Driver

from graph_schema.events import Event
from graph_schema.records import COMPLETE
from tests.events.graphs import Kept, picture, scanned
from tests.events.model_cloud import ModelCloud
from tests.events.recorded import effect_of, made, recorded
from topology.graph import Graph
from topology.store import GraphStore

SUBPORTS = "trunk_id", "trunk_parent", "subports"


@pytest.fixture
def shown(driver: Driver, environment: str) -> Any:
    """The graph as it is now."""
    return lambda: picture(driver, environment)


def port_of(cloud: ModelCloud, **values: Any) -> dict[str, Any]:
    port = next(port for port in cloud.state["ports"] if port["device_owner"].startswith("compute"))
    return {**port, **values}


def updated(port: dict[str, Any], revision: int, **values: Any) -> Event:
    return made("port.update.end", {"port": {**port, "revision_number": revision, **values}})


def test_what_the_payload_says_needs_no_request(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    port = port_of(cloud)
    cloud.asked.clear()

    kept.hear([updated(port, 100, name="renamed")])

    assert shown()[port["id"]]["name"] == "renamed"
    assert cloud.asked == []


def test_an_older_notification_changes_nothing(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    port = port_of(cloud)

    kept.hear([updated(port, 101, name="newer")])
    kept.hear([updated(port, 100, name="older")])

    assert shown()[port["id"]]["name"] == "newer"


def test_in_one_batch_the_source_decides_on_the_order(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    port = port_of(cloud)

    kept.hear([updated(port, 103, name="newest"), updated(port, 101, name="first"), updated(port, 102, name="second")])

    assert shown()[port["id"]]["name"] == "newest"


def test_what_is_gone_stays_gone_whatever_comes_late(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    port = port_of(cloud)

    kept.hear([made("port.delete.end", {"port_id": port["id"]})])
    kept.hear([updated(port, 200, name="late")])
    kept.hear([made("port.create.end", {"port": port | {"id": "never-seen"}})])
    kept.hear([made("port.delete.end", {"port_id": "never-seen"}), made("port.create.end", {"port": port})])

    assert not {port["id"], "never-seen"} & shown().keys()


def test_what_is_gone_is_asked_for_no_more(kept: Kept, cloud: ModelCloud, driver: Driver, environment: str) -> None:
    def asked_for() -> set[str]:
        with driver.session() as session:
            rows = session.run("MATCH (r:RefreshRequest {environment: $name}) RETURN r.key AS key", name=environment)
            return {row["key"] for row in rows}

    port = port_of(cloud)
    kept.hear([updated(port, 100, **{"binding:host_id": "elsewhere"})])
    before = asked_for()

    kept.hear([made("port.delete.end", {"port_id": port["id"]})])

    assert f"port/{port['id']}" in before
    assert f"port/{port['id']}" not in asked_for()
    assert {key for key in before if key.startswith("host/")} <= asked_for()


def test_a_delete_that_comes_before_its_create_wins(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    kept.hear([made("port.delete.end", {"port_id": "p-new"})])
    kept.hear([made("port.create.end", {"port": port_of(cloud, id="p-new")})])

    assert "p-new" not in shown()


def test_twice_is_once(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    events = [updated(port_of(cloud), 100, name="again"), made("port.create.end", {"port": port_of(cloud, id="p-new")})]
    kept.hear(events)
    before = shown()

    kept.hear([*events, *events])

    assert shown() == before


def test_a_deleted_port_is_removed_in_its_own_environment_only(
    graph: Graph, kept: Kept, cloud: ModelCloud, driver: Driver
) -> None:
    other = f"test-other-{uuid4().hex[:8]}"
    scanned(graph, other, cloud)
    before = picture(driver, other)

    kept.hear([made("port.delete.end", {"port_id": port_of(cloud)["id"]})])

    assert picture(driver, other) == before
    driver.execute_query("MATCH (n {environment: $e}) DETACH DELETE n", e=other)


def test_a_new_port_comes_with_its_links_and_with_those_that_waited_for_it(
    kept: Kept, cloud: ModelCloud, shown: Any
) -> None:
    floating = cloud.state["floatingips"][0]
    port = port_of(cloud, id="p-new", security_groups=[cloud.state["security-groups"][1]["id"]])
    led = {**floating, "port_id": "p-new", "port_details": None, "revision_number": 100}

    kept.hear([made("floatingip.update.end", {"floatingip": led})])
    kept.hear([made("port.create.end", {"port": port})])

    graph = shown()
    assert ("SECURITY_GROUP_PORT", cloud.state["security-groups"][1]["id"], "p-new") in graph
    assert graph["FLOATING_IP_PORT", floating["id"], "p-new"]["networks"] == [port["network_id"]]
    assert ("CONTAINS", port["network_id"], "p-new") in graph
    assert not [key for key in graph if key[0] == "waiting"]


def test_a_router_is_found_by_the_id_that_a_scan_gave_it(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    router = cloud.state["routers"][0] | {"name": "renamed", "revision_number": 100}

    kept.hear([made("router.update.end", {"router": router})])
    assert shown()[router["id"]]["name"] == "renamed"

    kept.hear([made("router.delete.end", {"router_id": router["id"]})])
    assert router["id"] not in shown()


def test_an_instance_moves_with_its_place_in_the_tree(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    server = next(server for server in cloud.servers if server["OS-EXT-SRV-ATTR:host"])
    payload = {**recorded("instance.live_migration_post_dest.end").payload, "uuid": server["id"], "host": "cmp9"}

    kept.hear([made("instance.live_migration_post_dest.end", payload, datetime.now(UTC))])

    graph = shown()
    assert graph[server["id"]]["host"] == "cmp9"
    assert ("waiting", "CONTAINS", "cmp9", server["id"]) in graph
    assert ("CONTAINS", server["OS-EXT-SRV-ATTR:host"], server["id"]) not in graph


def test_what_the_notification_does_not_say_stays(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    server = next(server for server in cloud.servers if server["OS-EXT-SRV-ATTR:host"])
    local_name = shown()[server["id"]]["local_name"]
    payload = {**recorded("compute.instance.pause.end").payload, "instance_id": server["id"]}

    kept.hear([made("compute.instance.pause.end", payload, datetime.now(UTC))])

    assert (shown()[server["id"]]["local_name"], shown()[server["id"]]["source_status"]) == (local_name, "PAUSED")


def test_a_network_takes_its_subnets_and_ports_along(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    network = cloud.state["subnets"][1]["network_id"]
    inside = {i["id"] for path in ("ports", "subnets") for i in cloud.state[path] if i["network_id"] == network}

    kept.hear([made("network.delete.end", {"network_id": network})])

    assert inside
    assert not shown().keys() & {network, *inside}


def test_a_scan_that_began_before_an_event_neither_undoes_nor_revives(
    graph: Graph, environment: str, kept: Kept, cloud: ModelCloud, shown: Any
) -> None:
    kept_port, gone_port = (port for port in cloud.state["ports"][:2])
    readings = list(cloud.collection().read_cloud())
    kept.hear([updated(kept_port, 100, name="newer"), made("port.delete.end", {"port_id": gone_port["id"]})])

    class Old:
        notes = hints = ()

        def read_cloud(self) -> Iterator[Any]:
            return iter(readings)

        def __getattr__(self, name: str) -> Any:
            return getattr(cloud.collection(), name)

    from topology.scan import scan
    from topology.settings import Settings

    report = scan(graph, environment, Old(), settings=Settings())

    assert {scope.outcome.status for scope in report.scopes} == {COMPLETE.status}
    assert shown()[kept_port["id"]]["name"] == "newer"
    assert gone_port["id"] not in shown()


def test_what_cannot_be_read_becomes_a_message_and_the_rest_is_applied(
    kept: Kept, cloud: ModelCloud, shown: Any, driver: Driver, environment: str
) -> None:
    port = port_of(cloud)
    bad = made("port.update.end", {"port": {"id": "p", "network_id": 5}})
    applied = kept.engine.apply([effect_of(bad), effect_of(updated(port, 100, name="good"))])

    assert len(applied.problems) == 1
    assert shown()[port["id"]]["name"] == "good"
    rows = driver.execute_query(
        "MATCH (m:Message {environment: $e, source_system: 'events'}) RETURN m.level AS level, m.text AS text",
        e=environment,
    ).records
    assert [row["level"] for row in rows] == ["error"]
    assert "network_id" in rows[0]["text"]


def test_ids_of_any_length_are_kept_apart(kept: Kept, cloud: ModelCloud, shown: Any) -> None:
    long, longer = "p" * 600, "p" * 601

    kept.hear([made("port.create.end", {"port": port_of(cloud, id=id)}) for id in (long, longer)], batch=1)
    kept.hear([made("port.delete.end", {"port_id": long})])

    assert len([id for id in shown() if isinstance(id, str) and id.startswith("ppp")]) == 1


def test_a_source_that_fails_is_asked_again_later_and_told_once(
    kept: Kept, cloud: ModelCloud, driver: Driver, environment: str, shown: Any
) -> None:
    port = port_of(cloud)
    kept.hear([updated(port, 100)])
    cloud.state["ports"][cloud.state["ports"].index(port_of(cloud))]["network_id"] = 5  # malformed

    for _ in range(3):
        kept.clock.ahead += timedelta(minutes=5)
        assert kept.engine.refresh().failed
    messages = driver.execute_query(
        "MATCH (m:Message {environment: $e}) WHERE m.source_system = 'events' RETURN m.text AS text", e=environment
    ).records
    assert len(messages) == 2, messages  # of the port, and of its instance's ports: each once

    cloud.state["ports"] = [{**p, "network_id": port["network_id"]} if p["network_id"] == 5 else p
                            for p in cloud.state["ports"]]  # fmt: skip
    kept.settle()
    assert shown()[port["id"]]["name"]


def test_a_network_that_is_known_late_has_its_hosts_read_again(
    kept: Kept, cloud: ModelCloud, driver: Driver, environment: str
) -> None:
    network = {**cloud.state["networks"][0], "id": "late"}
    port = port_of(cloud, id="p-early", network_id="late") | {"binding:host_id": "cmp7"}

    kept.hear([made("port.create.end", {"port": port})])
    driver.execute_query("MATCH (r:RefreshRequest {environment: $e}) DELETE r", e=environment)
    kept.hear([made("network.create.end", {"network": network})])

    rows = driver.execute_query("MATCH (r:RefreshRequest {environment: $e}) RETURN r.key AS key", e=environment).records
    assert "host/cmp7" in {row["key"] for row in rows}


def test_an_environment_that_is_emptied_has_nothing_to_read_again(
    graph: Graph, kept: Kept, cloud: ModelCloud, driver: Driver, environment: str
) -> None:
    kept.hear([updated(port_of(cloud), 100), made("port.delete.end", {"port_id": "p"})])

    GraphStore(graph, environment).remove_environment_objects()

    left = driver.execute_query(
        "MATCH (n {environment: $e}) WHERE n:RefreshRequest OR n:Tombstone OR n:Object RETURN n", e=environment
    ).records
    assert left == []
