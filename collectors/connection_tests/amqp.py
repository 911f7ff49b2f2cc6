"""The AMQP section: the broker, TLS, the login, the vhost, and the exchanges that notifications are sent to."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kombu import Connection

from collectors.connection_tests.attempt import Attempt, Failed, Stopped
from collectors.connection_tests.network import reach, speaks_tls

# Where the services send their notifications, unless control_exchange says otherwise.
EXCHANGES = ("nova", "neutron", "keystone", "openstack")
_TIMEOUT = 10.0
_ACCESS_REFUSED, _NOT_FOUND, _NOT_ALLOWED = 403, 404, 530


def try_brokers(attempt: Attempt, section: Mapping[str, Any]) -> None:
    """Try each of them, declaring nothing. Raises Stopped."""
    brokers = attempt.need("configuration", lambda: _brokers(section), lambda found: ", ".join(map(str, found)))
    for broker in brokers:
        with suppress(Stopped):
            _try_broker(attempt, section, broker)


@dataclass(frozen=True, slots=True)
class _Broker:
    """Where one broker is."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        return f"{self.host} port {self.port}, {'TLS' if self.tls else 'no TLS'}"


def _brokers(section: Mapping[str, Any]) -> list[_Broker]:
    """`host`, or several as `hosts`, each with a port of its own if it gives one."""
    named = section.get("hosts") or section.get("host") or []
    tls = bool(section.get("ssl") or section.get("tls"))
    usual = int(section.get("port") or (5671 if tls else 5672))
    found = []
    for each in [named] if isinstance(named, str) else map(str, named):
        host, _, port = each.rpartition(":") if each.count(":") == 1 else (each, "", "")
        found.append(_Broker(host, int(port) if port.isdigit() else usual, tls))
    if not found:
        raise Failed("configuration", "it needs host.", "Give the broker's address in the AMQP section.")
    return found


def _try_broker(attempt: Attempt, section: Mapping[str, Any], broker: _Broker) -> None:
    of = f" of {broker.host}" if section.get("hosts") else ""
    reach(attempt, broker.host, broker.port, _TIMEOUT, called=broker.host if of else "")
    connection = Connection(
        transport="amqp",
        hostname=broker.host,
        port=broker.port,
        userid=str(section.get("user") or "guest"),
        password=str(section.get("pwd") or section.get("password") or ""),
        virtual_host=str(section.get("vhost") or "/"),
        connect_timeout=_TIMEOUT,
        ssl=attempt.need(f"certificates{of}", lambda: _tls(section, broker.host), lambda _: "the files can be used")
        if broker.tls
        else False,
        login_method="PLAIN",
    )
    try:
        attempt.need(f"login{of}", lambda: _log_in(connection, broker), str)
        _try_exchanges(attempt, connection, section)
    finally:
        with suppress(*connection.connection_errors, *connection.channel_errors):
            connection.release()


def _tls(section: Mapping[str, Any], host: str) -> dict[str, Any]:
    verified = section.get("ssl_verify") is not False
    try:
        ssl.create_default_context(cafile=section.get("ssl_ca"))
    except (OSError, ssl.SSLError) as error:
        raise Failed("tls", f"ssl_ca: {error.strerror or error}.", "Correct the file.") from error
    return {
        "ca_certs": section.get("ssl_ca"),
        "certfile": section.get("ssl_cert"),
        "keyfile": section.get("ssl_key"),
        "cert_reqs": ssl.CERT_REQUIRED if verified else ssl.CERT_NONE,
        "server_hostname": host if verified else None,
    }


def _log_in(connection: Connection, broker: _Broker) -> str:
    try:
        connection.connect()
    except Exception as error:  # the library raises its own, OSError and ssl.SSLError, by the moment
        raise _typed(error, connection, broker) from error
    known: Mapping[str, Any] = getattr(connection.connection, "server_properties", {})
    server = f"{known.get('product', 'the broker')} {known.get('version', '')}".strip()
    return f"logged in as {connection.userid}, vhost {connection.virtual_host}; {server}"


def _typed(error: Exception, connection: Connection, broker: _Broker) -> Failed:
    where = f"{broker.host} port {broker.port}"
    code, said = getattr(error, "reply_code", None), " ".join(str(error).split())[:200]
    if code == _ACCESS_REFUSED and "vhost" not in said:
        return Failed("credentials", f"{where}: login refused for {connection.userid}.", "Check user and pwd.")
    if code in (_ACCESS_REFUSED, _NOT_ALLOWED, _NOT_FOUND):
        return Failed(
            "rights",
            f"{where}: {connection.userid} may not use the vhost {connection.virtual_host}, or it is not there.",
            "Correct `vhost`, or allow it: rabbitmqctl set_permissions -p VHOST USER '^calipso' '^calipso' '.*'",
        )
    if isinstance(error, ssl.SSLError):
        return Failed(
            "tls",
            f"{where}: the TLS connection failed: {said}.",
            "Give the certificate that signed it as `ssl_ca`; without TLS, `ssl: false`.",
        )
    if not broker.tls and speaks_tls(broker.host, broker.port, _TIMEOUT):
        return Failed("tls", f"{where}: it speaks TLS only.", "Set `ssl: true` in the AMQP section.")
    if isinstance(error, TimeoutError):
        return Failed("timeout", f"{where}: no answer within {_TIMEOUT:g} s.", "See the broker's log.")
    return Failed(
        "unreachable", f"{where}: {said or 'the connection was closed'}.", "Is it an AMQP broker? See its log."
    )


def _try_exchanges(attempt: Attempt, connection: Connection, section: Mapping[str, Any]) -> None:
    given = section.get("exchanges") or EXCHANGES
    named = [given] if isinstance(given, str) else list(given)
    there = [name for name in named if _is_there(connection, str(name))]
    if there:
        attempt.check("exchanges", lambda: there, lambda found: f"there are: {', '.join(found)}")
        return
    attempt.warn(
        "exchanges",
        "missing",
        f"none of the exchanges {', '.join(map(str, named))} is there: no service sends notifications here.",
        "Set driver = messagingv2 in [oslo_messaging_notifications] of nova, neutron and keystone; or name them in "
        "`exchanges`.",
    )


def _is_there(connection: Connection, exchange: str) -> bool:
    channel: Any = connection.channel()
    try:
        channel.exchange_declare(exchange, "topic", passive=True)
    except connection.channel_errors:  # which closes the channel
        return False
    channel.close()
    return True
