"""`calipso messages`: what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from cli.session import WITH_ERRORS, print_json, session
from topology import aggregates
from topology.messages import LEVELS, WantedMessages
from topology.messages import messages as read
from topology.shapes import JsonObject


def messages(
    env: Annotated[str | None, typer.Option("--env", help="Only of this environment.")] = None,
    level: Annotated[
        Literal["panic", "alert", "crit", "error", "warn", "notice", "info", "debug"] | None,
        typer.Option("--level", help="Only of this gravity or graver."),
    ] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="Only from then on (UTC).")] = None,
    object: Annotated[str | None, typer.Option("--object", metavar="ID", help="Only about this object.")] = None,
    scan: Annotated[str | None, typer.Option("--scan", metavar="ID", help="Only of this scan.")] = None,
    event: Annotated[str | None, typer.Option("--event", metavar="ID", help="Only of this notification.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 50,
    count: Annotated[bool, typer.Option("--count", help="Only how many there are of each level.")] = False,
    format: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")] = "text",
) -> None:
    """Show the newest messages: of scans, tests, events, workers."""
    from_then = None if since is None else since.replace(tzinfo=since.tzinfo or UTC)
    with session() as opened:
        if count:
            _print_counts(aggregates.of_messages(opened.graph, env, from_then), format)
            return
        wanted = WantedMessages(level=level, related_object=object, scan_id=scan, event_id=event, since=from_then)
        found = read(opened.graph, environment=env, wanted=wanted, limit=limit).items
    if format == "json":
        print_json({"items": list(found)})
    else:
        for message in found:
            about = message["environment"] or "-"
            print(f"{message['timestamp'][:19]}  {message['level']:<6} {about}  {message['text']}")
    if not found:
        raise typer.Exit(WITH_ERRORS)


def _print_counts(counts: JsonObject, format: Literal["text", "json"]) -> None:
    if format == "json":
        print_json(counts)
        return
    for level in LEVELS:
        if level in counts["levels"]:
            print(f"{level:<6} {counts['levels'][level]}")
    print(f"total  {counts['total']}")
