"""The CLI section against a real sshd, with sudo's rules as the test wants them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.connection_tests import KnownHost
from graph_schema.commands import sudoers
from tests.connection_tests.trying import NOWHERE, failures, tried
from tests.ports import free_port
from tests.sources.sshd import OPERATOR, SshHost, ssh_host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    with ssh_host(tmp_path_factory.mktemp("ssh") / "host") as running:
        yield running


def section(there: SshHost, **more: Any) -> dict[str, Any]:
    return {"name": "CLI", "user": OPERATOR, "key": str(there.key), "hosts": {"cmp1": there.address}} | more


def test_the_declared_commands_rights_are_tried_and_their_lack_told(host: SshHost, tmp_path: Path) -> None:
    host.allow(*sudoers(OPERATOR).splitlines())
    allowed = tried(section(host), tmp_path)
    assert ("commands on cmp1", "rights") not in failures(allowed)
    host.allow()
    refused = tried(section(host), tmp_path)
    assert failures(refused) == [("commands on cmp1", "rights")]
    told = refused.steps[-1].told
    assert "ip for named network namespaces" in told
    assert "forwarding entries" not in told  # they need no root, so nothing is missing


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"hosts": {"cmp1": NOWHERE}}, ("name of cmp1", "name")),
        ({"hosts": {"cmp1": f"127.0.0.1:{free_port()}"}}, ("connect of cmp1", "refused")),
        ({"user": "nobody-here"}, ("login to cmp1", "credentials")),
        ({"key": "/nowhere/id_ed25519"}, ("configuration", "configuration")),
        ({"via": "master", "host": NOWHERE}, ("name of the master host", "name")),
        ({"host_keys": "strict", "known_hosts": "/dev/null"}, ("login to cmp1", "host_key")),
    ],
)
def test_what_is_wrong_is_told_apart(
    host: SshHost, tmp_path: Path, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert failures(tried(section(host, **more), tmp_path)) == [expected]


def test_hosts_that_the_graph_knows_are_tried_too_but_not_all(host: SshHost, tmp_path: Path) -> None:
    host.allow(*sudoers(OPERATOR).splitlines())
    known = [KnownHost(f"net{number}", host.address) for number in range(9)]
    result = tried(section(host), tmp_path, known)
    assert {step.step for step in result.steps if step.step.startswith("login")} == {
        "login to cmp1",
        "login to net0",
        "login to net8",
    }


def test_without_any_host_the_test_says_what_to_do(host: SshHost, tmp_path: Path) -> None:
    result = tried(section(host, hosts={}), tmp_path)
    assert [(step.status, step.step) for step in result.steps] == [("ok", "configuration"), ("warning", "hosts")]


def test_what_nobody_has_foreseen_is_told_beside_what_was_found(host: SshHost, tmp_path: Path) -> None:
    result = tried(section(host), tmp_path, known=None)  # type: ignore[arg-type]  # a mistake of ours, as it were
    assert [(step.step, step.status) for step in result.steps] == [("configuration", "ok"), ("unforeseen", "failed")]
    assert "TypeError" in result.steps[-1].told
