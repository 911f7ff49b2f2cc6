"""Logging in to real sshd: keys, passwords, the agent, host keys, the master host; and how each fails."""

from __future__ import annotations

import logging
import re
import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.sources import ssh
from collectors.sources.protocols import Refused, SourceError, Sources, Unreachable
from collectors.sources.sections import open_sources
from collectors.sources.ssh import SshHosts
from collectors.sources.ssh_connection import Address
from graph_schema.commands import Command
from tests.sources.proxy import proxy
from tests.sources.sshd import HERE_ONLY, OPERATOR, PASSPHRASE, PASSWORD, SshHost, ssh_host

WHO = Command("who", ("id", "-un"), "who we are")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    with ssh_host(tmp_path_factory.mktemp("ssh") / "host") as running:
        yield running


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    return tmp_path / "host_keys" / "lab"


def opened(to: SshHost, pins: Path, **more: Any) -> Sources:
    """The sources of a CLI section that leads to the host, called h1, with its key unless something else is said."""
    section: dict[str, Any] = {"name": "CLI", "hosts": {"h1": to.address}, "connect_timeout": 5, "timeout": 10}
    if not {"pwd", "key", "agent"} & set(more):
        section["key"] = str(to.key)
    return open_sources([section | more], pins=pins)


def shells(to: SshHost, pins: Path, **more: Any) -> SshHosts:
    sources = opened(to, pins, **more)
    assert sources.missing == {}
    assert isinstance(sources.shells, SshHosts)
    return sources.shells


def who(source: SshHosts, name: str = "h1") -> str:
    with source.connect(name, "203.0.113.1") as shell:
        return shell.run(WHO).strip()


def refused(to: SshHost, pins: Path, **more: Any) -> SourceError:
    """The error of logging in, or of opening the section already."""
    sources = opened(to, pins, **more)
    if sources.shells is None:
        problem = (sources.missing or {})["CLI"]
        return SourceError(problem.where, problem.what, problem.remedy)
    with pytest.raises(SourceError) as raised, sources.shells.connect("h1", "203.0.113.1"):
        pass
    sources.close()
    return raised.value


def test_a_key_a_locked_key_a_password_and_the_agent_log_in(
    host: SshHost, pins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert who(shells(host, pins)) == "root"
    assert who(shells(host, pins, key=str(host.locked_key), passphrase=PASSPHRASE)) == "root"
    assert who(shells(host, pins, key=str(host.key), passphrase="not needed")) == "root"
    assert who(shells(host, pins, user=OPERATOR, pwd=PASSWORD)) == OPERATOR
    agent = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True, text=True).stdout
    settings = dict(re.findall(r"(SSH_\w+)=([^;]+);", agent))
    try:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        subprocess.run(["ssh-add", "-q", host.key], check=True, capture_output=True)
        assert who(shells(host, pins, agent=True)) == "root"
        assert who(shells(host, pins, user=OPERATOR, agent=True)) == OPERATOR
    finally:
        subprocess.run(["ssh-agent", "-k"], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"key": "{folder}/id_other"}, 'authentication refused for "root" with key id_other'),
        ({"key": "{folder}/id_locked"}, "passphrase"),
        ({"key": "{folder}/id_locked", "passphrase": "another phrase"}, "passphrase"),
        ({"key": "{folder}/nothing"}, "No such file"),
        ({"key": "{folder}/sshd_config"}, "not a private key"),
        ({"user": OPERATOR, "pwd": "another password"}, f'authentication refused for "{OPERATOR}" with a password'),
        ({"user": "nobody-here"}, 'authentication refused for "nobody-here"'),
    ],
)
def test_a_login_that_is_refused_says_who_with_what_and_never_the_secret(
    host: SshHost, pins: Path, more: dict[str, str], told: str
) -> None:
    other = host.folder / "id_other"
    if not other.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    error = refused(host, pins, **{name: value.format(folder=host.folder) for name, value in more.items()})
    assert told in error.problem.what
    assert error.problem.remedy
    assert not [word for word in ("another password", "another phrase") if word in str(error)]


