"""The worker and the API killed at any moment: scans are done or say why not, and what comes next works by itself."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest
from flask.testing import FlaskClient

from api.application import make_app
from api.service import Service
from tests.api.processes import ROOT, Running, ask, command, variables, wait_for
from tests.conftest import Neo4jAddress
from tests.robustness.conftest import LONG, Scene
from tests.robustness.watching import watched
from topology import tokens
from topology.graph import Graph
from topology.scan.history import ENDED, scans
from topology.settings import Settings
from workers.broker import stop_broker
from workers.scanning import scan_environment

# Seconds in which everything that was asked for has ended one way or the other.
BOUND = 90.0

Part = Literal["all of it", "the process that takes tasks", "the process that does them"]
PARTS: tuple[Part, ...] = ("all of it", "the process that takes tasks", "the process that does them")


@pytest.fixture(params=["redis", pytest.param("files", marks=pytest.mark.robustness)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, neo4j_server: Neo4jAddress) -> Iterator[Settings]:
    """Of a data folder of the test's own; its broker is Redis, or files where a socket's path would be too long."""
    folder = tmp_path / ("d" if request.param == "redis" else "long" * 30)
    folder.mkdir()
    made = Settings(
        data_dir=folder,
        neo4j_uri=neo4j_server.bolt_uri,
        neo4j_user=neo4j_server.user,
        neo4j_password=neo4j_server.password,  # type: ignore[arg-type]  # pydantic makes a secret of it
    )
    yield made
    stop_broker(made)


@pytest.fixture
def token(graph: Graph) -> Iterator[str]:
    text, made = tokens.issue(graph, "test")
    yield text
    tokens.revoke(graph, made.id)


def test_a_worker_that_is_killed_leaves_a_scan_that_is_done_again_or_says_why_not(
    scene: Scene, graph: Graph, settings: Settings, neo4j_server: Neo4jAddress, token: str, tmp_path: Path,
    chance: random.Random, moments: int,
) -> None:  # fmt: skip
    processes = variables(settings.data_dir, neo4j_server)
    scan_environment(graph, settings, scene.environment)
    scene.cloud.slow(0.03)
    api = make_app(Service(graph, settings)).test_client()
    with ExitStack() as workers:
        worker = workers.enter_context(a_worker(processes, tmp_path / "worker"))
        for moment in range(moments):
            scene.turn()
            with watched(scene.driver, scene.environment, scene.lasting()):
                ask_for_a_scan(api, token, scene.environment)
                wait_for(lambda: states(graph, scene).get("running"), worker.said)
                time.sleep(chance.uniform(0.0, 1.5))
                kill(worker.process, PARTS[moment % len(PARTS)])
                scene.check_consistent()
                if worker.process.poll() is not None:
                    worker = workers.enter_context(a_worker(processes, tmp_path / f"worker{moment}"))
                ask_for_a_scan(api, token, scene.environment)
                wait_for(lambda: states(graph, scene).keys() <= set(ENDED), worker.said, BOUND)
            scene.check_consistent()
            scene.check_true()
            told = scans(graph, environment=scene.environment).items
            assert {scan["status"] for scan in told} <= {"completed", "aborted"}
            assert all(scan["reason"] for scan in told if scan["status"] == "aborted")


@pytest.mark.robustness
def test_an_api_that_is_killed_answers_again_and_what_it_was_asked_for_is_done(
    scene: Scene, graph: Graph, settings: Settings, neo4j_server: Neo4jAddress, token: str, tmp_path: Path,
    chance: random.Random,
) -> None:  # fmt: skip
    processes = variables(settings.data_dir, neo4j_server)
    scan_environment(graph, settings, scene.environment)
    scene.cloud.slow(0.03)
    _, object_id = min(scene.lasting().objects)
    resource = f"api/v1/inventory?environment={scene.environment}&id={object_id}"
    with a_worker(processes, tmp_path / "worker") as worker:
        for moment in range(LONG):
            scene.turn()
            with watched(scene.driver, scene.environment, scene.lasting()):
                with command(["serve", "--port", "0"], processes, tmp_path / f"killed{moment}") as api:
                    asked = ask(f"{api.url()}/api/v1/scans", token, "POST", {"environment": scene.environment})
                    assert asked[0] == 202, asked
                    with noting(f"{api.url()}/{resource}", token) as answered:
                        time.sleep(chance.uniform(0.1, 1.5))
                        api.process.kill()
                        api.process.wait()
                with command(["serve", "--port", "0"], processes, tmp_path / f"next{moment}") as api:
                    check_kept(f"{api.url()}/{resource}", token, answered)
                    wait_for(lambda: states(graph, scene).keys() <= set(ENDED), worker.said, BOUND)
            scene.check_consistent()
            scene.check_true()


def check_kept(where: str, token: str, answered: list[str]) -> None:
    """Every note that was answered was kept, and at most the one that was not came further; then there is none."""
    status, found = ask(where, token)
    assert status == 200
    assert found["items"][0].get("note") in (answered[-1] if answered else None, f"{len(answered) + 1}")
    assert ask(where, token, "PATCH", {"note": None})[0] == 200


def ask_for_a_scan(api: FlaskClient, token: str, environment: str) -> None:
    """Unless the same one is asked for already."""
    bearer = {"Authorization": f"Bearer {token}"}
    response = api.post("/api/v1/scans", json={"environment": environment}, headers=bearer)
    assert response.status_code in (202, 409), response.get_json()


def states(graph: Graph, scene: Scene) -> dict[str, list[Any]]:
    """The scans of the environment by their status."""
    found: dict[str, list[Any]] = {}
    for scan in scans(graph, environment=scene.environment).items:
        found.setdefault(scan["status"], []).append(scan)
    return found


@contextmanager
def noting(where: str, token: str) -> Iterator[list[str]]:
    """Writes one note after the other to an object as long as it is answered; gives those that were answered."""
    answered: list[str] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            note, status = f"{len(answered) + 1}", 0
            with suppress(HTTPException):
                status, _ = ask(where, token, "PATCH", {"note": note})
            if status != 200:
                return
            answered.append(note)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield answered
    finally:
        over.set()
        writer.join()


@contextmanager
def a_worker(processes: Mapping[str, str], log: Path) -> Iterator[Running]:
    """A worker for one task at a time, in a process group of its own, of which nothing is left afterwards."""
    words = [sys.executable, "-m", "cli.main", "worker", "--concurrency", "1"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=ROOT, env=dict(processes), stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield Running(process, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill(process: subprocess.Popen[bytes], part: Part) -> None:
    if part == "the process that does them":
        for child in psutil.Process(process.pid).children():
            child.kill()
        return
    if part == "all of it":
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
