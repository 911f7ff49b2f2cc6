"""How often Python looks for cycles among its objects while a cloud is read and written."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# What is read and written is hundreds of thousands of objects at a time, and none of them is part of a cycle: each look
# at them is in vain, and by default there is one for 700 new objects.
_SELDOM = 200_000
_LOCK = threading.Lock()


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Have Python look for cycles seldom as long as this lasts."""
    with _LOCK:
        young, *older = gc.get_threshold()
        gc.set_threshold(young + _SELDOM, *older)
    try:
        yield
    finally:
        with _LOCK:
            young, *older = gc.get_threshold()
            gc.set_threshold(young - _SELDOM, *older)
