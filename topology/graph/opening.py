"""Opens the graph that the settings name: an external Neo4j, or the managed one."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable

from topology.errors import GraphUnavailable
from topology.graph.connection import Graph
from topology.graph.turns import PATIENCE
from topology.neo4j_server import ManagedServer, ServerUse
from topology.settings import Settings

OLDEST = (5, 26)
_AGENT = re.compile(r"Neo4j/(\d+)\.(\d+)")


def open_graph(settings: Settings, progress: Callable[[str], None] | None = None) -> Graph:
    """The graph, connected and checked; `close` it, or use it as a context manager. Raises GraphUnavailable.

    `CALIPSO_NEO4J_URI` names an external Neo4j. Without it the managed one is used, started when it does not run; then
    closing the graph ends the server again, unless others use it or it was asked to stay.
    """
    graph = connect(settings, progress)
    try:
        check_version(graph)
    except BaseException:
        graph.close()
        raise
    return graph


def connect(settings: Settings, progress: Callable[[str], None] | None = None, *, patience: float = PATIENCE) -> Graph:
    """The graph as `open_graph`, not checked yet: an external Neo4j may be away now and answer later."""
    return _external(settings, patience) if settings.neo4j_uri else _managed(settings, progress, patience)


class _ManagedGraph(Graph):
    """The graph of the managed server, which is given back with it."""

    def __init__(self, settings: Settings, use: ServerUse, patience: float) -> None:
        state = use.state
        # Also at the end of a process that never closes it.
        self._give_back = weakref.finalize(self, use.release)
        super().__init__(
            state.bolt_uri, state.user, state.password, settings.neo4j_database, settings.query_timeout, patience
        )

    def close(self) -> None:
        """Give back the connections and the server."""
        super().close()
        self._give_back()


def _external(settings: Settings, patience: float) -> Graph:
    return Graph(
        str(settings.neo4j_uri),
        settings.neo4j_user,
        settings.neo4j_password.get_secret_value(),
        settings.neo4j_database,
        settings.query_timeout,
        patience,
    )


def _managed(settings: Settings, progress: Callable[[str], None] | None, patience: float) -> Graph:
    return _ManagedGraph(settings, ManagedServer(settings).use(progress), patience)


def check_version(graph: Graph) -> None:
    """Raise GraphUnavailable unless the server answers and is new enough."""
    agent = graph.verify()
    told = _AGENT.match(agent)
    if told is None or (int(told[1]), int(told[2])) < OLDEST:
        raise GraphUnavailable(
            f"neo4j: {graph.uri} is {agent}; Calipso needs Neo4j {OLDEST[0]}.{OLDEST[1]} or later. "
            "Set CALIPSO_NEO4J_URI to such a server, or unset it to use the managed one."
        )
