"""The server that is measured: the one that the product's settings name, external or managed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from neo4j import Driver, GraphDatabase

from benchmarks.measuring import print_machine
from topology.graph import Graph
from topology.graph.connection import Heard
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
from topology.store import GraphStore, prepare

_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Server:
    """The product's graph, and a plain driver to the same server for the other side of a comparison.

    `address` are the settings, as environment variables, by which another process comes to the same server.
    """

    graph: Graph
    driver: Driver
    settings: Settings
    address: Mapping[str, str]


@contextmanager
def measured_server(*, heard: Heard = lambda _: None, quiet: bool = False) -> Iterator[Server]:
    """The server, prepared as the product does it. What figures depend on is printed, unless it is to be quiet."""
    settings = Settings()
    use = None if settings.neo4j_uri else ManagedServer(settings).use(print)
    try:
        uri, user, password = (
            (use.state.bolt_uri, use.state.user, use.state.password)
            if use
            else (str(settings.neo4j_uri), settings.neo4j_user, settings.neo4j_password.get_secret_value())
        )
        with (
            Graph(uri, user, password, settings.neo4j_database, settings.query_timeout, heard=heard) as graph,
            GraphDatabase.driver(uri, auth=(user, password)) as driver,
        ):
            if not quiet:
                print_machine()
                print(graph.verify())
            prepare(graph)
            address = {"CALIPSO_NEO4J_URI": uri, "CALIPSO_NEO4J_USER": user, "CALIPSO_NEO4J_PASSWORD": password}
            yield Server(graph, driver, settings, address)
    finally:
        if use:
            use.release()


def forget(graph: Graph, *environments: str) -> None:
    """Remove what a benchmark wrote."""
    for environment in environments:
        GraphStore(graph, environment, batch_size=_BATCH).remove_environment_objects()
