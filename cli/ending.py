"""The end that Ctrl-C or SIGTERM asks for, as an event."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

_ASKING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asked_to_end() -> Iterator[threading.Event]:
    """Set by Ctrl-C and SIGTERM, instead of what they do otherwise.

    Not by the handler itself: it runs in the middle of whatever the main thread does, and where that waits for the
    event, or another signal came just before, it would wait for the lock that it holds itself. The queue takes anything
    anywhere.
    """
    ended, asked = threading.Event(), SimpleQueue[bool]()

    def wait() -> None:
        if asked.get():
            ended.set()

    former = {number: signal.signal(number, lambda *_: asked.put(True)) for number in _ASKING}
    waiting = threading.Thread(target=wait, name="end", daemon=True)
    waiting.start()
    try:
        yield ended
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        asked.put(False)
        waiting.join()
