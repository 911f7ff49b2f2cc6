"""A clock and a worker as real processes: what is due is done, what waits holds nobody, what dies is done again."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psutil
import pytest

from tests.conftest import Neo4jAddress
from tests.raw import raw_session
from tests.sources.http_cloud import http_cloud
from tests.workers.site import Site, a_process, a_worker, calipso_environment, the_broker, wait_for
from topology import connection_tests, schedules
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.messages import messages
from topology.presence import workers
from topology.scan import ScanOptions
from topology.scan.history import scans
from topology.scan.turns import cancel
from topology.schedules import recurrence
from workers.requesting import test_as_task as send_test

FIRST, SECOND = 0, 1


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, neo4j_server: Neo4jAddress, graph: Graph) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("b") / "d"
    folder.mkdir()
    names = tuple(f"test-{uuid.uuid4().hex[:12]}" for _ in range(2))
    variables = calipso_environment(folder, neo4j_server, CALIPSO_BEAT_ENVIRONMENTS=",".join(names))
    with (
        the_broker(variables),
        a_worker(variables, folder / "worker.log", concurrency=2) as worker,
        a_process(variables, folder / "beat.log", "beat"),
    ):
        yield Site(folder, names, worker, graph)
    for name in names:
        _forget(graph, name)


@pytest.fixture(autouse=True)
def _nothing_is_left(site: Site) -> Iterator[None]:
    yield
    for name in site.environments:
        _forget(site.graph, name)


def _forget(graph: Graph, name: str) -> None:
    with raw_session(graph) as session:
        session.run(
            "MATCH (n) WHERE n.environment = $name OR (n:Environment AND n.name = $name) DETACH DELETE n", name=name
        ).consume()


def test_what_is_due_is_scanned_by_itself_with_its_options(site: Site) -> None:
    name = site.environments[FIRST]
    with http_cloud() as cloud:
        site.add(name, cloud)
        long_ago = datetime.now(UTC) - timedelta(days=400)
        how = recurrence("HOURLY", now=long_ago, start=long_ago)
        options = ScanOptions(inventory_only=True)
        added = schedules.add(site.graph, name, how, options, created_by="test", now=long_ago)
        scan = wait_for(lambda: [s for s in scans(site.graph, environment=name).items if s["ended_at"]])[0]
    assert (scan["schedule"], scan["started_by"]) == (added.id, f"schedule:{added.id}")
    assert scan["options"] == options.as_json()
    assert scan["status"] in ("completed", "completed_with_errors")
    after = schedules.one_schedule(site.graph, added.id)
    assert (after.runs, after.last_scan) == (1, scan["id"])
    assert after.next_run is not None
    assert after.next_run > datetime.now(UTC)


def test_a_scan_that_waits_for_another_holds_no_place_in_the_worker(site: Site) -> None:
    first, second = site.environments
    with http_cloud() as slow, http_cloud() as quick:
        slow.pause = 0.5
        site.add(first, slow)
        site.add(second, quick)
        runs = site.ask(first)
        site.running(runs)
        waits = [site.ask(first, ScanOptions(object=f"host:h{number}")) for number in range(3)]
        elsewhere = site.ended(site.ask(second))
        assert site.scan(runs)["status"] == "running"
        assert {site.scan(each)["status"] for each in waits} == {"pending"}
        slow.pause = 0.0
        ended = [site.ended(runs), *map(site.ended, waits)]
    assert elsewhere["ended_at"] < ended[0]["ended_at"]
    spans = sorted((scan["started_at"], scan["ended_at"]) for scan in ended)
    assert all(former[1] <= later[0] for former, later in pairwise(spans))


def test_a_running_scan_is_cancelled_and_says_by_whom(site: Site) -> None:
    name = site.environments[FIRST]
    with http_cloud() as cloud:
        cloud.pause = 1.0
        site.add(name, cloud)
        asked = site.ask(name)
        site.running(asked)
        assert cancel(site.graph, name, asked.id, by="the operator") == "running"
        scan = site.ended(asked)
    assert (scan["status"], scan["reason"]) == ("aborted", "cancelled by the operator.")


def test_a_dry_run_that_was_asked_for_ends_with_its_report_and_writes_nothing(site: Site) -> None:
    name = site.environments[FIRST]
    with http_cloud() as cloud:
        site.add(name, cloud)
        scan = site.ended(site.ask(name, ScanOptions(dry_run=True)))
    assert scan["report"]["dry_run"] is True
    assert scan["report"]["scopes"]
    with raw_session(site.graph) as session:
        assert session.run("MATCH (o:Object {environment: $e}) RETURN count(o)", e=name).single(strict=True)[0] == 0


def test_a_scan_into_another_environment_is_kept_there_and_ends(site: Site) -> None:
    name, other = site.environments
    with http_cloud() as cloud:
        site.add(name, cloud)
        asked = site.ask(name, ScanOptions(into=other))
        assert asked.environment == other
        scan = site.ended(asked)
    assert scan["environment"] == other
    assert scans(site.graph, environment=name).items == ()
    with raw_session(site.graph) as session:
        assert session.run("MATCH (p:Project {environment: $e}) RETURN count(p)", e=other).single(strict=True)[0] > 0


def test_a_scan_whose_process_is_killed_is_begun_again_and_completes(site: Site) -> None:
    name = site.environments[FIRST]
    with http_cloud() as cloud:
        cloud.pause = 0.3
        site.add(name, cloud)
        asked = site.ask(name)
        place = site.running(asked)["place"]
        child = int(place.rpartition(":")[2])
        assert child in {process.pid for process in psutil.Process(site.worker.pid).children(recursive=True)}
        os.kill(child, signal.SIGKILL)
        cloud.pause = 0.0
        scan = site.ended(asked)
    assert scan["status"] in ("completed", "completed_with_errors")
    assert scan["place"] != place


def test_connections_are_tried_by_a_worker_and_kept_without_secrets(site: Site) -> None:
    name = site.environments[FIRST]
    vault = open_vault(site.settings)
    with http_cloud() as cloud:
        site.add(name, cloud)
        own = connection_tests.request_test(site.graph, vault, name, requested_by="test")
        wrong = [{"name": "OpenStack", "auth_url": f"{cloud.url}/identity/v3", "user": "admin", "pwd": "hush-hush"}]
        given = connection_tests.request_test(site.graph, vault, name, None, wrong, requested_by="test")
        for id in (own, given, given):  # a broker may deliver a task twice
            send_test(site.graph, site.tasks, site.settings, name, id)
        wait_for(lambda: not connection_tests.list_tests(site.graph, environment=name, status="pending").items)
        wait_for(lambda: not connection_tests.list_tests(site.graph, environment=name, status="running").items)
        ended = {id: connection_tests.one_test(site.graph, id) for id in (own, given)}
    assert [step["step"] for step in ended[own]["test_results"][0]["steps"]][:5] == [
        "configuration",
        "name",
        "connect",
        "keystone",
        "login",
    ]
    (failed,) = [step for step in ended[given]["test_results"][0]["steps"] if step["status"] == "failed"]
    assert (ended[given]["status"], failed["kind"]) == ("failed", "credentials")
    with raw_session(site.graph) as session:
        kept = session.run("MATCH (t:ConnectionTest {environment: $e}) RETURN properties(t) AS t", e=name).value()
    assert len(kept) == 2
    assert all("configuration" not in test for test in kept)
    assert "hush-hush" not in str(kept)
    told = {message["text"] for message in messages(site.graph, environment=name).items}
    assert any("login refused" in text for text in told)


def test_worker_and_clock_are_known_and_told(site: Site) -> None:
    def here() -> set[str]:
        mine = {f":{site.worker.pid}"}
        found = [each for each in workers(site.graph) if each["state"] == "running"]
        return {each["kind"] for each in found if any(each["place"].endswith(pid) for pid in mine)}

    assert wait_for(here) == {"worker"}
    texts = [message["text"] for message in messages(site.graph, limit=1000).items if not message["environment"]]
    assert any(text.startswith("worker") and text.endswith(f":{site.worker.pid} started") for text in texts)
