"""A proxy in front of the lab's APIs and database: counts what passes, and fails in a chosen way."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.lab.lab_machine import CONTROLLER

SERVICES = {"identity": 5000, "placement": 8778, "compute": 8774, "network": 9696, "image": 9292}
HANG_SECONDS = 120


class Fault(Exception):
    """The answer that a rule gives instead of the real one."""


@dataclass
class Rule:
    """What happens to the requests whose path holds `path`: `act` gets the handler and the real answer's body."""

    path: str
    act: Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Proxy:
    """A running proxy: /identity/…, /compute/… and so on lead to the lab's services."""

    url: str
    requests: Counter[str] = field(default_factory=Counter)
    rules: list[Rule] = field(default_factory=list)

    @property
    def auth_url(self) -> str:
        """What an environment's OpenStack section is told; the token's catalog leads through the proxy as well."""
        return f"{self.url}/identity/v3"

    @contextlib.contextmanager
    def fault(self, path: str, act: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[None]:
        """While in this block, requests with `path` in their path get what `act` does."""
        rule = Rule(path, act)
        self.rules.append(rule)
        try:
            yield
        finally:
            self.rules.remove(rule)


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """A whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    """An error of that status."""
    body = json.dumps({"error": {"code": code, "title": "made by the test", "message": "made by the test"}}).encode()
    return lambda handler, _: answer(handler, code, body)


def empty_lists(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """The same answer with status 200, and nothing in its list."""
    emptied = {key: [] if isinstance(value, list) else value for key, value in json.loads(body).items()}
    answer(handler, 200, json.dumps(emptied).encode())


def truncated(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Half of the answer, given out as a whole one."""
    answer(handler, 200, body[: len(body) // 2])


def garbage(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """A login page with status 200, as a captive portal gives it."""
    answer(handler, 200, b"<html><body>Please log in</body></html>", Content_Type="text/html")


def other_shape(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """JSON of another shape: each list of objects is a list of numbers."""
    shaped = {k: [1, 2, 3] if isinstance(v, list) else v for k, v in json.loads(body).items()}
    answer(handler, 200, json.dumps(shaped).encode())


def reset(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Half of the answer, then the connection is reset."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    drop(handler.connection)


def hang(handler: BaseHTTPRequestHandler, _: bytes) -> None:
    """No answer at all, for longer than anybody waits."""
    time.sleep(HANG_SECONDS)
    handler.close_connection = True


def drop(connection: socket.socket) -> None:
    """Close with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)
    connection.close()


@contextlib.contextmanager
def api_proxy() -> Iterator[Proxy]:
    """A proxy on a free port of the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = _handler_of(proxy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_of(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _pass_on(self, proxy)

        do_POST = do_GET  # noqa: N815 — the name that the base class looks for

        def log_message(self, format: str, *args: Any) -> None:
            """Not on the test's output."""

    return Handler


def _pass_on(handler: BaseHTTPRequestHandler, proxy: Proxy) -> None:
    service, _, path = handler.path.lstrip("/").partition("/")
    proxy.requests[f"{handler.command} {handler.path.split('?')[0]}"] += 1
    length = int(handler.headers.get("Content-Length") or 0)
    sent = handler.rfile.read(length) if length else None
    code, headers, body = _real(handler, service, path, sent)
    for rule in proxy.rules:
        if rule.path in handler.path:
            rule.act(handler, body)
            return
    for name, port in SERVICES.items():
        body = body.replace(f"http://{CONTROLLER}:{port}".encode(), f"{proxy.url}/{name}".encode())
    answer(handler, code, body, **headers)


def _real(
    handler: BaseHTTPRequestHandler, service: str, path: str, sent: bytes | None
) -> tuple[int, dict[str, str], bytes]:
    kept = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "accept-encoding", "connection")}
    request = urllib.request.Request(
        f"http://{CONTROLLER}:{SERVICES[service]}/{path}", data=sent, headers=kept, method=handler.command
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as real:  # noqa: S310 — the lab's own address
            return real.status, _passed(real.headers), real.read()
    except urllib.error.HTTPError as error:
        return error.code, _passed(error.headers), error.read()


def _passed(headers: Any) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k.lower() in ("content-type", "x-subject-token", "location")}
