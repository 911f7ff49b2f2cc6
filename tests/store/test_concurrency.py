"""Several processes at once, and processes that die: no duplicate, no lost link, no deadlock, and the truth at last."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from neo4j.exceptions import ClientError

from cypher import Statement
from tests.conftest import Neo4jAddress
from tests.store.racing import Cloud, cloud, write
from tests.store.writing import Ask, ids_of, links_of, parents_of, pending_of
from topology.graph import Graph, Transaction
from topology.store import GraphStore
from topology.store.lease import make_lease

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(neo4j_server: Neo4jAddress, environment: str) -> Start:
    """Starts a process of `racing`."""

    def started(task: str, worker: int = 0) -> subprocess.Popen[str]:
        where = [neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password, environment, str(worker)]
        command = [sys.executable, "-m", "tests.store.racing", task, *where]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return started


def expected(said: Cloud) -> tuple[set[str], set[tuple[str, str, str]], set[tuple[str, str]]]:
    """Ids, links and parents that a cloud stands for, where both ends are there."""
    entries = [entry for _, scope_entries, _ in said for entry in scope_entries]
    ids = {entry.record.id for entry in entries}
    links = {(link.type, link.source_id, link.target_id) for entry in entries for link in entry.links or ()}
    parents = {(entry.record.parent.id, entry.record.id) for entry in entries}
    return (
        ids,
        {(type.replace("-", "_").upper(), source, target) for type, source, target in links if {source, target} <= ids},
        {(parent, child) for parent, child in parents if parent in ids or not parent},
    )


def found(ask: Ask) -> tuple[set[str], set[tuple[str, str, str]], set[tuple[str, str]]]:
    return ids_of(ask), links_of(ask), parents_of(ask)


def test_four_processes_that_write_the_same_ids_leave_each_object_and_each_link_once(start: Start, ask: Ask) -> None:
    racers = [start("race", worker) for worker in range(4)]
    told = [racer.communicate(timeout=120) for racer in racers]
    assert [(racer.returncode, *said) for racer, said in zip(racers, told, strict=True)] == [(0, "", "")] * 4
    assert ask("MATCH (o:Object) WHERE o.environment = $environment RETURN count(*) AS n") == [{"n": len(ids_of(ask))}]
    assert found(ask) == expected(cloud(60))
    assert {type for type, _, _ in pending_of(ask)} == {"CONTAINS"}  # no host was ever said


def test_a_writer_that_is_killed_anywhere_leaves_a_graph_that_the_next_one_completes(
    graph: Graph, start: Start, environment: str, ask: Ask
) -> None:
    chance = random.Random(7)
    for attempt in range(3):
        writer = start("turns")
        assert writer.stdout is not None
        writer.stdout.readline()  # the first turn is written
        time.sleep(chance.uniform(0.0, 0.8))
        writer.kill()
        writer.communicate()
        assert len(parents_of(ask)) == len({child for _, child in parents_of(ask)})
        said = cloud(120, turn=100 + attempt)
        assert write(graph, environment, said) == 0
        assert found(ask) == expected(said)


def test_a_writer_that_dies_does_not_keep_the_lease(graph: Graph, start: Start, environment: str) -> None:
    writer = start("turns")
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.communicate()
    began = time.monotonic()
    GraphStore(graph, environment).resolve_pending()
    assert time.monotonic() - began < 20


def test_of_many_who_wait_for_each_other_all_come_to_their_turn(neo4j_server: Neo4jAddress, environment: str) -> None:
    """However little patience there is with a database that is away."""
    names, many = (environment, f"{environment}-other"), 8
    where = (neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password)
    with Graph(*where, patience=0.1) as graph, ThreadPoolExecutor(many) as threads:
        for name in names:
            make_lease(graph, name)

        def both(number: int) -> None:
            def work(tx: Transaction) -> None:
                for name in names[:: 1 if number % 2 else -1]:
                    tx.run("lease_hold", environment=name)
                    time.sleep(0.05)

            graph.in_transaction(work)

        list(threads.map(both, range(many)))
        assert [graph.read("lease_there", environment=name)[0]["token"] for name in names] == [many, many]


FAILING = Statement("failing", "", "write", (), "UNWIND [0] AS zero RETURN 1 / zero AS nothing")


def test_a_thread_whose_transactions_fail_never_touches_those_of_others(
    neo4j_server: Neo4jAddress, environment: str
) -> None:
    """The driver looks at the connection of a failed transaction again after it has given it back."""
    graph = Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password)
    make_lease(graph, environment)
    over, found = threading.Event(), Counter[str]()

    def fail() -> None:
        while not over.is_set():
            try:
                graph.in_transaction(lambda tx: tx.run(FAILING))
            except ClientError as error:
                found[str(error.code)] += 1

    def work() -> None:
        while not over.is_set():
            graph.in_transaction(lambda tx: tx.run("lease_hold", environment=environment))
            found["written"] += 1

    threads = [Thread(target=one, daemon=True) for one in (fail, fail, fail, work, work, work)]
    for thread in threads:
        thread.start()
    time.sleep(5)
    over.set()
    for thread in threads:
        thread.join(20)
    assert [thread for thread in threads if thread.is_alive()] == []
    assert found.keys() == {"Neo.ClientError.Statement.ArithmeticError", "written"}
    assert graph.read("lease_there", environment=environment)[0]["token"] == found["written"]
    graph.close()
