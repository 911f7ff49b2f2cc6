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

    def take(self, *, shared: bool = False, patience: float = 0.0) -> bool:
        """Whether the lock was free (for us), or became so within `patience` seconds."""
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self.descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_PAUSE)
            else:
                return True

    def give_back(self) -> None:
        """Unlock for everybody who shares this descriptor, and close it."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        self.close()

    def close(self) -> None:
        """Close our side only: who inherited the descriptor keeps the lock."""
        os.close(self.descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock right now. For an instant this takes it itself, if it is free."""
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
    if lock.take():
        return
    waiting()
    if not lock.take(patience=timeout):
        raise ServerError(
            f"the managed Neo4j is being started or stopped by another process for more than {timeout:.0f} s "
            f"({lock.path} is locked). Wait for it, or end it; then try again."
        )
