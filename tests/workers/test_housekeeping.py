"""Housekeeping on the real graph: what died is found, what lives is left alone, what is old goes within its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.raw import raw_session
from topology import housekeeping
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.graph import Graph
from topology.messages import Message, messages, write_messages
from topology.scan import ScanOptions
from topology.scan.history import one_scan, request_scan, scans
from topology.scan.turns import MOST_ATTEMPTS
from topology.settings import Settings

SECTION = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "p"}


@pytest.fixture(autouse=True)
def _rounds_follow_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "ROUND_SECONDS", 0)


@pytest.fixture
def configured(graph: Graph, environment: str, tmp_path: Path) -> str:
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path)))
    registry.add(Environment(name=environment, configuration=(SECTION,)))
    return environment


def keep(graph: Graph, *, queue_is_empty: bool = True, **settings: Any) -> None:
    """One round. Limits that a test does not set are far away from what others have in the same database."""
    far = {"message_days": 36_500, "messages_per_level": 10**9, "scans_kept": 10**6, "connection_tests_kept": 10**6}
    housekeeping.keep_house(graph, Settings(data_dir=Path(), **{**far, **settings}), queue_is_empty=queue_is_empty)


def change(graph: Graph, id: str, text: str) -> None:
    with raw_session(graph) as session:
        session.run(f"MATCH (s:Scan {{id: $id}}) SET {text}", id=id).consume()


def dead(graph: Graph, environment: str, *, attempts: int = 1) -> str:
    """A scan that was asked for, ran, and is not heard of any more."""
    id = request_scan(graph, environment, ScanOptions(), started_by="test").id
    old = "datetime() - duration({minutes: 5})"
    change(graph, id, f"s.status = 'running', s.place = 'there:7', s.heartbeat = {old}, s.sent_at = {old}")
    change(graph, id, f"s.attempts = {attempts}")
    return id


def waiting(graph: Graph, environment: str) -> set[str]:
    return {each.requested.id for each in housekeeping.waiting_scans(graph, [environment])}


def test_a_dead_scan_is_queued_again_after_a_second_look(graph: Graph, configured: str) -> None:
    id = dead(graph, configured)
    change(graph, id, "s.requested_at = datetime() - duration({minutes: 9})")
    keep(graph)
    keep(graph)
    assert one_scan(graph, configured, id)["status"] == "pending"
    assert waiting(graph, configured) == {id}
    (told,) = messages(graph, environment=configured).items
    assert (told["level"], told["scan_id"]) == ("warn", id)
    assert "there:7" in told["text"]


def test_a_scan_that_is_heard_of_again_is_left_alone(graph: Graph, configured: str) -> None:
    id = dead(graph, configured)  # as all are when the database was away
    keep(graph)
    change(graph, id, "s.heartbeat = datetime()")
    keep(graph)
    assert one_scan(graph, configured, id)["status"] == "running"


def test_a_dead_scan_is_ended_when_it_had_its_attempts_or_was_to_be_cancelled(graph: Graph, configured: str) -> None:
    often, cancelled, local = (dead(graph, configured, attempts=MOST_ATTEMPTS) for _ in range(3))
    change(graph, cancelled, "s.attempts = 1, s.cancel = true")
    change(graph, local, "s.attempts = 0, s.requested_at = null")
    keep(graph)
    keep(graph)
    ended = {id: one_scan(graph, configured, id) for id in (often, cancelled, local)}
    assert {scan["status"] for scan in ended.values()} == {"aborted"}
    assert f"{MOST_ATTEMPTS} times" in ended[often]["reason"]
    assert "not heard of any more" in ended[local]["reason"]
    assert {message["scan_id"] for message in messages(graph, environment=configured).items} == set(ended)


def test_what_the_broker_lost_is_found_only_when_its_queue_is_empty(graph: Graph, configured: str) -> None:
    lost = request_scan(graph, configured, ScanOptions(), started_by="test").id
    fresh = request_scan(graph, configured, ScanOptions(clear=True), started_by="test").id
    long_ago = "datetime() - duration({minutes: 9})"
    change(graph, lost, f"s.requested_at = {long_ago}, s.sent_at = {long_ago}")
    change(graph, fresh, "s.sent_at = datetime()")
    keep(graph, queue_is_empty=False)
    keep(graph, queue_is_empty=True)
    assert waiting(graph, configured) == {lost}


def test_what_no_worker_took_in_a_day_is_ended_and_says_so(graph: Graph, configured: str) -> None:
    id = request_scan(graph, configured, ScanOptions(), started_by="test").id
    change(graph, id, "s.requested_at = datetime() - duration({hours: 25})")
    keep(graph)
    scan = one_scan(graph, configured, id)
    assert scan["status"] == "aborted"
    assert "calipso worker" in scan["reason"]


def test_messages_are_kept_by_age_and_by_number_of_each_level(graph: Graph, configured: str) -> None:
    told = [Message(level, f"{level} {number}", "Calipso") for level in ("error", "info") for number in range(5)]
    for message in told:
        write_messages(graph, configured, [message])
    with raw_session(graph) as session:
        session.run(
            "MATCH (m:Message {environment: $e}) WHERE m.text IN ['error 4', 'info 4'] "
            "SET m.timestamp = datetime() - duration({days: 40000})",
            e=configured,
        ).consume()
    keep(graph)  # by age only: the newest by number is the oldest by age
    texts = {message["text"] for message in messages(graph, environment=configured).items}
    assert texts == {f"{level} {number}" for level in ("error", "info") for number in range(4)}
    (row,) = graph.write("messages_thin", level="error", keep=2, batch=1, environment=configured)
    assert row["removed"] == 1
    while graph.write("messages_thin", level="error", keep=2, batch=1, environment=configured)[0]["removed"]:
        pass
    texts = {message["text"] for message in messages(graph, environment=configured).items}
    assert texts == {"error 2", "error 3", *(f"info {number}" for number in range(4))}


def test_old_scans_go_but_the_last_good_one_stays(graph: Graph, configured: str) -> None:
    ids = []
    for number in range(5):
        id = request_scan(graph, configured, ScanOptions(object=f"host:h{number}"), started_by="test").id
        change(graph, id, f"s.status = '{'completed' if number == 0 else 'failed'}'")
        ids.append(id)
    runs = dead(graph, configured)
    graph.write("scans_thin", keep=2, environment=configured)
    assert {scan["id"] for scan in scans(graph, environment=configured).items} == {ids[0], *ids[3:], runs}


def test_housekeeping_is_sent_by_one_clock_and_not_again_before_it_is_done(graph: Graph) -> None:
    assert sum(housekeeping.claim(graph, 5.0) for _ in range(5)) <= 1  # another test's clock may have been faster
