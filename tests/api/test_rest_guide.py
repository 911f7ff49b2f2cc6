"""docs/rest.md: every request in it is sent to a real server and goes well."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from api.application import RESOURCES
from tests.api.processes import ROOT, ask, calipso, command, variables
from tests.conftest import Neo4jAddress
from tests.paths.test_find_paths import Shop
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.settings import Settings

GUIDE = (ROOT / "docs" / "rest.md").read_text(encoding="utf-8")
REQUESTS = [
    line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines() if "curl" in line
]
UNREACHABLE = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "hush"}


def test_the_requests_of_the_guide_are_answered(
    neo4j_server: Neo4jAddress, graph: Graph, environment: str, tmp_path: Path
) -> None:
    data_dir = tmp_path / ("long" * 30)  # too long for a socket: tasks wait in files
    data_dir.mkdir()
    shop = Shop()
    shop.write(graph, environment)
    EnvironmentRegistry(graph, open_vault(Settings(data_dir=data_dir))).add(
        Environment(name=environment, configuration=(UNREACHABLE,))
    )
    settings = variables(data_dir, neo4j_server)
    token = calipso(["token", "--name", "my program"], settings)
    with command(["serve", "--port", "0"], settings, tmp_path / "log") as api:
        known = {
            "$TOKEN": token,
            "$API": f"{api.url()}/api/v1",
            "$ID": shop.web1.id,
            "$OTHER": shop.db2.id,
            "=demo": f"={environment}",
            '"demo"': f'"{environment}"',
        }
        for line in REQUESTS:
            method, url, sent_token, body = understood(line, known)
            status, answer = ask(url, sent_token, method, body)
            assert status in (200, 202), (line, answer)


def understood(line: str, known: dict[str, str]) -> tuple[str, str, str, object]:
    """Method, address, token and body of a `curl` command."""
    for word, meaning in known.items():
        line = line.replace(word, meaning)
    program, *words = shlex.split(line)
    assert program == "curl"
    assert "$" not in line, line
    method, body, token, url = "GET", None, "", ""
    waiting = iter(words)
    for word in waiting:
        if word == "-X":
            method = next(waiting)
        elif word == "-d":
            body = json.loads(next(waiting))
        elif word == "-H":
            token = next(waiting).removeprefix("Authorization: Bearer ")
        elif word != "-s":
            url = word
    return method, url, token, body


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_the_guide_lists_every_resource(resource: str) -> None:
    assert f"{resource}`" in GUIDE
