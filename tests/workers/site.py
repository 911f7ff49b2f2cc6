"""A place where Calipso works in the background: a private broker, a worker, a clock, as real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import Celery

from tests.conftest import Neo4jAddress
from tests.sources.http_cloud import PASSWORD, HttpCloud
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.scan import ScanOptions
from topology.scan.history import Requested, one_scan
from topology.settings import Settings
from topology.shapes import JsonObject
from workers.app import make_app
from workers.requesting import request_as_task

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Site:
    """Where it is. `environments` are the names that its clock looks after."""

    data_dir: Path
    environments: tuple[str, ...]
    worker: subprocess.Popen[bytes]
    graph: Graph

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.data_dir)

    def tasks(self) -> Celery:
        return make_app(self.settings)

    def add(self, name: str, cloud: HttpCloud) -> None:
        """An environment whose cloud this is."""
        section = {"name": "OpenStack", "auth_url": f"{cloud.url}/identity/v3", "user": "admin", "pwd": PASSWORD}
        registry = EnvironmentRegistry(self.graph, open_vault(self.settings))
        registry.add(Environment(name=name, configuration=(section,)))

    def ask(self, environment: str, options: ScanOptions | None = None) -> Requested:
        wanted = options or ScanOptions()
        return request_as_task(self.graph, self.tasks, self.settings, environment, wanted, started_by="test")

    def scan(self, asked: Requested) -> JsonObject:
        return one_scan(self.graph, asked.environment, asked.id)

    def ended(self, asked: Requested) -> JsonObject:
        """The scan, once it has ended."""
        return self._once(asked, "pending", "running")

    def running(self, asked: Requested) -> JsonObject:
        """The scan, once it runs."""
        return self._once(asked, "pending")

    def _once(self, asked: Requested, *not_any_more: str) -> JsonObject:
        wait_for(lambda: self.scan(asked)["status"] not in not_any_more)
        return self.scan(asked)


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first true value that `what` gives."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found


def calipso_environment(data_dir: Path, neo4j: Neo4jAddress, **more: str) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("CALIPSO_")},
        "CALIPSO_DATA_DIR": str(data_dir),
        "CALIPSO_NEO4J_URI": neo4j.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j.password,
        **more,
    }


@contextmanager
def a_process(variables: Mapping[str, str], log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`calipso` with these words, asked to end when the block does."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words], cwd=ROOT, env=dict(variables), stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        finally:
            process.kill()


@contextmanager
def a_worker(variables: Mapping[str, str], log: Path, concurrency: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    with a_process(variables, log, "worker", "--concurrency", str(concurrency)) as worker:
        yield worker


@contextmanager
def the_broker(variables: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The private broker, as `calipso worker --show` tells other programs; ended afterwards."""
    shown = subprocess.run(
        [sys.executable, "-m", "cli.main", "worker", "--show"],
        cwd=ROOT,
        env=dict(variables),
        check=True,
        capture_output=True,
    )
    try:
        yield json.loads(shown.stdout)
    finally:
        code = "from topology.settings import Settings; from workers.broker import stop_broker; stop_broker(Settings())"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=dict(variables), check=True)


@contextmanager
def redis_on(port: int, folder: Path) -> Iterator[None]:
    """A Redis on this port, which keeps what it has in the folder from one block to the next."""
    words = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes"]
    process = subprocess.Popen(
        ["redis-server", *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: answers(port), 20)
        yield
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0
