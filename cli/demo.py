"""`calipso demo`: the shipped recording of a real cloud, scanned like a live one."""

from __future__ import annotations

from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from cli.answers import print_clique
from cli.browser_guide import print_guide, served_kit
from cli.scan import print_report
from cli.serving import run_until_ended, start_serving
from cli.session import Session, say, session
from topology.cliques import clique
from topology.errors import InvalidConfiguration
from topology.graph.opening import connect
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
from topology.tree import counts

ENVIRONMENT = "demo"


def recording() -> Path:
    """The shipped recording."""
    return Path(str(files("demo") / "recording.zip"))


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after printing; the data stays.")] = False,
) -> None:
    """Scan the shipped recording of a real cloud into environment `demo`, and show what was found."""
    from workers.scanning import replay_recording

    with session() as opened:
        report = replay_recording(
            opened.graph, opened.settings, recording(), ENVIRONMENT, progress=lambda _, line: say(line)
        )
        print_report(report)
        print()
        for type, count in counts(opened.graph, ENVIRONMENT):
            print(f"{count:6}  {type}")
        print()
        _show_clique(opened)
        print()
        if no_serve:
            print(
                "Neo4j Browser: calipso neo4j start says where it is and how to log in; its guide: calipso neo4j guide"
            )
            return
        with served_kit() as url:
            _show_browser(opened)
            print_guide(url)
            _serve(opened.settings)


def _show_clique(opened: Session) -> None:
    focal = opened.graph.read("example_instance", environment=ENVIRONMENT)
    if focal:
        print(f"What is {focal[0]['name']} connected to?  (calipso clique {ENVIRONMENT} {focal[0]['id']})")
        print_clique(clique(opened.graph, ENVIRONMENT, focal[0]["id"]))


def _show_browser(opened: Session) -> None:
    state = ManagedServer(opened.settings).status() if opened.settings.managed else None
    if state is None:
        print(f"The graph is in the Neo4j at {opened.settings.neo4j_uri}.")
    else:
        print(f"Neo4j Browser: {state.browser_url}")
        print(f"  connect to {state.bolt_uri} as {state.user}, password {state.password}")


def _serve(settings: Settings) -> None:
    from api.service import PATIENCE

    with closing(connect(settings, patience=PATIENCE)) as graph:
        try:
            serving = start_serving(graph, settings)
        except InvalidConfiguration:  # something else has the port: a demo goes to another one
            serving = start_serving(graph, settings, port=0)
        print(f"\nREST API: {serving.url}/api/v1, its documentation: {serving.url}/api/v1/docs")
        print("  a token for it: calipso token")
        print("\nThe demo stays until Ctrl-C; the data stays after it.", flush=True)
        run_until_ended(serving)
