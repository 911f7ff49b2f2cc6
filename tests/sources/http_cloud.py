"""A small cloud over real HTTP: recorded answers of keystone, nova and neutron, and any misbehaviour on request."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

DATA = Path(__file__).parent.parent / "data" / "api"
PASSWORD = "correct-horse-battery"
TOKEN = "gAAAAA-a-token-that-nobody-may-see"

# What a listing may be asked for by: anything else in the question is left to those who page.
_FILTERS = frozenset({"id", "uuid", "device_id", "network_id", "port_id"})
_FILTERED = {"uuid": "id"}

Answer = Callable[["_Handler"], None]


def recorded(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())["answer"]


class HttpCloud:
    """What the cloud answers, each time after `pause` seconds.

    `misbehave` lines up answers that a path gives before it is itself again.
    """

    def __init__(self, scheme: str, port: int) -> None:
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.catalog_url = self.url
        self.regions: tuple[str, ...] = ("RegionOne",)
        self.listings: dict[str, tuple[str, list[Any]]] = {
            "/compute/v2.1/servers/detail": ("servers", recorded("compute-servers-detail")),
            "/network/v2.0/ports": ("ports", recorded("network-ports")),
            "/identity/v3/projects": ("projects", recorded("identity-projects")),
        }
        self.page_size = 1000
        self.pause = 0.0
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []
        self._oddities: dict[str, deque[Answer]] = {}

    def misbehave(self, path: str, *answers: Answer) -> None:
        self._oddities.setdefault(path, deque()).extend(answers)

    def behave(self) -> None:
        self._oddities.clear()

    def times(self, path: str) -> int:
        return sum(1 for _, asked, _ in self.asked if asked.partition("?")[0] == path)

    def next_oddity(self, path: str) -> Answer | None:
        waiting = self._oddities.get(path)
        return waiting.popleft() if waiting else None

    def catalog(self) -> list[Any]:
        places = {"compute": "/compute/v2.1", "network": "/network", "identity": "/identity/v3"}
        return [
            {
                "type": service,
                "name": service,
                "endpoints": [
                    {"interface": interface, "region": region, "region_id": region, "url": self.catalog_url + place}
                    for region in self.regions
                    for interface in ("public", "internal", "admin")
                ],
            }
            for service, place in places.items()
        ]


class _Handler(BaseHTTPRequestHandler):
    cloud: HttpCloud

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._odd():
            return
        identity = body["auth"]["identity"]
        password = identity.get("password", {}).get("user", {}).get("password")
        secret = identity.get("application_credential", {}).get("secret")
        token = identity.get("token", {}).get("id")
        if PASSWORD not in (password, secret, token):
            self.reply(401, {"error": {"code": 401, "message": "The request you have made requires authentication."}})
            return
        issued = {
            "methods": identity["methods"],
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "user": {"id": "u", "name": "admin", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": "p", "name": "admin", "domain": {"id": "default", "name": "Default"}},
            "catalog": self.cloud.catalog(),
        }
        self.reply(201, {"token": issued}, {"X-Subject-Token": TOKEN})

    def do_GET(self) -> None:
        if self.cloud.pause:
            time.sleep(self.cloud.pause)
        if self._odd():
            return
        path = urlsplit(self.path).path.rstrip("/")
        if path == "/compute/v2.1":
            self.reply(200, {"version": _version("v2.1", self.cloud.url + path, version="2.93", min_version="2.1")})
        elif path == "/network":
            self.reply(200, {"versions": [_version("v2.0", f"{self.cloud.url}/network/v2.0/")]})
        elif path == "/identity/v3":
            self.reply(200, {"version": _version("v3.14", self.cloud.url + path)})
        elif path in self.cloud.listings:
            self._page(path)
        elif self._is_there(path):
            self.reply(200, {"found": {}})
        else:
            self.reply(404, {"NeutronError": {"type": "NotFound", "message": "It could not be found.", "detail": ""}})

    def reply(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self.raw(status, json.dumps(body).encode(), headers)

    def raw(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _odd(self) -> bool:
        self.cloud.asked.append((self.command, self.path, dict(self.headers)))
        oddity = self.cloud.next_oddity(urlsplit(self.path).path.rstrip("/"))
        if oddity is not None:
            oddity(self)
        return oddity is not None

    def _is_there(self, path: str) -> bool:
        """One object of a listing, which nova has at another path than the listing with all that it says."""
        where, _, id = path.rpartition("/")
        listed = [self.cloud.listings.get(listing, ("", []))[1] for listing in (where, f"{where}/detail")]
        return id in {str(item.get("id")) for items in listed for item in items}

    def _page(self, path: str) -> None:
        key, items = self.cloud.listings[path]
        asked = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        query = {name: values[0] for name, values in asked.items()}
        for name in _FILTERS & asked.keys():
            items = [item for item in items if str(item.get(_FILTERED.get(name, name))) in asked[name]]
        size = min(int(query.get("limit", self.cloud.page_size)), self.cloud.page_size)
        ids = [item.get("id") for item in items]
        if (marker := query.get("marker")) is not None and marker not in ids:
            self.reply(400, {"badRequest": {"code": 400, "message": f"marker [{marker}] not found"}})
            return
        start = ids.index(marker) + 1 if marker is not None else 0
        page, more = items[start : start + size], start + size < len(items)
        # The links name the cloud as it knows itself; from here that name leads nowhere.
        following = f"http://controller.internal{path}?limit={size}&marker={page[-1]['id']}" if more else None
        if key == "projects":
            self.reply(200, {key: page, "links": {"next": following, "self": "", "previous": None}})
        else:
            links = {f"{key}_links": [{"rel": "next", "href": following}]} if following else {}
            self.reply(200, {key: page} | links)


def _version(id: str, url: str, **more: str) -> dict[str, Any]:
    return {"id": id, "status": "CURRENT", "links": [{"rel": "self", "href": url}], **more}


@contextmanager
def http_cloud(tls: ssl.SSLContext | None = None) -> Iterator[HttpCloud]:
    """A cloud on a loopback port of its own."""

    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Handler.cloud = HttpCloud("https" if tls else "http", server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Handler.cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, retry_after: str | None = None) -> Answer:
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return lambda handler: handler.reply(code, {"error": {"code": code, "message": "as the test wants"}}, headers)


def text(body: str, code: int = 200) -> Answer:
    return lambda handler: handler.raw(code, body.encode(), {"Content-Type": "text/html"})


def reset(handler: _Handler) -> None:
    """Close with a reset, nothing said."""
    _abort(handler)


def half_then_reset(handler: _Handler) -> None:
    """Half of a good answer, then a reset."""
    body = json.dumps({"servers": [{"id": "1"}], "ports": [{"id": "1"}]}).encode()
    handler.raw(200, body[: len(body) // 2], length=len(body))
    handler.wfile.flush()
    _abort(handler)


def cut_json(handler: _Handler) -> None:
    """A body that ends early though the server says that it is whole."""
    handler.raw(200, b'{"servers": [{"id": "1"}, {"id": ')


def hang(handler: _Handler) -> None:
    """No answer for longer than anyone waits here."""
    threading.Event().wait(3)
    _abort(handler)


def _abort(handler: _Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()
