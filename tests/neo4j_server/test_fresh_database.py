"""A database that nobody has prepared yet, and several processes that need it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from topology.graph.opening import open_graph
from topology.settings import Settings
from topology.store import prepare
from topology.store.preparation import derived_indexes, require_identity

AT_ONCE = 4


def test_four_that_prepare_a_fresh_database_at_once_all_succeed(settings: Settings) -> None:
    with open_graph(settings) as graph:
        start = Barrier(AT_ONCE)

        def prepare_with_the_others(_: int) -> None:
            with open_graph(settings) as mine:
                start.wait()
                prepare(mine)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(prepare_with_the_others, range(AT_ONCE)))

        require_identity(graph)
        assert derived_indexes().keys() <= {row["name"] for row in graph.read("schema_indexes")}
