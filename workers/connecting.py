"""Trying an environment's connections: what the command line and the Celery task both call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from collectors.connection_tests import KnownHost, Result, try_section
from topology.connection_tests import begin_test, end_test, fail_test, known_hosts
from topology.environments import Environment
from topology.environments.secrets import open_vault
from topology.errors import GraphUnavailable, OutOfTime
from topology.graph import Graph
from topology.settings import Settings
from workers.scanning import pins_of


def try_connections(
    graph: Graph, settings: Settings, environment: Environment, sections: Sequence[Mapping[str, Any]]
) -> list[Result]:
    """Try these sections, all at the same time; the results in their order."""
    known = [KnownHost(id, address) for id, address in known_hosts(graph, environment.name)]
    pins = pins_of(settings, environment)
    with ThreadPoolExecutor(max_workers=len(sections)) as threads:
        return list(threads.map(lambda section: try_section(section, known=known, pins=pins), sections))


def do_test(graph: Graph, settings: Settings, test_id: str) -> None:
    """Do a test that is asked for, once, and keep what came of it."""
    try:
        begun = begin_test(graph, open_vault(settings), test_id)
        if begun is not None:
            results = try_connections(graph, settings, *begun)
            end_test(graph, test_id, [result.as_json() for result in results])
    except GraphUnavailable:
        raise
    except (Exception, OutOfTime) as error:
        fail_test(graph, test_id, str(error))
        raise
