"""The writer against Cartography's in two forms and against bare MERGE: the same rows on the same server, in turns.

    python -m benchmarks.store [--objects 10000] [--rounds 4] [--first-load]

First load, unchanged rescan, one per cent of the objects renamed, one in ten of the tenancies gone. Each side does each
case before the next case begins; a round begins with empty hands, and with another side than the last one. Rows of the
other sides are made beforehand; the product's side begins with records, as a scan does. Printed: seconds, and the
seconds of the others divided by the product's in the same round; of each the median of the rounds.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from neo4j import Session

from benchmarks.cloud.readings import MultipliedCloud, Part, renamed
from benchmarks.measuring import print_table, seconds_of
from benchmarks.rivals.cartography import Cartography
from benchmarks.rivals.merge import ENVIRONMENT as MERGED
from benchmarks.rivals.merge import merge
from benchmarks.rivals.rows import Rows, rows_of
from benchmarks.server import forget, measured_server
from benchmarks.writing import BATCH, write_parts
from graph_schema.records import Attributes, Scope
from topology.graph import Graph
from topology.store import Entry

ENVIRONMENT = "benchmark-store"
PERCENT = 100
Kept = list[tuple[Scope, list[Entry], list[Attributes]]]


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=10_000, help="about so many objects")
    parser.add_argument("--rounds", type=int, default=4, help="how often everything is done")
    parser.add_argument("--first-load", action="store_true", help="only that: of a large cloud the rest takes long")
    arguments = parser.parse_args()
    with measured_server() as server, server.driver.session() as session:
        sides = _Sides(server.graph, session)
        sides.empty()
        cloud = MultipliedCloud.of_objects(arguments.objects)
        cases = [("first load", _Case.of(cloud.parts()))]
        if not arguments.first_load:
            cases += [
                ("unchanged rescan", _Case.of(cloud.parts())),
                ("1 % churn", _Case.of(cloud.parts(change=renamed(PERCENT)))),
                ("10 % removal", _Case.of(cloud.parts(change=renamed(PERCENT), decimated=True))),
            ]
        nodes, links = cases[0][1].rows.size
        print(f"{nodes:,} objects and {links:,} links; batches of {BATCH:,} (Cartography: its own 10,000)")
        rounds = [sides.round([case for _, case in cases], number) for number in range(arguments.rounds + 1)]
        _print(cases, rounds[1:])
        sides.empty()


@dataclass(frozen=True, slots=True)
class _Case:
    """What is written: records for the product, rows for the others."""

    kept: Kept
    rows: Rows

    @classmethod
    def of(cls, parts: Iterator[Part]) -> _Case:
        kept = [(scope, list(entries), list(attributes)) for scope, entries, attributes in parts]
        return cls(kept, rows_of(_parts(kept)))


class _Sides:
    """Three ways to write the same."""

    def __init__(self, graph: Graph, session: Session) -> None:
        self._graph, self._session = graph, session
        self._cartographies = [Cartography(session, whole=whole) for whole in (True, False)]

    def round(self, cases: Sequence[_Case], number: int) -> list[list[float]]:
        """Seconds of each side for each case, beginning with nothing; its number tells which side begins."""
        self.empty()
        found = [_seconds_of(list(self._sides(case)), number) for case in cases]
        counts = [f"{nodes:,} nodes and {links:,} links" for nodes, links in self._counted()]
        seconds = ", ".join(f"{one:.1f}" for one in found[0])
        print(f"round {number}: {seconds} s; Cartography has {counts[0]}; the least of it {counts[1]}", flush=True)
        return found

    def empty(self) -> None:
        """Remove what all sides wrote."""
        forget(self._graph, ENVIRONMENT, MERGED)
        for one in self._cartographies:
            one.empty()

    def _counted(self) -> list[tuple[int, int]]:
        return [one.counts() for one in self._cartographies]

    def _sides(self, case: _Case) -> Iterator[Callable[[], object]]:
        yield lambda: write_parts(self._graph, ENVIRONMENT, _parts(case.kept))
        for one in self._cartographies:
            yield partial(one.write, one.prepared(case.rows))
        yield lambda: merge(self._session, case.rows)


def _seconds_of(sides: Sequence[Callable[[], object]], first: int) -> list[float]:
    """Seconds of each side, whose turns begin with the `first`: what one leaves to do, the next one bears."""
    # What all sides are to write is held meanwhile. Else the collector looks at it again and again, a sixth of a second
    # each time and more with more of it, in the middle of whoever makes most objects.
    gc.collect()
    gc.freeze()
    turns = [(first + number) % len(sides) for number in range(len(sides))]
    found = {turn: seconds_of(sides[turn]) for turn in turns}
    return [found[turn] for turn in sorted(found)]


def _parts(kept: Kept) -> Iterator[Part]:
    return ((scope, iter(entries), iter(attributes)) for scope, entries, attributes in kept)


def _print(cases: Sequence[tuple[str, _Case]], rounds: Sequence[list[list[float]]]) -> None:
    rows = []
    for number, (name, _) in enumerate(cases):
        turns = [one[number] for one in rounds]
        seconds = [median(side) for side in zip(*turns, strict=True)]
        ratios = [
            median(side) for side in zip(*([other / turn[0] for other in turn[1:]] for turn in turns), strict=True)
        ]
        rows.append([name, *seconds, *ratios])
    names = ["Cartography", "its least", "MERGE"]
    print_table(["case", "Calipso s", *(f"{one} s" for one in names), *(f"{one} / Calipso" for one in names)], rows)


if __name__ == "__main__":
    main()
