"""`calipso scan`: discover an environment into the graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

import typer
from rich.console import Console

from cli.scan_options import (
    AcceptRemovals,
    Clear,
    CliquesOnly,
    DryRun,
    IfBusy,
    Into,
    InventoryOnly,
    LinksOnly,
    LogLevel,
    ObjectId,
)
from cli.session import WITH_ERRORS, clear_errors, print_json, say, session
from topology.scan import ScanOptions, ScanReport
from topology.scan.run import Progress


def scan(
    env: Annotated[str, typer.Argument(help="Name of the environment.")],
    inventory_only: InventoryOnly = False,
    links_only: LinksOnly = False,
    cliques_only: CliquesOnly = False,
    clear: Clear = False,
    object: ObjectId = None,
    accept_removals: AcceptRemovals = False,
    dry_run: DryRun = False,
    into: Into = None,
    log_level: LogLevel = "info",
    if_busy: IfBusy = "wait",
    format: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the report.")] = "text",
) -> None:
    """Discover an environment: read its cloud and hosts, and write what changed to the graph."""
    with clear_errors():
        options = ScanOptions(
            inventory_only=inventory_only,
            links_only=links_only,
            cliques_only=cliques_only,
            clear=clear,
            object=object,
            accept_removals=accept_removals,
            dry_run=dry_run,
            into=into,
            log_level=log_level,
            if_busy=if_busy,
        )
    # The libraries of the sources take a second to import: only commands that read a cloud wait for them.
    from workers.scanning import scan_environment

    with session() as opened:
        report = scan_environment(
            opened.graph, opened.settings, env, options, progress=progress_lines(), started_by="cli"
        )
    finish(report, format)


def progress_lines() -> Progress:
    """Progress as lines on standard error; which there are, the options' log level says."""
    return lambda phase, line: say(f"{phase:<7} {line}")


def finish(report: ScanReport, format: Literal["text", "json"]) -> None:
    """Print a report and leave with the exit code that it deserves."""
    if format == "json":
        print_json(report.as_json())
    else:
        print_report(report)
    if report.status != "completed":
        raise typer.Exit(WITH_ERRORS)


def print_report(report: ScanReport) -> None:
    """The report as a person reads it: what changed per scope, what went wrong and what to do."""
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for line in _changes_by_scope(report) if report.dry_run else _changes_by_type(report):
        console.print(line)
    for named, problem in report.all_problems:
        console.print(f"! {named.key + ': ' if named else ''}{problem}")
    for hint in report.hints:
        console.print(f"{hint}")
    if report.pending:
        waiting = ", ".join(f"{count} {name}" for name, count in sorted(report.pending.items()))
        console.print(f"waiting for their other end: {waiting}")
    for focal, count in sorted(report.cliques.items()):
        console.print(f"cliques of {focal}: {count}")
    console.print(_closing(report))


def _changes_by_scope(report: ScanReport) -> Iterator[str]:
    for scope in report.scopes:
        yield from (f"{scope.scope.key}: {line}" for line in (scope.changes.lines() if scope.changes else ()))


def _changes_by_type(report: ScanReport) -> Iterator[str]:
    """`created: 2 vnic, 1 port; links: 2 port-vnic`, one line for each kind of change that there was."""
    for kind in ("created", "updated", "removed", "held_back"):
        objects, links = Counter[str](), Counter[str]()
        for scope in report.scopes:
            if scope.changes is not None:
                objects.update({type: getattr(counts, kind) for type, counts in scope.changes.objects.items()})
                links.update({type: getattr(counts, kind, 0) for type, counts in scope.changes.links.items()})
        told = [_listed(objects), f"links: {_listed(links)}" if +links else ""]
        if +objects or +links:
            yield f"{kind.replace('_', ' ')}: " + "; ".join(filter(None, told))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {type}" for type, count in sorted((+counts).items()))


def _closing(report: ScanReport) -> str:
    seconds = (report.ended_at - report.started_at).total_seconds() if report.ended_at else 0.0
    bad = [scope for scope in report.scopes if scope.outcome.status != "complete"]
    read = f"{len(report.scopes) - len(bad)} of {len(report.scopes)} scopes complete"
    doing = "dry run" if report.dry_run else "scan"
    return f"{doing} of {report.environment} {report.status.replace('_', ' ')}: {read}, {seconds:.1f} s"
