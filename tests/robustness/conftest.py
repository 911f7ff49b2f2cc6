"""What the tests of robustness share: the recorded cloud alive, the truth about it, and how long to try."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity

from tests.api.processes import variables
from tests.conftest import Neo4jAddress
from tests.robustness.recorded_cloud import RecordedCloud, recorded_cloud
from tests.robustness.watching import Sight, check_consistent, everything, look
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.settings import Settings
from topology.store import GraphStore
from workers.scanning import scan_environment

State = Literal["recorded", "changed"]
STATES: tuple[State, ...] = ("recorded", "changed")
# The short form is part of every run; the long one is asked for by its marker.
SHORT = 1
LONG = int(os.environ.get("CALIPSO_ROBUSTNESS_MOMENTS", "30"))
SEED = int(os.environ.get("CALIPSO_ROBUSTNESS_SEED", "0"))


@pytest.fixture(params=[SHORT, pytest.param(LONG, marks=pytest.mark.robustness)], ids=["short", "long"])
def moments(request: pytest.FixtureRequest) -> int:
    """How many moments to try."""
    return int(request.param)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The same chances for the same seed."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="session")
def driver(neo4j_server: Neo4jAddress) -> Iterator[Driver]:
    """A driver of the tests' own, for looks that do not go through the product."""
    login = (neo4j_server.user, neo4j_server.password)
    quiet = NotificationMinimumSeverity.OFF
    with GraphDatabase.driver(neo4j_server.bolt_uri, auth=login, notifications_min_severity=quiet) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, neo4j_server: Neo4jAddress) -> Settings:
    """Of a data folder of the test's own, with a path that is short enough for a socket."""
    folder = tmp_path / "d"
    folder.mkdir()
    return Settings(
        data_dir=folder,
        neo4j_uri=neo4j_server.bolt_uri,
        neo4j_user=neo4j_server.user,
        neo4j_password=neo4j_server.password,  # type: ignore[arg-type]  # pydantic makes a secret of it
    )


@pytest.fixture
def processes(settings: Settings, neo4j_server: Neo4jAddress) -> dict[str, str]:
    """The variables of processes that have the same settings."""
    return variables(settings.data_dir, neo4j_server)


@dataclass(frozen=True)
class Truth:
    """What undisturbed scans of the recorded cloud say of each of its two states."""

    cloud: RecordedCloud
    sights: Mapping[State, Sight]
    everything: Mapping[State, set[str]]

    def become(self, state: State) -> None:
        """Have the cloud be in that state."""
        (self.cloud.change if state == "changed" else self.cloud.restore)()


@pytest.fixture(scope="session")
def truth(graph: Graph, driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Truth]:
    """The recorded cloud, and an environment that nothing disturbs, long gone when the tests begin."""
    settings, name = Settings(data_dir=tmp_path_factory.mktemp("truth")), f"undisturbed-{uuid4().hex[:12]}"
    registry = EnvironmentRegistry(graph, open_vault(settings))
    sights: dict[State, Sight] = {}
    told: dict[State, set[str]] = {}
    with recorded_cloud() as cloud:
        truth = Truth(cloud, sights, told)
        registry.add(Environment(name=name, configuration=cloud.sections))
        try:
            for state in STATES:
                truth.become(state)
                report = scan_environment(graph, settings, name)
                assert report.status == "completed", report.all_problems
                sights[state], told[state] = check_consistent(driver, name), everything(driver, name)
        finally:
            GraphStore(graph, name).remove_environment_objects()
            registry.purged(name)
        yield truth


@dataclass
class Scene:
    """A live cloud, the environment that it is scanned into, and the truth about it."""

    truth: Truth
    environment: str
    driver: Driver
    state: State = "recorded"

    @property
    def cloud(self) -> RecordedCloud:
        return self.truth.cloud

    def turn(self) -> None:
        """The cloud changes to its other state."""
        self.state = "changed" if self.state == "recorded" else "recorded"
        self.truth.become(self.state)

    def lasting(self) -> Sight:
        """What is in the graph and in the cloud as it is now: nobody may ever miss it."""
        with self.driver.session() as session:
            return look(session, self.environment) & self.truth.sights[self.state]

    def check_consistent(self) -> None:
        check_consistent(self.driver, self.environment)

    def check_true(self) -> None:
        """The graph holds what an undisturbed scan finds, no more and no less."""
        assert everything(self.driver, self.environment) == self.truth.everything[self.state]


@pytest.fixture
def scene(truth: Truth, graph: Graph, driver: Driver, environment: str, settings: Settings) -> Scene:
    """The recorded cloud, nothing of it in the graph yet."""
    truth.become("recorded")
    truth.cloud.slow(0.0)
    EnvironmentRegistry(graph, open_vault(settings)).add(
        Environment(name=environment, configuration=truth.cloud.sections)
    )
    return Scene(truth, environment, driver)
