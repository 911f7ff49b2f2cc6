"""The AMQP section against a real RabbitMQ: told apart, and nothing is declared."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.connection_tests.trying import NOWHERE, failures, tried
from tests.events.rabbitmq import PASSWORD, USER, RabbitMq, rabbitmq
from tests.ports import free_port
from tests.sources.certificates import make_certificates


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


def section(there: RabbitMq, **more: Any) -> dict[str, Any]:
    return {"name": "AMQP", "host": "127.0.0.1", "port": there.port, "user": USER, "pwd": PASSWORD} | more


def test_a_broker_without_the_services_exchanges_is_a_warning_that_says_what_to_set(
    broker: RabbitMq, tmp_path: Path
) -> None:
    result = tried(section(broker, exchanges=["not-there"]), tmp_path)
    assert (result.status, failures(result)) == ("warning", [])
    assert "messagingv2" in result.steps[-1].remedy
    with broker.connection() as connection:
        channel: Any = connection.channel()
        channel.exchange_declare("nova", "topic", durable=False, auto_delete=False)
        result = tried(section(broker), tmp_path)
        assert (result.status, result.steps[-1].told) == ("ok", "there are: nova")
        assert "RabbitMQ" in next(step.told for step in result.steps if step.step == "login")
        channel.exchange_delete("nova")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"host": NOWHERE}, ("name", "name")),
        ({"port": free_port()}, ("connect", "refused")),
        ({"port": 99_999}, ("connect", "configuration")),
        ({"pwd": "wrong-0815"}, ("login", "credentials")),
        ({"vhost": "elsewhere"}, ("login", "rights")),
        ({"ssl": True}, ("login", "tls")),
        ({"ssl": True, "ssl_ca": "/nowhere.pem"}, ("certificates", "tls")),
        ({"host": None}, ("configuration", "configuration")),
    ],
)
def test_what_is_wrong_is_told_apart(
    broker: RabbitMq, tmp_path: Path, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    result = tried(section(broker, **more), tmp_path)
    assert failures(result) == [expected]
    assert "wrong-0815" not in str(result.as_json())


def test_each_of_several_brokers_is_tried(broker: RabbitMq, tmp_path: Path) -> None:
    hosts = [f"127.0.0.1:{free_port()}", f"127.0.0.1:{broker.port}"]
    result = tried(section(broker, hosts=hosts), tmp_path)
    assert failures(result) == [("connect of 127.0.0.1", "refused")]
    assert ("login of 127.0.0.1", "ok") in {(step.step, step.status) for step in result.steps}


@contextmanager
def tls_only(folder: Path) -> Iterator[int]:
    """Something that speaks TLS and nothing else."""
    make_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), client, context.wrap_socket(client, server_side=True) as secured:
                secured.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_a_broker_that_speaks_tls_only_is_told_so(broker: RabbitMq, tmp_path: Path) -> None:
    with tls_only(tmp_path / "tls") as port:
        plain = tried(section(broker, port=port), tmp_path)
        unknown = tried(section(broker, port=port, ssl=True), tmp_path)
    assert failures(plain) == failures(unknown) == [("login", "tls")]
    assert "`ssl: true`" in next(step.remedy for step in plain.steps if step.kind == "tls")
    assert "ssl_ca" in next(step.remedy for step in unknown.steps if step.kind == "tls")
