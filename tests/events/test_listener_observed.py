"""What the listener tells of itself: metrics, presence, state and reason, apart from whether the cloud works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.application import make_app
from api.service import Service
from tests.events.model_cloud import ModelCloud
from tests.events.test_listener import (
    Listening,
    Services,
    body,
    broker,
    cloud,
    listening,
    name_of,
    renamed,
    services,
    until,
)
from tests.metrics.exposed import Values, scrape
from tests.store.writing import Ask
from topology import tokens
from topology.graph import Graph
from topology.messages import messages
from topology.presence import workers
from topology.settings import Settings

__all__ = ["broker", "cloud", "listening", "services"]


@pytest.fixture
def client(graph: Graph, tmp_path: Path) -> Iterator[FlaskClient]:
    text, made = tokens.issue(graph, "test")
    client = make_app(Service(graph, Settings(data_dir=tmp_path))).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    yield client
    tokens.revoke(graph, made.id)


def described(client: FlaskClient, environment: str) -> dict[str, Any]:
    answer = client.get("/api/v1/environment_configs", query_string={"name": environment}).get_json()
    found: dict[str, Any] = answer["items"][0]
    return found


def test_what_is_notified_is_counted_by_what_came_of_it(
    listening: Listening, services: Services, cloud: ModelCloud, ask: Ask, client: FlaskClient, environment: str
) -> None:
    port = cloud.state["ports"][0]
    listening.start()
    until(listening.listens, "it does not listen")
    services.notify(
        *(renamed(port, f"renamed {number}", 100 + number) for number in range(3)),
        body("image.create", {"id": "i"}),
        b"no notification",
        renamed(port, "the last", 200),
    )
    until(lambda: name_of(ask, port["id"]) == "the last", "the notification has no effect")

    def counted() -> Values | None:
        found = scrape(client).of(environment)
        return found if found.get(("calipso_events_total", "AMQP", "applied")) == 4 else None

    told = until(counted, "it is not counted")
    assert told["calipso_events_total", "AMQP", "ignored"] == 1
    assert told["calipso_events_total", "AMQP", "unreadable"] == 1
    assert ("calipso_events_total", "AMQP", "failed") not in told or told["calipso_events_total", "AMQP", "failed"] == 0
    assert told["calipso_event_delay_seconds_count", "AMQP"] == 4
    assert 0 < told["calipso_event_delay_seconds_sum", "AMQP"] < 4 * 60
    assert told["calipso_event_gaps_total",] == 1  # its queue was not there before
    assert told["calipso_listener_state", "listening"] == 1
    assert sum(value for key, value in told.items() if key[0] == "calipso_listener_state") == 1
    assert 0 <= told["calipso_listener_lag_seconds",] < 60
    until(
        lambda: scrape(client).of(environment).get(("calipso_event_oldest_unhandled_seconds", "AMQP")) == 0, "no level"
    )
    until(lambda: scrape(client).of(environment).get(("calipso_listener_queue_messages", "AMQP")) == 0, "no level")
    assert listening.end() == 0
    assert scrape(client).of(environment)["calipso_listener_state", "stopped"] == 1


def test_the_listeners_process_says_that_it_begins_lives_and_ends(
    listening: Listening, services: Services, graph: Graph
) -> None:
    listening.start()
    until(listening.listens, "it does not listen")
    assert listening.process is not None
    place = f":{listening.process.pid}"

    def mine() -> list[dict[str, Any]]:
        return [w for w in workers(graph) if w["kind"] == "listener" and w["place"].endswith(place)]

    assert [worker["state"] for worker in until(mine, "nobody knows it")] == ["running"]
    listening.end()
    assert [worker["state"] for worker in mine()] == ["stopped"]
    told = [message["text"] for message in messages(graph, limit=1000).items if f"{place} " in message["text"]]
    assert [text.split()[-1] for text in reversed(told) if text.startswith("listener ")] == ["started", "stopped"]


def test_state_and_reason_are_shown_apart_from_whether_the_cloud_works(
    listening: Listening, services: Services, client: FlaskClient, environment: str
) -> None:
    before = described(client, environment)
    assert (before["operational"], before["operational_reason"]) == ("running", None)
    assert before["listener"]["state"] == "stopped"
    listening._env["CALIPSO_POLL_SECONDS"] = "5"
    listening.start()
    until(listening.listens, "it does not listen")
    now = described(client, environment)
    assert "exchanges: neutron" in now["listener"]["reason"]
    assert now["listener"]["since"] <= now["listener"]["heartbeat"]
    # Nobody answers at the cloud's API: that is not the listener's fault, and does not hide how it fares.
    failed = until(lambda: _with(described(client, environment), "operational", "error"), "its API was not missed")
    assert failed["listener"]["state"] == "listening"
    assert failed["operational_reason"]
    shown = _calipso(listening, "env", "show", environment)
    assert f"operational: error\noperational_reason: {failed['operational_reason']}" in shown
    assert "\nlistener: listening since " in shown
    assert (
        json.loads(_calipso(listening, "env", "show", environment, "--format", "json"))["listener"]["state"]
        == "listening"
    )


def _with(found: dict[str, Any], key: str, value: str) -> dict[str, Any] | None:
    return found if found[key] == value else None


def _calipso(listening: Listening, *words: str) -> str:
    command = [sys.executable, "-m", "cli.main", *words]
    ran = subprocess.run(command, env=os.environ | listening._env, capture_output=True, text=True, check=True)
    return ran.stdout


def test_a_message_about_a_notification_is_found_by_its_id(
    listening: Listening, services: Services, client: FlaskClient, environment: str
) -> None:
    listening.start()
    until(listening.listens, "it does not listen")
    services.notify(body("port.update.end", {"port": {"id": 5}}))
    query = {"environment": environment, "event_id": "m"}

    def told() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.get("/api/v1/messages", query_string=query).get_json()["items"]
        return found

    [message] = until(told, "it is not told")
    assert (message["level"], message["event_id"], message["scan_id"]) == ("error", "m", None)
    shown = json.loads(_calipso(listening, "messages", "--env", environment, "--event", "m", "--format", "json"))
    assert shown["items"] == [message]
    assert client.get("/api/v1/messages", query_string={**query, "event_id": "another"}).get_json()["items"] == []
