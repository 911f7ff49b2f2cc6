"""Random clouds, changes, and sources that fail: scans end with the cloud, and nobody ever misses what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from neo4j import Driver

from graph_schema.records import Scope
from tests.clouds import Cloud
from tests.robustness.conftest import LONG
from tests.robustness.model import Fault, Lie, Told, clouds, faults, lies, sight_of
from tests.robustness.watching import check_consistent, look, watched
from topology.graph import Graph
from topology.scan import scan
from topology.settings import Settings
from topology.store import GraphStore


@dataclass(frozen=True)
class Step:
    """The cloud is like this now, and is scanned while these of its sources do not tell everything."""

    cloud: Cloud
    faults: Mapping[Scope, Fault]


@dataclass(frozen=True)
class Story:
    """What happens, before a scan that reads the last cloud completely, and then one whose sources lie."""

    steps: list[Step]
    last: Cloud
    lies: Mapping[Scope, Lie]
    batch_size: int


stories = st.builds(
    Story, st.lists(st.builds(Step, clouds(), faults), max_size=3), clouds(), lies, st.sampled_from((2, 7, 2000))
)
_unhurried = settings(
    deadline=None,
    suppress_health_check=[*HealthCheck],
    # Every try costs seconds: to shrink a failure, add Phase.shrink.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@settings(_unhurried, max_examples=3)
@given(story=stories)
def test_after_the_last_complete_scan_the_graph_is_the_cloud(
    graph: Graph, driver: Driver, environment: str, story: Story
) -> None:
    check(graph, driver, environment, story)


@pytest.mark.robustness
@settings(_unhurried, max_examples=3 * LONG)
@given(story=stories)
def test_after_the_last_complete_scan_the_graph_is_the_cloud_long(
    graph: Graph, driver: Driver, environment: str, story: Story
) -> None:
    check(graph, driver, environment, story)


def check(graph: Graph, driver: Driver, environment: str, story: Story) -> None:
    GraphStore(graph, environment).remove_environment_objects()
    limits = Settings(data_dir=Path(), batch_size=story.batch_size)

    def scanned(told: Told) -> str:
        with driver.session() as session:
            lasting = look(session, environment) & sight_of(told.cloud)
        with watched(driver, environment, lasting):
            report = scan(graph, environment, told, settings=limits)
        check_consistent(driver, environment)
        return report.status

    for step in story.steps:
        scanned(Told(step.cloud, faults=step.faults))
    assert scanned(Told(story.last)) == "completed"
    assert check_consistent(driver, environment) == sight_of(story.last)
    assert names(driver, environment) == {(id, record.name) for id, record in story.last.records.items()}
    scanned(Told(story.last, lies=story.lies))
    assert check_consistent(driver, environment) == sight_of(story.last)
    assert scanned(Told(story.last)) == "completed"


def names(driver: Driver, environment: str) -> set[tuple[str, str]]:
    with driver.session() as session:
        rows = session.run("MATCH (o:Object {environment: $e}) RETURN o.id, o.name", e=environment).values()
    return {(id, name) for id, name in rows}
