"""A scan of many recorded hosts through collectors, link finders and writer.

    python -m benchmarks.scan [--cells 29] [--tenancies 20]

The recording of the lab is multiplied (29 cells of 20 tenancies: 204 hosts, 10,440 instances), and replayed as
`calipso replay` does it: a first scan, and one that finds nothing changed. In turns with these, everything is read and
joined and then not written. Printed: seconds, objects in a second, and the most memory that the scanning process had.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.cloud.readings import read_recording
from benchmarks.cloud.recording import Size, write_multiplied
from benchmarks.measuring import peak_memory, print_table, seconds_of
from benchmarks.server import forget, measured_server
from topology.scan.report import ScanReport
from topology.tree import counts
from workers.scanning import replay_recording

ENVIRONMENT = "benchmark-scan"


def main() -> None:
    """Make the recording, and scan from it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=29, help="cells of seven hosts each")
    parser.add_argument("--tenancies", type=int, default=20, help="how often the lab's projects are in each cell")
    arguments = parser.parse_args()
    with measured_server() as server, tempfile.TemporaryDirectory() as folder:
        forget(server.graph, ENVIRONMENT)
        path = Path(folder) / "cloud.zip"
        # Each in a process of its own, so that its memory is its own.
        _apart(write_multiplied, path, Size(arguments.cells, arguments.tenancies))
        print(f"recording of {path.stat().st_size / 1e6:.1f} MB")
        rows = []
        for name, work in _WORK:
            seconds, objects, memory = _apart(work, path)
            rows.append([name, objects, seconds, objects / seconds, memory])
        found = dict(counts(server.graph, ENVIRONMENT))
        print(f"{found['host']:,} hosts, {found['instance']:,} instances")
        print_table(["", "objects", "seconds", "objects/s", "peak memory MB"], rows)
        forget(server.graph, ENVIRONMENT)


def _apart(work: Callable[..., Any], *arguments: Any) -> Any:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _read(path: Path) -> tuple[float, int, float]:
    objects = 0

    def read() -> None:
        nonlocal objects
        objects = sum(len(entries) for _, entries in read_recording(path))

    return seconds_of(read), objects, peak_memory()


def _scan(path: Path) -> tuple[float, int, float]:
    with measured_server(quiet=True) as server:
        reports: list[ScanReport] = []
        seconds = seconds_of(lambda: reports.append(replay_recording(server.graph, server.settings, path, ENVIRONMENT)))
        if reports[0].status != "completed" or reports[0].pending:
            raise RuntimeError(f"the scan is {reports[0].status}: {reports[0].all_problems[:3]} {reports[0].pending}")
        return seconds, sum(count for _, count in counts(server.graph, ENVIRONMENT)), peak_memory()


_WORK = (("read, not written", _read), ("first scan", _scan), ("read, not written", _read), ("unchanged scan", _scan))


if __name__ == "__main__":
    main()
