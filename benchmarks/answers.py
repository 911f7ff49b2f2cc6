"""Answers against the round trip of `RETURN true`, through the same connection, in turns.

    python -m benchmarks.answers [--objects 10000] [--samples 200] [--keep]

A cloud is written first (`--keep` leaves it there, and uses the one that was left). Then each question is asked about
objects drawn at random, each time after a round trip of the simplest statement there is, and after the same as a plain
driver's `execute_query` sends it, which takes another round trip to end its transaction. Printed: milliseconds, how
many median round trips or plain queries an answer takes, and a slow answer against a slow round trip: on a busy machine
both wait. At last cliques by the hundred, against the pace at which the server works out the same statements, as many
at once, and tells only how much there is.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from statistics import median

from neo4j import Driver

from benchmarks.cloud.readings import MultipliedCloud
from benchmarks.measuring import peak_memory, percentile, print_table, seconds_of
from benchmarks.server import Server, forget, measured_server
from benchmarks.writing import write_parts
from graph_schema.clique_types import CLIQUE_TYPES
from graph_schema.records import Record
from topology.cliques import STEP_LIMIT, clique, cliques, count_cliques
from topology.cliques.answer import AT_ONCE, BATCH
from topology.cliques.choosing import choose_for
from topology.cliques.compilation import compile_clique
from topology.graph import Graph
from topology.impact import find_impact
from topology.inventory import one_object
from topology.paths import find_paths
from topology.search import search
from topology.tree import counts, tree

ENVIRONMENT = "benchmark-answers"
TARGETS = {"clique": 3, "path": 20, "impact": 100, "search": 30}
_MILLI = 1000
_WARM_UP = 20
_CELLS = 8

Ask = Callable[[], object]


def main() -> None:
    """Ask everything and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=10_000, help="about so many objects")
    parser.add_argument("--samples", type=int, default=200, help="how often each question is asked")
    parser.add_argument("--cliques", type=int, default=2000, help="focal points of a type whose cliques are asked for")
    parser.add_argument("--count", action="store_true", help="count all cliques of the environment too")
    parser.add_argument("--seed", type=int, default=0, help="which objects are asked about")
    parser.add_argument("--keep", action="store_true", help="leave the cloud in the database for the next time")
    arguments = parser.parse_args()
    with measured_server() as server:
        cloud = MultipliedCloud.of_objects(arguments.objects)
        load(server.graph, ENVIRONMENT, cloud)
        draw = random.Random(arguments.seed)
        print_table(
            ["question", "p50 ms", "p95 ms", "p50 / trip", "p95 / trip", "p95 / plain", "p95 / trip p95", "at most"],
            _asked(server, questions(server.graph, ENVIRONMENT, cloud, draw), arguments.samples),
        )
        if arguments.count:
            _print_count(server.graph)
        print_table(
            ["cliques of", "read /s", "server's pace /s", "read / server's pace"],
            [
                row
                for type, _ in counts(server.graph, ENVIRONMENT)
                if (row := _row_of_cliques(server, type, arguments.cliques))
            ],
        )
        if not arguments.keep:
            forget(server.graph, ENVIRONMENT)


def load(graph: Graph, environment: str, cloud: MultipliedCloud) -> None:
    """Write the cloud, unless just as many objects are there."""
    wanted, there = cloud.counts()[0], sum(count for _, count in counts(graph, environment))
    if there != wanted:
        forget(graph, environment)
        seconds = seconds_of(lambda: write_parts(graph, environment, cloud.parts()))
        print(f"{wanted:,} objects written in {seconds:.1f} s, making them included; at most {peak_memory():.0f} MB")


def questions(
    graph: Graph, environment: str, cloud: MultipliedCloud, draw: random.Random
) -> dict[str, Callable[[], Ask]]:
    """What is asked: each gives another question of its kind at every call."""
    drawn = Drawn(cloud, draw)

    def asking(ask: Callable[[Record], object], type: str) -> Callable[[], Ask]:
        def another() -> Ask:
            record = drawn.one(type)
            return lambda: ask(record)

        return another

    def path(near: bool) -> Callable[[], Ask]:
        def another() -> Ask:
            here, there = drawn.pair("instance", near=near)
            return lambda: find_paths(graph, environment, here.id, there.id)

        return another

    def any_clique() -> Ask:
        record = drawn.any_of(focal)
        return lambda: clique(graph, environment, record.id)

    focal = sorted({kind.focal_point_type for kind in CLIQUE_TYPES} & drawn.types)
    found: dict[str, Callable[[], Ask]] = {
        f"clique of {type}": asking(lambda record: clique(graph, environment, record.id), type) for type in focal
    }
    return found | {
        "clique of any focal point": any_clique,
        "path within a project": path(near=True),
        "path between any two instances": path(near=False),
        "impact of a host": asking(lambda record: find_impact(graph, environment, record.id), "host"),
        "impact of a host_pnic": asking(lambda record: find_impact(graph, environment, record.id), "host_pnic"),
        "impact of a router": asking(lambda record: find_impact(graph, environment, record.id), "router"),
        "search by id": asking(lambda record: search(graph, record.id, environment=environment), "instance"),
        "search by name": asking(lambda record: search(graph, record.name, environment=environment), "instance"),
        "search by address": asking(lambda record: search(graph, _address(record), environment=environment), "port"),
        "search by MAC address": asking(
            lambda record: search(graph, record["mac_address"].replace(":", "-"), environment=environment), "port"
        ),
        "search by beginning of a name": asking(
            lambda record: search(graph, record.name[:5], environment=environment), "instance"
        ),
        "one object with all around it": asking(lambda record: one_object(graph, environment, record.id), "instance"),
        "tree of a host": asking(lambda record: tree(graph, environment, root=record.id), "host"),
    }


