"""Scans as tasks: a real worker, sent to by name from a program that knows only the broker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Neo4jAddress
from tests.raw import raw_session
from tests.sources.http_cloud import PASSWORD, HttpCloud, http_cloud
from tests.workers.site import a_worker, calipso_environment, the_broker
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker runs, and how programs reach its broker."""

    data_dir: Path
    broker: dict[str, Any]


@pytest.fixture(scope="module", params=["redis", "files"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, neo4j_server: Neo4jAddress
) -> Iterator[Place]:
    """A worker on a private broker: Redis, or files where a socket's path would be too long."""
    folder = tmp_path_factory.mktemp("d") / ("d" if request.param == "redis" else "long" * 30)
    folder.mkdir()
    variables = calipso_environment(folder, neo4j_server)
    with the_broker(variables) as broker, a_worker(variables, folder / "worker.log"):
        yield Place(folder, broker)


EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8"), re.DOTALL)


def send(place: Place, environment: str, example: str = EXAMPLES[0]) -> Any:
    """What a program that docs/tasks.md shows gets from a worker."""
    names = dict(place.broker)
    exec(example.replace('"lab"', repr(environment)), names)  # noqa: S102  # the documented example itself
    return names["report"]


def test_any_program_may_have_an_environment_scanned_by_the_tasks_name(
    place: Place, graph: Graph, environment: str
) -> None:
    with http_cloud() as cloud:
        add_environment(graph, environment, cloud, place.data_dir)
        report = send(place, environment)
    assert report["environment"] == environment
    outcomes = {(scope["source"], scope["outcome"]) for scope in report["scopes"]}
    assert ("keystone", "complete") in outcomes
    projects = {project["id"] for project in cloud.listings["/identity/v3/projects"][1]}
    with raw_session(graph) as session:
        found = session.run("MATCH (p:Project {environment: $e}) RETURN p.id", e=environment).value()
    assert set(found) == projects


def test_any_program_may_have_connections_tried_by_the_tasks_name(place: Place, graph: Graph, environment: str) -> None:
    with http_cloud() as cloud:
        add_environment(graph, environment, cloud, place.data_dir)
        report = send(place, environment, EXAMPLES[1])
    assert (report["environment"], report["test_targets"]) == (environment, ["OpenStack"])
    steps = {step["step"]: step["status"] for step in report["test_results"][0]["steps"]}
    assert steps["login"] == "ok"


def test_a_task_for_an_unknown_environment_says_which_there_are(place: Place) -> None:
    with pytest.raises(Exception, match="no environment is named 'nowhere'"):
        send(place, "nowhere")


def add_environment(graph: Graph, name: str, cloud: HttpCloud, data_dir: Path) -> None:
    section = {"name": "OpenStack", "auth_url": f"{cloud.url}/identity/v3", "user": "admin", "pwd": PASSWORD}
    vault = open_vault(Settings(data_dir=data_dir))
    EnvironmentRegistry(graph, vault).add(Environment(name=name, configuration=(section,)))
