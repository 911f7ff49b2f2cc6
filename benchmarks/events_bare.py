"""The other side: a consumer that writes each message to the graph by one statement, and acknowledges it after that.

It has what it can use: a connection and a session of its own that stay open, as many messages handed out ahead as the
listener has, a uniqueness constraint for its MERGE, and nothing to find out.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kombu import Consumer, Exchange, Queue
from kombu.message import Message
from neo4j import GraphDatabase, Session

from benchmarks.events_scene import Scene, until
from tests.events.rabbitmq import RabbitMq
from workers.listener_broker import PREFETCH

EXCHANGE = QUEUE = "benchmark-bare"
_CONSTRAINT = "benchmark_bare"
_WRITE = "MERGE (b:BenchmarkBare {id: $id}) SET b += $says"
_SPAWN = multiprocessing.get_context("spawn")
_SCALARS = (str, int, float, bool)


@contextmanager
def bare_consumer(made: Scene) -> Iterator[Any]:
    """The consumer in a process of its own; a shared count of the messages that it has written."""
    with made.server.driver.session() as session:
        session.run(
            f"CREATE CONSTRAINT {_CONSTRAINT} IF NOT EXISTS FOR (b:BenchmarkBare) REQUIRE b.id IS UNIQUE"
        ).consume()
    written, over = _SPAWN.Value("i", -1), _SPAWN.Event()
    arguments = (made.broker.port, dict(made.server.address), written, over)
    process = _SPAWN.Process(target=_consume, args=arguments, daemon=True)
    process.start()
    try:
        until(lambda: written.value == 0 or process.exitcode is not None, "the bare consumer does not begin")
        yield written
    finally:
        over.set()
        process.join()
        with made.server.driver.session() as session:
            session.run("MATCH (b:BenchmarkBare) DELETE b").consume()
            session.run(f"DROP CONSTRAINT {_CONSTRAINT}").consume()


def _consume(port: int, address: Mapping[str, str], written: Any, over: Any) -> None:
    broker = RabbitMq(folder=None, port=port)  # type: ignore[arg-type]  # only its connection is used
    login = (address["CALIPSO_NEO4J_USER"], address["CALIPSO_NEO4J_PASSWORD"])
    with (
        GraphDatabase.driver(address["CALIPSO_NEO4J_URI"], auth=login) as driver,
        driver.session() as session,
        broker.connection() as connection,
    ):
        channel: Any = connection.channel()
        channel.basic_qos(0, PREFETCH, False)
        queue = Queue(QUEUE, Exchange(EXCHANGE, "topic", durable=False), "#", durable=False)

        def heard(message: Message) -> None:
            _write(session, message)
            written.value += 1

        with Consumer(channel, [queue], on_message=heard, accept=None):
            written.value = 0
            while not over.is_set():
                try:
                    connection.drain_events(timeout=0.2)
                except TimeoutError:
                    continue


def _write(session: Session, message: Message) -> None:
    told = json.loads(json.loads(message.body or b"")["oslo.message"])
    says = _scalars(told["payload"])
    key = says.get("id") or says.get("uuid") or says.get("instance_id") or told["message_id"]
    session.run(_WRITE, id=key, says=says).consume()
    message.ack()


def _scalars(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What the object that is told of is, as flat properties."""
    inside = next((value for value in payload.values() if isinstance(value, dict)), payload)
    told = payload if "instance_id" in payload else payload.get("nova_object.data", inside)
    return {key: value for key, value in told.items() if isinstance(value, _SCALARS)}
