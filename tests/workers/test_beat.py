"""The clock while the broker or Neo4j is away: nothing is lost, nothing is doubled, each trouble is told once."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from tests.api.relay import relay
from tests.conftest import Neo4jAddress
from tests.ports import free_port
from tests.workers.site import redis_on
from topology import schedules
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.scan import ScanOptions
from topology.scan.history import scans
from topology.schedules import recurrence
from topology.settings import Settings
from workers.app import make_app
from workers.beat import Beat

SECTION = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "p"}


def due_schedule(graph: Graph, environment: str, settings: Settings) -> None:
    registry = EnvironmentRegistry(graph, open_vault(settings))
    registry.add(Environment(name=environment, configuration=(SECTION,)))
    before = datetime.now(UTC) - timedelta(hours=1, minutes=1)
    how = recurrence("HOURLY", now=before, start=before)
    schedules.add(graph, environment, how, ScanOptions(), created_by="test", now=before)


def tasks_in(port: int, task: str) -> list[str]:
    """Ids of the scans whose tasks wait in the broker."""
    with redis.Redis(port=port) as client:
        waiting = [json.loads(text) for text in client.lrange("calipso", 0, -1)]
    return [message["headers"]["kwargsrepr"] for message in waiting if message["headers"]["task"] == task]


@pytest.fixture
def port() -> int:
    return free_port()


def test_what_the_broker_does_not_take_is_sent_when_it_is_back(
    graph: Graph, environment: str, tmp_path: Path, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data_dir=tmp_path, broker_url=f"redis://127.0.0.1:{port}/0", beat_environments=environment)
    due_schedule(graph, environment, settings)
    application = make_app(settings)
    beat = Beat(graph, settings, lambda: application)
    with caplog.at_level(logging.INFO, logger="calipso.beat"):
        for _ in range(3):
            beat.look(datetime.now(UTC))
        (waiting,) = scans(graph, environment=environment).items
        assert waiting["status"] == "pending"
        with redis_on(port, tmp_path):
            for _ in range(3):
                beat.look(datetime.now(UTC))
            (sent,) = tasks_in(port, "calipso.scan")
    application.close()
    assert waiting["id"] in sent
    told = [record.message for record in caplog.records if record.message.startswith("waiting scans")]
    assert ["CALIPSO_BROKER_URL" in line for line in told] == [True, False]  # the trouble once, then its end


def test_a_database_that_is_away_is_waited_for(
    neo4j_server: Neo4jAddress, graph: Graph, environment: str, tmp_path: Path, port: int
) -> None:
    settings = Settings(data_dir=tmp_path, broker_url=f"redis://127.0.0.1:{port}/0", beat_environments=environment)
    due_schedule(graph, environment, settings)
    application = make_app(settings)
    with relay(neo4j_server.bolt_uri) as way, redis_on(port, tmp_path):
        uri = f"bolt://127.0.0.1:{way.port}"
        with Graph(uri, neo4j_server.user, neo4j_server.password, patience=0.5) as here:
            beat = Beat(here, settings, lambda: application)
            way.cut()
            beat.look(datetime.now(UTC))
            assert scans(graph, environment=environment).items == ()
            way.join()
            beat.look(datetime.now(UTC))
            assert [scan["status"] for scan in scans(graph, environment=environment).items] == ["pending"]
            assert len(tasks_in(port, "calipso.scan")) == 1
            way.cut()
            beat.look(datetime.now(UTC))
    application.close()