def _address(port: Record) -> str:
    return str((port.get("ip_addresses") or [port.id])[0])


class Drawn:
    """Objects drawn at random from some of the cloud's cells, themselves drawn at random."""

    def __init__(self, cloud: MultipliedCloud, draw: random.Random) -> None:
        self._draw = draw
        cells = draw.sample(range(cloud.cells), min(cloud.cells, _CELLS))
        self._cells = [_by_type(cloud.records(cell)) for cell in cells]
        self.types = frozenset(type for cell in self._cells for type in cell)

    def one(self, type: str) -> Record:
        """Any object of a type."""
        return self._draw.choice(self._draw.choice([cell for cell in self._cells if type in cell])[type])

    def any_of(self, types: Sequence[str]) -> Record:
        """Any object of some types: a type with more objects comes more often."""
        cell = self._draw.choice(self._cells)
        return self._draw.choice([record for type in types for record in cell.get(type, ())])

    def pair(self, type: str, *, near: bool) -> tuple[Record, Record]:
        """Two objects: of one project, or from anywhere."""
        cell = self._draw.choice(self._cells)
        one = self._draw.choice(cell[type])
        if near:
            return one, self._draw.choice(
                [record for record in cell[type] if record["project_id"] == one["project_id"]]
            )
        return one, self.one(type)


def _by_type(records: Iterable[Record]) -> Mapping[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.type, []).append(record)
    return found


def _asked(server: Server, kinds: Mapping[str, Callable[[], Ask]], samples: int) -> Iterator[Sequence[object]]:
    for name, another in kinds.items():
        trips, plain, answers = [], [], []
        for ask in [another() for _ in range(samples + _WARM_UP)]:
            plain.append(seconds_of(lambda: server.driver.execute_query("RETURN 1")) * _MILLI)
            trips.append(seconds_of(lambda: server.graph.read("database_answers")) * _MILLI)
            answers.append(seconds_of(ask) * _MILLI)
        trip, query = median(trips[_WARM_UP:]), median(plain[_WARM_UP:])
        fifty, ninety_five = (percentile(answers[_WARM_UP:], share) for share in (0.5, 0.95))
        slow_trip = percentile(trips[_WARM_UP:], 0.95)
        ratios = (fifty / trip, ninety_five / trip, ninety_five / query, ninety_five / slow_trip)
        yield name, fifty, ninety_five, *ratios, TARGETS.get(name.split()[0], "")


@dataclass(frozen=True, slots=True)
class _Pace:
    """How many cliques in how many seconds."""

    cliques: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.cliques / self.seconds


def _print_count(graph: Graph) -> None:
    began = time.perf_counter()
    counted = sum(count_cliques(graph, ENVIRONMENT).values())
    whole = _Pace(counted, time.perf_counter() - began)
    print(
        f"all cliques, as `scan --cliques-only` counts them: {counted:,} in {whole.seconds:.1f} s, {whole.rate:,.0f}/s"
    )


def _row_of_cliques(server: Server, type: str, most: int) -> Sequence[object] | None:
    graph, driver = server.graph, server.driver
    if type not in {kind.focal_point_type for kind in CLIQUE_TYPES}:
        return None
    ids = sorted(row["id"] for row in graph.stream("focal_points", environment=ENVIRONMENT, type=type))[:most]
    best = [max(paces, key=lambda pace: pace.rate) for paces in zip(*_paces(graph, driver, type, ids), strict=True)]
    return type, best[0].rate, best[1].rate, best[0].rate / best[1].rate


def _paces(graph: Graph, driver: Driver, type: str, ids: Sequence[str]) -> Iterator[tuple[_Pace, _Pace]]:
    """In turns: cliques as the product gives them, and the same worked out by the server, which tells only how much."""
    for _ in range(3):
        began = time.perf_counter()
        read = sum(1 for _ in islice(cliques(graph, ENVIRONMENT, type), len(ids)))
        yield _Pace(read, time.perf_counter() - began), _unread(graph, driver, type, ids)


def _unread(graph: Graph, driver: Driver, type: str, ids: Sequence[str]) -> _Pace:
    choice = choose_for(graph, ENVIRONMENT, focal_point_type=type)
    text = compile_clique(choice.clique_type, choice.constraints).text
    counted = f"CALL () {{ {text} }} RETURN sum(size(nodes) + size(links)) AS parts"
    batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]

    def unread(focal_points: Sequence[str]) -> None:
        parameters = {"environment": ENVIRONMENT, "focal_points": focal_points, "limit": STEP_LIMIT}
        driver.execute_query(counted, parameters)

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(unread, batches))
    return _Pace(len(ids), time.perf_counter() - began)


if __name__ == "__main__":
    main()
