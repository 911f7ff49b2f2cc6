"""How many statements each operation sends to the database, on a small multiplied cloud.

    python -m benchmarks.statements [--write]

Printed beside the committed numbers (`statements.json`); `--write` takes the new ones for the baseline. A test fails
while they differ, so that a change of these numbers is somebody's decision.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

from benchmarks.cloud.readings import MultipliedCloud, renamed
from benchmarks.measuring import print_table
from benchmarks.server import forget, measured_server
from benchmarks.writing import write_parts
from cypher import Statement
from graph_schema.records import Record
from topology.cliques import clique, cliques_page, count_cliques
from topology.errors import UnknownObject
from topology.graph import Graph
from topology.impact import find_impact
from topology.inventory import Wanted, inventory, one_object
from topology.paths import find_paths, find_reachable
from topology.search import search
from topology.tree import counts, tree

BASELINE = Path(__file__).with_name("statements.json")
_TENANCIES = 2
_CHURN = 20


# What is asked once a minute is not counted: by whom it is asked is chance.
BY_THE_CLOCK = "schema_constraints"


class Listener:
    """Counts statements by name. Give it to a graph as `heard`."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    def __call__(self, statement: Statement) -> None:
        """Count one."""
        if statement.name != BY_THE_CLOCK:
            self.names[statement.name] += 1

    def during(self, work: Callable[[], object]) -> Counter[str]:
        """What is sent while the work is done."""
        self.names.clear()
        work()
        return Counter(self.names)


def statements(graph: Graph, listener: Listener, environment: str) -> dict[str, int]:
    """How many statements each operation sends. The listener hears the graph; the environment is new."""
    cloud = MultipliedCloud(1, tenancies=_TENANCIES)
    found: dict[str, int] = {}
    for name, work in (*_writing(graph, environment, cloud), *_asking(graph, environment, cloud)):
        found[name] = listener.during(work).total()
    return found


def baseline() -> Mapping[str, int]:
    """The committed numbers."""
    told: dict[str, int] = json.loads(BASELINE.read_text(encoding="utf-8"))
    return told


def _writing(graph: Graph, environment: str, cloud: MultipliedCloud) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "write: first load", lambda: write_parts(graph, environment, list(cloud.parts()))
    yield "write: churn", lambda: write_parts(graph, environment, list(cloud.parts(change=renamed(_CHURN))))
    yield "write: back again", lambda: write_parts(graph, environment, list(cloud.parts()))
    yield "write: unchanged", lambda: write_parts(graph, environment, list(cloud.parts()))
    only = [part for part in cloud.parts() if part[0].name == "cmp1"]
    yield "write: unchanged host", lambda: write_parts(graph, environment, only)


def _asking(graph: Graph, environment: str, cloud: MultipliedCloud) -> Iterator[tuple[str, Callable[[], object]]]:
    named: dict[tuple[str, str], Record] = {(r.type, r.name): r for r in cloud.records(0)}

    def id_of(type: str, name: str) -> str:
        return named[type, name].id

    web, other, db = (id_of("instance", name) for name in ("web1", "web2", "db1"))
    network = id_of("network", "web")
    yield "clique: the first", lambda: clique(graph, environment, web)
    yield "clique: after another of its type", lambda: clique(graph, environment, other)
    yield "clique: after one of another type, whose ids look alike", lambda: clique(graph, environment, network)
    yield "clique: no such object", lambda: _unknown(lambda: clique(graph, environment, "nobody"))
    yield "cliques: a page", lambda: cliques_page(graph, environment, "instance", limit=5)
    yield "cliques: counted", lambda: count_cliques(graph, environment)
    yield "path: within a network", lambda: find_paths(graph, environment, web, other)
    yield "path: over a router", lambda: find_paths(graph, environment, web, db)
    yield "path: by name", lambda: find_paths(graph, environment, "web1", "web2")
    yield "path: there is none", lambda: find_paths(graph, environment, web, id_of("instance", "b1"))
    yield "reachable", lambda: find_reachable(graph, environment, web, kinds=["instance"])
    for type, name in (("host", "cmp1"), ("host_pnic", "eth1"), ("network", "web"), ("router", "r-alpha")):
        yield f"impact of a {type}", partial(find_impact, graph, environment, id_of(type, name))
    port = next(record for record in cloud.records(0) if record.type == "port" and record.get("ip_addresses"))
    for what, text in (
        ("id", web),
        ("name", "web1"),
        ("address", port["ip_addresses"][0]),
        ("MAC", port["mac_address"]),
    ):
        yield f"search by {what}", partial(search, graph, text, environment=environment)
    yield "search in all environments", lambda: search(graph, "web1")
    yield "inventory: a page", lambda: inventory(graph, environment, Wanted(types=["instance"]))
    yield "one object", lambda: one_object(graph, environment, web)
    yield "tree", lambda: tree(graph, environment)
    yield "counts", lambda: counts(graph, environment)


def _unknown(work: Callable[[], object]) -> None:
    with suppress(UnknownObject):
        work()


def main() -> None:
    """Count, and print or take the numbers for the baseline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="take these numbers for the baseline")
    arguments = parser.parse_args()
    listener = Listener()
    with measured_server(heard=listener) as server:
        environment = f"benchmark-{uuid4().hex[:12]}"  # one that was never written to has no lease yet
        found = statements(server.graph, listener, environment)
        forget(server.graph, environment)
    if arguments.write:
        BASELINE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print_table(["operation", "statements", "baseline"], [[k, n, baseline().get(k, "")] for k, n in found.items()])


if __name__ == "__main__":
    main()
