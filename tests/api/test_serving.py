"""`calipso serve`, `token` and `up` as processes: real sockets, a real worker, real signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.api.processes import ROOT, ask, calipso, command, variables, wait_for
from tests.api.relay import relay
from tests.conftest import Neo4jAddress
from tests.sources.http_cloud import PASSWORD, HttpCloud, http_cloud
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.settings import Settings


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "d"
    folder.mkdir()
    return folder


def add_environment(graph: Graph, name: str, cloud: HttpCloud, data_dir: Path) -> None:
    section = {"name": "OpenStack", "auth_url": f"{cloud.url}/identity/v3", "user": "admin", "pwd": PASSWORD}
    vault = open_vault(Settings(data_dir=data_dir))
    EnvironmentRegistry(graph, vault).add(Environment(name=name, configuration=(section,)))


def test_serve_answers_who_has_a_token_and_ends_at_ctrl_c(
    data_dir: Path, neo4j_server: Neo4jAddress, graph: Graph, tmp_path: Path
) -> None:
    settings = variables(data_dir, neo4j_server)
    token = calipso(["token", "--name", "test"], settings)
    with command(["serve", "--port", "0"], settings, tmp_path / "log") as api:
        url = api.url()
        assert url.startswith("http://127.0.0.1:")
        assert ask(f"{url}/api/v1/health") == (200, {"status": "ok"})
        assert ask(f"{url}/api/v1/schema")[0] == 401
        status, schema = ask(f"{url}/api/v1/schema", token)
        assert (status, len(schema["object_types"])) == (200, 21)
        assert ask(f"{url}/api/v1/auth/tokens", token, "DELETE")[0] == 200
        assert ask(f"{url}/api/v1/schema", token)[0] == 401
        assert token not in api.said()
    assert api.process.returncode == 0


def test_a_port_that_is_taken_is_told(data_dir: Path, neo4j_server: Neo4jAddress, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with command(["serve", "--port", port], variables(data_dir, neo4j_server), tmp_path / "log") as api:
            assert api.process.wait(timeout=60) == 2
    assert f"port {port}" in api.said()
    assert "--port" in api.said()


def test_requests_are_told_503_while_neo4j_is_away_and_recover_by_themselves(
    data_dir: Path, neo4j_server: Neo4jAddress, graph: Graph, tmp_path: Path
) -> None:
    settings = variables(data_dir, neo4j_server)
    token = calipso(["token"], settings)
    with relay(neo4j_server.bolt_uri) as way:
        way.cut()  # away from the beginning
        settings["CALIPSO_NEO4J_URI"] = f"bolt://127.0.0.1:{way.port}"
        with command(["serve", "--port", "0"], settings, tmp_path / "log") as api:
            url = api.url()
            for _ in range(2):
                status, answer = ask(f"{url}/api/v1/schema", token)
                assert (status, answer["error"]["code"]) == (503, 503)
                assert ask(f"{url}/api/v1/readiness")[0] == 503
                assert ask(f"{url}/api/v1/health")[0] == 200
                way.join()
                wait_for(lambda: ask(f"{url}/api/v1/readiness")[0] == 200, api.said)
                assert ask(f"{url}/api/v1/schema", token)[0] == 200
                way.cut()
    assert api.process.returncode == 0


def children_of(pid: int) -> dict[str, psutil.Process]:
    """The parts of `calipso up`, by their command."""
    found = {}
    for child in psutil.Process(pid).children():
        words = child.cmdline()
        if "cli.child" in words:
            found[words[words.index("cli.child") + 2]] = child
    return found


def test_up_scans_what_the_api_is_asked_for_and_ends_whole(
    data_dir: Path, neo4j_server: Neo4jAddress, graph: Graph, environment: str, tmp_path: Path
) -> None:
    settings = variables(data_dir, neo4j_server)
    token = calipso(["token"], settings)
    with http_cloud() as cloud:
        add_environment(graph, environment, cloud, data_dir)
        with command(["up", "--port", "0", "--concurrency", "1"], settings, tmp_path / "log") as up:
            url = up.url()
            status, asked = ask(f"{url}/api/v1/scans", token, "POST", {"environment": environment, "dry_run": False})
            assert status == 202
            assert asked["status"] == "pending"

            def ended() -> object:
                _, told = ask(url + asked["location"], token)
                (scan,) = told["items"]
                return scan if scan["status"] not in ("pending", "running") else None

            scan = wait_for(ended, up.said)
            assert scan["report"]["environment"] == environment
            assert scan["started_by"] == "api:command line"
            outcomes = {(scope["source"], scope["outcome"]) for scope in scan["report"]["scopes"]}
            assert ("keystone", "complete") in outcomes
            _, found = ask(f"{url}/api/v1/inventory?environment={environment}&type=project", token)
            projects = {project["id"] for project in cloud.listings["/identity/v3/projects"][1]}
            assert {item["id"] for item in found["items"]} == projects
            family = psutil.Process(up.process.pid).children(recursive=True)
            assert set(children_of(up.process.pid)) == {"worker", "beat", "listen", "serve"}
        assert up.process.returncode == 0
        assert [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
        assert not (data_dir / "broker" / "redis.sock").exists()


def test_what_ends_unasked_is_started_again_and_nothing_outlives_up(
    data_dir: Path, neo4j_server: Neo4jAddress, tmp_path: Path
) -> None:
    settings = variables(data_dir, neo4j_server)
    with command(["up", "--port", "0"], settings, tmp_path / "log") as up:
        url = up.url()
        children_of(up.process.pid)["serve"].kill()
        wait_for(lambda: up.url() != url and ask(f"{up.url()}/api/v1/health")[0] == 200, up.said)
        left = list(wait_for(lambda: children_of(up.process.pid), up.said).values())
        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait()
        _, alive = psutil.wait_procs(left, timeout=60)
        assert alive == []
    code = "from topology.settings import Settings; from workers.broker import stop_broker; stop_broker(Settings())"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=settings, check=True)


def test_up_ends_when_its_api_can_not_listen(data_dir: Path, neo4j_server: Neo4jAddress, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with command(["up", "--port", port], variables(data_dir, neo4j_server), tmp_path / "log") as up:
            assert up.process.wait(timeout=90) == 2
    assert f"port {port}" in up.said()
