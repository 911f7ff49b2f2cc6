"""Those who were taken for a deadlock come to their turn."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from neo4j.exceptions import ResultFailedError, TransientError

T = TypeVar("T")
PATIENCE = 30.0
_DEADLOCK = "Neo.TransientError.Transaction.DeadlockDetected"
# Seconds until who was sent away tries again.
_AGAIN = (0.01, 0.06)


class TakenForADeadlock(Exception):
    """Who waits for a lock was sent away: Neo4j takes a queue of waiters for a deadlock now and then.

    The driver would wait longer with each try, and give up while others take their turns.
    """

    def __init__(self, error: TransientError | ResultFailedError) -> None:
        super().__init__(str(error))
        self.error = error


def in_turn(send: Callable[[], T]) -> T:
    """What comes of something that is sent: again and again where those who wait for a lock are sent away."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return send()
        except TakenForADeadlock as sent_away:
            error: TransientError | ResultFailedError = sent_away.error
        except TransientError as failed:
            if not is_deadlock(failed):
                raise
            error = failed
        if time.monotonic() > deadline:
            raise error
        time.sleep(random.uniform(*_AGAIN))  # noqa: S311  # only so that not all come at once


def is_deadlock(error: BaseException | None) -> bool:
    """Whether that is why; a statement that is sent after the one that failed says only that it did."""
    while isinstance(error, ResultFailedError):
        error = error.__cause__
    return isinstance(error, TransientError) and error.code == _DEADLOCK
