"""The most memory that the writing process has while a cloud streams through it.

    python -m benchmarks.memory [--objects 100000]

The cloud is made object by object as the writer asks for it. Printed: objects, seconds (making them included), and the
most memory of the process before and after; the server is another process. A second pass finds nothing changed.
"""

from __future__ import annotations

import argparse

from benchmarks.cloud.readings import MultipliedCloud
from benchmarks.measuring import peak_memory, print_table, seconds_of
from benchmarks.server import forget, measured_server
from benchmarks.writing import write_parts

ENVIRONMENT = "benchmark-memory"
MOST = 300  # MB, for a million objects


def main() -> None:
    """Stream, and print the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=100_000, help="about so many objects")
    arguments = parser.parse_args()
    with measured_server() as server:
        forget(server.graph, ENVIRONMENT)
        cloud = MultipliedCloud.of_objects(arguments.objects)
        objects = cloud.counts()[0]
        rows = [["before", 0, 0.0, 0.0, peak_memory()]]
        for name in ("first load", "unchanged"):
            seconds = seconds_of(lambda: write_parts(server.graph, ENVIRONMENT, cloud.parts()))
            rows.append([name, objects, seconds, objects / seconds, peak_memory()])
        print_table(["", "objects", "seconds", "objects/s", "peak memory MB"], rows)
        print(f"at most {MOST} MB are wanted for a million objects")
        forget(server.graph, ENVIRONMENT)


if __name__ == "__main__":
    main()
