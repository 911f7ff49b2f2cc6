"""Serves the application over HTTP, in threads of one process."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from waitress.server import create_server

from api.application import LARGEST_BODY
from topology.errors import InvalidConfiguration

_LARGEST_HEADER = 262_144


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens already. `run` answers requests until `SystemExit` or Ctrl-C, then lets threads finish."""

    host: str
    port: int
    run: Callable[[], None]
    close: Callable[[], None]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def listen(app: Flask, host: str, port: int, threads: int) -> Serving:
    """Listen on one address; any free port for 0. Raises InvalidConfiguration when that can not be."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
        server: Any = create_server(
            app,
            host=address,
            port=port,
            threads=threads,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=4 * LARGEST_BODY,  # so that the application refuses first, in its own shape
            max_request_header_size=_LARGEST_HEADER,
        )
    except (OSError, ValueError) as error:
        raise InvalidConfiguration(
            f"the API can not listen on {host} port {port}: {error}. Give another with --host and --port."
        ) from error
    return Serving(str(address), int(server.effective_port), server.run, server.close)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
