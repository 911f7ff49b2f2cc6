"""/scans: asked for once, told while they wait, and honest about what can not begin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.application import make_app
from api.service import Service
from tests.api.conftest import all_pages, get
from tests.raw import raw_session
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.scan import ScanOptions
from topology.scan.history import PATIENCE_SECONDS, has_ended, never_began, request_scan
from topology.settings import Settings

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


def test_a_scan_is_noted_and_sent_as_the_task_of_its_id(client: FlaskClient, configured: str, files: Path) -> None:
    body = {"environment": configured, "scan_only_inventory": True, "log_level": "debug"}
    response = client.post("/api/v1/scans", json=body)
    assert response.status_code == 202
    answer = response.get_json()
    assert response.headers["Location"] == answer["location"]
    (told,) = client.get(answer["location"]).get_json()["items"]
    assert (told["id"], told["status"], told["report"]) == (answer["id"], "pending", None)
    assert told["options"] == {"inventory_only": True, "log_level": "debug"}
    sent = [json.loads(file.read_text()) for file in (files / "broker" / "queue").iterdir()]
    assert [message["headers"]["task"] for message in sent] == ["calipso.scan"]
    assert answer["id"] in sent[0]["headers"]["kwargsrepr"]


def test_the_same_scan_does_not_wait_twice_while_another_may(client: FlaskClient, configured: str) -> None:
    first = client.post("/api/v1/scans", json={"environment": configured}).get_json()
    again = client.post("/api/v1/scans", json={"environment": configured})
    assert again.status_code == 409
    assert again.get_json()["error"]["details"]["scan"] == first["id"]
    other = client.post("/api/v1/scans", json={"environment": configured, "dry_run": True})
    assert other.status_code == 202
    pending = get(client, "scans", environment=configured, status="pending")["items"]
    assert {scan["id"] for scan in pending} == {first["id"], other.get_json()["id"]}


def test_a_scan_that_waited_too_long_stands_in_nobodys_way(client: FlaskClient, graph: Graph, configured: str) -> None:
    lost = client.post("/api/v1/scans", json={"environment": configured}).get_json()
    with raw_session(graph) as session:
        session.run(
            "MATCH (s:Scan {environment: $e, id: $id}) SET s.requested_at = datetime() - duration({seconds: $s})",
            e=configured, id=lost["id"], s=PATIENCE_SECONDS + 1,
        ).consume()  # fmt: skip
    assert client.post("/api/v1/scans", json={"environment": configured}).status_code == 202


def test_a_scan_says_which_one_it_waits_for(client: FlaskClient, graph: Graph, configured: str) -> None:
    graph.write(
        "scan_begin", environment=configured, id="now", options="{}", started_by="cli", place="here", process="",
        gone=[], dead_after=60,
    )  # fmt: skip
    answer = client.post("/api/v1/scans", json={"environment": configured}).get_json()
    assert answer["waits_for"] == "now"
    told = {scan["id"]: scan["heard_of"] for scan in get(client, "scans", environment=configured)["items"]}
    assert told == {"now": True, answer["id"]: None}


def test_scans_come_in_pages_the_last_first(client: FlaskClient, graph: Graph, configured: str) -> None:
    asked = []
    for number in range(5):
        options = ScanOptions(object=f"host:h{number}")
        asked.append(request_scan(graph, configured, options, started_by="test").id)
    told = [scan["id"] for scan in all_pages(client, "scans", environment=configured, limit=2)]
    assert told == asked[::-1]


def test_what_can_not_be_scanned_is_refused_before_it_is_noted(
    client: FlaskClient, graph: Graph, environment: str, configured: str, files: Path
) -> None:
    for body, status in (
        ({"environment": "nowhere"}, 404),
        ({"environment": configured, "links_only": True, "inventory_only": True}, 400),
        ({"environment": configured, "clear": True, "object": "host:h"}, 400),
        ({"environment": configured, "clear": "yes"}, 400),
    ):
        assert client.post("/api/v1/scans", json=body).status_code == status
    EnvironmentRegistry(graph, open_vault(Settings(data_dir=files))).remove(configured)
    refused = client.post("/api/v1/scans", json={"environment": configured})
    assert refused.status_code == 400
    assert "no configuration" in refused.get_json()["error"]["message"]
    assert get(client, "scans", environment=configured)["items"] == []


def test_a_broker_that_is_away_fails_the_scan_and_is_told(
    graph: Graph, configured: str, files: Path, token: str
) -> None:
    away = Settings(data_dir=files, broker_url="redis://127.0.0.1:9/0")
    client = make_app(Service(graph, away)).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    response = client.post("/api/v1/scans", json={"environment": configured})
    assert response.status_code == 503
    assert response.get_json()["error"]["details"]["kind"] == "broker_unavailable"
    (failed,) = get(client, "scans", environment=configured)["items"]
    assert failed["status"] == "failed"
    assert "CALIPSO_BROKER_URL" in failed["reason"]


def test_a_scan_that_could_not_begin_has_ended(client: FlaskClient, graph: Graph, configured: str) -> None:
    asked = request_scan(graph, configured, ScanOptions(), started_by="test")
    assert not has_ended(graph, configured, asked.id)
    never_began(graph, configured, asked.id, "the file of the key is gone")
    assert has_ended(graph, configured, asked.id)
    (told,) = get(client, "scans", environment=configured, id=asked.id)["items"]
    assert (told["status"], told["reason"]) == ("failed", "the file of the key is gone")


def test_secrets_of_environments_are_never_told(client: FlaskClient, configured: str) -> None:
    response = client.get("/api/v1/environment_configs", query_string={"name": configured})
    assert "hush-hush" not in response.get_data(as_text=True)
    (told,) = response.get_json()["items"]
    assert told["configuration"] == [{**SECTION, "pwd": "(set)"}]
