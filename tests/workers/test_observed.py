"""A worker and `calipso up` as processes: what they log as JSON, what they count, and how a task ends in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask.testing import FlaskClient

from api.application import make_app
from api.service import Service
from tests.api.processes import command, variables
from tests.conftest import Neo4jAddress
from tests.metrics.exposed import scrape
from tests.sources.http_cloud import PASSWORD, TOKEN, http_cloud, status
from tests.workers.site import Site, a_worker, calipso_environment, the_broker, wait_for
from topology import tokens
from topology.graph import Graph
from topology.messages import messages
from topology.scan.history import one_scan, scans
from topology.settings import Settings


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, neo4j_server: Neo4jAddress, graph: Graph) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("o") / "d"
    folder.mkdir()
    settings = calipso_environment(folder, neo4j_server, CALIPSO_LOG_FORMAT="json")
    with the_broker(settings), a_worker(settings, folder / "worker.log", concurrency=2) as worker:
        yield Site(folder, (), worker, graph)


@pytest.fixture
def client(site: Site) -> Iterator[FlaskClient]:
    """The API of the same place, asked as Prometheus asks it."""
    text, made = tokens.issue(site.graph, "prometheus", scope="metrics")
    client = make_app(Service(site.graph, Settings(data_dir=site.data_dir))).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    yield client
    tokens.revoke(site.graph, made.id)


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_a_workers_lines_say_which_scan_and_task_they_are_about(site: Site, environment: str) -> None:
    with http_cloud() as cloud:
        site.add(environment, cloud)
        asked = site.ask(environment)
        site.ended(asked)
    log = site.data_dir / "worker.log"
    wait_for(lambda: any("succeeded" in line["message"] for line in lines(log)))
    mine = [line for line in lines(log) if line.get("scan") == asked.id]
    assert {line["environment"] for line in mine} == {environment}
    assert any(line["message"].startswith("cloud: ") for line in mine)
    assert len({line["task"] for line in mine}) == 1
    of_celery = {line["logger"].partition(".")[0] for line in lines(log)}
    assert "celery" in of_celery
    assert {line["process"] for line in lines(log)} == {"worker"}
    assert not {PASSWORD, TOKEN} & {word for word in (PASSWORD, TOKEN) if word in log.read_text()}


def test_what_a_worker_counts_is_told_by_the_api(site: Site, client: FlaskClient, environment: str) -> None:
    with http_cloud() as cloud:
        cloud.misbehave("/identity/v3/projects", status(403))
        site.add(environment, cloud)
        site.ended(site.ask(environment))
    seconds, failures = "calipso_source_request_seconds_count", "calipso_source_failures_total"
    found = wait_for(lambda: _with(scrape(client).of(environment), (seconds, "compute", "openstack")))
    assert found[seconds, "network", "openstack"] >= 1
    assert found[failures, "refused", "identity", "openstack"] == 1
    assert found["calipso_objects_written_total", "created"] > 0
    assert sum(value for key, value in found.items() if key[0] == "calipso_scans_total") == 1
    told = scrape(client)
    assert (told.one("calipso_broker_up"), told.one("calipso_queue_tasks")) == (1, 0)
    done = wait_for(
        lambda: scrape(client).one("calipso_task_duration_seconds_count", task="calipso.scan", outcome="done")
    )
    assert done >= 1


def _with(found: dict[tuple[str, ...], float], key: tuple[str, ...]) -> dict[tuple[str, ...], float] | None:
    return found if key in found else None


def _sent(site: Site, environment: str, **limits: Any) -> str:
    """A scan that takes longer than it may, sent as any program may send it; its id, once it runs."""
    task = site.tasks().send_task("calipso.scan", args=[environment], queue="calipso", **limits)
    wait_for(lambda: [s for s in scans(site.graph, environment=environment).items if s["status"] == "running"])
    return str(task.id)


def _ended(site: Site, environment: str, id: str) -> dict[str, Any]:
    wait_for(lambda: one_scan(site.graph, environment, id)["ended_at"])
    return one_scan(site.graph, environment, id)


def test_a_task_that_took_too_long_says_so_as_the_scans_reason(
    site: Site, client: FlaskClient, environment: str
) -> None:
    with http_cloud() as cloud:
        cloud.pause = 3.0
        site.add(environment, cloud)
        id = _sent(site, environment, soft_time_limit=4, time_limit=60)
        scan = _ended(site, environment, id)
    assert scan["status"] == "aborted"
    assert scan["reason"].startswith("it took longer than 4 s, which is what a task may take (CALIPSO_TASK_SECONDS)")
    assert [problem["what"] for problem in scan["report"]["problems"] if problem["where"] == "scan"] == [scan["reason"]]
    # The message follows the end.
    wait_for(
        lambda: any("CALIPSO_TASK_SECONDS" in m["text"] for m in messages(site.graph, environment=environment).items)
    )
    timed_out = {"task": "calipso.scan", "outcome": "timed_out"}
    wait_for(lambda: scrape(client).one("calipso_task_duration_seconds_count", **timed_out))


def test_a_process_that_does_not_end_when_it_is_asked_is_ended_and_its_scan_says_so(
    site: Site, environment: str
) -> None:
    with http_cloud() as cloud:
        cloud.pause = 3.0
        site.add(environment, cloud)
        id = _sent(site, environment, soft_time_limit=4, time_limit=6)
        psutil.Process(int(one_scan(site.graph, environment, id)["place"].rpartition(":")[2])).suspend()
        scan = _ended(site, environment, id)
    assert (scan["status"], (scan["reason"] or "").partition(",")[0]) == ("aborted", "it took longer than 6 s")
    wait_for(lambda: any("SIGKILL" in line["message"] for line in lines(site.data_dir / "worker.log")))


def test_up_logs_json_only_and_each_line_says_which_part_it_is_of(neo4j_server: Neo4jAddress, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    settings = variables(folder, neo4j_server, CALIPSO_LOG_FORMAT="json")
    with command(["up", "--port", "0", "--concurrency", "1"], settings, tmp_path / "log") as up:
        wait_for(lambda: {line["process"] for line in lines(up.log)} >= {"api", "beat"})
        wait_for(lambda: any("ready" in line["message"] for line in lines(up.log) if line["process"] == "worker"))
    assert up.process.returncode == 0
    assert {"up", "worker", "api", "beat"} <= {line["process"] for line in lines(up.log)}
    assert lines(up.log)[-1]["message"] == "all is stopped; the data stays"
