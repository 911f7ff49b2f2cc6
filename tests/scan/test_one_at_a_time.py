"""One scan of an environment at a time: the next one waits for one that lives, and takes over from a dead one."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.raw import raw_session
from tests.scan.readings import Cloud
from topology.graph import Graph
from topology.scan import ScanOptions, scan
from topology.scan.history import one_scan
from topology.scan.journal import DEAD_AFTER_SECONDS
from topology.scan.process import is_gone, this_process
from topology.settings import Settings

OPTIONS = ScanOptions(inventory_only=True)


def begin(graph: Graph, environment: str, id: str, process: str) -> None:
    """What a scan of another process leaves in the graph when it begins."""
    where = {"environment": environment, "id": id, "options": "{}", "started_by": "cli", "place": "elsewhere:7"}
    (begun,) = graph.write("scan_begin", **where, process=process, gone=[], dead_after=DEAD_AFTER_SECONDS)
    assert begun["begun"]


def run(graph: Graph, environment: str, *, said: list[str] | None = None) -> str:
    def progress(_: str, line: str) -> None:
        if said is not None:
            said.append(line)

    report = scan(graph, environment, Cloud(), OPTIONS, settings=Settings(data_dir=Path()), progress=progress)
    return report.scan_id


@pytest.fixture
def ended_process() -> str:
    """The name of a process that has ended."""
    code = "from topology.scan.process import this_process; print(this_process())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_a_scan_waits_for_one_that_lives_and_says_for_which(graph: Graph, environment: str) -> None:
    begin(graph, environment, "first", this_process())
    said: list[str] = []
    second = threading.Thread(target=run, args=(graph, environment), kwargs={"said": said})
    second.start()
    second.join(2.5)
    assert said == ["waiting for scan first (cli, elsewhere:7) to end"]
    ended = {"environment": environment, "id": "first", "status": "completed", "report": "{}"}
    graph.write("scan_end", **ended, process=this_process(), whole=True, reason=None)
    second.join(20)
    assert not second.is_alive()
    assert said[-1] == "joining what was waiting for its other end"
    assert one_scan(graph, environment, "first")["status"] == "completed"


def test_a_scan_whose_process_is_gone_is_taken_over_at_once(graph: Graph, environment: str, ended_process: str) -> None:
    begin(graph, environment, "killed", ended_process)
    said: list[str] = []
    id = run(graph, environment, said=said)
    assert not [line for line in said if "waiting for scan" in line]
    told = one_scan(graph, environment, "killed")
    assert told["status"] == "aborted"
    assert "elsewhere:7" in told["reason"]
    assert id in told["reason"]


def test_a_scan_of_another_machine_is_taken_over_when_it_is_silent(graph: Graph, environment: str) -> None:
    begin(graph, environment, "silent", "another boot/pid:[1]/17/99")
    with raw_session(graph) as session:
        session.run(
            "MATCH (s:Scan {environment: $e}) SET s.heartbeat = datetime() - duration({seconds: $s})",
            e=environment, s=DEAD_AFTER_SECONDS + 1,
        ).consume()  # fmt: skip
    run(graph, environment)
    assert one_scan(graph, environment, "silent")["status"] == "aborted"


def test_only_what_certainly_ended_is_gone(ended_process: str) -> None:
    assert is_gone(ended_process)
    assert not is_gone(this_process())
    boot, numbers, pid, start = this_process().split("/")
    assert is_gone(f"{boot}/{numbers}/{pid}/{int(start) - 1}")  # its number was given to another one
    assert not is_gone(f"another boot/{numbers}/{pid}/1")
    assert not is_gone(f"{boot}/pid:[1]/{pid}/1")
    assert not is_gone("")
    assert not is_gone(None)
