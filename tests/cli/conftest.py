"""The demo's data in an environment of its own, and commands that ask about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from cli.demo import recording
from cli.main import app
from tests.conftest import Neo4jAddress
from tests.raw import raw_session
from topology.graph import Graph
from topology.settings import Settings
from workers.scanning import replay_recording

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")


@dataclass(frozen=True)
class Demo:
    """An environment that holds what `calipso demo` shows, and a way to run commands on it."""

    name: str
    variables: dict[str, str]

    def __call__(self, *words: str) -> Result:
        """Run a command; the word `demo` in it stands for the environment."""
        replaced = [self.name if word == "demo" else word for word in words]
        return CliRunner().invoke(app, replaced, env=self.variables)

    def said(self, text: str) -> list[str]:
        """The lines of an answer as the demo would give them, times left out."""
        return [_TIME.sub("TIME", line.replace(self.name, "demo")).rstrip() for line in text.splitlines()]


@pytest.fixture(scope="session")
def demo(graph: Graph, neo4j_server: Neo4jAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder: Path = tmp_path_factory.mktemp("data")
    variables = {
        "CALIPSO_NEO4J_URI": neo4j_server.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j_server.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j_server.password,
        "CALIPSO_DATA_DIR": str(folder),
    }
    name = f"test-{uuid4().hex[:12]}"
    replay_recording(graph, Settings(data_dir=folder), recording(), name)
    with raw_session(graph) as session:
        session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()").consume()
    yield Demo(name, variables)
    with raw_session(graph) as session:
        session.run(
            "MATCH (n) WHERE n.environment = $e OR (n:Environment AND n.name = $e) DETACH DELETE n", e=name
        ).consume()
