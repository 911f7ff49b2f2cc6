"""What events, targeted reading and the poll keep is the graph of a fresh scan, whatever happened to the cloud."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lab.cloud.build import Builder
from lab.cloud.connection import Cloud
from lab.cloud.plan import Plan
from lab.cloud.random_plan import prefix
from lab.cloud.workload import closed_hosts
from tests.events.graphs import differences, picture
from tests.lab.event_rows import Scene
from tests.lab.lab_machine import Lab
from tests.lab.lateness import Lateness
from tests.lab.product import REPOSITORY, Product, lab_environment
from tests.lab.shown import Shown

pytestmark = pytest.mark.lab
SEEDS = [int(seed) for seed in os.environ.get("CALIPSO_LAB_EVENT_SEEDS", "71").split()]
OPERATIONS = int(os.environ.get("CALIPSO_LAB_EVENT_OPERATIONS", "208"))
POLL_SECONDS = 60.0  # the product's default
# The seed that stands for the project of the single changes.
OWN_SEED = 9000
# What has not come by then waits for the next turn of the poll: then it was not the event that brought it.
ROW_SECONDS = 45.0
# While a fresh scan differs from the next one the cloud itself still moves.
TRIES = 4


@pytest.fixture(params=SEEDS)
def tenants(request: pytest.FixtureRequest, lab: Lab) -> Iterator[str]:
    """Four tenants, whose cloud may be changed."""
    seed = str(request.param)
    try:
        lab.command("tenants", seed)
        yield seed
    finally:
        lab.command("clear", seed)


@pytest.fixture
def project(lab: Lab) -> Iterator[str]:
    """An empty project, while nova schedules to hosts with Open vSwitch only."""
    cloud, name = Cloud(), f"{prefix(OWN_SEED)}project"
    try:
        Builder(Plan("one project", projects=(name,)), cloud).build()
        with closed_hosts(cloud):
            yield name
    finally:
        lab.command("clear", str(OWN_SEED))


@pytest.fixture
def listening(product: Product, environment: str, tmp_path: Path) -> Iterator[Product]:
    """The lab as the fixtures before have made it, scanned, and listened to by a process of its own."""
    product.settings["CALIPSO_POLL_SECONDS"] = str(POLL_SECONDS)
    product.add(lab_environment(environment))
    product.scan(environment)
    words = [sys.executable, "-m", "cli.main", "listen", environment]
    with (tmp_path / "listen.log").open("wb") as log:  # a pipe that nobody reads would stop it
        process = subprocess.Popen(words, cwd=REPOSITORY, env=os.environ | product.settings, stdout=log, stderr=log)
    try:
        _until(lambda: _listens(product, environment), 120, "it does not listen")
        product.scan(environment)  # what happened between the first scan and the listening
        yield product
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)
        product.run("env", "remove", f"{environment}-fresh", "--purge")


def test_after_random_operations_of_several_tenants_the_graph_is_that_of_a_fresh_scan(
    lab: Lab, tenants: str, listening: Product, environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scans = _scans(listening, environment)
    lateness = Lateness(listening.driver, environment)
    began = time.monotonic()
    with lateness.measured():
        told = lab.command("workload", tenants, str(OPERATIONS), seconds=3600).splitlines()
        ended = time.monotonic()
    done = [line for line in told if not line.split(" ", 1)[1].startswith(("refused", "ended"))]
    with capsys.disabled():
        sys.stdout.write(
            f"\nseed {tenants}: {len(done)} operations in {ended - began:.0f} s, {len(told) - len(done)} refused\n"
            f"from published to graph, payload: {lateness.payload}\n"
            f"from published to graph, with the host's part: {lateness.host}\n"
        )
    differing = _differences_in_quiet(listening, environment)
    assert not differing, _told(listening, environment, differing, told)
    assert len(done) >= OPERATIONS, "\n".join(told)
    assert _scans(listening, environment) == scans, "it was scanned meanwhile"
    assert not _errors(listening, environment)
    assert not lateness.payload.never
    assert not lateness.host.never


def test_each_kind_of_event_is_in_the_graph_soon(
    lab: Lab, project: str, listening: Product, environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(lab, Cloud(project), project, Shown(listening.driver, environment))
    took: dict[str, float | None] = {}
    with closing(scene.rows()) as rows:
        for row, seen in rows:
            took[row] = _seconds_until(seen, ROW_SECONDS)
            with capsys.disabled():
                sys.stdout.write(f"\n{row}: {'not in the graph' if took[row] is None else f'{took[row]:.1f} s'}")
    missing = [row for row, seconds in took.items() if seconds is None]
    assert not missing, missing
    differing = _differences_in_quiet(listening, environment)
    assert not differing, _told(listening, environment, differing, list(took))


def _seconds_until(true: Callable[[], bool], patience: float) -> float | None:
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > patience:
            return None
        time.sleep(0.05)
    return time.monotonic() - began


def _differences_in_quiet(product: Product, environment: str) -> dict[Any, Any]:
    """What the kept graph has otherwise than a fresh scan, when the lab stood still for one turn of the poll.

    Some of its agents are done a minute after the last operation: what they change then is told by the next turn.
    """
    fresh = f"{environment}-fresh"
    before: dict[Any, Any] = {}
    moved: dict[Any, Any] = {}
    kept: dict[Any, Any] = {}
    for _ in range(TRIES):
        product.scan(environment, "--into", fresh, "--accept-removals")
        scanned = picture(product.driver, fresh)
        found, moved = differences(kept, scanned), differences(before, scanned)
        if not (found and moved):
            return found
        before = scanned
        time.sleep(max(10.0, POLL_SECONDS))
        kept = picture(product.driver, environment)
    raise AssertionError(f"the lab does not stand still; between two scans: {moved}")


def _told(product: Product, environment: str, found: dict[Any, Any], operations: list[str]) -> str:
    named = picture(product.driver, environment) | picture(product.driver, f"{environment}-fresh")
    lines = [f"{len(found)} differences (kept by events, fresh scan):"]
    for key, what in found.items():
        node = {} if isinstance(key, tuple) else named.get(key) or {}
        lines.append(f"  {node.get('type', '')} {node.get('name', '')} {key}: {what}")
    return "\n".join([*lines, "after:", *operations])


def _listens(product: Product, environment: str) -> bool:
    query = "MATCH (e:Environment {name: $e}) RETURN e.listener AS listener"
    return [row["listener"] for row in product.driver.execute_query(query, e=environment).records] == ["listening"]


def _scans(product: Product, environment: str) -> list[str]:
    query = "MATCH (s:Scan {environment: $e}) WHERE s.status <> 'pending' RETURN s.id AS id ORDER BY id"
    return [row["id"] for row in product.driver.execute_query(query, e=environment).records]


def _errors(product: Product, environment: str) -> list[str]:
    query = "MATCH (m:Message {environment: $e, level: 'error'}) RETURN m.text AS text"
    return [row["text"] for row in product.driver.execute_query(query, e=environment).records]


def _until(true: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(1)
