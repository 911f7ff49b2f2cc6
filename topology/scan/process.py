"""Which process does a scan, told apart from every other, and whether it is certain that it is no more."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
# After the program's name, which may hold anything, in brackets: the state, and as the 20th value the start.
_STATE, _START = 0, 19


def this_process() -> str:
    """This process: boot of the machine, namespace of its numbers, number, start. "" where the system does not say."""
    return _name(os.getpid())


def is_gone(process: str | None) -> bool:
    """Whether that process certainly ended. Of a process elsewhere, on another machine or in another container: False.

    >>> is_gone(this_process())
    False
    >>> is_gone("another boot/pid:[1]/17/99")
    False
    """
    words, own = (process or "").split("/"), this_process().split("/")
    if len(words) != len(own) or words[:2] != own[:2]:
        return False
    return _name(int(words[2])) != process


def _name(pid: int) -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        numbers = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return f"{boot}/{numbers}/{pid}/{_start(pid)}"


def _start(pid: int) -> str:
    """When the process began, in the kernel's ticks; "" of one that is not or only waits to be buried."""
    try:
        values = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if values[_STATE] in "ZX" else values[_START]
