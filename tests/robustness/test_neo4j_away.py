"""Neo4j ends and comes back while a scan writes and the API is asked: both say so, and both recover by themselves."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from neo4j import GraphDatabase

from tests.api.processes import ROOT, ask, calipso, command, variables, wait_for
from tests.api.relay import relay
from tests.conftest import Neo4jAddress
from tests.neo4j_server.conftest import small
from tests.robustness.conftest import LONG, Scene, Truth
from tests.robustness.watching import watched
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.errors import GraphUnavailable
from topology.graph import Graph
from topology.neo4j_server import ManagedServer
from topology.scan.history import scans
from topology.settings import Settings
from topology.store import prepare
from workers.scanning import scan_environment

# Longer than the driver tries: what waits for Neo4j gives up.
LONG_AWAY = 40.0
REMEDY = "calipso neo4j start"
ASKED = ("inventory?type=instance", "links?", "tree?depth=2", "search?q=a", "scans?", "messages?")

WAYS_TO_ASK: Mapping[str, Callable[[Graph], object]] = {
    "read": lambda graph: graph.read("environment_names"),
    "stream": lambda graph: list(graph.stream("records_of_type", environment="none", type="host", excluding=[])),
    "ask": lambda graph: graph.ask(lambda tx: tx.run("environment_names")),
    "write": lambda graph: graph.write("scan_never_began", environment="none", id="", status="failed", reason=""),
}


@dataclass(frozen=True)
class Server:
    """A Neo4j of the test's own, on ports that stay."""

    managed: ManagedServer

    def start(self) -> Neo4jAddress:
        state = self.managed.start()
        return Neo4jAddress(state.bolt_uri, state.user, state.password)

    def end(self, *, cleanly: bool) -> None:
        """Stop it as `calipso neo4j stop` does, or with kill -9."""
        state = self.managed.status()
        assert state is not None
        if cleanly:
            self.managed.stop()
        else:
            psutil.Process(state.pid).kill()
            wait_for(lambda: not psutil.pid_exists(state.pid))


@pytest.fixture
def server(tmp_path: Path, neo4j_program_dir: Path) -> Iterator[Server]:
    managed = ManagedServer(small(tmp_path / "neo4j", neo4j_program_dir))
    yield Server(managed)
    managed.stop()


@pytest.fixture
def away_scene(truth: Truth, server: Server, tmp_path: Path) -> Iterator[tuple[Scene, Graph, Settings, Neo4jAddress]]:
    """The recorded cloud in the graph of that server."""
    address, folder = server.start(), tmp_path / "d"
    folder.mkdir()
    settings = Settings(data_dir=folder)
    truth.become("recorded")
    truth.cloud.slow(0.0)
    with (
        Graph(address.bolt_uri, address.user, address.password) as graph,
        GraphDatabase.driver(address.bolt_uri, auth=(address.user, address.password)) as driver,
    ):
        prepare(graph)
        registry = EnvironmentRegistry(graph, open_vault(settings))
        registry.add(Environment(name="cloud", configuration=truth.cloud.sections))
        assert scan_environment(graph, settings, "cloud").status == "completed"
        yield Scene(truth, "cloud", driver), graph, settings, address


def test_a_scan_outlives_that_it_can_not_reach_neo4j_for_a_while(
    scene: Scene,
    graph: Graph,
    settings: Settings,
    neo4j_server: Neo4jAddress,
    tmp_path: Path,
    chance: random.Random,
    moments: int,
) -> None:
    scan_environment(graph, settings, scene.environment)
    with relay(neo4j_server.bolt_uri) as way:
        around = Neo4jAddress(f"bolt://127.0.0.1:{way.port}", neo4j_server.user, neo4j_server.password)
        processes = variables(settings.data_dir, around)
        for moment in range(moments):
            scene.turn()
            log = tmp_path / f"scan{moment}"
            with watched(scene.driver, scene.environment, scene.lasting()), a_scan(scene, processes, log) as scan:
                wait_for(lambda: running(graph, scene), log.read_text)
                time.sleep(chance.uniform(0.0, 1.0))
                way.cut()
                time.sleep(chance.uniform(0.0, 2.0))
                way.join()
                check_ending(scan.wait(timeout=120), log.read_text())
            scene.check_consistent()
            assert scan_environment(graph, settings, scene.environment).status == "completed"
            scene.check_true()


