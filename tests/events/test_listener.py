"""`calipso listen` as it runs: a real broker, a real Neo4j, a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import amqp
import pytest

from tests.conftest import Neo4jAddress
from tests.events.graphs import scanned
from tests.events.model_cloud import ModelCloud
from tests.events.rabbitmq import PASSWORD, USER, RabbitMq, rabbitmq
from tests.store.writing import Ask
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.settings import Settings
from workers.broker import stop_broker

PATIENCE = 60.0
# The longest that the queue gets in these tests.
SHORT = 10


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


class Services:
    """The cloud's services at the broker: they declare their exchange, and notify."""

    def __init__(self, broker: RabbitMq) -> None:
        self._broker = broker
        self.exchange("neutron")

    @contextmanager
    def channel(self) -> Iterator[Any]:
        with self._broker.connection() as connection:
            yield connection.channel()

    def exchange(self, name: str) -> None:
        with self.channel() as channel:
            channel.exchange_declare(name, "topic", durable=False, auto_delete=False)

    def notify(self, *bodies: bytes, exchange: str = "neutron") -> None:
        with self.channel() as channel:
            for body in bodies:
                channel.basic_publish(amqp.Message(body, delivery_mode=2), exchange, "notifications.info")

    def waiting(self, queue: str) -> int | None:
        try:
            with self.channel() as channel:
                return int(channel.queue_declare(queue, passive=True).message_count)
        except amqp.exceptions.NotFound:
            return None


@pytest.fixture
def services(broker: RabbitMq) -> Services:
    return Services(broker)


@pytest.fixture
def cloud() -> ModelCloud:
    return ModelCloud(3)


def body(event_type: str, payload: Mapping[str, Any]) -> bytes:
    """A notification in its envelope."""
    message = {
        "event_type": event_type, "message_id": "m", "publisher_id": "network.ctl1", "payload": payload,
        "timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}", "_context_auth_token": "nobody-may-see-it",
    }  # fmt: skip
    return json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(message)}).encode()


def renamed(port: Mapping[str, Any], name: str, revision: int) -> bytes:
    return body("port.update.end", {"port": {**port, "name": name, "revision_number": revision}})


def until(true: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


class Listening:
    """A process that listens to the test's environment."""

    def __init__(self, folder: Path, environment: str, neo4j: Neo4jAddress, ask: Ask) -> None:
        self._environment, self._ask = environment, ask
        self._env = os.environ | {
            "CALIPSO_DATA_DIR": str(folder), "CALIPSO_NEO4J_URI": neo4j.bolt_uri, "CALIPSO_NEO4J_USER": neo4j.user,
            "CALIPSO_NEO4J_PASSWORD": neo4j.password,
        }  # fmt: skip
        self.log = folder / "listen.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [sys.executable, "-m", "cli.main", "listen", self._environment]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def end(self, by: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(by)
        code = self.process.wait(60)
        self.process = None
        return code

    def status(self) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "cli.main", "listen", self._environment, "--status"]
        return subprocess.run(words, env=self._env, capture_output=True, text=True, check=False)

    def state(self) -> dict[str, Any]:
        rows = self._ask("MATCH (e:Environment {name: $environment}) RETURN properties(e) AS e")
        found: dict[str, Any] = rows[0]["e"]
        return found

    def listens(self) -> bool:
        return self.state().get("listener") == "listening"

    @property
    def queue(self) -> str:
        return f"calipso.{self._environment}.{self.state()['listener_id']}"


@pytest.fixture
def listening(
    graph: Graph, environment: str, cloud: ModelCloud, broker: RabbitMq, tmp_path: Path, neo4j_server: Neo4jAddress,
    ask: Ask,
) -> Iterator[Listening]:  # fmt: skip
    """An environment that was scanned, with an AMQP section that leads to the test's broker. Its API leads nowhere."""
    section = {
        "name": "AMQP",
        "host": "127.0.0.1",
        "port": broker.port,
        "user": USER,
        "pwd": PASSWORD,
        "queue_length": SHORT,
    }
    api = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "u", "pwd": "p", "region": "RegionOne"}
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path)))
    registry.add(Environment(name=environment, listen=True, configuration=(api, section)))
    scanned(graph, environment, cloud)
    made = Listening(tmp_path, environment, neo4j_server, ask)
    yield made
    if made.process is not None:
        made.end(signal.SIGKILL)
    stop_broker(Settings(data_dir=tmp_path))  # the workers' own, where a scan was asked for


def name_of(ask: Ask, id: str) -> str | None:
    rows = ask("MATCH (o:Object {environment: $environment, id: $id}) RETURN o.name AS name", id=id)
    return rows[0]["name"] if rows else None


