"""File locks that the kernel gives back when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from topology.neo4j_server.errors import ServerError

_PAUSE = 0.1


class FileLock:
    """One open lock file. A process that inherits its descriptor holds the lock with us, and after us."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False) -> bool:
        """Whether the lock was free (for us); never waits."""
        try:
            fcntl.flock(self.descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        """Unlock for everybody who shares this descriptor, and close it."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        self.close()

    def close(self) -> None:
        """Close our side only: who inherited the descriptor keeps the lock."""
        os.close(self.descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock right now."""
    if not path.exists():
        return False
    lock = FileLock(path)
    free = lock.take()
    lock.close()
    return not free


@contextmanager
def only_one(path: Path, timeout: float, waiting: Callable[[], None]) -> Iterator[None]:
    """Be the only process in the block.

    Calls `waiting` once when it has to wait; raises ServerError after `timeout` seconds.
    """
    lock = FileLock(path)
    try:
        _wait_for(lock, timeout, waiting)
        yield
    finally:
        lock.close()


def _wait_for(lock: FileLock, timeout: float, waiting: Callable[[], None]) -> None:
    deadline, told = time.monotonic() + timeout, False
    while not lock.take():
        if not told:
            waiting()
            told = True
        if time.monotonic() > deadline:
            raise ServerError(
                f"the managed Neo4j is being started or stopped by another process for more than {timeout:.0f} s "
                f"({lock.path} is locked). Wait for it, or end it; then try again."
            )
        time.sleep(_PAUSE)
