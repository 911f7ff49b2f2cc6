"""The managed Neo4j is really started, used, found again and stopped."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from neo4j import GraphDatabase

from topology.graph.opening import open_graph
from topology.neo4j_server import ManagedServer, ServerState
from topology.settings import Settings

_USES = """
import sys, time
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
use = ManagedServer(Settings()).use(lambda line: print(line, flush=True))
print("pid", use.state.pid, flush=True)
time.sleep(600)
"""
_STARTS = """
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
print(ManagedServer(Settings()).start().pid)
"""
_FORGETS_TO_CLOSE = """
from topology.graph.opening import open_graph
from topology.settings import Settings
graph = open_graph(Settings())
print(graph.verify())
"""


def test_it_listens_on_loopback_only_and_lets_in_with_its_generated_password_alone(settings: Settings) -> None:
    state = ManagedServer(settings).start()

    listening = {c.laddr.ip for c in psutil.Process(state.pid).net_connections("tcp") if c.status == "LISTEN"}
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}
    assert _count_nodes(state) == 0
    root = settings.data_dir / "neo4j"
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert stat.S_IMODE((root / "password").stat().st_mode) == 0o600
    assert len(state.password) >= 32
    assert state.password not in " ".join(psutil.Process(state.pid).cmdline())


def test_what_was_written_is_there_after_a_stop_and_a_start(settings: Settings) -> None:
    server = ManagedServer(settings)
    first = server.start()
    _write_node(first)

    assert server.stop()
    assert server.status() is None
    assert _servers_of(settings) == set()
    second = server.start()

    assert _count_nodes(second) == 1
    assert (second.password, second.bolt_uri, second.browser_url) == (
        first.password,
        first.bolt_uri,
        first.browser_url,
    )


def test_a_second_start_and_the_status_tell_of_the_server_that_runs(settings: Settings) -> None:
    started = ManagedServer(settings).start()

    assert ManagedServer(settings).start() == started
    assert ManagedServer(settings).status() == started


def test_two_starts_at_once_give_one_server(settings: Settings) -> None:
    both = [_python(_STARTS, settings) for _ in range(2)]
    pids = {int(process.communicate(timeout=120)[0]) for process in both}

    assert pids == _servers_of(settings)
    assert len(pids) == 1


def test_after_kill_9_of_its_user_the_next_command_uses_the_same_server_and_ends_it(settings: Settings) -> None:
    user = _python(_USES, settings)
    pid = _pid_told_by(user)
    user.kill()
    user.communicate()
    assert _servers_of(settings) == {pid}

    use = ManagedServer(settings).use()
    found = use.state.pid
    use.release()

    assert found == pid
    assert _servers_of(settings) == set()


def test_after_kill_9_in_the_middle_of_a_start_the_next_command_waits_for_that_server(settings: Settings) -> None:
    user = _python(_USES, settings)
    _wait_for(lambda: bool(_servers_of(settings)))
    user.kill()
    user.communicate()
    left = _servers_of(settings)

    state = ManagedServer(settings).start()

    assert {state.pid} == left
    assert _count_nodes(state) == 0


def test_a_server_ends_with_the_last_of_its_users(settings: Settings) -> None:
    server = ManagedServer(settings)
    first, second = server.use(), server.use()

    first.release()
    assert server.status() == second.state
    second.release()
    assert _servers_of(settings) == set()


def test_a_server_that_was_asked_to_stay_outlives_its_users(settings: Settings) -> None:
    server = ManagedServer(settings)
    use = server.use()
    started = server.start()

    use.release()

    assert server.status() == started


def test_a_graph_gives_the_server_back_when_it_is_closed(settings: Settings) -> None:
    with open_graph(settings) as graph:
        assert graph.verify().startswith("Neo4j/5.26")
        assert len(_servers_of(settings)) == 1

    assert _servers_of(settings) == set()


def test_a_process_that_never_closes_its_graph_leaves_no_server(settings: Settings) -> None:
    told, _ = _python(_FORGETS_TO_CLOSE, settings).communicate(timeout=120)

    assert told.startswith("Neo4j/5.26")
    assert _servers_of(settings) == set()


def test_another_port_is_taken_when_the_wanted_one_is_in_use_and_it_stays_the_same(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        server = ManagedServer(settings.model_copy(update={"neo4j_bolt_port": taken}))
        first = server.start()
        server.stop()
        second = server.start()

    assert first.bolt_uri != f"bolt://127.0.0.1:{taken}"
    assert second.bolt_uri == first.bolt_uri


def test_a_start_is_quicker_after_the_first_and_a_damaged_archive_of_classes_does_no_harm(
    settings: Settings, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    shutil.copytree(
        str(settings.neo4j_program_dir),
        program,
        ignore=shutil.ignore_patterns("*.jsa", "*.new", "assembling-*"),
    )
    server = ManagedServer(settings.model_copy(update={"neo4j_program_dir": program}))
    server.start()
    server.stop()

    (archive,) = program.glob("classes-*.jsa")
    assert f"-XX:SharedArchiveFile={archive}" in psutil.Process(server.start().pid).cmdline()
    server.stop()
    os.truncate(archive, 20_000_000)
    assert _count_nodes(server.start()) == 0


def test_a_server_that_hangs_is_ended_and_another_one_started(settings: Settings) -> None:
    hanging = ManagedServer(settings).start()
    psutil.Process(hanging.pid).suspend()

    told: list[str] = []
    state = ManagedServer(settings.model_copy(update={"neo4j_start_timeout": 30.0})).start(told.append)

    assert f"Neo4j: process {hanging.pid} runs and does not answer; ending it" in told
    assert {state.pid} == _servers_of(settings) != {hanging.pid}


def test_the_command_line_starts_tells_and_stops(settings: Settings) -> None:
    assert _calipso(settings, "status").returncode == 1
    started = _calipso(settings, "start")
    told = json.loads(started.stdout)

    assert {"bolt_uri", "user", "password", "browser_url"} <= told.keys()
    assert json.loads(_calipso(settings, "status").stdout) == told
    with GraphDatabase.driver(told["bolt_uri"], auth=(told["user"], told["password"])) as driver:
        driver.verify_connectivity()
    assert _calipso(settings, "stop").returncode == 0
    assert _servers_of(settings) == set()


def _calipso(settings: Settings, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "neo4j", command],
        env=_environment(settings),
        capture_output=True,
        text=True,
        timeout=180,
    )


def _python(program: str, settings: Settings) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program], env=_environment(settings), stdout=subprocess.PIPE, text=True
    )


def _environment(settings: Settings) -> dict[str, str]:
    mine = {
        "CALIPSO_DATA_DIR": settings.data_dir,
        "CALIPSO_NEO4J_PROGRAM_DIR": settings.neo4j_program_dir,
        "CALIPSO_NEO4J_BOLT_PORT": settings.neo4j_bolt_port,
        "CALIPSO_NEO4J_HTTP_PORT": settings.neo4j_http_port,
        "CALIPSO_NEO4J_HEAP": settings.neo4j_heap,
        "CALIPSO_NEO4J_PAGE_CACHE": settings.neo4j_page_cache,
    }
    return os.environ | {key: str(value) for key, value in mine.items()}


def _pid_told_by(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return next(int(line.split()[1]) for line in process.stdout if line.startswith("pid "))


def _servers_of(settings: Settings) -> set[int]:
    home = f"--home-dir={settings.data_dir / 'neo4j' / 'home'}"
    found = set()
    for process in psutil.process_iter(["cmdline", "status"]):
        if home in (process.info["cmdline"] or ()) and "/sh" not in process.info["cmdline"][0]:
            found.add(process.pid)
    return found


def _wait_for(happened: Callable[[], bool], timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _write_node(state: ServerState) -> None:
    with GraphDatabase.driver(state.bolt_uri, auth=(state.user, state.password)) as driver:
        driver.execute_query("CREATE (:Kept)")


def _count_nodes(state: ServerState) -> int:
    with GraphDatabase.driver(state.bolt_uri, auth=(state.user, state.password)) as driver:
        return int(driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"])
