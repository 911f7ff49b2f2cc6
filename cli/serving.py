"""`calipso serve` and `calipso token`: the REST API, and who may ask it."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from cli.session import WITH_ERRORS, clear_errors, fail, print_json, read_settings, say, session
from topology import tokens
from topology.graph import Graph
from topology.graph.opening import connect
from topology.settings import Settings

if TYPE_CHECKING:
    from api.serving import Serving

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on; else CALIPSO_API_HOST, 127.0.0.1.")]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on, any for 0; else CALIPSO_API_PORT.")
]


def serve(host: Host = None, port: Port = None) -> None:
    """Serve the REST API until Ctrl-C. Neo4j may be away at any time: requests are told so, until it is back."""
    from api.service import PATIENCE
    from workers.logs import log_to_standard_error

    settings = read_settings()
    log_to_standard_error(settings, "api")
    with clear_errors(), closing(connect(settings, say, patience=PATIENCE)) as graph:
        serving = start_serving(graph, settings, host, port)
        say(f"calipso: the API is at {serving.url}/api/v1, its documentation at {serving.url}/api/v1/docs")
        run_until_ended(serving)


def start_serving(graph: Graph, settings: Settings, host: str | None = None, port: int | None = None) -> Serving:
    """Listen for requests to the API. Raises InvalidConfiguration when that can not be."""
    from api.application import make_app
    from api.service import Service
    from api.serving import is_loopback, listen

    app = make_app(Service(graph, settings))
    where = settings.api_host if host is None else host
    serving = listen(app, where, settings.api_port if port is None else port, settings.api_threads)
    if not is_loopback(serving.host):
        say(f"calipso: others can reach {serving.url}, and tokens travel in clear: put a proxy with TLS in front of it")
    return serving


def run_until_ended(serving: Serving) -> None:
    """Answer requests until Ctrl-C or SIGTERM; those under way are finished."""
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell began it with Ctrl-C ignored
        signal.signal(number, _end)
    serving.run()
    serving.close()


def token(
    name: Annotated[str, typer.Option("--name", help="Whom or what it is for.")] = "command line",
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=36_500, help="How long it is valid; else until it is revoked.")
    ] = None,
    scope: Annotated[
        Literal["administrator", "metrics"],
        typer.Option("--scope", help="What it allows: everything, or to read /metrics only."),
    ] = "administrator",
    show: Annotated[
        bool, typer.Option("--list", help="Print what is known of the valid tokens (JSON), and end.")
    ] = False,
    revoke: Annotated[str | None, typer.Option("--revoke", metavar="ID", help="Revoke the token of this id.")] = None,
) -> None:
    """Make a token for the API, with the rights of an administrator unless told, and print it. It is told this once."""
    with session() as opened:
        if show:
            print_json([known.as_json() for known in tokens.tokens(opened.graph)])
        elif revoke is not None:
            if not tokens.revoke(opened.graph, revoke):
                fail(f"no token has the id {revoke!r}. Which there are: calipso token --list", WITH_ERRORS)
        else:
            text, made = tokens.issue(opened.graph, name, days=days, scope=scope)
            say(f"calipso: token {made.id} of {made.name}; revoke it: calipso token --revoke {made.id}")
            print(text)


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)
