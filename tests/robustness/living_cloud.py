"""The model cloud of the tests of events, alive: its API over HTTP, its services at a broker that may go."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import amqp

from graph_schema.events import Event
from tests.events.model_cloud import FIXED, ModelCloud
from tests.events.rabbitmq import RabbitMq
from tests.sources.http_cloud import PASSWORD, HttpCloud, http_cloud

EXCHANGES = ("nova", "neutron", "keystone")
_PLACES = {"compute": "/compute/v2.1", "identity": "/identity/v3", "network": "/network/v2.0"}
_KEYS = {
    "os-availability-zone/detail": "availabilityZoneInfo",
    "os-hypervisors/detail": "hypervisors",
}
Tuples = set[tuple[str, str, str]]


class LivingCloud:
    """What happens is at the API at once, and is notified then, in this order, again and again until a broker takes it.

    A notification that the broker took may be lost with it, or have been sent twice: as with the services themselves.
    """

    def __init__(self, api: HttpCloud, broker: RabbitMq, seed: int) -> None:
        self.model = ModelCloud(seed)
        self.sent = 0
        self._api, self._broker = api, broker
        self._random = Random(seed)
        self._tell()

    @property
    def section(self) -> Mapping[str, Any]:
        """The environment's configuration that leads here."""
        url = f"{self._api.url}/identity/v3"
        return {"name": "OpenStack", "auth_url": url, "user": "admin", "pwd": PASSWORD, "region": "RegionOne"}

    def says(self) -> Tuples:
        """(type, id, name) of all that there is by what was notified; "" where it has no name of its own."""
        kinds = {"port": "ports", "network": "networks", "subnet": "subnets", "router": "routers",
                 "security_group": "security-groups"}  # fmt: skip
        found = {(kind, item["id"], item["name"]) for kind, path in kinds.items() for item in self.model.state[path]}
        found |= {("instance", server["id"], server["name"]) for server in self.model.servers}
        return found | {
            ("floating_ip", one["id"], one["floating_ip_address"]) for one in self.model.state["floatingips"]
        }

    def _tell(self) -> None:
        """The API answers with what there is now; who asks meanwhile sees all of it or nothing."""
        told = {("network", path): items for path, items in self.model.state.items()}
        told[("compute", "servers/detail")] = self.model.servers
        for named in FIXED:
            service, _, path = named.partition("/")
            told[(service, path)] = self.model.fixed[named]
        self._api.listings = {
            f"{_PLACES[service]}/{path}": (_key(path), copy.deepcopy(items)) for (service, path), items in told.items()
        }

    @contextmanager
    def living(self, pause: float) -> Iterator[None]:
        """Something happens every `pause` seconds or so until the end of the block; all of it is notified then."""
        over = threading.Event()

        def live() -> None:
            while not over.is_set():
                self.model.happen(1)
                self._tell()
                self._notify()
                over.wait(self._random.uniform(0.0, 2 * pause))

        thread = threading.Thread(target=live, name="cloud")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def happen(self, number: int) -> None:
        """So much at once, and notified."""
        self.model.happen(number)
        self._tell()
        self._notify()

    def _notify(self) -> None:
        """Send what was not sent, with patience."""
        while self.sent < len(self.model.events):
            with suppress(OSError, amqp.exceptions.AMQPError), self._broker.connection() as connection:
                channel: Any = connection.channel()
                for name in EXCHANGES:
                    channel.exchange_declare(name, "topic", durable=False, auto_delete=False)
                while self.sent < len(self.model.events):
                    event = self.model.events[self.sent]
                    channel.basic_publish(amqp.Message(_body(event)), _exchange(event), "notifications.info")
                    self.sent += 1
            if self.sent < len(self.model.events):
                threading.Event().wait(0.2)


def _exchange(event: Event) -> str:
    return "nova" if "instance" in event.event_type else "neutron"


def _key(path: str) -> str:
    return _KEYS.get(path) or path.removeprefix("os-").partition("/")[0].replace("-", "_")


def _body(event: Event) -> bytes:
    message = {
        "event_type": event.event_type,
        "message_id": event.message_id,
        "publisher_id": event.publisher,
        "payload": event.payload,
        "timestamp": f"{event.published_at:%Y-%m-%d %H:%M:%S.%f}",
    }
    return json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(message)}).encode()


@contextmanager
def living_cloud(broker: RabbitMq, seed: int) -> Iterator[LivingCloud]:
    """The cloud on a loopback port of its own."""
    with http_cloud() as api:
        yield LivingCloud(api, broker, seed)
