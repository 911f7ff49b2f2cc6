"""Whatever ends in the middle of a stream of notifications: once it is quiet, the graph is the cloud."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity

from tests.api.processes import variables, wait_for
from tests.conftest import Neo4jAddress
from tests.events.graphs import differences, picture
from tests.events.rabbitmq import PASSWORD, USER, RabbitMq, rabbitmq
from tests.neo4j_server.conftest import small
from tests.robustness.conftest import LONG
from tests.robustness.living_cloud import LivingCloud, Tuples, living_cloud
from tests.robustness.stream_processes import Processes, all_processes
from tests.robustness.watching import check_consistent
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.neo4j_server import ManagedServer
from topology.scan import ScanOptions
from topology.settings import Settings
from topology.store import prepare
from workers.scanning import scan_environment

log = logging.getLogger(__name__)
pytestmark = pytest.mark.robustness
QUIET = NotificationMinimumSeverity.OFF
ENVIRONMENT, FRESH = "stream", "stream-fresh"
# Seconds after the last trouble in which the graph is the cloud: 60 for a scan's worker to be taken for dead, 30 until
# a scan is asked for again, 30 until a new exchange is bound, each perhaps once more, and the work itself.
BOUND = 300.0
# Moments of trouble between two times of quiet.
BETWEEN = 5


@dataclass
class Streaming:
    """A cloud that lives, and all that keeps its graph true."""

    cloud: LivingCloud
    processes: Processes
    graph: Graph
    driver: Driver
    settings: Settings

    def check_true(self) -> float:
        """The graph is the cloud, by what was notified and by a scan of now; seconds until it was."""
        begun = time.monotonic()
        wait_for(lambda: self._told() == self.cloud.says(), self._untrue, BOUND)
        scan_environment(self.graph, self.settings, ENVIRONMENT, ScanOptions(into=FRESH, accept_removals=True))
        fresh = picture(self.driver, FRESH)
        wait_for(lambda: not differences(picture(self.driver, ENVIRONMENT), fresh), lambda: self._unlike(fresh), BOUND)
        check_consistent(self.driver, ENVIRONMENT)
        return time.monotonic() - begun

    def _told(self) -> Tuples:
        says = self.cloud.says()
        types = sorted({type for type, _, _ in says})
        query = "MATCH (o:Object {environment: $e}) WHERE o.type IN $types RETURN o.type, o.id, o.name, o.ip_address"
        with self.driver.session() as session:
            rows = session.run(query, e=ENVIRONMENT, types=types).values()
        told = {(type, id, address if type == "floating_ip" else name) for type, id, name, address in rows}
        # In the graph, what has no name of its own is called by something else.
        return {(type, id, "" if (type, id, "") in says else name) for type, id, name in told}

    def _untrue(self) -> str:
        told, says = self._told(), self.cloud.says()
        return f"not there: {sorted(says - told)[:5]}; too much: {sorted(told - says)[:5]}\n{self.processes.said()}"

    def _unlike(self, fresh: dict[object, object]) -> str:
        unlike = list(differences(picture(self.driver, ENVIRONMENT), fresh).items())
        return f"{len(unlike)} unlike a scan of now, such as {unlike[:5]}\n{self.processes.said()}"

    def listens(self) -> bool:
        query = "MATCH (e:Environment {name: $e}) RETURN e.listener = 'listening' AND e.listener_gap_at IS NULL"
        with self.driver.session() as session:
            return bool(session.run(query, e=ENVIRONMENT).single(strict=True)[0])

    def told_by_the_listener(self) -> str:
        query = "MATCH (m:Message {environment: $e, source_system: 'listener'}) RETURN m.text"
        with self.driver.session() as session:
            return "\n".join(session.run(query, e=ENVIRONMENT).value())


@pytest.fixture
def neo4j(tmp_path: Path, neo4j_program_dir: Path) -> Iterator[ManagedServer]:
    managed = ManagedServer(small(tmp_path / "neo4j", neo4j_program_dir))
    yield managed
    managed.stop()


@pytest.fixture
def rabbit(tmp_path: Path) -> Iterator[RabbitMq]:
    with rabbitmq(tmp_path / "rabbitmq") as server:
        yield server


@pytest.fixture
def streaming(
    tmp_path: Path, neo4j: ManagedServer, rabbit: RabbitMq, chance: random.Random
) -> Iterator[Streaming]:  # fmt: skip
    state, folder = neo4j.start(), tmp_path / "d"
    folder.mkdir()
    address = Neo4jAddress(state.bolt_uri, state.user, state.password)
    # The poll would find by itself what events were to tell: it has no turn here.
    more = {
        "CALIPSO_POLL_SECONDS": "86400",
        # So much goes while all is down that a scan would hold it back, and leave it to a person.
        "CALIPSO_REMOVAL_FLOOR": "1000",
        "CALIPSO_HOUSEKEEPING_SECONDS": "5",
        "CALIPSO_BEAT_ENVIRONMENTS": ENVIRONMENT,
    }
    settings = Settings(data_dir=folder)
    login = (address.user, address.password)
    with (
        Graph(address.bolt_uri, *login) as graph,
        GraphDatabase.driver(address.bolt_uri, auth=login, notifications_min_severity=QUIET) as driver,
        living_cloud(rabbit, chance.randrange(10**9)) as cloud,
    ):
        prepare(graph)
        heard = {"name": "AMQP", "host": "127.0.0.1", "port": rabbit.port, "user": USER, "pwd": PASSWORD}
        registry = EnvironmentRegistry(graph, open_vault(settings))
        registry.add(Environment(name=ENVIRONMENT, listen=True, configuration=(cloud.section, heard)))
        scan_environment(graph, settings, ENVIRONMENT)
        with all_processes(variables(folder, address, **more), tmp_path, settings, rabbit, neo4j) as processes:
            made = Streaming(cloud, processes, graph, driver, settings)
            wait_for(made.listens, processes.said)
            yield made


def test_what_ends_in_the_middle_of_a_stream_loses_nothing_and_doubles_nothing(
    streaming: Streaming, chance: random.Random
) -> None:
    harms = streaming.processes.harms
    names = iter(lambda: chance.sample(sorted(harms), k=len(harms)), None)  # each once, then each once more
    order = chain.from_iterable(names)
    for begun in range(0, LONG, BETWEEN):
        done = []
        with streaming.cloud.living(0.2):
            for _ in range(min(BETWEEN, LONG - begun)):
                time.sleep(chance.uniform(0.0, 3.0))
                done.append(next(order))
                harms[done[-1]]()
                time.sleep(chance.uniform(0.0, 3.0))
                streaming.processes.start()
        seconds = streaming.check_true()
        log.info("%s: true %.0f s later, %d notified so far", ", ".join(done), seconds, streaming.cloud.sent)
    assert streaming.cloud.sent > LONG


def test_what_a_killed_broker_lost_is_seen_and_scanned_by_itself(streaming: Streaming) -> None:
    streaming.check_true()
    before = streaming.told_by_the_listener().count("the listener's queue was not there")

    streaming.processes.kill("listener")
    streaming.cloud.happen(50)
    streaming.processes.harms["the cloud's broker killed"]()
    streaming.processes.start()

    streaming.check_true()
    assert streaming.told_by_the_listener().count("the listener's queue was not there") > before
    wait_for(streaming.listens, streaming.processes.said)  # with the gap filled
