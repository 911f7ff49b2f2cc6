"""How a process of many threads takes memory from the system."""

from __future__ import annotations

import ctypes

# glibc's malloc.h
_M_ARENA_MAX = -8
# Python's own lock lets one thread work at a time anyway.
ARENAS = 2


def few_arenas() -> bool:
    """Have all threads share few pools of memory from now on. Whether that is done: only glibc has such pools.

    By default it makes up to eight for each processor, and what is free in one is of no use to a thread of another: so
    each grows to the most that any thread ever needed there, for hours where threads begin and end all the time.
    """
    libc = ctypes.CDLL(None)
    return hasattr(libc, "gnu_get_libc_version") and bool(libc.mallopt(_M_ARENA_MAX, ARENAS))