@pytest.mark.parametrize("way_to_ask", WAYS_TO_ASK)
def test_what_is_asked_waits_for_a_neo4j_that_is_away_and_says_what_to_do_when_it_stays_so(
    neo4j_server: Neo4jAddress, way_to_ask: str
) -> None:
    ask_it = WAYS_TO_ASK[way_to_ask]
    with relay(neo4j_server.bolt_uri) as way:
        address = f"bolt://127.0.0.1:{way.port}", neo4j_server.user, neo4j_server.password
        with Graph(*address, patience=10) as graph:
            ask_it(graph)  # a connection is kept for the next one
            way.cut()
            back = threading.Timer(0.5, way.join)
            back.start()
            ask_it(graph)
            back.join()
            way.cut()  # and where nobody noticed that it was away
            way.join()
            ask_it(graph)
        with Graph(*address, patience=0.3) as graph:
            ask_it(graph)
            way.cut()
            with pytest.raises(GraphUnavailable, match=REMEDY):
                ask_it(graph)
            way.join()
            ask_it(graph)


@pytest.mark.robustness
def test_a_scan_and_requests_outlive_a_neo4j_that_ends_and_comes_back(
    away_scene: tuple[Scene, Graph, Settings, Neo4jAddress],
    server: Server,
    tmp_path: Path,
    chance: random.Random,
) -> None:
    scene, graph, settings, address = away_scene
    processes = variables(settings.data_dir, address)
    token = calipso(["token"], processes)
    scene.check_true()
    with command(["serve", "--port", "0"], processes, tmp_path / "api") as api:
        url = api.url()
        for moment in range(max(3, LONG // 5)):
            scene.turn()
            log = tmp_path / f"scan{moment}"
            with asking(url, token) as answers, a_scan(scene, processes, log) as scan:
                wait_for(lambda: running(graph, scene), log.read_text)
                time.sleep(chance.uniform(0.0, 1.0))
                server.end(cleanly=moment % 2 == 0)
                wait_for(lambda: ask(f"{url}/api/v1/readiness")[0] == 503, api.said)
                check_refused(scene, processes)
                if moment % 3 == 2:
                    time.sleep(LONG_AWAY)
                assert server.start() == address
                wait_for(lambda: ask(f"{url}/api/v1/readiness")[0] == 200, api.said)
                check_ending(scan.wait(timeout=120), log.read_text())
            answers.check()
            scene.check_consistent()
            report = scan_environment(graph, settings, scene.environment)
            assert report.status == "completed"
            scene.check_true()
            told = scans(graph, environment=scene.environment).items
            assert {one["status"] for one in told} <= {"completed", "aborted", "failed"}
    assert api.process.returncode == 0


def running(graph: Graph, scene: Scene) -> bool:
    return bool(scans(graph, environment=scene.environment, statuses=["running"]).items)


def check_ending(code: int, said: str) -> None:
    """A scan that lost Neo4j ended well, or with what to do."""
    assert code == 0 or (code == 2 and REMEDY in said), f"ended with {code}: {said}"


def check_refused(scene: Scene, processes: Mapping[str, str]) -> None:
    """A scan that can not begin without Neo4j says what to do."""
    words = [sys.executable, "-m", "cli.main", "scan", scene.environment]
    refused = subprocess.run(words, cwd=ROOT, env=dict(processes), capture_output=True, text=True, timeout=120)
    assert refused.returncode == 2
    assert REMEDY in refused.stderr


@contextmanager
def a_scan(scene: Scene, processes: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "cli.main", "scan", scene.environment, "--log-level", "error"]
    with log.open("wb") as output:
        process = subprocess.Popen(words, cwd=ROOT, env=dict(processes), stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@dataclass
class Answers:
    """What requests were answered with while Neo4j came and went, and how long the slowest refusal took."""

    good: int = 0
    refused: list[tuple[int, Any, str | None]] = field(default_factory=list)
    slowest: float = 0.0

    def check(self) -> None:
        """Each was answered soon: well, or with a 503 in the one shape that says when to ask again."""
        assert self.good > 0
        assert self.refused
        for status, body, again in self.refused:
            assert (status, body["error"]["code"], body["error"]["title"]) == (503, 503, "Service Unavailable"), body
            assert body["error"]["details"]["kind"] == "graph_unavailable"
            assert body["error"]["message"]
            assert again is not None
        assert self.slowest < Settings().query_timeout


@contextmanager
def asking(url: str, token: str) -> Iterator[Answers]:
    """Asks one thing after the other, until the end of the block."""
    answers, over = Answers(), threading.Event()

    def ask_on() -> None:
        turn = 0
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            while not over.is_set():
                what, turn = ASKED[turn % len(ASKED)], turn + 1
                begun = time.monotonic()
                answer = session.get(f"{url}/api/v1/{what}&environment=cloud", timeout=60)
                if answer.status_code == 200:
                    answers.good += 1
                else:
                    answers.slowest = max(answers.slowest, time.monotonic() - begun)
                    told = answer.status_code, answer.json(), answer.headers.get("Retry-After")
                    answers.refused.append(told)
                over.wait(0.05)

    threads = [threading.Thread(target=ask_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()
