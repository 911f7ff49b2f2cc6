"""Running commands on a real host: whole output or an error, once each, as root through sudo where it must be."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from collectors.sources import ssh_command
from collectors.sources.protocols import NOT_INSTALLED, CommandFailed, HostShell, Malformed, Refused, Unreachable
from collectors.sources.ssh import SshHosts
from collectors.sources.ssh_command import Line, execute
from graph_schema.commands import COMMANDS, DOMAIN_XML, Command, sudoers
from tests.sources.proxy import Proxy
from tests.sources.sshd import OPERATOR, PASSWORD, SshHost, ssh_host
from tests.sources.test_ssh_login import shells

FAREWELL = "it did not end"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    with ssh_host(tmp_path_factory.mktemp("ssh") / "host") as running:
        yield running


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    return tmp_path / "pins"


@pytest.fixture
def source(host: SshHost, pins: Path) -> Iterator[SshHosts]:
    opened = shells(host, pins)
    yield opened
    opened.close()


@pytest.fixture
def shell(source: SshHosts) -> Iterator[HostShell]:
    with source.connect("h1", "203.0.113.1") as connected:
        yield connected


def sh(script: str, *, root: bool = False, accepts: tuple[int, ...] = (0,)) -> Command:
    """A command for the test; what the product runs is declared in graph_schema."""
    return Command(f"sh_{abs(hash(script))}", ("sh", "-c", script), "a test", root=root, accepts=accepts)


def as_operator(host: SshHost, pins: Path, command: Command, *rules: str, **more: Any) -> Any:
    """The result of a command that needs root, run by the operator whom sudo allows `rules`."""
    host.allow(*rules)
    opened = shells(host, pins, user=OPERATOR, **more)
    try:
        with opened.connect("h1", "203.0.113.1") as connected:
            return connected.result(command)
    finally:
        opened.close()


def test_a_command_runs_once_however_often_it_is_asked_for(source: SshHosts, tmp_path: Path) -> None:
    count = sh(f"echo x >> {tmp_path}/count; wc -l < {tmp_path}/count")
    fails = sh(f"echo x >> {tmp_path}/fails; exit 7")
    with source.connect("h1", "203.0.113.1") as shell:
        assert [shell.run(count) for _ in range(3)] == ["1\n"] * 3
        for _ in range(3):
            with pytest.raises(CommandFailed, match="status 7"):
                shell.run(fails)
    assert (tmp_path / "fails").read_text() == "x\n"
    assert (dict(source.connections), dict(source.commands)) == ({"h1": 1}, {"h1": 2})


def test_all_declared_commands_go_over_one_connection(source: SshHosts) -> None:
    with source.connect("h1", "203.0.113.1") as shell:
        for command in COMMANDS.values():
            assert shell.result(command).status != -1
    assert dict(source.connections) == {"h1": 1}
    assert source.commands["h1"] == len(COMMANDS)


def test_output_of_any_size_comes_whole_and_errors_beside_it_do_not_block_it(shell: HostShell) -> None:
    both = "head -c 131072 /dev/zero | tr '\\0' a; head -c 131072 /dev/zero >&2"
    result = shell.result(sh(f"i=0; while [ $i -lt 40 ]; do {both}; i=$((i+1)); done"))
    assert (len(result.stdout), len(result.stderr), result.status) == (40 * 131072, 40 * 131072, 0)


def test_bytes_that_are_no_text_are_replaced(shell: HostShell) -> None:
    assert shell.run(sh("printf 'a\\377b\\303\\244'")) == "a\ufffdbä"


def test_a_command_that_wants_input_gets_none(shell: HostShell) -> None:
    assert shell.run(sh("cat; echo end")) == "end\n"


def test_words_are_quoted_so_that_nothing_in_them_is_executed(shell: HostShell) -> None:
    nasty = 'a\'; echo b; $(echo c) `echo d` "e" \\ \n* ~ #🦊'
    assert shell.run(Command("say", ("printf", "%s", nasty), "a test")) == nasty


def test_statuses_that_a_command_accepts_are_answers_others_are_errors(shell: HostShell) -> None:
    assert shell.run(sh("echo part; exit 2", accepts=(0, 2))) == "part\n"
    with pytest.raises(CommandFailed) as raised:
        shell.run(sh("echo part; echo the reason >&2; exit 3"))
    assert "status 3: the reason" in raised.value.problem.what
    assert shell.result(sh("exit 3")).status == 3


def test_a_command_that_is_not_installed_is_told_apart(shell: HostShell) -> None:
    missing = Command("missing", ("no-such-command-here",), "a test")
    with pytest.raises(CommandFailed, match="not installed"):
        shell.run(missing)
    assert shell.result(missing).status == NOT_INSTALLED


def test_a_command_that_is_killed_is_no_answer(shell: HostShell) -> None:
    with pytest.raises(CommandFailed):
        shell.run(sh("echo half; kill -9 $$"))


def test_a_command_that_prints_without_end_is_stopped(source: SshHosts, shell: HostShell) -> None:
    transport = next(iter(source._open)).get_transport()
    assert transport is not None
    with pytest.raises(Malformed, match="more than 1024 KiB"):
        execute(transport, Line("yes"), "ssh h1: yes", timeout=20, largest=1024 * 1024)
    assert shell.run(sh("echo still here")) == "still here\n"


def test_a_command_that_hangs_costs_its_timeout_and_not_the_others(host: SshHost, pins: Path) -> None:
    source = shells(host, pins, timeout=1)
    with source.connect("h1", "203.0.113.1") as shell:
        with pytest.raises(CommandFailed, match=FAREWELL):
            shell.run(sh("echo begin; sleep 30"))
        assert shell.run(sh("echo next")) == "next\n"
    assert dict(source.connections) == {"h1": 1}


def through(way: Proxy, host: SshHost, pins: Path, **more: Any) -> SshHosts:
    return shells(host, pins, hosts={"h1": f"127.0.0.1:{way.port}"}, **more)


def test_a_connection_that_is_lost_in_the_middle_is_made_once_more(host: SshHost, pins: Path, way: Proxy) -> None:
    source = through(way, host, pins)
    with source.connect("h1", "203.0.113.1") as shell:
        assert shell.run(sh("echo one")) == "one\n"
        threading.Timer(0.5, way.reset_all).start()
        assert shell.run(sh("echo begin; sleep 1; echo end")) == "begin\nend\n"
    assert dict(source.connections) == {"h1": 2}


def test_an_output_that_always_breaks_off_is_no_output(host: SshHost, pins: Path, way: Proxy) -> None:
    source = through(way, host, pins)
    way.reset_after = 300_000
    with source.connect("h1", "203.0.113.1") as shell:
        with pytest.raises(Unreachable):
            shell.run(sh("head -c 3000000 /dev/zero | tr '\\0' a"))
        with pytest.raises(Unreachable):
            shell.run(sh("head -c 3000001 /dev/zero | tr '\\0' a"))
    assert dict(source.connections) == {"h1": 2}


def test_a_host_that_dies_costs_one_timeout_and_not_one_for_each_command(
    host: SshHost, pins: Path, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_command, "STILL_THERE", 0.5)
    source = through(way, host, pins, timeout=1, connect_timeout=1)
    with source.connect("h1", "203.0.113.1") as shell:
        shell.run(sh("echo alive"))
        way.freeze()
        began = time.monotonic()
        for n in range(6):
            with pytest.raises(Unreachable):
                shell.run(sh(f"echo {n}"))
        assert time.monotonic() - began < 10
    source.close()


def test_closing_the_source_ends_what_is_running(source: SshHosts) -> None:
    with source.connect("h1", "203.0.113.1") as shell:
        threading.Timer(0.5, source.close).start()
        began = time.monotonic()
        with pytest.raises(Unreachable):
            shell.run(sh("sleep 8"))
        assert time.monotonic() - began < 5


WHO_AS_ROOT = Command("who_as_root", ("id", "-un"), "a test", root=True)


def test_sudo_without_a_password_makes_us_root_only_for_what_needs_it(host: SshHost, pins: Path) -> None:
    rule = f"{OPERATOR} ALL=(root) NOPASSWD: ALL"
    assert as_operator(host, pins, WHO_AS_ROOT, rule).stdout == "root\n"
    assert as_operator(host, pins, Command("who", ("id", "-un"), "a test"), rule).stdout == f"{OPERATOR}\n"


def test_sudo_takes_its_password_from_standard_input_and_never_from_the_command_line(host: SshHost, pins: Path) -> None:
    rule = f"{OPERATOR} ALL=(root) PASSWD: ALL"
    lines = sh("cat; id -un; for p in $PPID $$; do tr '\\0' ' ' < /proc/$p/cmdline; done", root=True)
    result = as_operator(host, pins, lines, rule, sudo_password=PASSWORD)
    assert result.stdout.startswith("root\n")
    assert "sudo" in result.stdout
    assert PASSWORD not in result.stdout + result.stderr
    assert "calipso-" not in result.stderr


@pytest.mark.parametrize("tty", [False, True])
def test_a_wrong_sudo_password_is_refused(host: SshHost, pins: Path, tty: bool) -> None:
    rule = f"{OPERATOR} ALL=(root) PASSWD: ALL"
    with pytest.raises(Refused) as raised:
        as_operator(host, pins, WHO_AS_ROOT, rule, sudo_password="not this one", tty=tty)
    assert "refuses the password" in raised.value.problem.what
    assert "not this one" not in str(raised.value)


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_sudo_that_wants_a_terminal_gets_one_when_the_section_says_so(
    host: SshHost, pins: Path, password: str | None
) -> None:
    rules = ["Defaults requiretty", f"{OPERATOR} ALL=(root) {'PASSWD' if password else 'NOPASSWD'}: ALL"]
    more = {"sudo_password": password} if password else {}
    three = sh("echo one; echo two >&2; id -un", root=True)
    assert as_operator(host, pins, three, *rules, tty=True, **more).stdout == "one\ntwo\nroot\n"
    with pytest.raises(Refused) as raised:
        as_operator(host, pins, three, *rules, **more)
    assert "tty" in str(raised.value)


@pytest.mark.parametrize(
    ("rules", "more"),
    [
        ([], {}),
        ([], {"sudo_password": PASSWORD}),
        ([f"{OPERATOR} ALL=(root) PASSWD: ALL"], {}),
        ([f"{OPERATOR} ALL=(root) NOPASSWD: /usr/bin/true"], {}),
        ([f"{OPERATOR} ALL=(root) NOPASSWD: /usr/bin/true"], {"sudo_password": PASSWORD}),
    ],
)
def test_what_sudo_does_not_allow_is_refused_and_not_taken_for_an_answer(
    host: SshHost, pins: Path, rules: list[str], more: dict[str, Any]
) -> None:
    accepting = Command("accepting", ("grep", "-c", "x", "/dev/null"), "a test", root=True, accepts=(0, 1))
    with pytest.raises(Refused) as raised:
        as_operator(host, pins, accepting, *rules, **more)
    assert "sudoers" in raised.value.problem.remedy


def test_a_failure_of_the_command_under_sudo_is_the_commands_own(host: SshHost, pins: Path) -> None:
    rule = f"{OPERATOR} ALL=(root) NOPASSWD: ALL"
    assert as_operator(host, pins, sh("echo bad >&2; exit 1", root=True), rule).status == 1
    assert as_operator(host, pins, sh("echo sudo: odd >&2; echo out; exit 1", root=True), rule).stdout == "out\n"
    missing = Command("missing", ("no-such-command-here",), "a test", root=True)
    assert as_operator(host, pins, missing, rule).status == NOT_INSTALLED


@pytest.mark.parametrize("more", [{}, {"sudo_password": PASSWORD}])
def test_a_program_that_the_rules_allow_and_the_host_lacks_is_not_installed(
    host: SshHost, pins: Path, more: dict[str, Any]
) -> None:
    missing = Command("missing", ("no-such-command-here", "--list"), "a test", root=True)
    rule = f"{OPERATOR} ALL=(root) NOPASSWD: /usr/bin/no-such-command-here --list, /usr/bin/true"
    assert as_operator(host, pins, missing, rule, **more).status == NOT_INSTALLED


def test_programs_of_the_administrator_are_found_for_other_users_too(host: SshHost, pins: Path) -> None:
    bridge = Command("bridge", ("bridge", "-V"), "a test")
    assert as_operator(host, pins, bridge).status == 0


def test_the_printed_sudoers_lines_allow_every_declared_command_and_no_other(host: SshHost, pins: Path) -> None:
    rules = sudoers(OPERATOR).splitlines()
    of_root = [command for command in COMMANDS.values() if command.root]
    # What sudo does not find it does not know to be allowed.
    if lacking := {command.words[0] for command in of_root if shutil.which(command.words[0]) is None}:
        pytest.skip(f"not installed: {', '.join(sorted(lacking))} (calipso test --prepare)")
    for command in of_root:
        if not command.many:
            as_operator(host, pins, command, *rules)  # would raise Refused
    host.allow(*rules)
    opened = shells(host, pins, user=OPERATOR)
    try:
        with opened.connect("h1", "203.0.113.1") as connected:
            assert connected.result(DOMAIN_XML, [str(uuid4()), str(uuid4())]).status != 0
            with pytest.raises(Refused):
                connected.result(sh("id", root=True))
    finally:
        opened.close()
