"""`calipso env`: the environments and how they are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.session import WITH_ERRORS, clear_errors, print_json, say, session
from graph_schema.variants import check
from topology.environments import read_environment_file
from topology.store import GraphStore

app = typer.Typer(help="Environments: add, list, show, test, remove.", no_args_is_help=True)

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the answer.")]
Name = Annotated[str, typer.Argument(help="Name of the environment.")]


@app.command("add")
def add(file: Annotated[Path, typer.Argument(help="Environment file (YAML).")]) -> None:
    """Add an environment from a file, or replace its configuration; an inventory of that name is adopted."""
    with clear_errors():
        environment = read_environment_file(file)
    warning = check(
        environment.distribution,
        environment.distribution_version,
        environment.mechanism_drivers,
        environment.type_drivers,
    )
    if warning:
        say(f"calipso: {warning}")
    with session() as opened:
        added = opened.environments.add(environment)
    print(
        f"environment {environment.name} {'added' if added else 'replaced'}; scan it: calipso scan {environment.name}"
    )


@app.command("list")
def list_all(format: Format = "text") -> None:
    """List the environments."""
    with session() as opened:
        described = [opened.environments.describe(name) for name in opened.environments.names()]
    if format == "json":
        print_json({"items": described})
        return
    for environment in described:
        scanned = environment["last_scanned"] or "never scanned"
        reached = "" if environment["added"] else "  (no configuration)"
        print(f"{environment['name']}  {environment['distribution'] or '-'}  {scanned}{reached}")


@app.command("show")
def show(name: Name, format: Format = "text") -> None:
    """Show an environment's configuration, without its secrets."""
    with session() as opened:
        described = opened.environments.describe(name)
    if format == "json":
        print_json(described)
        return
    for key, value in described.items():
        if key != "configuration":
            print(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
    for section in described["configuration"]:
        print(f"{section['name']}: " + ", ".join(f"{k}={v}" for k, v in section.items() if k != "name"))


@app.command("test")
def test(name: Name) -> None:
    """Try each section of an environment and say what works."""
    from workers.scanning import test_connections

    with session() as opened:
        results = test_connections(opened.environments.get(name), opened.settings)
    for result in results:
        mark = "ok    " if result.problem is None else "failed"
        print(f"{mark} {result.section:<10} {result.seconds:5.1f} s  {result.problem or result.told}")
    if any(result.problem for result in results):
        raise typer.Exit(WITH_ERRORS)


@app.command("remove")
def remove(
    name: Name, purge: Annotated[bool, typer.Option("--purge", help="Remove its inventory too.")] = False
) -> None:
    """Forget an environment; its inventory is kept unless it is purged."""
    with session() as opened:
        registry = opened.environments
        registry.remove(name)
        if purge:
            GraphStore(opened.graph, name).remove_environment_objects()
            registry.purged(name)
    print(f"environment {name} removed" + (" with its inventory" if purge else "; its inventory is kept"))