def test_what_is_notified_is_in_the_graph_seconds_later_and_acknowledged_then(
    listening: Listening, services: Services, cloud: ModelCloud, ask: Ask
) -> None:
    port = cloud.state["ports"][0]
    listening.start()
    until(listening.listens, "it does not listen")

    services.notify(renamed(port, "renamed", 100))
    until(lambda: name_of(ask, port["id"]) == "renamed", "the notification has no effect")
    until(lambda: services.waiting(listening.queue) == 0, "it is not acknowledged")
    services.notify(body("port.delete.end", {"port_id": port["id"]}))
    until(lambda: name_of(ask, port["id"]) is None, "the port is not gone")

    state = listening.state()
    assert "neutron" in state["listener_reason"]
    assert 0 <= state["listener_lag"] < PATIENCE
    told = listening.status()
    assert told.returncode == 0, told.stderr
    assert ": listening since" in told.stdout
    assert listening.end() == 0
    assert listening.state()["listener"] == "stopped"
    assert "nobody-may-see-it" not in listening.log.read_text()


def test_poison_is_told_and_blocks_nothing(
    listening: Listening, services: Services, cloud: ModelCloud, ask: Ask
) -> None:
    port = cloud.state["ports"][0]
    listening.start()
    until(listening.listens, "it does not listen")

    services.notify(
        b"no json", b"{}", body("port.update.end", {"port": {"id": 5}}), body("unheard.of", {"a": 1}),
        renamed(port, "behind poison", 100),
    )  # fmt: skip

    until(lambda: name_of(ask, port["id"]) == "behind poison", "poison blocks")
    until(lambda: services.waiting(listening.queue) == 0, "poison stays in the queue")
    errors = "MATCH (m:Message {environment: $environment, level: 'error'}) RETURN m.text AS text"
    until(lambda: len(ask(errors)) == 3, "not all that is poison is told")


def test_what_was_not_committed_comes_again_after_a_kill(
    listening: Listening, services: Services, cloud: ModelCloud, ask: Ask
) -> None:
    ports = cloud.state["ports"][: SHORT - 1]
    listening.start()
    until(listening.listens, "it does not listen")
    listening.end(signal.SIGKILL)

    services.notify(*(renamed(port, f"late-{number}", 100) for number, port in enumerate(ports)))
    listening.start()
    time.sleep(1.0)  # anywhere: before, in the middle of, or after what it does
    listening.end(signal.SIGKILL)
    listening.start()

    def renamed_all() -> bool:
        return [name_of(ask, port["id"]) for port in ports] == [f"late-{number}" for number in range(len(ports))]

    until(renamed_all, "something was lost")
    assert "listener_gap_at" not in listening.state() or "was not there" in listening.state()["listener_gap_reason"]


def test_a_broker_that_goes_is_told_and_reconnected_to_and_the_gap_is_seen(
    listening: Listening, broker: RabbitMq, cloud: ModelCloud, ask: Ask
) -> None:
    port = cloud.state["ports"][0]
    listening.start()
    until(listening.listens, "it does not listen")
    ask("MATCH (e:Environment {name: $environment}) REMOVE e.listener_gap_at, e.listener_gap_reason")
    ask("MATCH (s:Scope {environment: $environment}) SET s.outcome = 'complete', s.problems = []")

    broker.stop()
    until(lambda: listening.state()["listener"] == "disconnected", "that the broker is away is not told")
    assert f"127.0.0.1:{broker.port}" in listening.state()["listener_reason"]
    broker.start()
    services = Services(broker)
    until(listening.listens, "it is not reconnected")
    assert "was not there" in until(lambda: listening.state().get("listener_gap_reason"), "the gap is not seen")
    doubtful = ask("MATCH (s:Scope {environment: $environment}) RETURN s.outcome AS outcome, s.problems AS problems")
    assert {row["outcome"] for row in doubtful} == {"partial"}

    # The exchange is made anew by the service, so it is bound again by itself.
    def heard() -> bool:
        services.notify(renamed(port, "after the break", 200))
        time.sleep(0.5)
        return name_of(ask, port["id"]) == "after the break"

    until(heard, "after the break nothing is heard")


def test_an_environment_that_was_not_scanned_is_waited_for(
    listening: Listening, graph: Graph, environment: str, cloud: ModelCloud, ask: Ask
) -> None:
    ask("MATCH (n) WHERE n.environment = $environment AND NOT n:Lease DETACH DELETE n")
    listening.start()
    until(lambda: listening.state().get("listener") == "waiting", "it does not say that it waits")
    assert "calipso scan" in listening.state()["listener_reason"]

    scanned(graph, environment, cloud)

    until(listening.listens, "it does not begin after the scan")


def test_a_gap_has_the_environment_scanned_again(listening: Listening, ask: Ask) -> None:
    listening.start()

    asked = until(
        lambda: ask("MATCH (s:Scan {environment: $environment, started_by: 'listener'}) RETURN s.status AS status"),
        "no scan is asked for",
    )
    assert len(asked) == 1
    assert "listener_gap_at" in listening.state(), "it is forgotten before anybody scanned"

    ask("MATCH (s:Scan {environment: $environment, started_by: 'listener'}) SET s.status = 'completed'")
    until(lambda: "listener_gap_at" not in listening.state(), "the gap is not taken care of")


