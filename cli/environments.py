"""`calipso env`: the environments and how they are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.listen import told_of
from cli.session import WITH_ERRORS, clear_errors, print_json, say, session
from graph_schema.variants import check
from topology import condition
from topology.connection_tests import chosen
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
        registry = opened.environments
        described = [condition.described(opened.graph, registry, name) for name in registry.names()]
    if format == "json":
        print_json({"items": described})
        return
    for environment in described:
        scanned = environment["last_scanned"] or "never scanned"
        reached = "" if environment["added"] else "  (no configuration)"
        heard = "" if environment["listener"]["state"] == "off" else f"  listener {environment['listener']['state']}"
        print(f"{environment['name']}  {environment['distribution'] or '-'}  {scanned}{heard}{reached}")


@app.command("show")
def show(name: Name, format: Format = "text") -> None:
    """Show an environment's configuration, without its secrets, and how its cloud and its listener fare."""
    with session() as opened:
        described = condition.described(opened.graph, opened.environments, name)
    if format == "json":
        print_json(described)
        return
    for key, value in described.items():
        if key == "listener":
            print(f"listener: {told_of(value)}")
        elif key != "configuration":
            print(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
    for section in described["configuration"]:
        print(f"{section['name']}: " + ", ".join(f"{k}={v}" for k, v in section.items() if k != "name"))


@app.command("test")
def try_sections(
    name: Name,
    target: Annotated[
        Literal["OpenStack", "mysql", "CLI", "AMQP"] | None, typer.Option("--target", help="Only this section.")
    ] = None,
    format: Format = "text",
) -> None:
    """Try each section of an environment, step by step: what works, what fails how, and what to do."""
    from workers.connecting import try_connections

    with session() as opened:
        environment = opened.environments.get(name)
        sections = chosen(environment.configuration, [target] if target else None)
        results = try_connections(opened.graph, opened.settings, environment, sections)
    if format == "json":
        print_json({"environment": name, "test_results": [result.as_json() for result in results]})
    else:
        for result in results:
            print(f"{result.status:<7} {result.target:<10} {result.seconds:5.1f} s")
            for step in result.steps:
                kind = f" ({step.kind})" if step.kind else ""
                print(f"  {step.status:<7} {step.step}{kind}: {step.told}{' ' + step.remedy if step.remedy else ''}")
    if any(result.status == "failed" for result in results):
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
