"""What every command needs: settings, the graph, clear errors and exit codes."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import typer
from pydantic import ValidationError

from graph_schema.model import SchemaError
from topology.environments import EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.errors import TopologyError, UnknownObject
from topology.graph import Graph
from topology.graph.opening import open_graph
from topology.settings import Settings
from topology.store import prepare
from workers.logs import logs_json

DONE, WITH_ERRORS, USAGE = 0, 1, 2
log = logging.getLogger("calipso")


@dataclass(frozen=True, slots=True)
class Session:
    """Settings and an open graph, for the length of one command."""

    settings: Settings
    graph: Graph

    @property
    def environments(self) -> EnvironmentRegistry:
        """The environments, with the vault of this installation."""
        return EnvironmentRegistry(self.graph, open_vault(self.settings))


def read_settings() -> Settings:
    """The settings of this process. Ends the command with the name of a setting that cannot be."""
    try:
        return Settings()
    except ValidationError as error:
        for wrong in error.errors():
            say(f"calipso: setting CALIPSO_{'_'.join(map(str, wrong['loc'])).upper()}: {wrong['msg']}")
        raise typer.Exit(USAGE) from error


@contextmanager
def session() -> Iterator[Session]:
    """An open graph; the managed Neo4j is started when it is needed. Errors become one line and an exit code."""
    settings = read_settings()
    with clear_errors(), open_graph(settings, progress=say) as graph:
        prepare(graph)
        yield Session(settings, graph)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn errors that a person can act on into one line on standard error."""
    try:
        yield
    except UnknownObject as error:
        fail(str(error), WITH_ERRORS)
    except (TopologyError, SchemaError) as error:
        fail(str(error), USAGE)


def fail(text: str, code: int = USAGE) -> NoReturn:
    """End the command with a line on standard error."""
    say(f"calipso: {text}", logging.ERROR)
    raise typer.Exit(code)


def say(line: str, level: int = logging.INFO) -> None:
    """A line for the person at the terminal, or in the log; answers go to standard output, this does not."""
    if logs_json():
        log.log(level, "%s", line.removeprefix("calipso: "))
    else:
        print(line, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """A JSON answer, stable: sorted by nothing but the order that the answer has."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
