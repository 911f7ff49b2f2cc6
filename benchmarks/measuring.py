"""Seconds, percentiles, memory, and how they are printed."""

from __future__ import annotations

import math
import os
import platform
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_KILOBYTES = 1024


def seconds_of(work: Callable[[], object]) -> float:
    """How long the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so large a share of all does not exceed.

    >>> percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.95), percentile([7], 0.5)
    (2, 4, 7)
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def peak_memory() -> float:
    """The most memory that this process has had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table with the first column to the left and numbers to the right."""
    told = [[_told(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(heads), *told]) for column in range(len(heads))]
    for row in [list(heads), *told]:
        first, *others = [
            cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in _placed(row, widths)
        ]
        print("  ".join([first, *others]), flush=True)


def _placed(row: Sequence[str], widths: Sequence[int]) -> Iterable[tuple[int, tuple[str, int]]]:
    return enumerate(zip(row, widths, strict=True))


def _told(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) < 100 else f"{cell:,.0f}"  # digits that say something
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def print_machine() -> None:
    """What figures are to be read with: processors, memory and how busy the machine is."""
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    gigabytes = int(memory.split()[1]) / _KILOBYTES**2
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{os.cpu_count()} processors, {gigabytes:.0f} GB, load {load}; "
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    )
