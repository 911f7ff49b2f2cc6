"""`calipso listen`: keep the graph true by what the clouds' services notify."""

from __future__ import annotations

from contextlib import closing
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.ending import asked_to_end
from cli.session import WITH_ERRORS, clear_errors, print_json, read_settings, say, session
from topology.environments import EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph.opening import connect
from topology.metrics.keeping import Keeping
from topology.presence import Presence
from topology.shapes import JsonObject

if TYPE_CHECKING:
    from celery import Celery

# Seconds for which a statement tries Neo4j again before it is told to be away.
_PATIENCE = 5.0


def listen(
    env: Annotated[
        list[str] | None, typer.Argument(help="Only these environments; all that want it otherwise.")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Print how the listeners fare, and end.")] = False,
    format: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the status.")] = "text",
) -> None:
    """Listen to the notifications of every environment with `listen: true` and an AMQP section, until Ctrl-C.

    An environment that was not scanned yet is waited for. Brokers, clouds and Neo4j may be away at any time.
    """
    if status:
        _print_status(env or [], format)
        return
    from workers.app import make_app
    from workers.listener_supervisor import Supervisor
    from workers.logs import log_to_standard_error
    from workers.memory import few_arenas

    few_arenas()
    settings = read_settings()
    log_to_standard_error(settings, "listener")

    @cache
    def tasks() -> Celery:
        return make_app(settings)

    with clear_errors(), asked_to_end() as ended, closing(connect(settings, say, patience=_PATIENCE)) as graph:
        registry = EnvironmentRegistry(graph, open_vault(settings))
        supervisor = Supervisor(graph, settings, registry, tasks, only=env or ())
        way = partial(connect, settings, patience=_PATIENCE)
        with Presence("listener", way), Keeping(way):
            supervisor.run(ended)


def _print_status(names: list[str], format: Literal["text", "json"]) -> None:
    from topology.events.state import listener_states

    with session() as opened:
        states = [state for state in listener_states(opened.graph) if not names or state["environment"] in names]
    if format == "json":
        print_json(states)
    else:
        for state in states:
            print(f"{state['environment']}: {told_of(state)}")
    if not states or any(state["state"] in ("disconnected", "failed", "gone") for state in states):
        raise typer.Exit(WITH_ERRORS)


def told_of(state: JsonObject) -> str:
    """How a listener fares, in a line, and its reasons in lines of their own."""
    if state["state"] == "off":
        return "off"
    told = str(state["state"]) + (f" since {state['since']}" if state["since"] else "")
    lag = f", {state['lag']:.1f} s behind" if state["lag"] is not None else ""
    told += f"; {state['events']} events{lag}; {state['waiting']} to read again"
    for reason in (state["reason"], state["gap_reason"]):
        told += f"\n  {reason}" if reason else ""
    return told
