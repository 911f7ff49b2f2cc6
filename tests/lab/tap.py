"""Everything that nova and neutron notify, heard beside the product, and read by code that it has no part in."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kombu import Connection, Consumer, Exchange, Queue
from kombu.message import Message

from tests.lab.lab_machine import CONTROLLER

BROKER = f"amqp://openstack:lab@{CONTROLLER}:5672//"
TOPICS = ("notifications.*", "versioned_notifications.*")


@dataclass(frozen=True)
class Told:
    """One notification; `published` is the second by the clock that all hosts of the lab share."""

    event_type: str
    published: float
    payload: dict[str, Any]


@contextmanager
def tapped(heard: Callable[[Told], None]) -> Iterator[None]:
    """Calls `heard`, in a thread of its own, with each notification."""
    ended, ready = threading.Event(), threading.Event()
    thread = threading.Thread(target=_listen, args=[heard, ready, ended], daemon=True)
    thread.start()
    assert ready.wait(30), "the lab's broker does not answer"
    try:
        yield
    finally:
        ended.set()
        thread.join(30)


def _listen(heard: Callable[[Told], None], ready: threading.Event, ended: threading.Event) -> None:
    with Connection(BROKER) as connection, Consumer(
        connection, _queues(), on_message=lambda message: _hear(message, heard), no_ack=True, accept=None
    ):  # fmt: skip
        ready.set()
        while not ended.is_set():
            try:
                connection.drain_events(timeout=0.5)
            except TimeoutError:
                continue


def _queues() -> list[Queue]:
    """Queues of our own, gone with the connection."""
    return [
        Queue(
            f"lab-test-{name}-{topic.split('.')[0]}",
            Exchange(name, "topic", durable=False, passive=True),
            routing_key=topic,
            durable=False,
            exclusive=True,
        )
        for name in ("nova", "neutron")
        for topic in TOPICS
    ]


def _hear(message: Message, heard: Callable[[Told], None]) -> None:
    told = json.loads(json.loads(message.body or "")["oslo.message"])
    published = datetime.fromisoformat(told["timestamp"]).replace(tzinfo=UTC).timestamp()
    heard(Told(told["event_type"], published, _plain(told["payload"])))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.get("nova_object.data", value).items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
