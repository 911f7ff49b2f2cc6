"""What the resources share: the graph, prepared once it answers, and the way to the workers."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import current_app

from topology.environments import EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.errors import GraphUnavailable
from topology.graph import Graph
from topology.graph.opening import check_version
from topology.settings import Settings
from topology.store import prepare

if TYPE_CHECKING:
    from celery import Celery

# Seconds for which a request tries Neo4j again before it is answered with 503.
PATIENCE = 2.0
_KEY = "calipso"


class Service:
    """One graph for the process. Neo4j may be away when the API starts, and at any time later."""

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self.settings = settings
        self._graph = graph
        self._prepared = False
        self._preparing = threading.Lock()

    @property
    def graph(self) -> Graph:
        """The graph, with the product's constraints and indexes. Raises GraphUnavailable, GraphNotReady."""
        if not self._prepared:
            self._prepare()
        return self._graph

    @property
    def environments(self) -> EnvironmentRegistry:
        """The environments, with the vault of this installation."""
        return EnvironmentRegistry(self.graph, open_vault(self.settings))

    @cached_property
    def tasks(self) -> Celery:
        """The application that tasks are sent through. Raises BrokerUnavailable."""
        from workers.app import make_app

        return make_app(self.settings)

    def _prepare(self) -> None:
        if not self._preparing.acquire(timeout=PATIENCE):
            raise GraphUnavailable("neo4j: the database is being prepared. Ask again in a moment.")
        try:
            if not self._prepared:
                check_version(self._graph)
                prepare(self._graph)
                self._prepared = True
        finally:
            self._preparing.release()


def keep(service: Service) -> None:
    """Make the service that of the current application."""
    current_app.extensions[_KEY] = service


def service() -> Service:
    """The service of the current application."""
    return cast("Service", current_app.extensions[_KEY])
