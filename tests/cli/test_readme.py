"""The README, followed by the letter: the demo, and every command that asks it something."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.processes import ask, command
from tests.conftest import Neo4jAddress

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(heading: str) -> list[str]:
    """The commands of the README's first block under a heading, without their remarks."""
    block = re.search(rf"^## {heading}\n[^`]*```sh\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    assert block is not None, heading
    return [line.partition("#")[0].strip() for line in block[1].splitlines()]


@pytest.fixture(scope="module")
def calipso(neo4j_server: Neo4jAddress, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment variables under which `demo --no-serve` has been run; its data stays, other processes may ask it."""
    variables = {
        **{key: value for key, value in os.environ.items() if not key.startswith("CALIPSO_")},
        "CALIPSO_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "CALIPSO_NEO4J_URI": neo4j_server.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j_server.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j_server.password,
    }
    done = run(variables, "./calipso demo --no-serve")
    assert done.returncode == 0, done.stderr
    assert "What is " in done.stdout
    return variables


def run(variables: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "./calipso"
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words[1:]], cwd=ROOT, env=variables, capture_output=True, text=True
    )


@pytest.mark.parametrize("command", commands("Ask the demo"))
def test_every_command_that_asks_the_demo_has_an_answer(calipso: dict[str, str], command: str) -> None:
    done = run(calipso, command)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_every_address_that_asks_the_demo_has_an_answer(calipso: dict[str, str], tmp_path: Path) -> None:
    addresses = re.findall(r"^\| .* \| `(/api/v1/\S+)` \|$", README, re.MULTILINE)
    assert len(addresses) == len(commands("Ask the demo"))
    token = run(calipso, "./calipso token").stdout.strip()
    with command(["serve", "--port", "0"], calipso, tmp_path / "log") as api:
        for address in addresses:
            status, answer = ask(api.url() + address, token)
            assert (status, bool(answer)) == (200, True), (address, answer)


def test_a_second_demo_changes_nothing(calipso: dict[str, str]) -> None:
    done = run(calipso, "./calipso demo --no-serve")
    assert done.returncode == 0
    assert " created" not in done.stderr + done.stdout


def test_a_clique_as_json_has_the_shape_that_programs_rely_on(calipso: dict[str, str]) -> None:
    answer = json.loads(run(calipso, "./calipso clique demo web1 --format json").stdout)
    assert {"environment", "focal_point", "clique_type", "nodes", "links", "freshness"} <= set(answer)
    ids = {node["id"] for node in answer["nodes"]}
    assert answer["focal_point"]["id"] in ids
    assert {end for link in answer["links"] for end in (link["source_id"], link["target_id"])} <= ids
    assert {"link_type", "source_id", "target_id", "state", "status", "networks"} <= set(answer["links"][0])


def test_an_unknown_object_is_told_and_ends_with_1(calipso: dict[str, str]) -> None:
    done = run(calipso, "./calipso clique demo nothing-like-that")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing-like-that" in done.stderr


def test_an_unknown_environment_is_told_with_those_there_are_and_ends_with_2(calipso: dict[str, str]) -> None:
    done = run(calipso, "./calipso scan nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "demo" in done.stderr


def test_a_scan_of_a_replayed_environment_says_that_it_has_no_configuration(calipso: dict[str, str]) -> None:
    done = run(calipso, "./calipso scan demo")
    assert done.returncode == 2
    assert "calipso env add FILE" in done.stderr


def test_two_exclusive_options_are_a_usage_error(calipso: dict[str, str]) -> None:
    done = run(calipso, "./calipso scan demo --links-only --inventory-only")
    assert done.returncode == 2
    assert "only one of" in done.stderr
