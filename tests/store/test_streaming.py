"""A scope of any size goes through in bounded memory."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.store.writing import NEUTRON, PARTIAL, Ask, at, network, port, reading
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite
from topology.store.link_plan import Anchor, spool_of_anchors
from topology.store.spool import spool_of_ids
from topology.store.writes import said

WAYS_TO_SEND: Mapping[str, Callable[[Graph, list[str]], object]] = {
    "read": lambda graph, ids: graph.read("objects_by_ids", environment="none", ids=ids),
    "stream": lambda graph, ids: list(
        graph.stream("records_of_type", environment="none", type="host", excluding=ids),
    ),
    "write": lambda graph, ids: graph.write("objects_remove", environment="none", ids=ids),
    "transaction": lambda graph, ids: graph.in_transaction(
        lambda tx: tx.run("objects_by_ids", environment="none", ids=ids)
    ),
}


@pytest.mark.parametrize("way_to_send", WAYS_TO_SEND)
def test_what_was_sent_is_not_held_until_python_looks_for_cycles(graph: Graph, way_to_send: str) -> None:
    ids = [f"id of {way_to_send}", "another"]
    held = sys.getrefcount(ids), sys.getrefcount(ids[0])
    gc.disable()
    try:
        WAYS_TO_SEND[way_to_send](graph, ids)
        held_now = sys.getrefcount(ids), sys.getrefcount(ids[0])
    finally:
        gc.enable()
    assert held_now == held
    assert len(ids) == 2


def test_entries_are_taken_as_they_come(graph: Graph, environment: str) -> None:
    """Ten times as many entries take no more memory but for what remembers each of them and its links."""

    def peak(number: int) -> int:
        def entries() -> Iterator[Entry]:
            yield Entry(network("net"))
            for n in range(number):
                yield Entry(port(f"p{n}", details={"filler": "x" * 2000}))

        tracemalloc.start()
        GraphStore(graph, environment, batch_size=50).write(
            ScopeWrite(NEUTRON, at(0), PARTIAL, entries()), dry_run=True, listing=10
        )
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(100)
    few, many = peak(300), peak(3000)
    assert many < few + 2700 * 1000  # an entry itself takes more than four times as much


def test_what_does_not_fit_goes_through_a_file_unchanged() -> None:
    with spool_of_ids(in_memory=3) as spool:
        ids = ["a", "b\n", "ż", "\udc80".encode("ascii", "backslashreplace").decode(), '"', "last"]
        for id in ids:
            spool.append(id)
        assert (len(spool), list(spool), list(spool)) == (6, ids, ids)


def test_anchors_come_back_from_the_file_as_they_were() -> None:
    from graph_schema.link_types import ROUTER_PORT

    def anchors() -> Iterator[Anchor]:
        for n in range(5):
            record = port(f"p{n}")
            links = (ROUTER_PORT.link("r1", record, networks=["b", "a"], name="ż"),) if n % 2 else ()
            yield Anchor.of(said(Entry(record, links if n else None)))

    with spool_of_anchors() as in_memory:
        in_memory._in_memory = 2
        for anchor in anchors():
            in_memory.append(anchor)
        assert list(in_memory) == list(anchors())


def test_many_small_batches_write_what_one_writes(graph: Graph, environment: str, ask: Ask) -> None:
    said_once = [network("net"), *(port(f"p{n}") for n in range(23))]
    GraphStore(graph, environment, batch_size=4).write(reading(NEUTRON, *said_once))
    assert not GraphStore(graph, environment).write(reading(NEUTRON, *said_once, minute=1)).changed
    assert ask("MATCH (:Network {environment: $environment})-[:CONTAINS]->(p) RETURN count(p) AS n") == [{"n": 23}]
