"""What the benchmarks of events run in: a live cloud, a broker, `calipso listen`, and what is compared with it.

All are processes of their own: RabbitMQ, the cloud (the multiplied recording, its APIs over HTTP and its hosts over
SSH), the listener, a loop of scans, a bare consumer.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

import amqp
import psutil
from pydantic import SecretStr

from benchmarks.cloud.recorded import open_recorded
from benchmarks.cloud.recording import Size, write_multiplied
from benchmarks.events_stream import Notification, Stream
from benchmarks.server import Server, forget
from tests.events.rabbitmq import PASSWORD, USER, RabbitMq, rabbitmq
from tests.robustness.recorded_cloud import recorded_cloud
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.events.state import ListenerNote
from topology.graph import Graph
from topology.settings import Settings
from workers.broker import stop_broker
from workers.scanning import scan_environment

ENVIRONMENT = "benchmark-events"
EXCHANGES = ("nova", "neutron", "keystone")
_PATIENCE = 600.0
_SPAWN = multiprocessing.get_context("spawn")
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Scene:
    """All that runs, and the notifications of the cloud."""

    server: Server
    settings: Settings
    broker: RabbitMq
    stream: Stream
    folder: Path

    @property
    def queue(self) -> str:
        """The listener's queue at the broker."""
        return f"calipso.{ENVIRONMENT}.{ListenerNote(self.server.graph, ENVIRONMENT).identity()}"

    def heard(self) -> int:
        """How many notifications the listener has applied, ever."""
        return int(self._state("listener_events") or 0)

    def listens(self) -> bool:
        """Whether the listener hears."""
        return bool(self._state("listener") == "listening")

    def _state(self, key: str) -> Any:
        text = "MATCH (e:Environment {name: $name}) RETURN properties(e) AS e"
        return self.server.driver.execute_query(text, name=ENVIRONMENT).records[0]["e"].get(key)

    def to_read_again(self) -> int:
        """How much waits to be read again."""
        return int(self.server.graph.read("refresh_waiting", environment=ENVIRONMENT)[0]["waiting"])


@contextmanager
def scene(server: Server, tenancies: int) -> Iterator[Scene]:
    """A cloud that was scanned, and a broker. What was written is removed in the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = _settings(server, folder / "d")
        stack.callback(stop_broker, settings)  # the workers' own: the listener asks for a scan when it begins
        recording = folder / "cloud.zip"
        write_multiplied(recording, Size(1, tenancies))
        stream = Stream(open_recorded(recording).listings)
        broker = stack.enter_context(rabbitmq(folder / "rabbitmq", memory="800MB"))
        sections = stack.enter_context(_living(recording))
        made = Scene(server, settings, broker, stream, folder)
        with broker.connection() as connection:
            channel: Any = connection.channel()
            for name in EXCHANGES:
                channel.exchange_declare(name, "topic", durable=False, auto_delete=False)
        stack.callback(_remove, made)
        _remove(made)
        heard = {"name": "AMQP", "host": "127.0.0.1", "port": broker.port, "user": USER, "pwd": PASSWORD}
        registry = EnvironmentRegistry(server.graph, open_vault(settings))
        registry.add(Environment(name=ENVIRONMENT, listen=True, configuration=(*sections, heard)))
        report = scan_environment(server.graph, settings, ENVIRONMENT)
        if report.status != "completed":
            raise RuntimeError(f"the scan is {report.status}: {report.all_problems[:3]}")
        yield made


def _settings(server: Server, folder: Path) -> Settings:
    folder.mkdir()
    address = server.address
    return Settings(
        data_dir=folder,
        neo4j_uri=address["CALIPSO_NEO4J_URI"],
        neo4j_user=address["CALIPSO_NEO4J_USER"],
        neo4j_password=SecretStr(address["CALIPSO_NEO4J_PASSWORD"]),
    )


def _remove(made: Scene) -> None:
    forget(made.server.graph, ENVIRONMENT)
    EnvironmentRegistry(made.server.graph, open_vault(made.settings)).purged(ENVIRONMENT)
    left = "MATCH (n {environment: $name}) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
    with made.server.driver.session() as session:
        session.run(left, name=ENVIRONMENT).consume()


@contextmanager
def _living(recording: Path) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The recorded cloud, alive; the sections of configuration that lead there."""
    here, there = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_live, args=(recording, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("end")
        process.join()


def _live(recording: Path, asker: Connection) -> None:
    with recorded_cloud(recording) as cloud:
        asker.send(
            [{**section, "host_keys": "pin"} if "host_keys" in section else section for section in cloud.sections]
        )
        asker.recv()


@contextmanager
def listening(made: Scene) -> Iterator[psutil.Process]:
    """`calipso listen`, once it hears and has read again what its beginning made doubtful."""
    variables = os.environ | made.server.address | {"CALIPSO_DATA_DIR": str(made.settings.data_dir)}
    with (made.folder / "listen.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "listen", ENVIRONMENT],
            env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until(made.listens, "the listener does not hear")
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


@contextmanager
def scanning(made: Scene) -> Iterator[Any]:
    """Scans of the environment, one after the other, all the while; a shared count of those that are done."""
    done, over = _SPAWN.Value("i", 0), _SPAWN.Event()
    process = _SPAWN.Process(target=_scan_on, args=(made.settings, done, over), daemon=True)
    process.start()
    try:
        until(lambda: done.value > 0 or process.exitcode is not None, "no scan ends")
        yield done
    finally:
        over.set()
        process.join()


def _scan_on(settings: Settings, done: Any, over: Any) -> None:
    password = settings.neo4j_password.get_secret_value()
    with Graph(str(settings.neo4j_uri), settings.neo4j_user, password) as graph:
        while not over.is_set():
            scan_environment(graph, settings, ENVIRONMENT)
            done.value += 1


@contextmanager
def publishing(made: Scene, exchange: str | None = None) -> Iterator[Callable[[Notification], None]]:
    """Publishes; all to one exchange, if it is given."""
    with made.broker.connection() as connection:
        channel: Any = connection.channel()

        def publish(one: Notification) -> None:
            channel.basic_publish(amqp.Message(one.body), exchange or one.exchange, one.routing_key)

        yield publish
        # Answered once all has arrived: a broker that is short of memory takes its time, and closing would lose it.
        channel.exchange_declare(EXCHANGES[0], "topic", passive=True)


@contextmanager
def asking(made: Scene, queue: str) -> Iterator[Callable[[], int]]:
    """Asks how many messages wait in a queue of the broker."""
    with made.broker.connection() as connection:
        channel: Any = connection.channel()
        yield lambda: int(channel.queue_declare(queue, passive=True).message_count)


class Sampler:
    """Looks every `pause` seconds, in a thread of its own, until the end of the `with` block."""

    def __init__(self, look: Callable[[], None], pause: float) -> None:
        self._look, self._pause, self._over = look, pause, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._over.is_set():
            self._look()
            self._over.wait(self._pause)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def memory_of(process: psutil.Process) -> float:
    """What the process has in memory now, in MB."""
    return float(process.memory_info().rss / _MEGABYTE)


def until(true: Callable[[], Any], what: str, seconds: float = _PATIENCE, pause: float = 0.05) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}, after {seconds:.0f} s")
        time.sleep(pause)
