"""Doing several things at once, and looking at what came of them in their order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(tasks: Sequence[Callable[[], A]], *, concurrent: bool) -> Generator[A, None, None]:
    """What each task gives or raises, in their order; one after the other where it is not `concurrent`.

    Who closes it before the last waits for those tasks that have begun.
    """
    if not concurrent or len(tasks) < 2:
        yield from (task() for task in tasks)
        return
    with ThreadPoolExecutor(len(tasks), thread_name_prefix="beside") as threads:
        # In the context that it is asked for in: what is logged says what it is about.
        for running in [threads.submit(copy_context().run, task) for task in tasks]:
            yield running.result()


def both(first: Callable[[], A], second: Callable[[], B], *, concurrent: bool) -> tuple[A, B]:
    """What two tasks give, side by side where it is `concurrent`. Where both raise, what the first one raises."""
    if not concurrent:
        return first(), second()
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as thread:
        running = thread.submit(copy_context().run, second)
        return first(), running.result()
