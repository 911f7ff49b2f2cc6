"""Makes what is written next in a thread of its own, while the database works on what was made before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextvars import copy_context
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
# Seconds between two looks at whether the work is to be stopped, while nothing comes.
_PULSE = 1.0


def read_ahead(
    items: Iterable[T], *, weight: Callable[[T], int], room: int, alone: Callable[[T], bool], pulse: Callable[[], None]
) -> Generator[list[T]]:
    """The items, as many at a time as have been made meanwhile; no more than `room` of `weight` are made ahead.

    After an item that is `alone` nothing is made until the next are asked for: whoever took it may still be reading
    from where it comes from. `pulse` is called about once a second while nothing is there, and may raise. What `items`
    raises is raised here, after all that was made before.
    """
    maker = _Maker(items, weight, room, alone)
    thread = Thread(target=copy_context().run, args=(maker.make,), name="ahead", daemon=True)
    thread.start()
    try:
        while ready := maker.take(pulse):
            yield ready
    finally:
        maker.stop()


class _Maker(Generic[T]):
    """What maker and taker share, guarded by one condition."""

    def __init__(self, items: Iterable[T], weight: Callable[[T], int], room: int, alone: Callable[[T], bool]) -> None:
        self._items, self._weight, self._room, self._alone = iter(items), weight, room, alone
        self._made: deque[T] = deque()
        self._weighs = 0
        self._held = self._ended = self._stopped = False
        self._error: BaseException | None = None
        self._changed = Condition()

    def make(self) -> None:
        """Make items until there are no more, or nobody wants them."""
        error: BaseException | None = None
        try:
            for item in self._items:
                if not self._put(item):
                    break
        except BaseException as raised:  # noqa: BLE001  # it belongs to whoever takes the items, and is raised there
            error = raised
        if isinstance(self._items, Generator):
            self._items.close()
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def take(self, pulse: Callable[[], None]) -> list[T]:
        """What is there, at least one; nothing when all have been taken."""
        with self._changed:
            if not self._made:
                self._held = False  # whoever took the last ones has done with them
                self._changed.notify_all()
        while True:
            with self._changed:
                if not self._made and not self._ended:
                    self._changed.wait(_PULSE)
                if self._made or self._ended:
                    return self._taken()
            pulse()

    def _taken(self) -> list[T]:
        ready = list(self._made)
        self._made.clear()
        self._weighs = 0
        self._changed.notify_all()
        if not ready and self._error is not None:
            raise self._error
        return ready

    def stop(self) -> None:
        """Nobody takes any more. What is being made at this moment is finished, and thrown away."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _put(self, item: T) -> bool:
        """Hand an item over and wait until another may be made; whether one is still wanted."""
        with self._changed:
            self._made.append(item)
            self._weighs += self._weight(item)
            self._held = self._alone(item)
            self._changed.notify_all()
            while not self._stopped and (self._held or self._weighs > self._room):
                self._changed.wait()
            return not self._stopped
