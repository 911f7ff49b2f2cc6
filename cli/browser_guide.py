"""`calipso neo4j guide`: guide, style sheet and saved queries for Neo4j Browser, served on this machine or as files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, cast

import typer

from cli.session import fail
from cypher.browser_kit import GUIDE, SAVED_QUERIES, STYLE_SHEET, kit

_TYPES = {".html": "text/html; charset=utf-8", ".grass": "text/plain; charset=utf-8", ".zip": "application/zip"}


def guide(
    export: Annotated[Path | None, typer.Option("--export", help="Write the files to this folder, and end.")] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on loopback; 0: any free one.")] = 0,
) -> None:
    """Serve the guide, style sheet and saved queries for Neo4j Browser until Ctrl-C, or write them to a folder."""
    if export is not None:
        print("\n".join(str(file) for file in write_kit(export)))
        return
    with served_kit(port) as url:
        print_guide(url)
        print("served until Ctrl-C", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


def print_guide(url: str) -> None:
    """Say what to type into Neo4j Browser while the kit is served at `url`."""
    print(f"in Neo4j Browser type  :play {url}{GUIDE}")
    print(f"colours and signs      :style {url}{STYLE_SHEET}")
    print(f"saved queries          {url}{SAVED_QUERIES} (download it and drop it onto the window)")


def write_kit(folder: Path) -> list[Path]:
    """Write the kit's files to a folder; where they are. Ends the command when the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in kit().items():
            (folder / name).write_bytes(content)
    except OSError as error:
        fail(f"{folder}: {error.strerror}. Name a folder that can be written.")
    return [folder / name for name in kit()]


@contextmanager
def served_kit(port: int = 0) -> Iterator[str]:
    """Serve the kit on loopback; gives its URL. By the name localhost, which Neo4j Browser allows guides from."""
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), _KitHandler)
    except OSError as error:
        fail(f"port {port} on loopback: {error.strerror}. Choose another: --port")
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="browser kit")
    thread.start()
    try:
        yield _url(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _url(server: ThreadingHTTPServer) -> str:
    return f"http://localhost:{server.server_port}/"


class _KitHandler(BaseHTTPRequestHandler):
    """Serves the files of the kit, to Neo4j Browser's page of another port too."""

    def do_GET(self) -> None:  # the base class asks for this name
        """One file, or 404."""
        name = self.path.split("?")[0].lstrip("/")
        content = kit(_url(cast("ThreadingHTTPServer", self.server))).get(name)
        if content is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", _TYPES[Path(name).suffix])
        self.send_header("Content-Length", str(len(content)))
        # The files hold nothing of anybody's, so that any page may read them.
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)

    def do_OPTIONS(self) -> None:
        """What a browser asks before its page may read a file with headers of its own."""
        self.send_response(HTTPStatus.NO_CONTENT)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "GET")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal belongs to the command."""