def test_a_scan_that_comes_to_nothing_is_asked_for_again(listening: Listening, ask: Ask) -> None:
    of_gap = "MATCH (s:Scan {environment: $environment, started_by: 'listener'})"
    listening.start()
    until(lambda: "listener_gap_scan" in listening.state(), "no scan is asked for")

    ask(f"{of_gap} SET s.status = 'aborted', s.reason = 'as the test wants'")

    until(lambda: len(ask(f"{of_gap} RETURN s.status AS status")) == 2, "no other scan is asked for")


def test_an_exchange_that_came_while_nobody_listened_is_a_gap(
    listening: Listening, services: Services, ask: Ask
) -> None:
    listening.start()
    until(listening.listens, "it does not listen")
    until(lambda: listening.state().get("listener_bound") is not None, "what is bound is not noted")
    listening.end(signal.SIGKILL)
    ask("MATCH (e:Environment {name: $environment}) REMOVE e.listener_gap_at, e.listener_gap_reason")

    services.exchange("keystone")
    listening.start()

    told = until(lambda: listening.state().get("listener_gap_reason"), "the gap is not seen")
    assert told.startswith("keystone: this exchange was not there")


def test_a_queue_whose_beginning_nobody_noted_is_a_gap(listening: Listening, ask: Ask) -> None:
    """As when the listener is killed between making the queue and noting what was lost before."""
    listening.start()
    until(listening.listens, "it does not listen")
    listening.end(signal.SIGKILL)
    gone = "e.listener_gap_at, e.listener_gap_reason, e.listener_bound"
    ask(f"MATCH (e:Environment {{name: $environment}}) REMOVE {gone}")

    listening.start()

    assert "was not there" in until(lambda: listening.state().get("listener_gap_reason"), "the gap is not seen")


def test_no_message_of_another_consumer_is_taken(
    listening: Listening, broker: RabbitMq, services: Services, cloud: ModelCloud, ask: Ask
) -> None:
    port = cloud.state["ports"][0]
    with services.channel() as channel:
        channel.queue_declare("notifications.info", durable=False, auto_delete=False)
        channel.queue_bind("notifications.info", "neutron", "notifications.info")
    listening.start()
    until(listening.listens, "it does not listen")

    services.notify(renamed(port, "for both", 100))

    until(lambda: name_of(ask, port["id"]) == "for both", "the notification has no effect")
    assert services.waiting("notifications.info") == 1
    with services.channel() as channel:
        channel.queue_delete("notifications.info")


def listen_and_die(listening: Listening, ask: Ask) -> None:
    """There is a queue, no gap is known, and nobody takes what comes."""
    listening.start()
    until(listening.listens, "it does not listen")
    listening.end(signal.SIGKILL)
    ask("MATCH (e:Environment {name: $environment}) REMOVE e.listener_gap_at, e.listener_gap_reason")


def test_a_queue_that_was_full_is_a_gap_and_the_newest_of_it_is_applied(
    listening: Listening, services: Services, cloud: ModelCloud, ask: Ask
) -> None:
    ports = cloud.state["ports"][: 2 * SHORT]
    listen_and_die(listening, ask)

    services.notify(*(renamed(port, f"late-{number}", 100) for number, port in enumerate(ports)))
    until(lambda: services.waiting(listening.queue) == SHORT, "the broker keeps more than it was asked to")
    listening.start()

    until(lambda: name_of(ask, ports[-1]["id"]) == f"late-{len(ports) - 1}", "what was kept is not applied")
    told = ask("MATCH (m:Message {environment: $environment, source_system: 'listener'}) RETURN m.text AS text")
    assert any("was full" in row["text"] for row in told), told


def test_a_queue_that_was_full_and_has_room_again_is_a_gap_once(
    listening: Listening, services: Services, cloud: ModelCloud, ask: Ask
) -> None:
    ports = cloud.state["ports"][: 2 * SHORT]
    listen_and_die(listening, ask)

    services.notify(*(renamed(port, "late", 100) for port in ports))
    until(lambda: services.waiting(listening.queue) == SHORT, "the broker keeps more than it was asked to")
    with services.channel() as channel:
        channel.basic_get(listening.queue, no_ack=True)
    listening.start()

    assert "was full" in until(lambda: listening.state().get("listener_gap_reason"), "the gap is not seen")
    until(lambda: services.waiting(f"{listening.queue}.dropped") == 0, "it would be seen again")


def test_of_several_brokers_the_next_is_tried(
    listening: Listening, graph: Graph, environment: str, broker: RabbitMq, tmp_path: Path
) -> None:
    hosts = ["127.0.0.1:9", f"127.0.0.1:{broker.port}"]
    section = {"name": "AMQP", "hosts": hosts, "user": USER, "pwd": PASSWORD}
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path)))
    registry.add(Environment(name=environment, listen=True, configuration=(section,)))

    listening.start()

    until(listening.listens, "the other broker is not tried")
