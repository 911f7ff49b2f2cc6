"""`calipso scans`: which were asked for, how they go, and cancelling one."""

from __future__ import annotations

import getpass
from typing import Annotated, Literal

import typer

from cli.session import WITH_ERRORS, print_json, session
from topology.scan.history import one_scan, scans
from topology.scan.turns import cancel as cancel_scan

app = typer.Typer(help="Scans that were asked for: list, show, cancel.", no_args_is_help=True)

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")]
Env = Annotated[str, typer.Argument(help="Name of the environment.")]
Id = Annotated[str, typer.Argument(help="Id of the scan.")]


@app.command("list")
def list_all(
    env: Annotated[str | None, typer.Option("--env", help="Only of this environment.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at most.")] = 20,
    format: Format = "text",
) -> None:
    """List the scans, those last asked for first."""
    with session() as opened:
        found = scans(opened.graph, environment=env, limit=limit).items
    if format == "json":
        print_json({"items": list(found)})
    else:
        for scan in found:
            reason = f"  {scan['reason']}" if scan["reason"] else ""
            asked = f"{scan['requested_at'][:19]}  {scan['started_by']}"
            print(f"{scan['id']}  {scan['environment']}  {scan['status']}  {asked}{reason}")
    if not found:
        raise typer.Exit(WITH_ERRORS)


@app.command("show")
def show(env: Env, id: Id) -> None:
    """Show one scan with its report (JSON)."""
    with session() as opened:
        print_json(one_scan(opened.graph, env, id))


@app.command("cancel")
def cancel(env: Env, id: Id) -> None:
    """Cancel a scan: one that waits is ended at once, one that runs after its batch. What it wrote stays."""
    with session() as opened:
        now = cancel_scan(opened.graph, env, id, by=getpass.getuser())
    print(f"scan {id} of {env} {'is ended' if now == 'aborted' else 'is asked to end'}")
