"""`calipso schedule`: have environments scanned regularly."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

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
from cli.session import WITH_ERRORS, fail, print_json, session
from topology import schedules
from topology.scan import ScanOptions
from topology.schedules import Recurrence, Schedule, recurrence
from topology.shapes import JsonObject

app = typer.Typer(help="Schedules: add, list, show, pause, resume, remove.", no_args_is_help=True)

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")]
Id = Annotated[str, typer.Argument(help="Id of the schedule.")]
Word = Literal["hourly", "daily", "weekly", "monthly", "yearly"]


@app.command("add")
def add(
    env: Annotated[str, typer.Argument(help="Name of the environment.")],
    how_often: Annotated[Word | None, typer.Argument(help="How often; or --every, or --cron.")] = None,
    every: Annotated[
        int | None, typer.Option("--every", min=1, metavar="MINUTES", help="Every so many minutes.")
    ] = None,
    cron: Annotated[
        str | None, typer.Option("--cron", metavar="TEXT", help="Five fields, such as '30 2 * * MON-FRI'.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option("--at", help="First time, in the time zone; days and longer keep its time of day. Else now."),
    ] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="IANA time zone, such as Europe/Berlin.")] = "UTC",
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
    format: Format = "text",
) -> None:
    """Have an environment scanned regularly. `calipso beat` or `calipso up` must run, and a worker."""
    with session() as opened:
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
        how = _how(how_often, every, cron, at, timezone)
        added = schedules.add(opened.graph, env, how, options, created_by=f"cli:{getpass.getuser()}")
    _print(added, format)


@app.command("list")
def list_all(
    env: Annotated[str | None, typer.Option("--env", help="Only of this environment.")] = None,
    format: Format = "text",
) -> None:
    """List the schedules with their next times."""
    with session() as opened:
        page = schedules.schedules(opened.graph, environment=env)
        found = [*page.items]
        while page.next is not None:
            page = schedules.schedules(opened.graph, environment=env, after=page.next)
            found += page.items
    if format == "json":
        print_json({"items": found})
        return
    for each in found:
        print(f"{each['id']}  {each['environment']}  {each['spoken']}  {_next(each)}{_with(each['options'])}")
    if not found:
        raise typer.Exit(WITH_ERRORS)


@app.command("show")
def show(id: Id, format: Format = "text") -> None:
    """Show a schedule: when it ran last, what came of it, when it runs next."""
    with session() as opened:
        found = schedules.one_schedule(opened.graph, id)
    _print(found, format)


@app.command("pause")
def pause(id: Id) -> None:
    """Stop a schedule until it is resumed."""
    with session() as opened:
        schedules.change(opened.graph, id, paused=True)
    print(f"schedule {id} is paused; resume it: calipso schedule resume {id}")


@app.command("resume")
def resume(id: Id) -> None:
    """Let a paused schedule go on with its next time."""
    with session() as opened:
        resumed = schedules.change(opened.graph, id, paused=False).as_json()
    print(f"schedule {id} goes on, {_next(resumed)}")


@app.command("remove")
def remove(id: Id) -> None:
    """Forget a schedule. Scans that it asked for stay."""
    with session() as opened:
        schedules.remove(opened.graph, id)
    print(f"schedule {id} removed")


def _how(word: Word | None, every: int | None, cron: str | None, at: datetime | None, timezone: str) -> Recurrence:
    given = [given for given in (word, every, cron) if given is not None]
    if len(given) != 1:
        fail("give one of: hourly, daily, weekly, monthly, yearly; --every MINUTES; --cron TEXT.")
    frequency = word.upper() if word else "MINUTES" if every else "CRON"
    return recurrence(frequency, now=datetime.now(UTC), start=at, timezone=timezone, every=every, cron=cron)


def _print(schedule: Schedule, format: Literal["text", "json"]) -> None:
    told = schedule.as_json()
    if format == "json":
        print_json(told)
        return
    print(f"schedule {told['id']} of {told['environment']}: {told['spoken']}{_with(told['options'])}")
    print(f"{_next(told)}; ran {told['runs']} times, last {told['last_run'] or 'never'}")
    for word, value in (("last scan", told["last_scan"]), ("no scan the last time", told["last_problem"])):
        if value:
            print(f"{word}: {value}")


def _next(told: JsonObject) -> str:
    return "paused" if told["paused"] else f"next {told['next_run']}"


def _with(options: JsonObject) -> str:
    return "".join(
        f" --{name.replace('_', '-')}{'' if value is True else f' {value}'}" for name, value in options.items()
    )
