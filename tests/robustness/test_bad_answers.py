"""A live cloud whose services and hosts answer badly now and then: nothing is missed, and the truth comes at last."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.robustness.conftest import SHORT, Scene
from tests.robustness.watching import check_consistent, watched
from tests.sources.http_cloud import Answer, cut_json, half_then_reset, status, text
from topology.graph import Graph
from topology.scan import ScanReport
from topology.settings import Settings
from workers.scanning import scan_environment

# What a service may say instead of its list: refusals, and what is tried again for seconds because it may pass.
REFUSALS: tuple[Answer, ...] = (status(401), status(403), status(404))
NO_LISTS = (*REFUSALS, text("<html>busy</html>"), cut_json, half_then_reset)
TRIES = 10


def test_scans_of_a_cloud_that_answers_badly_lose_nothing_and_end_with_the_truth(
    scene: Scene, graph: Graph, settings: Settings, chance: random.Random, moments: int
) -> None:
    def scanned() -> ScanReport:
        with watched(scene.driver, scene.environment, scene.lasting()):
            report = scan_environment(graph, settings, scene.environment)
        scene.cloud.mend()
        scene.check_consistent()
        return report

    assert scanned().status == "completed"
    for _ in range(moments):
        scene.turn()
        break_something(scene, chance, REFUSALS if moments == SHORT else NO_LISTS)
        assert scanned().status in ("completed", "completed_with_errors", "failed")
        assert scanned().status == "completed"
        scene.check_true()
        lie(scene, chance)
        scanned()
        assert check_consistent(scene.driver, scene.environment) == scene.truth.sights[scene.state]


def break_something(scene: Scene, chance: random.Random, answers: Sequence[Answer]) -> None:
    """Some services do not give their lists, some hosts can not be logged in to, some break off."""
    for path in chance.sample(sorted(scene.cloud.api.listings), k=chance.randint(0, 4)):
        scene.cloud.api.misbehave(path, *[chance.choice(answers)] * TRIES)
    hosts = chance.sample(sorted(scene.cloud.hosts), k=chance.randint(1, 4))
    scene.cloud.unreachable.update(hosts[::2])
    scene.cloud.cut_off.update(hosts[1::2])


def lie(scene: Scene, chance: random.Random) -> None:
    """Some services say once, with 200 OK, that they have nothing of a kind."""
    listings = scene.cloud.api.listings
    for path in chance.sample(sorted(listings), k=chance.randint(1, 4)):
        scene.cloud.api.misbehave(path, empty(listings[path][0]))


def empty(key: str) -> Answer:
    return lambda handler: handler.reply(200, {key: []})
