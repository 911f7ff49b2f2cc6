"""A stream in any order, with duplicates, and with any part of it lost: the graph is the cloud all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from neo4j import Driver

from graph_schema.events import Event
from tests.events.graphs import Kept, differences, picture, scanned
from tests.events.model_cloud import ModelCloud
from tests.events.recorded import event_of, messages
from tests.robustness.conftest import LONG
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.events.state import ListenerNote
from topology.graph import Graph
from topology.settings import Settings
from topology.store import GraphStore

_unhurried = settings(
    deadline=None,
    suppress_health_check=[*HealthCheck],
    # Every try costs seconds: to shrink a failure, add Phase.shrink.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@dataclass(frozen=True)
class Story:
    """What happens to a cloud, and to what it notifies of it."""

    seed: int
    happens: int
    """So many operations."""
    lost: tuple[float, float]
    """The part of the stream that is lost; the gap is seen after it, and the environment is scanned then."""
    late: float
    """The share of what came before that is heard only after that scan, beside all that came later."""
    doubled: float
    shuffled: bool
    batch: int

    def stream(self, events: list[Event], random: Random) -> list[Event]:
        """These events as they are heard."""
        heard = [*events, *(event for event in events if random.random() < self.doubled)]
        if self.shuffled:
            random.shuffle(heard)
        return heard


_share = st.floats(0, 1)
stories = st.builds(
    Story,
    seed=st.integers(0, 10**9),
    happens=st.integers(1, 40),
    lost=st.tuples(_share, _share).map(lambda pair: (min(pair), max(pair))),
    late=st.sampled_from([0.0, 0.3, 1.0]),
    doubled=st.sampled_from([0.0, 0.5]),
    shuffled=st.booleans(),
    batch=st.sampled_from([1, 7, 1000]),
)


@pytest.fixture
def fresh(environment: str, graph: Graph) -> Iterator[str]:
    """The name of another environment, for the scan that everything is compared with."""
    name = f"{environment}-{uuid4().hex[:8]}"
    yield name
    GraphStore(graph, name).remove_environment_objects()


@settings(_unhurried, max_examples=4)
@given(story=stories)
def test_a_gap_in_any_stream_is_filled_by_the_scan_that_it_asks_for(
    graph: Graph, driver: Driver, environment: str, fresh: str, tmp_path_factory: pytest.TempPathFactory, story: Story
) -> None:
    check(graph, driver, environment, fresh, tmp_path_factory, story)


@pytest.mark.robustness
@settings(_unhurried, max_examples=3 * LONG)
@given(story=stories)
def test_a_gap_in_any_stream_is_filled_by_the_scan_that_it_asks_for_long(
    graph: Graph, driver: Driver, environment: str, fresh: str, tmp_path_factory: pytest.TempPathFactory, story: Story
) -> None:
    check(graph, driver, environment, fresh, tmp_path_factory, story)


def check(
    graph: Graph,
    driver: Driver,
    environment: str,
    fresh: str,
    tmp_path_factory: pytest.TempPathFactory,
    story: Story,
) -> None:
    forget(graph, driver, environment)
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path_factory.mktemp("vault"))))
    registry.add(Environment(name=environment))
    cloud, random = ModelCloud(story.seed), Random(story.seed)
    scanned(graph, environment, cloud)
    kept, note = Kept(graph, environment, cloud), ListenerNote(graph, environment)

    cloud.happen(story.happens)
    events = list(cloud.events)
    begin, end = (int(share * len(events)) for share in story.lost)
    early = [event for event in events[:begin] if random.random() >= story.late]
    later = [event for event in events[:begin] if event not in early] + events[end:]
    kept.hear(story.stream(early, random), story.batch)
    note.gap("as the test wants")
    assert outcomes(driver, environment) == {"partial"}
    scanned(graph, environment, cloud)
    kept.hear(story.stream(later, random), story.batch)
    kept.settle()

    assert outcomes(driver, environment) == {"complete"}
    check_true(graph, driver, environment, fresh, cloud)


@settings(_unhurried, max_examples=2)
@given(seed=st.integers(0, 10**9), batch=st.sampled_from([1, 7, 1000]))
def test_the_recorded_notifications_in_any_order_leave_nothing_of_what_the_cloud_does_not_have(
    graph: Graph, driver: Driver, environment: str, fresh: str, seed: int, batch: int
) -> None:
    """They speak of a cloud that is no more: all that they tell is asked for at this one, and is not there."""
    forget(graph, driver, environment)
    cloud, random = ModelCloud(seed), Random(seed)
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)

    stream = [event_of(message) for message in messages()]
    stream += random.choices(stream, k=len(stream) // 3)
    random.shuffle(stream)
    kept.hear(stream, batch)
    kept.settle()

    check_true(graph, driver, environment, fresh, cloud)


def check_true(graph: Graph, driver: Driver, environment: str, fresh: str, cloud: ModelCloud) -> None:
    forget(graph, driver, fresh)
    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}


def forget(graph: Graph, driver: Driver, environment: str) -> None:
    """Nothing of it is left, what is gone and what is to be read again included."""
    GraphStore(graph, environment).remove_environment_objects()
    with driver.session() as session:
        session.run("MATCH (n {environment: $e}) WHERE NOT n:Lease DETACH DELETE n", e=environment).consume()


def outcomes(driver: Driver, environment: str) -> set[str]:
    """How the environment's scopes were read, as they say."""
    with driver.session() as session:
        query = "MATCH (s:Scope {environment: $e}) WHERE s.key IS NOT NULL RETURN DISTINCT s.outcome"
        return set(session.run(query, e=environment).value())
