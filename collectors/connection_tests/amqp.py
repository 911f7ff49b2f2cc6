"""The AMQP section: the broker, TLS, the login, the vhost, and the exchanges that notifications are sent to."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kombu import Connection

from collectors.connection_tests.attempt import Attempt, Failed, Stopped
from collectors.connection_tests.network import reach, speaks_tls

# Where the services send their notifications, unless control_exchange says otherwise.
EXCHANGES = ("nova", "neutron", "keystone", "openstack")
_TIMEOUT = 10.0
_ACCESS_REFUSED, _NOT_FOUND, _NOT_ALLOWED = 403, 404, 530


def try_broker(attempt: Attempt, section: Mapping[str, Any]) -> None:
    """Try it, declaring nothing. Raises Stopped."""
    host, tls = str(section.get("host") or ""), bool(section.get("ssl") or section.get("tls"))
    if not host:
        attempt.need("configuration", _no_host, str)
    port = int(section.get("port") or (5671 if tls else 5672))
    reach(attempt, host, port, _TIMEOUT)
    options = attempt.need("configuration", lambda: _tls(section) if tls else {}, lambda _: "TLS" if tls else "no TLS")
    connection = Connection(
        transport="amqp",
        hostname=host,
        port=port,
        userid=str(section.get("user") or "guest"),
        password=str(section.get("pwd") or section.get("password") or ""),
        virtual_host=str(section.get("vhost") or "/"),
        connect_timeout=_TIMEOUT,
        ssl=options or False,
        login_method="PLAIN",
    )
    try:
        attempt.need("login", lambda: _log_in(connection, host, port, tls=tls), str)
        _try_exchanges(attempt, connection, section)
    finally:
        with suppress(*connection.connection_errors, *connection.channel_errors):
            connection.release()


def _no_host() -> None:
    raise Failed("configuration", "it needs host.", "Give the broker's address in the AMQP section.")


def _tls(section: Mapping[str, Any]) -> dict[str, Any]:
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
        "server_hostname": str(section["host"]) if verified else None,
    }


def _log_in(connection: Connection, host: str, port: int, *, tls: bool) -> str:
    where = f"{host} port {port}"
    try:
        connection.connect()
    except Exception as error:  # the library raises its own, OSError and ssl.SSLError, by the moment
        raise _typed(error, connection, where, tls=tls, host=host, port=port) from error
    known: Mapping[str, Any] = getattr(connection.connection, "server_properties", {})
    server = f"{known.get('product', 'the broker')} {known.get('version', '')}".strip()
    return f"logged in as {connection.userid}, vhost {connection.virtual_host}; {server}"


def _typed(error: Exception, connection: Connection, where: str, *, tls: bool, host: str, port: int) -> Failed:
    code, said = getattr(error, "reply_code", None), " ".join(str(error).split())[:200]
    if code == _ACCESS_REFUSED:
        return Failed("credentials", f"{where}: login refused for {connection.userid}.", "Check user and pwd.")
    if code in (_NOT_ALLOWED, _NOT_FOUND):
        return Failed(
            "rights",
            f"{where}: {connection.userid} may not use the vhost {connection.virtual_host}, or it is not there.",
            "Correct `vhost`, or allow it: rabbitmqctl set_permissions -p VHOST USER '^calipso' '^calipso' '.*'",
        )
    if isinstance(error, ssl.SSLError):
        return Failed(
            "tls", f"{where}: the TLS connection failed: {said}.", "Give the certificate that signed it as `ssl_ca`."
        )
    if not tls and speaks_tls(host, port, _TIMEOUT):
        return Failed("tls", f"{where}: it speaks TLS only.", "Set `ssl: true` in the AMQP section.")
    if isinstance(error, TimeoutError):
        return Failed("timeout", f"{where}: no answer within {_TIMEOUT:g} s.", "See the broker's log.")
    return Failed(
        "unreachable", f"{where}: {said or 'the connection was closed'}.", "Is it an AMQP broker? See its log."
    )


def _try_exchanges(attempt: Attempt, connection: Connection, section: Mapping[str, Any]) -> None:
    named = section.get("exchanges") or EXCHANGES
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


__all__ = ["EXCHANGES", "Stopped", "try_broker"]
