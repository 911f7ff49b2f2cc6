"""`/metrics`: what is done to a real graph changes it as Prometheus would expect."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from neo4j import Driver, GraphDatabase

from api.application import make_app
from api.service import Service
from cypher import statement
from graph_schema.metrics import METRICS
from graph_schema.records import Scope
from tests.api.relay import relay
from tests.conftest import Neo4jAddress
from tests.metrics.exposed import Scrape, scrape
from tests.scan.readings import Cloud, failed
from topology import tokens
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.metrics.keeping import count_ended_scans, keep
from topology.scan import ScanOptions, scan
from topology.scan.history import request_scan
from topology.scan.turns import cancel
from topology.settings import Settings


def scanned(graph: Graph, environment: str, cloud: Cloud | None = None, **options: object) -> None:
    settings = Settings(data_dir=Path())
    scan(graph, environment, cloud or Cloud(), ScanOptions(**options), settings=settings)  # type: ignore[arg-type]  # by name
    keep(graph)


def test_a_scan_is_counted_with_how_it_ended_how_long_it_took_and_what_it_wrote(
    graph: Graph, environment: str, client: FlaskClient
) -> None:
    before = time.time()
    scanned(graph, environment)
    told = scrape(client).of(environment)
    assert told["calipso_scans_total", "completed"] == 1
    assert told["calipso_scan_duration_seconds_count", "completed"] == 1
    assert 0 < told["calipso_scan_duration_seconds_sum", "completed"] < 60
    assert before <= told[("calipso_scan_last_success_timestamp_seconds",)] <= time.time() + 1
    assert (told[("calipso_scans_running",)], told[("calipso_scans_waiting",)]) == (0, 0)
    objects = {key: value for key, value in told.items() if key[0] == "calipso_objects"}
    assert objects
    assert told["calipso_objects_written_total", "created"] == sum(objects.values())
    assert told["calipso_links_written_total", "created"] > 0
    assert told[("calipso_writer_transaction_seconds_count",)] > 0
    assert told["calipso_scopes", "failed"] == 0 < told["calipso_scopes", "complete"]

    scanned(graph, environment, Cloud(outcomes=failed(Scope("ssh", "cmp1"))))
    scanned(graph, environment, object="cmp1")
    after = scrape(client).of(environment)
    assert after["calipso_scans_total", "completed_with_errors"] == 1
    assert after["calipso_scans_total", "completed"] == 2
    assert after["calipso_scopes", "failed"] == 0  # the host was read again by itself
    assert after["calipso_objects_written_total", "created"] == told["calipso_objects_written_total", "created"]


def test_only_a_whole_scan_that_completed_is_the_last_success(
    graph: Graph, environment: str, client: FlaskClient
) -> None:
    name = "calipso_scan_last_success_timestamp_seconds"
    everything = (Scope("keystone", "environment"), Scope("nova", "RegionOne"), Scope("openstack", "RegionOne"))
    scanned(graph, environment, Cloud(outcomes={scope: failed(scope)[scope] for scope in everything}))
    assert scrape(client).of(environment, name) == {(name,): 0}
    scanned(graph, environment)
    first = scrape(client).of(environment, name)
    assert first[(name,)] > 0
    scanned(graph, environment, object="cmp1")
    scanned(graph, environment, links_only=True)
    assert scrape(client).of(environment, name) == first


def test_scans_that_wait_are_told_and_each_end_is_counted_once(
    graph: Graph, environment: str, client: FlaskClient, tmp_path: Path
) -> None:
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path)))
    registry.add(Environment(name=environment, configuration=({"name": "OpenStack", "auth_url": "http://x/v3"},)))
    asked = request_scan(graph, environment, ScanOptions(), started_by="test")
    assert scrape(client).of(environment)[("calipso_scans_waiting",)] == 1
    cancel(graph, environment, asked.id, by="test")
    for _ in range(2):
        count_ended_scans(graph)
    told = scrape(client).of(environment)
    assert told[("calipso_scans_waiting",)] == 0
    assert told["calipso_scans_total", "aborted"] == 1
    assert ("calipso_scan_duration_seconds_count", "aborted") not in told  # it never began


def test_a_scan_that_goes_with_its_environment_while_it_is_counted_is_passed_over(
    graph: Graph, environment: str, driver: Driver
) -> None:
    # Tests that run beside this one count all scans, too: where one was faster, there is nothing to wait for.
    assert any(counted_while_it_goes(graph, environment, driver) for _ in range(20))


def counted_while_it_goes(graph: Graph, environment: str, driver: Driver) -> bool:
    """Whether the count waited for the removal of a scan that it had found."""
    with driver.session() as session, ThreadPoolExecutor(1) as pool:
        session.run("CREATE (:Scan {environment: $e, id: 'gone', status: 'completed'})", e=environment).consume()
        with session.begin_transaction() as removal:
            removal.run("MATCH (s:Scan {environment: $e}) DETACH DELETE s", e=environment).consume()
            counting = pool.submit(count_ended_scans, graph)
            while not (waited := waits_for_a_lock(driver)) and not counting.done():
                time.sleep(0.05)
            removal.commit()
        counting.result(timeout=30)
    return waited


def waits_for_a_lock(driver: Driver) -> bool:
    query = "SHOW TRANSACTIONS YIELD currentQuery, status WHERE currentQuery CONTAINS $text RETURN collect(status)"
    [[found]] = driver.execute_query(query, text="s.counting = true").records
    return any(status.startswith("Blocked") for status in found)


def test_sums_outlive_the_process_and_the_api(
    graph: Graph, environment: str, client: FlaskClient, tmp_path: Path
) -> None:
    scanned(graph, environment)
    first = scrape(client).of(environment, "calipso_scans_total")
    other = make_app(Service(graph, Settings(data_dir=tmp_path / "other"))).test_client()
    other.environ_base.update(client.environ_base)
    assert scrape(other).of(environment, "calipso_scans_total") == first != {}


def test_requests_are_told_by_route_never_by_address(client: FlaskClient) -> None:
    for _ in range(2):
        client.get("/api/v1/inventory", query_string={"environment": "nobody-has-this"})
    client.get("/somewhere/else")
    client.get("/somewhere/quite/else")
    told = scrape(client)
    count = "calipso_api_request_duration_seconds_count"
    assert told.one(count, method="GET", route="/api/v1/inventory", status="404") == 2
    assert told.one(count, method="other", route="none", status="404") == 2
    assert "somewhere" not in str(told.samples)


def test_all_that_is_told_is_declared_and_of_its_kind(graph: Graph, environment: str, client: FlaskClient) -> None:
    scanned(graph, environment)
    for family in scrape(client).families.values():
        if family.name.startswith("process_"):
            continue
        declared = METRICS[family.name + ("_total" if family.type == "counter" else "")]
        assert (family.type, family.documentation) == (declared.kind, declared.help)
        labels = {name for sample in family.samples for name in sample.labels} - {"le"}
        assert labels <= set(declared.labels)


def test_what_has_no_name_any_more_because_it_is_being_removed_is_not_told(neo4j_server: Neo4jAddress) -> None:
    facts = statement("metrics_environments")
    where = (neo4j_server.bolt_uri, (neo4j_server.user, neo4j_server.password))
    with GraphDatabase.driver(where[0], auth=where[1]) as driver, driver.session() as session:
        tx = session.begin_transaction()
        tx.run("CREATE (:Environment), (:Environment {name: 'there'})")
        rows = tx.run(facts.text, now=datetime.now(UTC), dead_after=60).data()
        tx.rollback()
    named = [row["environment"] for row in rows]
    assert "there" in named
    assert None not in named


def test_a_token_for_metrics_reads_metrics_and_nothing_else(app: Flask, graph: Graph) -> None:
    text, made = tokens.issue(graph, "prometheus", scope="metrics")
    client = app.test_client()
    assert client.get("/metrics").status_code == 401
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    assert client.get("/metrics").status_code == 200
    assert client.get("/api/v1/constants").status_code == 401
    assert client.post("/api/v1/auth/tokens", json={"name": "more"}).status_code == 401
    tokens.revoke(graph, made.id)


def test_that_neo4j_is_away_is_told_to_who_came_before(neo4j_server: Neo4jAddress, token: str, tmp_path: Path) -> None:
    with relay(neo4j_server.bolt_uri) as way:
        uri = f"bolt://127.0.0.1:{way.port}"
        with Graph(uri, neo4j_server.user, neo4j_server.password, patience=1.0) as graph:
            app = make_app(Service(graph, Settings(data_dir=tmp_path)))
            client, stranger = app.test_client(), app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
            assert scrape(client).one("calipso_graph_up") == 1
            way.cut()
            app.extensions["calipso_callers"]._known = {
                key: (caller, 0.0) for key, (caller, _) in app.extensions["calipso_callers"]._known.items()
            }
            told = scrape(client)
            assert told.one("calipso_graph_up") == 0
            assert (
                told.one("calipso_api_request_duration_seconds_count", method="GET", route="/metrics", status="200")
                == 1
            )
            stranger.environ_base["HTTP_AUTHORIZATION"] = "Bearer calipso_unknown"
            assert stranger.get("/metrics").status_code == 503


def test_a_private_broker_that_does_not_run_is_told_and_not_started(client: FlaskClient, tmp_path: Path) -> None:
    told = scrape(client)
    assert told.one("calipso_broker_up") == 0
    assert told.one("calipso_queue_tasks") is None
    assert not (tmp_path / "broker" / "redis.pid").exists()


@pytest.mark.parametrize("accept", ["text/plain", "application/openmetrics-text; version=1.0.0"])
def test_both_formats_of_prometheus_are_spoken(client: FlaskClient, accept: str) -> None:
    response = client.get("/metrics", headers={"Accept": accept})
    assert response.content_type.startswith(accept.partition(";")[0])
    if accept == "text/plain":
        assert Scrape(response.get_data(as_text=True)).one("calipso_graph_up") == 1
