"""`calipso scan` killed at any moment: nothing is lost, nothing is there twice, and the next scan completes it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.api.processes import ROOT, wait_for
from tests.robustness.conftest import SHORT, Scene
from tests.robustness.watching import watched
from topology.graph import Graph
from topology.scan.history import scans
from topology.settings import Settings
from workers.scanning import scan_environment


def test_a_scan_that_is_killed_at_any_moment_loses_nothing_and_the_next_one_completes_it(
    scene: Scene, graph: Graph, settings: Settings, processes: Mapping[str, str], chance: random.Random, moments: int
) -> None:
    begun = time.monotonic()
    scan_environment(graph, settings, scene.environment)
    length = 1.2 * (time.monotonic() - begun)
    scene.check_true()
    for _ in range(moments):
        scene.turn()
        with watched(scene.driver, scene.environment, scene.lasting()), a_scan(scene, processes) as killed:
            time.sleep(chance.uniform(0.0, length))
            killed.kill()
            killed.wait()
        scene.check_consistent()
        check_next(scene, graph, settings)
        scene.check_true()
        told = {scan["id"]: scan for scan in scans(graph, environment=scene.environment).items}
        assert {scan["status"] for scan in told.values()} <= {"completed", "aborted"}
        assert all(scan["reason"] for scan in told.values() if scan["status"] == "aborted")
    if moments > SHORT:  # of so many, some were in the middle of their work
        assert scans(graph, environment=scene.environment, statuses=["aborted"]).items


def check_next(scene: Scene, graph: Graph, settings: Settings) -> None:
    """The next scan completes. It waits for nobody: that the killed one is no more is certain at once."""
    said: list[str] = []
    with watched(scene.driver, scene.environment, scene.lasting()):
        report = scan_environment(graph, settings, scene.environment, progress=lambda _, line: said.append(line))
    assert report.status == "completed"
    assert not [line for line in said if line.startswith("waiting for scan")]


@contextmanager
def a_scan(scene: Scene, processes: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that scans, and has just asked its first question."""
    asked = scene.cloud.asked
    command = [sys.executable, "-m", "cli.main", "scan", scene.environment, "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(processes), stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: scene.cloud.asked > asked or process.poll() is not None)
        yield process
    finally:
        process.kill()
        process.wait()
