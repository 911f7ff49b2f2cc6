"""Several commands at once over one connection to a real host, and connections that are kept for the next reading."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collectors.sources import ssh_command
from collectors.sources.protocols import CommandFailed, HostShell, Refused, SourceError, Unreachable
from collectors.sources.ssh import SshHosts
from collectors.sources.ssh_sessions import AT_ONCE
from graph_schema.commands import Command
from tests.sources.proxy import Proxy
from tests.sources.sshd import OPERATOR, PASSWORD, SshHost, ssh_host
from tests.sources.test_ssh_commands import sh, through
from tests.sources.test_ssh_login import shells


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    with ssh_host(tmp_path_factory.mktemp("ssh") / "host") as running:
        yield running


def kept(host: SshHost, pins: Path, seconds: float) -> SshHosts:
    source = shells(host, pins)
    return SshHosts(source._access, source._reach, keep=seconds)


def at_once(shell: HostShell, commands: Sequence[Command]) -> list[str | SourceError]:
    """What each prints, or its error, all being asked for at the same moment."""

    def one(command: Command) -> str | SourceError:
        try:
            return shell.run(command)
        except SourceError as error:
            return error

    with ThreadPoolExecutor(len(commands)) as askers:
        return list(askers.map(one, commands))


def counted(log: Path, numbers: range, together: int) -> list[Command]:
    """Commands that note when they begin and end; each waits for some seconds until so many have begun."""
    wait = f"n=0; while [ $(wc -l < {log}) -lt {together} ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done"
    return [sh(f"echo + >> {log}; {wait}; echo - >> {log}; echo {n}") for n in numbers]


def most(log: Path) -> int:
    """How many ran at once at most."""
    now = highest = 0
    for sign in log.read_text().split():
        now += 1 if sign == "+" else -1
        highest = max(highest, now)
    return highest


@pytest.mark.parametrize(("allowed", "used"), [(10, AT_ONCE), (3, 3), (2, 2), (1, 1)])
def test_as_many_commands_run_at_once_as_we_want_and_the_server_allows(tmp_path: Path, allowed: int, used: int) -> None:
    with ssh_host(tmp_path / "host", MaxSessions=str(allowed)) as narrow:
        source, log = shells(narrow, tmp_path / "pins"), tmp_path / "log"
        with source.connect("h1", "203.0.113.1") as shell:
            assert at_once(shell, counted(log, range(16), used)) == [f"{n}\n" for n in range(16)]
        source.close()
    assert most(log) == used
    assert dict(source.connections) == {"h1": 1}


def test_a_server_that_opens_no_session_at_all_is_no_reason_to_wait_for_ever(tmp_path: Path) -> None:
    with ssh_host(tmp_path / "host", MaxSessions="0") as closed:
        source = shells(closed, tmp_path / "pins")
        with source.connect("h1", "203.0.113.1") as shell:
            found = at_once(shell, [sh(f"echo {n}") for n in range(3)])
        source.close()
    assert {type(error) for error in found} == {Unreachable}
    assert "MaxSessions" in str(found[0])


def test_a_command_that_many_ask_for_runs_once(host: SshHost, tmp_path: Path) -> None:
    source, log = shells(host, tmp_path / "pins"), tmp_path / "log"
    same, fails = sh(f"echo x >> {log}; sleep 0.3; wc -l < {log}"), sh(f"echo y >> {log}2; sleep 0.3; exit 7")
    with source.connect("h1", "203.0.113.1") as shell:
        found = at_once(shell, [same, fails] * 6)
    assert found[::2] == ["1\n"] * 6
    assert all(isinstance(error, CommandFailed) for error in found[1::2])
    assert (tmp_path / "log2").read_text() == "y\n"
    assert (dict(source.connections), dict(source.commands)) == ({"h1": 1}, {"h1": 2})
    source.close()


def test_a_connection_that_is_lost_under_several_commands_is_made_once_more_for_all(
    host: SshHost, tmp_path: Path, way: Proxy
) -> None:
    source = through(way, host, tmp_path / "pins")
    with source.connect("h1", "203.0.113.1") as shell:
        threading.Timer(0.5, way.reset_all).start()
        found = at_once(shell, [sh(f"sleep 1; echo {n}") for n in range(6)])
    assert found == [f"{n}\n" for n in range(6)]
    assert dict(source.connections) == {"h1": 2}
    source.close()


def test_a_host_that_does_not_come_back_says_the_same_of_every_command(
    host: SshHost, tmp_path: Path, way: Proxy
) -> None:
    source = through(way, host, tmp_path / "pins")
    with source.connect("h1", "203.0.113.1") as shell:

        def lost() -> None:
            way.refuse_next = 1000
            way.reset_all()

        threading.Timer(0.5, lost).start()
        found = at_once(shell, [sh(f"sleep 1; echo {n}") for n in range(6)])
    assert {type(error) for error in found} == {Unreachable}
    assert len({str(error) for error in found}) == 1
    source.close()


def test_a_host_that_dies_under_several_commands_costs_one_timeout(
    host: SshHost, tmp_path: Path, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_command, "STILL_THERE", 0.5)
    source = through(way, host, tmp_path / "pins", timeout=1, connect_timeout=1)
    with source.connect("h1", "203.0.113.1") as shell:
        shell.run(sh("echo alive"))
        way.freeze()
        began = time.monotonic()
        found = at_once(shell, [sh(f"echo {n}") for n in range(12)])
        assert time.monotonic() - began < 10
    assert {type(error) for error in found} == {Unreachable}
    source.close()


def test_commands_that_hang_in_every_session_there_is_do_not_make_the_host_a_dead_one(tmp_path: Path) -> None:
    with ssh_host(tmp_path / "host", MaxSessions=str(AT_ONCE)) as narrow:
        source = shells(narrow, tmp_path / "pins", timeout=1)
        with source.connect("h1", "203.0.113.1") as shell:
            found = at_once(shell, [sh(f"echo {n}; sleep 30") for n in range(AT_ONCE)])
        source.close()
    assert {type(error) for error in found} == {CommandFailed}
    assert dict(source.connections) == {"h1": 1}


@pytest.mark.parametrize("tty", [False, True])
def test_sudo_takes_its_password_in_several_sessions_at_once(host: SshHost, tmp_path: Path, tty: bool) -> None:
    host.allow(f"{OPERATOR} ALL=(root) PASSWD: ALL", *(["Defaults requiretty"] if tty else []))
    commands = [sh(f"id -un; echo {n}", root=True) for n in range(AT_ONCE)]
    for password, expected in ((PASSWORD, {str}), ("not this one", {Refused})):
        source = shells(host, tmp_path / "pins", user=OPERATOR, sudo_password=password, tty=tty)
        with source.connect("h1", "203.0.113.1") as shell:
            found = at_once(shell, commands)
        source.close()
        assert {type(one) for one in found} == expected
        if password == PASSWORD:
            assert found == [f"root\n{n}\n" for n in range(AT_ONCE)]


def test_a_kept_connection_is_used_again_and_ended_when_nobody_does(host: SshHost, tmp_path: Path) -> None:
    source = kept(host, tmp_path / "pins", 1.0)
    count = sh(f"echo x >> {tmp_path}/log; wc -l < {tmp_path}/log")
    for n in (1, 2, 3):
        with source.connect("h1", "203.0.113.1") as shell:
            assert shell.run(count) == f"{n}\n", "each reading asks anew"
    assert dict(source.connections) == {"h1": 1}
    [client] = source._open
    transport = client.get_transport()
    assert transport is not None
    deadline = time.monotonic() + 20
    while transport.is_active():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with source.connect("h1", "203.0.113.1") as shell:
        assert shell.run(sh("echo anew")) == "anew\n"
    assert dict(source.connections) == {"h1": 2}
    source.close()


def test_two_readings_of_one_host_at_once_have_a_connection_each_and_one_is_kept(host: SshHost, tmp_path: Path) -> None:
    source = kept(host, tmp_path / "pins", 60.0)
    with source.connect("h1", "203.0.113.1") as one, source.connect("h1", "203.0.113.1") as other:
        assert at_once(one, [sh("echo 1")]) + at_once(other, [sh("echo 2")]) == ["1\n", "2\n"]
    assert sum(bool((t := c.get_transport()) and t.is_active()) for c in source._open) == 1
    source.close()
    assert not any((t := c.get_transport()) and t.is_active() for c in source._open)


def test_a_connection_over_which_something_may_still_run_is_not_kept(host: SshHost, tmp_path: Path) -> None:
    source = shells(host, tmp_path / "pins", timeout=1)
    source = SshHosts(source._access, source._reach, timeout=1, keep=60.0)
    for _ in range(2):
        with source.connect("h1", "203.0.113.1") as shell, pytest.raises(CommandFailed):
            shell.run(sh("sleep 5"))
    assert dict(source.connections) == {"h1": 2}
    source.close()


def test_a_connection_that_is_lost_while_it_is_kept_is_made_anew(host: SshHost, tmp_path: Path, way: Proxy) -> None:
    source = through(way, host, tmp_path / "pins")
    source = SshHosts(source._access, source._reach, keep=60.0)
    for n in range(3):
        with source.connect("h1", "203.0.113.1") as shell:
            assert shell.run(sh(f"echo {n}")) == f"{n}\n"
        way.reset_all()
    assert dict(source.connections) == {"h1": 3}
    source.close()