def test_the_hosts_key_is_pinned_on_first_use_and_a_change_is_an_error_until_it_is_accepted(
    host: SshHost, pins: Path
) -> None:
    who(shells(host, pins))
    first = host.fingerprint()
    assert pins.stat().st_mode & 0o777 == 0o600
    assert len(pins.read_text().splitlines()) == 1
    assert who(shells(host, pins)) == "root"
    host.new_host_key()
    error = refused(host, pins)
    assert {first, host.fingerprint()} <= set(re.findall(r"SHA256:[^\s,.]+", error.problem.what))
    accept = re.search(r"accept its key: (ssh-keygen .*?), then", error.problem.remedy)
    assert accept is not None
    subprocess.run(shlex.split(accept[1]), check=True, capture_output=True)
    assert who(shells(host, pins)) == "root"


def test_many_hosts_at_once_are_pinned_each_once(host: SshHost, pins: Path) -> None:
    source = shells(host, pins)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(who(source))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found, len(pins.read_text().splitlines())) == (["root"] * 8, 1)


def test_strict_trusts_known_hosts_only(host: SshHost, pins: Path, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("")
    unknown = refused(host, pins, host_keys="strict", known_hosts=str(known))
    assert host.fingerprint() in unknown.problem.what
    public = (host.folder / "host_key.pub").read_text().split()
    known.write_text(f"[127.0.0.1]:{host.port} {public[0]} {public[1]}\n")
    assert who(shells(host, pins, host_keys="strict", known_hosts=str(known))) == "root"
    host.new_host_key()
    changed = refused(host, pins, host_keys="strict", known_hosts=str(known))
    assert host.fingerprint() in changed.problem.what
    assert not pins.exists()


def test_a_key_of_another_type_than_the_pinned_one_is_a_change(host: SshHost, pins: Path, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "other"], check=True)
    kind, key, *_ = (tmp_path / "other.pub").read_text().split()
    pins.parent.mkdir()
    pins.write_text(f"[127.0.0.1]:{host.port} {kind} {key}\n")
    assert host.fingerprint() in refused(host, pins).problem.what
    assert len(pins.read_text().splitlines()) == 1


