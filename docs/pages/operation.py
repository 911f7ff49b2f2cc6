"""The pages of how it is run: commands on hosts, settings, the command line, the database, saved queries."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

import typer
from typer.models import ArgumentInfo, OptionInfo

from cli.main import app
from cypher.browser_kit import PARAMETERS, saved_queries
from docs.pages.markdown import code, page, table
from graph_schema.commands import COMMANDS, Command
from graph_schema.metrics import METRICS
from topology.settings import Settings
from topology.store.preparation import derived_indexes, migrations


def commands() -> str:
    """Every command that is run on a host."""
    rows = [(f"`{c.name}`", f"`{_line(c)}`", "yes" if c.root else "", _what_for(c)) for c in COMMANDS.values()]
    return page(
        "# Commands on hosts",
        "All that is ever run on a host; every one only reads. A host gets what fits it, in one SSH connection.",
        table(("name", "command", "needs root", "what for"), rows),
    )


def _line(command: Command) -> str:
    words = " ".join([*map(shlex.quote, command.words), *command.patterns])
    return words + (f' "{command.many}; …"' if command.many else "")


def _what_for(command: Command) -> str:
    return command.purpose + (f" (where `{command.fallback_for}` fails)" if command.fallback_for else "")


def settings() -> str:
    """Every setting."""
    rows = [(f"`CALIPSO_{n.upper()}`", _default(n), f.description) for n, f in Settings.model_fields.items()]
    return page(
        "# Settings",
        "Environment variables; all of them may be left out.",
        table(("setting", "default", "what it does"), rows),
    )


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "the user's data folder"
    value = getattr(field.default, "get_secret_value", lambda: field.default)()
    return "" if value in (None, "") else f"`{value}`"


def command_line() -> str:
    """Every command of `calipso`, as its own help says."""
    return page("# Command line", *_commands(app, "calipso"))


def _commands(group: typer.Typer, path: str) -> Iterator[str]:
    for command in group.registered_commands:
        if command.callback is not None and not command.hidden:
            yield _command(f"{path} {command.name or command.callback.__name__}", command.callback)
    for nested in group.registered_groups:
        if nested.typer_instance is not None:
            yield from _commands(nested.typer_instance, f"{path} {nested.name}")


def _command(path: str, callback: Callable[..., Any]) -> str:
    parameters = list(_parameters(callback))
    usage = [path, *(name for name, required, *_ in parameters if required)]
    usage += ["[options]"] if len(usage) <= len(parameters) else []
    rows = [(f"`{name}`", help, values) for name, _, help, values in parameters]
    return page(
        f"## {path}",
        inspect.cleandoc(callback.__doc__ or "").partition("\n\n")[0],
        f"`{' '.join(usage)}`",
        table(("", "what it is", "values"), rows) if rows else "",
    )


def _parameters(callback: Callable[..., Any]) -> Iterator[tuple[str, bool, str, str]]:
    """Name, whether it must be given, help, and values of each."""
    for name, parameter in inspect.signature(callback, eval_str=True).parameters.items():
        kind, *metadata = get_args(parameter.annotation) or (parameter.annotation,)
        info = next((m for m in metadata if isinstance(m, OptionInfo | ArgumentInfo)), None)
        if info is None:
            continue
        required = parameter.default is inspect.Parameter.empty
        yield _shown(name, info), required, info.help or "", _values(kind, parameter.default)


def _shown(name: str, info: OptionInfo | ArgumentInfo) -> str:
    if isinstance(info, ArgumentInfo):
        return str(info.metavar or name.upper())
    # In an annotation, typer keeps the first declared name as the default.
    given = [word for word in (info.default, *(info.param_decls or ())) if isinstance(word, str) and word[:1] == "-"]
    return given[0] if given else f"--{name.replace('_', '-')}"


def _values(kind: Any, default: Any) -> str:
    choices = [word for part in (kind, *get_args(kind)) for word in _literals(part)]
    told = [code(map(str, choices))] if choices else []
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        told.append(f"default `{default}`")
    return "; ".join(told)


def _literals(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if str(get_origin(kind)) == "typing.Literal" else ()


def database() -> str:
    """Constraints and indexes."""
    made = [(f"`{m.name}`", m.purpose, f"`{' '.join(m.text.split())}`") for m in migrations().values()]
    indexes = [(f"`{plan.name}`", code(plan.labels), code(plan.properties)) for plan in derived_indexes().values()]
    return page(
        "# The database",
        "## Migrations",
        table(("migration", "what for", "statement"), made),
        "## Indexes that the declarations ask for",
        table(("index", "label", "properties"), indexes),
    )


def browser_queries() -> str:
    """Every saved query for Neo4j Browser."""
    queries = [
        page(
            f"## {query.title}",
            f"{query.statement.purpose[0].upper()}{query.statement.purpose[1:]}. "
            f"Uses {code('$' + name for name in query.statement.parameters)}.",
            f"```cypher\n{query.command}\n```",
        )
        for query in saved_queries()
    ]
    values = table(("parameter", "in the demo"), ((f"`${name}`", f"`{value}`") for name, value in PARAMETERS.items()))
    return page("# Saved queries", "How to load them: [Neo4j Browser](../neo4j-browser.md).", values, *queries)


_ORIGINS = {
    "counted": "Counted by every process, summed up in the graph",
    "told": "Told by the listener every few seconds",
    "graph": "Seen in the graph with each scrape",
    "api": "Of the API that answers, and its broker",
}


def metrics() -> str:
    """Every metric."""
    sections = []
    for origin, title in _ORIGINS.items():
        found = [metric for metric in METRICS.values() if metric.origin == origin]
        rows = [(f"`{metric.name}`", metric.kind, code(metric.labels), metric.help) for metric in found]
        sections.append(f"## {title}\n\n{table(('metric', 'kind', 'labels', 'what it is'), rows)}")
    return page(
        "# Metrics",
        "What `GET /metrics` of the API tells Prometheus; how to set it up: [metrics](../metrics.md). "
        "Beside these, `process_*` of the API's own process.",
        *sections,
    )
