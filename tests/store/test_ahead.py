"""Items made ahead: all of them, in order, no more than there is room for, and errors where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.store.ahead import read_ahead


def nothing() -> None:
    """Nobody wants to stop."""


@given(items=st.lists(st.integers(1, 9)), room=st.integers(0, 20))
def test_all_items_come_in_their_order(items: list[int], room: int) -> None:
    taken = read_ahead(items, weight=lambda one: one, room=room, alone=lambda one: one == 9, pulse=nothing)
    assert [one for some in taken for one in some] == items


def test_no_more_is_made_than_there_is_room_for() -> None:
    made: list[int] = []
    reached = Event()

    def making() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 3:
                reached.set()
            yield number

    ready = read_ahead(making(), weight=lambda _: 1, room=3, alone=lambda _: False, pulse=nothing)
    taken = next(ready)
    assert reached.wait(10)
    assert len(made) <= len(taken) + 4  # three fit, with the fourth there is no more room


def test_after_an_item_that_is_alone_nothing_is_made_until_more_is_asked_for() -> None:
    made: list[str] = []

    def making() -> Iterator[str]:
        for name in ("small", "large", "after"):
            made.append(name)
            yield name

    ready = read_ahead(making(), weight=lambda _: 1, room=9, alone=lambda one: one == "large", pulse=nothing)
    taken = next(ready)
    while "large" not in taken:
        taken = next(ready)
    assert made == ["small", "large"]
    assert next(ready) == ["after"]


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def making() -> Iterator[int]:
        yield 1
        raise KeyError("lost")

    ready = read_ahead(making(), weight=lambda _: 1, room=9, alone=lambda _: False, pulse=nothing)
    assert next(ready) == [1]
    with pytest.raises(KeyError, match="lost"):
        next(ready)


def test_who_wants_no_more_lets_the_source_end() -> None:
    ended = Event()

    def making() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    ready = read_ahead(making(), weight=lambda _: 1, room=3, alone=lambda _: False, pulse=nothing)
    next(ready)
    ready.close()
    assert ended.wait(10)


def test_while_nothing_comes_somebody_may_stop_it() -> None:
    waiting = Event()

    def making() -> Iterator[int]:
        waiting.wait(10)
        yield 1

    def stop() -> None:
        waiting.set()
        raise InterruptedError

    with pytest.raises(InterruptedError):
        next(read_ahead(making(), weight=lambda _: 1, room=3, alone=lambda _: False, pulse=stop))
