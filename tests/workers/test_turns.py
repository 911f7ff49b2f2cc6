"""Whose turn it is: a scan is done by one task, however often its task is delivered, and not for ever."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.raw import raw_session
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.errors import InvalidConfiguration, UnknownObject
from topology.graph import Graph
from topology.messages import messages
from topology.scan import ScanOptions
from topology.scan.history import Requested, one_scan, request_scan
from topology.scan.journal import DEAD_AFTER_SECONDS, EnvironmentBusy
from topology.scan.turns import MOST_ATTEMPTS, Turn, cancel, take_turn
from topology.settings import Settings

SECTION = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "p"}
_SAY = "from topology.scan.process import this_process; print(this_process(), flush=True); import sys; sys.stdin.read()"


@pytest.fixture
def asked(graph: Graph, environment: str, tmp_path: Path) -> Requested:
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path)))
    registry.add(Environment(name=environment, configuration=(SECTION,)))
    return request_scan(graph, environment, ScanOptions(), started_by="test")


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process, which lives until the test ends it."""
    process = subprocess.Popen([sys.executable, "-c", _SAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.communicate()


def name_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def turn(graph: Graph, asked: Requested, *, wait: bool = True) -> Turn:
    return take_turn(graph, asked.environment, asked.id, wait=wait)


def begin(graph: Graph, asked: Requested, id: str, process: str) -> None:
    graph.write(
        "scan_begin", environment=asked.environment, id=id, options="{}", started_by="test", place="elsewhere:7",
        process=process, gone=[], dead_after=DEAD_AFTER_SECONDS,
    )  # fmt: skip


def test_a_task_that_is_delivered_twice_is_done_by_the_first(
    graph: Graph, asked: Requested, other: subprocess.Popen[str]
) -> None:
    process = name_of(other)
    graph.write("scan_take", environment=asked.environment, id=asked.id, process=process)
    assert turn(graph, asked) is Turn.NEVER
    begin(graph, asked, asked.id, process)
    assert turn(graph, asked) is Turn.NEVER
    other.communicate()
    assert turn(graph, asked) is Turn.NOW


def test_a_scan_waits_for_the_one_that_runs_unless_its_process_is_gone(
    graph: Graph, asked: Requested, other: subprocess.Popen[str]
) -> None:
    begin(graph, asked, "running", name_of(other))
    assert turn(graph, asked) is Turn.LATER
    assert turn(graph, asked, wait=False) is Turn.NOW  # the scan itself refuses then, and says why
    other.communicate()
    assert turn(graph, asked) is Turn.NOW


def test_a_scan_that_kills_its_workers_is_ended_after_some_attempts(graph: Graph, asked: Requested) -> None:
    for _ in range(MOST_ATTEMPTS):
        assert turn(graph, asked) is Turn.NOW
        with raw_session(graph) as session:  # its process ended, long ago
            session.run(
                "MATCH (s:Scan {id: $id}) SET s.taken_by = 'another boot/pid:[1]/17/99', "
                "s.taken_at = datetime() - duration({hours: 1})",
                id=asked.id,
            ).consume()
    assert turn(graph, asked) is Turn.NEVER
    scan = one_scan(graph, asked.environment, asked.id)
    assert scan["status"] == "aborted"
    assert f"{MOST_ATTEMPTS} times" in scan["reason"]
    (told,) = messages(graph, environment=asked.environment).items
    assert (told["level"], told["scan_id"]) == ("error", asked.id)


def test_a_scan_that_waits_is_cancelled_at_once_and_never_done(graph: Graph, asked: Requested) -> None:
    assert cancel(graph, asked.environment, asked.id, by="the operator") == "aborted"
    assert turn(graph, asked) is Turn.NEVER
    assert one_scan(graph, asked.environment, asked.id)["reason"] == "cancelled by the operator."
    with pytest.raises(InvalidConfiguration, match="has ended already"):
        cancel(graph, asked.environment, asked.id, by="the operator")
    with pytest.raises(UnknownObject):
        cancel(graph, asked.environment, "no such scan", by="the operator")


def test_an_id_of_the_senders_own_is_done(graph: Graph, asked: Requested) -> None:
    assert take_turn(graph, asked.environment, "my own", wait=True) is Turn.NOW


def test_a_request_that_is_not_to_wait_is_refused_while_another_waits_or_runs(
    graph: Graph, asked: Requested, other: subprocess.Popen[str]
) -> None:
    refusing = ScanOptions(if_busy="refuse")
    with pytest.raises(EnvironmentBusy) as waits:
        request_scan(graph, asked.environment, refusing, started_by="test")
    assert waits.value.scan_id == asked.id
    cancel(graph, asked.environment, asked.id, by="test")
    begin(graph, asked, "running", name_of(other))
    with pytest.raises(EnvironmentBusy) as runs:
        request_scan(graph, asked.environment, refusing, started_by="test")
    assert runs.value.scan_id == "running"
