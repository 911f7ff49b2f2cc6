"""/scheduled_scans, /connection_tests and cancelling over REST: made, told, changed, removed, refused with a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.application import make_app
from api.service import Service
from tests.api.conftest import all_pages, get, token
from tests.raw import raw_session
from topology import schedules
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.settings import Settings

__all__ = ["token"]
SECTION = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "hush-hush"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A data folder whose broker is files: a socket's path would be too long there. No worker reads them."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    return folder


@pytest.fixture
def client(graph: Graph, files: Path, token: str) -> FlaskClient:
    client = make_app(Service(graph, Settings(data_dir=files))).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


@pytest.fixture
def configured(graph: Graph, environment: str, files: Path) -> str:
    vault = open_vault(Settings(data_dir=files))
    EnvironmentRegistry(graph, vault).add(Environment(name=environment, configuration=(SECTION,)))
    return environment


def post(client: FlaskClient, **body: Any) -> dict[str, Any]:
    response = client.post("/api/v1/scheduled_scans", json=body)
    assert response.status_code == 201, response.get_data(as_text=True)
    told: dict[str, Any] = response.get_json()
    return told


def test_a_schedule_is_made_in_the_ancestors_words_with_all_options(client: FlaskClient, configured: str) -> None:
    told = post(
        client,
        environment=configured,
        freq="DAILY",
        submit_timestamp="2026-01-05T01:30:00Z",
        timezone="Europe/Berlin",
        scan_only_links=True,
        log_level="warning",
        into="copy",
        if_busy="refuse",
        accept_removals=True,
    )
    assert told["frequency"] == "DAILY"
    assert told["spoken"] == "daily at 02:30 (Europe/Berlin)"
    assert told["options"] == {
        "links_only": True,
        "log_level": "warning",
        "into": "copy",
        "if_busy": "refuse",
        "accept_removals": True,
    }
    assert datetime.fromisoformat(told["next_run"]) > datetime.now(UTC)
    assert get(client, "scheduled_scans", id=told["id"])["items"] == [told]
    assert get(client, "scheduled_scans", environment=configured, freq="DAILY")["items"] == [told]
    assert get(client, "scheduled_scans", environment=configured, freq="HOURLY")["items"] == []


def test_a_schedule_is_changed_in_part_or_whole_and_forgotten(client: FlaskClient, configured: str) -> None:
    made = post(client, environment=configured, frequency="MINUTES", every=15, clear=True)
    address = f"/api/v1/scheduled_scans?id={made['id']}"
    paused = client.patch(address, json={"paused": True}).get_json()
    assert (paused["paused"], paused["next_run"], paused["every"]) == (True, None, 15)
    part = client.patch(address, json={"paused": False, "every": 5, "log_level": "debug"}).get_json()
    assert (part["every"], part["options"], part["start"]) == (5, {"clear": True, "log_level": "debug"}, made["start"])
    other = client.patch(address, json={"frequency": "CRON", "cron": "0 3 * * *"}).get_json()
    assert (other["every"], other["cron"], other["options"]) == (None, "0 3 * * *", part["options"])
    whole = client.put(address, json={"frequency": "HOURLY"}).get_json()
    assert (whole["frequency"], whole["cron"], whole["options"], whole["id"]) == ("HOURLY", None, {}, made["id"])
    assert client.delete(address).get_json() == {"removed": made["id"]}
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"frequency": "DAYLY"}, "Is DAILY meant?"),
        ({"frequency": "MINUTES"}, "every"),
        ({"frequency": "CRON", "cron": "tomorrow"}, "five fields"),
        ({"frequency": "DAILY", "timezone": "Mars/Olympus"}, "time zone"),
        ({"frequency": "DAILY", "clear": True, "links_only": True}, "clear goes with"),
        ({"frequency": "DAILY", "into": "../etc"}, "cannot be an environment's name"),
        ({}, "is missing"),
    ],
)
def test_what_can_not_be_is_refused_with_its_reason_and_not_kept(
    client: FlaskClient, configured: str, body: dict[str, Any], told: str
) -> None:
    response = client.post("/api/v1/scheduled_scans", json={"environment": configured, **body})
    assert response.status_code == 400
    assert told in response.get_json()["error"]["message"]
    assert get(client, "scheduled_scans", environment=configured)["items"] == []


def test_a_schedule_may_begin_paused(client: FlaskClient, configured: str) -> None:
    made = post(client, environment=configured, frequency="HOURLY", paused=True)
    assert (made["paused"], made["next_run"]) == (True, None)


def test_schedules_come_in_pages(client: FlaskClient, configured: str) -> None:
    made = {post(client, environment=configured, frequency="HOURLY")["id"] for _ in range(5)}
    told = [one["id"] for one in all_pages(client, "scheduled_scans", environment=configured, limit=2)]
    assert (len(told), set(told)) == (5, made)


def test_a_purged_environment_leaves_no_schedule(graph: Graph, client: FlaskClient, configured: str) -> None:
    made = post(client, environment=configured, frequency="HOURLY")
    EnvironmentRegistry(graph, open_vault(Settings())).purged(configured)
    assert made["id"] not in {one.id for one in schedules.due(graph, datetime(2100, 1, 1, tzinfo=UTC), [configured])}
    assert client.get(f"/api/v1/scheduled_scans?id={made['id']}").status_code == 404


def test_a_test_of_connections_is_noted_and_sent_and_tells_no_secret(
    client: FlaskClient, configured: str, files: Path
) -> None:
    response = client.post("/api/v1/connection_tests", json={"environment": configured})
    assert response.status_code == 202
    answer = response.get_json()
    assert response.headers["Location"] == answer["location"]
    (told,) = client.get(answer["location"]).get_json()["items"]
    assert (told["status"], told["test_targets"], told["test_results"]) == ("pending", ["OpenStack"], [])
    sent = [json.loads(file.read_text()) for file in (files / "broker" / "queue").iterdir()]
    assert [message["headers"]["task"] for message in sent] == ["calipso.connection_test"]
    assert answer["id"] in sent[0]["headers"]["kwargsrepr"]
    assert get(client, "connection_tests", environment=configured, status="pending")["items"] == [told]
    assert get(client, "connection_tests", environment=configured, status="completed")["items"] == []
    assert "hush-hush" not in str((told, sent))


def test_sections_that_are_not_kept_yet_are_sealed_until_they_are_tried(
    client: FlaskClient, graph: Graph, environment: str
) -> None:
    section = {**SECTION, "pwd": "never-in-clear"}
    body = {"environment": environment, "targets_configuration": [section]}
    answer = client.post("/api/v1/connection_tests", json=body).get_json()
    with raw_session(graph) as session:
        kept = session.run("MATCH (t:ConnectionTest {id: $id}) RETURN t.configuration", id=answer["id"]).value()
    assert "encrypted:" in kept[0]
    assert "never-in-clear" not in kept[0]
    assert "configuration" not in client.get(answer["location"]).get_json()["items"][0]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"environment": "nowhere"}, 404, "nowhere"),
        ({"test_targets": ["mysql"]}, 400, "no section mysql"),
        ({"test_targets": ["Telnet"]}, 400, "Telnet"),
        ({"test_targets": []}, 400, "names no section"),
        ({"test_targets": "mysql"}, 400, "must be a list"),
        ({"targets_configuration": [{"name": "OpenStack", "pasword": "x"}]}, 400, "Is password meant?"),
        ({"targets_configuration": ["OpenStack"]}, 400, "must be an object"),
    ],
)
def test_a_test_that_can_not_be_is_refused_with_its_reason(
    client: FlaskClient, configured: str, body: dict[str, Any], status: int, told: str
) -> None:
    response = client.post("/api/v1/connection_tests", json={"environment": configured, **body})
    assert response.status_code == status
    assert told in response.get_json()["error"]["message"]
    assert get(client, "connection_tests", environment=configured)["items"] == []


def test_a_scan_is_cancelled_over_rest(client: FlaskClient, configured: str) -> None:
    asked = client.post("/api/v1/scans", json={"environment": configured}).get_json()
    cancelled = client.delete(asked["location"])
    assert (cancelled.status_code, cancelled.get_json()["status"]) == (202, "aborted")
    (told,) = client.get(asked["location"]).get_json()["items"]
    assert (told["status"], told["reason"]) == ("aborted", "cancelled by api:test.")
    assert client.delete(asked["location"]).status_code == 400


def test_a_scan_that_is_not_to_wait_is_refused_with_the_one_that_it_would_wait_for(
    client: FlaskClient, configured: str
) -> None:
    first = client.post("/api/v1/scans", json={"environment": configured}).get_json()
    body = {"environment": configured, "if_busy": "refuse", "clear": True}
    refused = client.post("/api/v1/scans", json=body)
    assert refused.status_code == 409
    assert refused.get_json()["error"]["details"]["scan"] == first["id"]
