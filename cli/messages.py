"""`calipso messages`: what happened."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from cli.session import WITH_ERRORS, print_json, session
from topology.messages import read_messages


def messages(
    env: Annotated[str | None, typer.Option("--env", help="Only of this environment.")] = None,
    level: Annotated[
        Literal["panic", "alert", "crit", "error", "warn", "notice", "info", "debug"] | None,
        typer.Option("--level", help="Only of this gravity or graver."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 50,
    format: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")] = "text",
) -> None:
    """Show the newest messages of scans."""
    with session() as opened:
        found = read_messages(opened.graph, environment=env, level=level, limit=limit)
    if format == "json":
        print_json({"items": found})
    else:
        for message in found:
            print(f"{message['timestamp'][:19]}  {message['level']:<6} {message['environment']}  {message['text']}")
    if not found:
        raise typer.Exit(WITH_ERRORS)
