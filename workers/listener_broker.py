"""The broker that an environment's services notify through, and the queue of our own there."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import amqp
from kombu import Connection, Consumer, Queue
from kombu.message import Message

# Where nova, neutron and keystone send what they notify, unless their control_exchange says otherwise.
EXCHANGES = ("nova", "neutron", "keystone", "openstack")
TOPICS = ("notifications", "versioned_notifications")
CONNECT_SECONDS = 10.0
HEARTBEAT_SECONDS = 30
# The cloud's broker keeps so many messages for us, and the queue for so long while nobody listens.
MOST_MESSAGES = 50_000
EXPIRES_SECONDS = 3600
# So many are handed to us before we have acknowledged the first of them.
PREFETCH = 1000
_TLS_PORT, _PORT = 5671, 5672


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One of an environment's brokers, with the login."""

    host: str
    port: int
    user: str
    password: str
    vhost: str
    tls: Mapping[str, Any] | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" + ("" if self.vhost == "/" else f", vhost {self.vhost}")


def brokers_of(section: Mapping[str, Any]) -> list[BrokerAddress]:
    """The brokers of an AMQP section: `host`, or several as `hosts`, each with a port of its own if it gives one."""
    hosts = _words(section, "hosts", ()) or _words(section, "host", ())
    secured = bool(section.get("ssl") or section.get("tls"))
    usual = int(section.get("port") or (_TLS_PORT if secured else _PORT))
    found = []
    for each in hosts:
        host, _, port = each.rpartition(":") if each.count(":") == 1 else (each, "", "")
        found.append(
            BrokerAddress(
                host=host,
                port=int(port) if port.isdigit() else usual,
                user=str(section.get("user") or "guest"),
                password=str(section.get("pwd") or section.get("password") or ""),
                vhost=str(section.get("vhost") or "/"),
                tls=_tls(section, host) if secured else None,
            )
        )
    return found


def _words(section: Mapping[str, Any], key: str, usual: Sequence[str]) -> list[str]:
    named = section.get(key) or usual
    return [named] if isinstance(named, str) else [str(each) for each in named]


def _tls(section: Mapping[str, Any], host: str) -> dict[str, Any]:
    verified = section.get("ssl_verify") is not False
    return {
        "ca_certs": section.get("ssl_ca"),
        "certfile": section.get("ssl_cert"),
        "keyfile": section.get("ssl_key"),
        "cert_reqs": ssl.CERT_REQUIRED if verified else ssl.CERT_NONE,
        "server_hostname": host if verified else None,
    }


@contextmanager
def connected(address: BrokerAddress) -> Iterator[Connection]:
    """A connection with heartbeats. Raises what kombu and the operating system raise: `LOST` names it all."""
    connection = Connection(
        transport="amqp",
        hostname=address.host,
        port=address.port,
        userid=address.user,
        password=address.password,
        virtual_host=address.vhost,
        connect_timeout=CONNECT_SECONDS,
        heartbeat=HEARTBEAT_SECONDS,
        ssl=dict(address.tls) if address.tls is not None else False,
        login_method="PLAIN",
    )
    try:
        connection.connect()
        yield connection
    finally:
        with suppress(*LOST):
            connection.release()


LOST: tuple[type[Exception], ...] = (OSError, amqp.exceptions.AMQPError, ssl.SSLError)


class OwnQueue:
    """Our queue at the broker, bound to the services' exchanges, none of which is ever declared by us.

    It is not durable: a broker that restarts loses what it would have held, and that shows, because the queue is gone.
    It is bounded, drops the oldest message when it is full, and goes by itself when nobody has listened for an hour.
    """

    def __init__(self, connection: Connection, name: str, section: Mapping[str, Any]) -> None:
        self._connection, self.name = connection, name
        self._exchanges = _words(section, "exchanges", EXCHANGES)
        self._topics = _words(section, "topics", TOPICS)
        self._most = int(section.get("queue_length") or MOST_MESSAGES)
        self._expires = int(section.get("queue_expires") or EXPIRES_SECONDS)
        self._dropped = f"{name}.dropped"
        self.bound: set[str] = set()

    def make(self) -> None:
        """Make the queue, bound to nothing yet, and beside it one that the last dropped message goes to, as a sign."""
        expires = {"x-expires": self._expires * 1000, "x-overflow": "drop-head"}
        sign = {**expires, "x-max-length": 1}
        arguments = {
            **expires,
            "x-max-length": self._most,
            "x-dead-letter-exchange": self._dropped,
            "x-single-active-consumer": True,
        }
        with self._channel() as channel:
            channel.exchange_declare(self._dropped, "fanout", durable=False, auto_delete=True)
            channel.queue_declare(self._dropped, durable=False, auto_delete=False, arguments=sign)
            channel.queue_bind(self._dropped, self._dropped)
            channel.queue_declare(self.name, durable=False, auto_delete=False, arguments=arguments)

    def waiting(self) -> int | None:
        """How many messages wait; None where there is no queue."""
        return self._waiting(self.name)

    def _waiting(self, queue: str) -> int | None:
        try:
            with self._channel() as channel:
                return int(channel.queue_declare(queue, passive=True).message_count)
        except amqp.exceptions.NotFound:
            return None

    def overflowed(self, waiting: int) -> str | None:
        """Why messages were lost, where the queue was full since it was last said; `waiting` are in it now."""
        dropped = self._waiting(self._dropped)
        if not dropped and (dropped == 0 or waiting < self._most):  # one of before has no sign beside it
            return None
        return f"the listener's queue was full ({waiting} messages now): the oldest ones were dropped."

    def overflow_is_said(self) -> None:
        """What was dropped so far is noted."""
        with suppress(amqp.exceptions.NotFound), self._channel() as channel:
            channel.queue_purge(self._dropped)

    def bind(self) -> None:
        """Bind the queue to the exchanges that are there."""
        there = {name for name in self._exchanges if self._is_there(name)}
        with self._channel() as channel:
            for exchange in sorted(there):
                for topic in self._topics:
                    # An exchange that was made anew has lost its bindings: binding once more does no harm.
                    channel.queue_bind(self.name, exchange, f"{topic}.#")
        self.bound = there

    def _is_there(self, exchange: str) -> bool:
        try:
            with self._channel() as channel:
                channel.exchange_declare(exchange, "topic", passive=True)
        except amqp.exceptions.NotFound:
            return False
        return True

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        """A channel for one question: the broker closes it with an error."""
        channel: Any = self._connection.channel()
        try:
            yield channel
        finally:
            with suppress(*LOST):
                channel.close()

    def consumer(self, heard: Callable[[Message], None]) -> Consumer:
        """Consumes the queue; `heard` is called with each message, as it came."""
        channel: Any = self._connection.channel()
        channel.basic_qos(0, PREFETCH, False)
        queue = Queue(self.name, no_declare=True)
        return Consumer(channel, [queue], no_ack=False, auto_declare=False, on_message=heard, accept=None)

    def delete(self) -> None:
        """Remove the queue with what is in it."""
        with self._channel() as channel:
            for name in (self.name, self._dropped):
                channel.queue_delete(name)
