"""docs/schedules.md and docs/tasks.md: every command and request in them is given and goes well."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner, Result

from api.application import make_app
from api.service import Service
from cli.main import app
from tests.api.conftest import token
from tests.api.test_rest_guide import understood
from tests.conftest import Neo4jAddress
from tests.sources.http_cloud import PASSWORD, http_cloud
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.scan import ScanOptions
from topology.scan.history import request_scan
from topology.settings import Settings

__all__ = ["token"]
DOCS = Path(__file__).parents[2] / "docs"


def commands_of(guide: str, program: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / guide).read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith(f"{program} ")]


@pytest.fixture
def run(neo4j_server: Neo4jAddress, tmp_path: Path) -> Any:
    """Gives a command line to `calipso`."""
    variables = {
        "CALIPSO_DATA_DIR": str(tmp_path),
        "CALIPSO_NEO4J_URI": neo4j_server.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j_server.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j_server.password,
    }

    def given(line: str) -> Result:
        return CliRunner(env=variables).invoke(app, shlex.split(line)[1:])

    return given


def add(graph: Graph, name: str, data_dir: Path, url: str = "http://127.0.0.1:9") -> None:
    section = {"name": "OpenStack", "auth_url": f"{url}/identity/v3", "user": "admin", "pwd": PASSWORD}
    vault = open_vault(Settings(data_dir=data_dir))
    EnvironmentRegistry(graph, vault).add(Environment(name=name, configuration=(section,)))


def test_the_commands_of_schedules(run: Any, graph: Graph, environment: str, tmp_path: Path) -> None:
    add(graph, environment, tmp_path)
    id = ""
    for line in commands_of("schedules.md", "calipso"):
        done = run(line.replace(" lab", f" {environment}").replace("ID", id))
        assert done.exit_code == 0, (line, done.output)
        id = id or done.output.split()[1]
    assert json.loads(run(f"calipso schedule list --env {environment} --format json").output)["items"][0]["options"]
    left = run(f"calipso schedule list --env {environment}").output
    assert id not in left
    assert len(left.splitlines()) == 2


def test_the_requests_of_schedules(graph: Graph, environment: str, tmp_path: Path, token: str) -> None:
    add(graph, environment, tmp_path)
    client: FlaskClient = make_app(Service(graph, Settings(data_dir=tmp_path))).test_client()
    known = {"$TOKEN": token, "$API": "/api/v1", '"lab"': f'"{environment}"', "=lab": f"={environment}"}
    for line in commands_of("schedules.md", "curl"):
        method, path, sent, body = understood(line, known)
        answer = client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {sent}"})
        assert answer.status_code in (200, 201), (line, answer.get_data(as_text=True))
        known.setdefault("$ID", answer.get_json().get("id", ""))


def test_the_commands_of_tasks(run: Any, graph: Graph, environment: str, tmp_path: Path) -> None:
    with http_cloud() as cloud:
        add(graph, environment, tmp_path, cloud.url)
        scan = request_scan(graph, environment, ScanOptions(), started_by="test").id
        codes = {}
        for line in commands_of("tasks.md", "calipso"):
            done = run(line.replace(" lab", f" {environment}").replace("ID", scan))
            assert done.exit_code in (0, 1), (line, done.output)  # 1: something failed, or nothing is found
            codes[" ".join(line.split()[:3])] = done.output
    assert "is ended" in codes["calipso scans cancel"]
    steps = json.loads(codes["calipso env test"])["test_results"][0]["steps"]
    assert {step["step"]: step["status"] for step in steps}["login"] == "ok"
