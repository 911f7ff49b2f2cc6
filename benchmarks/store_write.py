"""The writer against `UNWIND … MERGE` of everything and removal of the rest, on the same server, in the same minutes.

    CALIPSO_TEST_NEO4J_URI=bolt://… CALIPSO_TEST_NEO4J_PASSWORD=… python -m benchmarks.store_write [--objects 50000]

Both write the same objects with the same properties and the same links, under the same constraints and indexes, in
batches of the same size, in turns. Printed: seconds, and MERGE's time divided by the writer's.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from neo4j import GraphDatabase, ManagedTransaction, Session

from benchmarks.synthetic_cloud import Part, synthetic_cloud
from graph_schema.records import COMPLETE
from graph_schema.registry import link_type, object_type
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite, prepare

OBJECTS_PER_INSTANCE = 4
WRITER, MERGE = "benchmark-writer", "benchmark-merge"
BATCH = 2000

# What is compared with: the usual way of such products, every node and relationship written again at each scan.
MERGE_NODES = """
UNWIND $rows AS row
MERGE (n:Object {environment: $environment, id: row.id})
ON CREATE SET n.first_seen = datetime()
SET n += row.properties, n:%s, n.last_updated = $tag
"""
MERGE_LINKS = """
UNWIND $rows AS row
MATCH (a:Object {environment: $environment, id: row.source})
MATCH (b:Object {environment: $environment, id: row.target})
MERGE (a)-[r:%s]->(b)
SET r += row.properties, r.last_updated = $tag
"""
MERGE_ROOT = """
MERGE (e:Environment {name: $environment})
WITH e UNWIND $ids AS id
MATCH (n:Object {environment: $environment, id: id})
MERGE (e)-[:CONTAINS]->(n)
"""


# What was not merged by this run is gone.
REMOVE_NODES = """
MATCH (n:Object {environment: $environment, type: $type})
WHERE n.last_updated <> $tag
DETACH DELETE n
"""
REMOVE_LINKS = """
MATCH (a:Object {environment: $environment, type: $type})-[r]->()
WHERE r.last_updated <> $tag
DELETE r
"""


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=50_000, help="about so many objects")
    instances = parser.parse_args().objects // OBJECTS_PER_INSTANCE
    uri, user = os.environ["CALIPSO_TEST_NEO4J_URI"], os.environ.get("CALIPSO_TEST_NEO4J_USER", "neo4j")
    password = os.environ["CALIPSO_TEST_NEO4J_PASSWORD"]
    with Graph(uri, user, password) as graph, GraphDatabase.driver(uri, auth=(user, password)) as driver:
        prepare(graph)
        _empty(graph)
        with driver.session() as session:
            _warm_up(graph, session)
            _compare(graph, session, instances)
        _empty(graph)


def _compare(graph: Graph, session: Session, instances: int) -> None:
    same = list(synthetic_cloud(instances))
    churned = list(synthetic_cloud(instances, lambda number: "-renamed" if number % 25 == 0 else ""))
    objects = sum(len(entries) for _, entries, _ in same)
    links = sum(len(entry.links or ()) + 1 for _, entries, _ in same for entry in entries)
    print(f"{objects} objects, {links} links, {len(same)} scopes, batches of {BATCH}")
    print(f"{'case':<22}{'MERGE s':>9}{'writer s':>10}{'ratio':>8}")
    for case, cloud in (
        ("first load", same),
        ("unchanged rescan", same),
        ("unchanged rescan again", same),
        ("1 % of objects changed", churned),
    ):
        merged = _timed(partial(merge_everything, session, cloud))
        written = _timed(partial(write, graph, cloud))
        print(f"{case:<22}{merged:>9.2f}{written:>10.2f}{merged / written:>8.1f}")


def write(graph: Graph, cloud: Iterable[Part]) -> None:
    """Write a cloud as a scan does."""
    store = GraphStore(graph, WRITER, batch_size=BATCH)
    for scope, entries, attributes in cloud:
        store.write(ScopeWrite(scope, datetime.now(UTC), COMPLETE, entries, attributes))
    store.resolve_pending()


def merge_everything(session: Session, cloud: Iterable[Part]) -> None:
    """Write a cloud by MERGE: all nodes, then all relationships; then remove what is of an older run."""
    nodes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    links: dict[str, list[dict[str, Any]]] = defaultdict(list)
    roots: list[str] = []
    groups: dict[str, dict[str, Any]] = {}
    for _, entries, attributes in cloud:
        groups.update((one.id, dict(one.properties)) for one in attributes)
        for entry in entries:
            _merge_rows(entry, nodes, links, roots)
    tag = time.time()
    for label, rows in nodes.items():
        for row in rows:
            row["properties"].update(groups.get(row["id"], {}))
        _in_batches(session, MERGE_NODES % label, rows, tag)
    session.execute_write(lambda tx: tx.run(MERGE_ROOT, environment=MERGE, ids=roots).consume())
    for relationship, rows in links.items():
        _in_batches(session, MERGE_LINKS % relationship, rows, tag)
    for type in sorted({row["properties"]["type"] for rows in nodes.values() for row in rows}):
        for text in (REMOVE_LINKS, REMOVE_NODES):
            session.execute_write(partial(_remove, text=text, type=type, tag=tag))


def _remove(tx: ManagedTransaction, text: str, type: str, tag: float) -> None:
    tx.run(text, environment=MERGE, type=type, tag=tag).consume()


def _merge_rows(entry: Entry, nodes: dict[str, Any], links: dict[str, Any], roots: list[str]) -> None:
    record = entry.record
    common = {"type": record.type, "name": record.name, "host": record.host, "parent_id": record.parent.id}
    nodes[object_type(record.type).label].append({"id": record.id, "properties": {**common, **record.properties}})
    if record.parent.type == "environment":
        roots.append(record.id)
    else:
        links["CONTAINS"].append({"source": record.parent.id, "target": record.id, "properties": {}})
    for link in entry.links or ():
        properties = {"link_type": link.type, "name": link.name, "state": link.state, "weight": link.weight}
        networks = {} if link.networks is None else {"networks": list(link.networks)}
        links[link_type(link.type).relationship].append(
            {"source": link.source_id, "target": link.target_id, "properties": {**properties, **networks}}
        )


def _in_batches(session: Session, text: str, rows: list[dict[str, Any]], tag: float) -> None:
    for start in range(0, len(rows), BATCH):
        session.execute_write(_run, text, rows[start : start + BATCH], tag)


def _run(transaction: ManagedTransaction, text: str, rows: list[dict[str, Any]], tag: float) -> None:
    transaction.run(text, environment=MERGE, rows=rows, tag=tag).consume()


def _warm_up(graph: Graph, session: Session) -> None:
    """Have every statement planned once before anything is timed."""
    cloud = list(synthetic_cloud(200))
    for _ in range(2):
        write(graph, cloud)
        merge_everything(session, cloud)
    write(graph, list(synthetic_cloud(200, lambda _: "-renamed")))
    _empty(graph)


def _empty(graph: Graph) -> None:
    for environment in (WRITER, MERGE):
        GraphStore(graph, environment, batch_size=BATCH).remove_environment_objects()


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
