"""The queue of what is read again: nobody's answer ends what was asked for while, or after, it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from graph_schema.events import Refresh
from topology.events.requests import Due, due, request, settle
from topology.graph import Graph, Transaction
from topology.store.lease import make_lease

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
# It is read once: no look follows that would find by itself what came meanwhile.
GROUP = Refresh("security_group", "g")
Done = Callable[[Transaction], None]


@pytest.fixture
def leased(graph: Graph, environment: str) -> str:
    """An environment that can be written."""
    make_lease(graph, environment)
    return environment


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def asked(graph: Graph, environment: str) -> list[Due]:
    return due(graph, environment, LATER, hosts=False)


def while_open(graph: Graph, threads: ThreadPoolExecutor, first: Done, second: Done) -> None:
    """The second begins while the transaction of the first has done its work and is open."""
    done, over = Event(), Event()

    def held(tx: Transaction) -> None:
        first(tx)
        done.set()
        assert over.wait(30)

    one = threads.submit(graph.in_transaction, held)
    assert done.wait(30)
    other = threads.submit(graph.in_transaction, second)
    assert not other.done()
    with pytest.raises(TimeoutError):
        other.result(timeout=0.5)  # it waits for the first
    over.set()
    one.result(30)
    other.result(30)


@pytest.mark.parametrize("order", [1, -1], ids=["asked first", "settled first"])
def test_what_is_asked_for_while_an_answer_is_settled_is_asked_for_still(
    graph: Graph, leased: str, threads: ThreadPoolExecutor, order: int
) -> None:
    graph.in_transaction(lambda tx: request(tx, leased, [GROUP], NOW))
    taken = asked(graph, leased)

    def ask(tx: Transaction) -> None:
        request(tx, leased, [GROUP], NOW)

    def settled(tx: Transaction) -> None:
        settle(tx, leased, taken, [], NOW)

    while_open(graph, threads, *[ask, settled][::order])

    assert [one.refresh for one in asked(graph, leased)] == [GROUP]


def test_who_settles_late_ends_nothing_that_was_asked_for_since(graph: Graph, leased: str) -> None:
    graph.in_transaction(lambda tx: request(tx, leased, [GROUP], NOW))
    taken = asked(graph, leased)

    graph.in_transaction(lambda tx: settle(tx, leased, taken, [], NOW))
    graph.in_transaction(lambda tx: request(tx, leased, [GROUP], NOW))
    graph.in_transaction(lambda tx: settle(tx, leased, taken, [], NOW))  # one who was thought to be gone

    assert [one.refresh for one in asked(graph, leased)] == [GROUP]