def test_ignoring_host_keys_is_possible_and_warned_of(
    host: SshHost, pins: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert who(shells(host, pins, host_keys="ignore")) == "root"
    assert "not checked" in caplog.text
    assert not pins.exists()


def test_a_busy_sshd_that_drops_connections_is_asked_again(host: SshHost, pins: Path) -> None:
    with proxy(("127.0.0.1", host.port)) as way:
        way.refuse_next = 2
        assert who(shells(host, pins, hosts={"h1": f"127.0.0.1:{way.port}"})) == "root"
        assert way.accepted == 3


def test_a_host_that_is_silent_is_unreachable_after_one_wait(host: SshHost, pins: Path) -> None:
    with proxy(("127.0.0.1", host.port)) as way:
        way.silent = True
        error = refused(host, pins, hosts={"h1": f"127.0.0.1:{way.port}"}, connect_timeout=1)
        assert way.accepted <= 3
    assert error.problem.where == f"ssh h1 (127.0.0.1:{way.port})"


def test_nothing_that_listens_and_a_name_that_does_not_resolve_are_unreachable(host: SshHost, pins: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = refused(host, pins, hosts={"h1": f"127.0.0.1:{taken.getsockname()[1]}"})
    assert "connection refused" in error.problem.what
    error = refused(host, pins, hosts={"h1": "no-such-host.invalid"})
    assert "does not resolve" in error.problem.what
    assert "hosts" in error.problem.remedy


def test_the_sections_address_of_a_host_goes_before_what_nova_says(host: SshHost, pins: Path) -> None:
    source = shells(host, pins, hosts={"h1": host.address, "h2.example.org": host.address})
    assert source.address_of("h1.example.org", "203.0.113.1") == Address("127.0.0.1", host.port)
    assert source.address_of("h2", "203.0.113.1") == Address("203.0.113.1", 22)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_addresses_read_as_they_are_written(address: Any, port: int) -> None:
    written = Address(str(address), port)
    assert Address.parse(str(written), 22) == written
    assert Address.parse(str(address), port) == written


def test_through_the_master_host_each_host_is_logged_in_to_end_to_end(
    host: SshHost, pins: Path, tmp_path: Path
) -> None:
    with ssh_host(tmp_path / "master") as master:
        # The master knows other keys than the host: ours must be good for both.
        with (master.folder / "authorized_keys").open("a") as file:
            file.write((host.folder / "id_ed25519.pub").read_text())
        hosts = {"h1": host.address, "ctl": master.address}
        source = shells(host, pins, via="master", host="127.0.0.1", port=master.port, hosts=hosts)
        assert {name: who(source, name) for name in ("h1", "ctl", "h1")} == {"h1": "root", "ctl": "root"}
        assert dict(source.connections) == {"master": 1, "h1": 2}
        source.close()
    assert len(pins.read_text().splitlines()) == 2


def test_a_master_host_that_forbids_forwarding_says_so(host: SshHost, pins: Path, tmp_path: Path) -> None:
    with ssh_host(tmp_path / "master", AllowTcpForwarding="no") as master:
        with (master.folder / "authorized_keys").open("a") as file:
            file.write((host.folder / "id_ed25519.pub").read_text())
        error = refused(host, pins, via="master", host="127.0.0.1", port=master.port)
        assert isinstance(error, Refused)
        assert "forbids forwarding" in error.problem.what
        assert "AllowTcpForwarding" in error.problem.remedy


def test_a_host_that_the_master_cannot_reach_is_unreachable(host: SshHost, pins: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        hosts = {"h1": f"127.0.0.1:{taken.getsockname()[1]}"}
        error = refused(host, pins, via="master", host="127.0.0.1", port=host.port, hosts=hosts)
    assert isinstance(error, Unreachable)
    assert "master host cannot connect" in error.problem.what


def test_a_master_host_that_is_lost_makes_the_section_missing_and_is_not_asked_for_every_host(
    host: SshHost, pins: Path
) -> None:
    with proxy(("127.0.0.1", host.port)) as way:
        source = shells(host, pins, via="master", host="127.0.0.1", port=way.port)
        assert who(source) == "root"
        way.refuse_next = 99
        way.reset_all()
        before = way.accepted
        for _ in range(5):
            with pytest.raises(Unreachable), source.connect("h1", "203.0.113.1"):
                pass
        assert way.accepted - before == 3
        missing = opened(host, pins, via="master", host="127.0.0.1", port=way.port).missing or {}
        assert "master host" in missing["CLI"].where
        source.close()


def test_a_master_host_that_is_back_after_a_while_is_used_again(
    host: SshHost, pins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(("127.0.0.1", host.port)) as way:
        source = shells(host, pins, via="master", host="127.0.0.1", port=way.port)
        way.refuse_next = 3
        way.reset_all()
        for _ in range(2):
            with pytest.raises(Unreachable), source.connect("h1", "203.0.113.1"):
                pass
        monkeypatch.setattr(ssh, "MASTER_AGAIN", 0.0)
        assert who(source) == "root"
        source.close()


def test_a_name_that_leads_nowhere_from_here_is_asked_of_the_sections_own_host_over_one_connection(
    host: SshHost, pins: Path
) -> None:
    source = shells(host, pins, host="127.0.0.1", port=host.port, via="direct")
    with source.connect(HERE_ONLY, HERE_ONLY) as shell:
        assert shell.run(WHO).strip() == "root"
    assert dict(source.connections) == {"master": 1}
    with pytest.raises(Unreachable, match="does not resolve"), source.connect("nowhere", "no-such-host.invalid"):
        pass
    source.close()
