"""`calipso neo4j`: the managed Neo4j of this machine."""

from __future__ import annotations

from dataclasses import asdict

import typer

from cli.browser_guide import guide
from cli.session import USAGE, WITH_ERRORS, clear_errors, fail, print_json, read_settings, say
from topology.neo4j_server import ManagedServer, ServerState

app = typer.Typer(
    help="The managed Neo4j: install, start, stop, status; a guide for Neo4j Browser.", no_args_is_help=True
)
app.command("guide")(guide)


@app.command("install")
def install() -> None:
    """Download and verify the program; it is kept, and verified again when it is there already."""
    with clear_errors():
        folder = _server().install(say)
    print(f"Neo4j is in {folder}; start it: calipso neo4j start")


@app.command("start")
def start() -> None:
    """Start it and leave it running until `calipso neo4j stop`; prints how to log in, as JSON."""
    with clear_errors():
        state = _server().start(say)
    _print(state)


@app.command("stop")
def stop() -> None:
    """Stop it cleanly, whoever uses it."""
    with clear_errors():
        stopped = _server().stop()
    say("Neo4j is stopped; what it holds is kept" if stopped else "Neo4j does not run")


@app.command("status")
def status() -> None:
    """Print how to log in, as JSON; ends with 1 when it does not run."""
    with clear_errors():
        state = _server().status()
    if state is None:
        fail("Neo4j does not run. Start it: calipso neo4j start", WITH_ERRORS)
    _print(state)


def _server() -> ManagedServer:
    settings = read_settings()
    if not settings.managed:
        fail(f"CALIPSO_NEO4J_URI names an external Neo4j ({settings.neo4j_uri}): nothing is managed here.", USAGE)
    return ManagedServer(settings)


def _print(state: ServerState) -> None:
    print_json(asdict(state))
