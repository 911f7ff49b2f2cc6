"""Whether a service can be reached at all: its name, and a TCP connection."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from collectors.connection_tests.attempt import Attempt, Failed

_PORTS = {"http": 80, "https": 443}


def reach(attempt: Attempt, host: str, port: int, timeout: float, *, called: str = "") -> None:
    """Resolve the name and connect. Raises Stopped."""
    of = f" of {called}" if called else ""
    attempt.need(f"name{of}", lambda: _addresses(host), lambda found: f"{host} is {', '.join(found)}")
    attempt.need(f"connect{of}", lambda: _connect(host, port, timeout), lambda _: f"{host} port {port} answers")


def speaks_tls(host: str, port: int, timeout: float) -> bool:
    """Whether TLS is spoken there, with any certificate."""
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), timeout) as plain, anyone.wrap_socket(plain):
            return True
    except (OSError, ValueError):
        return False


def host_and_port(url: str) -> tuple[str, int]:
    """Where a URL leads."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)


def _addresses(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(
            "name",
            f"the name {host!r} does not resolve.",
            "Correct it, or make it known to this machine (DNS, /etc/hosts).",
        ) from error
    return sorted({str(entry[4][0]) for entry in found})


def _connect(host: str, port: int, timeout: float) -> None:
    where = f"{host} port {port}"
    if not 0 < port < 65_536:  # the system would take another one instead
        raise Failed("configuration", f"{where}: there is no such port.", "Correct the port.")
    try:
        socket.create_connection((host, port), timeout).close()
    except ConnectionRefusedError as error:
        raise Failed(
            "refused",
            f"{where}: connection refused.",
            "Start the service, or correct the port; a firewall may refuse too.",
        ) from error
    except TimeoutError as error:
        raise Failed(
            "timeout",
            f"{where}: no answer within {timeout:g} s.",
            "Check the address, routes, and firewalls on the way.",
        ) from error
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise Failed("unreachable", f"{where}: {said}.", "Check the address and the routes to it.") from error
