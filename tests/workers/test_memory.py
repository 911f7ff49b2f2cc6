"""Threads that come and go share what memory their process has."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

_THREADS = 16
# Threads that have all taken memory tell, while they live, how many pools of it the process has.
_POOLS = f"""
import ctypes, threading, sys
if sys.argv[1] == "few":
    from workers.memory import few_arenas
    assert few_arenas()
libc, together = ctypes.CDLL(None), threading.Barrier({_THREADS + 1})
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
def work():
    libc.malloc(ctypes.c_size_t(1000))
    together.wait(), together.wait()
for _ in range({_THREADS}):
    threading.Thread(target=work).start()
together.wait()
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out), libc.fclose(out)
together.wait()
"""


def pools(which: str) -> int:
    told = subprocess.run([sys.executable, "-c", _POOLS, which], capture_output=True, text=True, check=True).stdout
    return told.count("<heap nr")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="only glibc has pools for threads")
def test_many_threads_share_two_pools_of_memory() -> None:
    assert (pools("few"), pools("many") > 2) == (2, True)
