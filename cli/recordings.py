"""`calipso record` and `calipso replay`: a cloud's raw answers in one file, and a scan from such a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.scan import finish, progress_lines
from cli.session import session
from topology.scan import ScanOptions

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the report.")]


def record(
    env: Annotated[str, typer.Argument(help="Name of the environment.")],
    file: Annotated[Path, typer.Argument(help="Archive to write.")],
    format: Format = "text",
) -> None:
    """Scan an environment and keep every raw answer of its sources, secrets redacted, in one archive."""
    from workers.scanning import record_environment

    with session() as opened:
        report = record_environment(opened.graph, opened.settings, env, file, progress=progress_lines())
    finish(report, format)


def replay(
    file: Annotated[Path, typer.Argument(help="Archive that `calipso record` wrote.")],
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="Environment to write to.")],
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Remove also what is held back for being much at once.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; write nothing.")] = False,
    format: Format = "text",
) -> None:
    """Scan from a recording instead of a cloud, through the same collectors."""
    from workers.scanning import replay_recording

    options = ScanOptions(accept_removals=accept_removals, dry_run=dry_run)
    with session() as opened:
        report = replay_recording(opened.graph, opened.settings, file, into, options, progress=progress_lines())
    finish(report, format)
