"""Hosts failing: SSH, the programs on them, and the hosts themselves."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.lab.faults.host_faults import (
    BEHAVIOURS,
    false_program,
    other_host_key,
    packets_dropped,
    packets_rejected,
    ssh_refused,
    sshd_frozen,
    unplugged,
)
from tests.lab.faults.steady import Steady, named, nothing_lost
from tests.lab.lab_machine import Lab
from tests.lab.product import changed, finished

pytestmark = pytest.mark.lab
OUTAGES: dict[str, Callable[[Lab, str], AbstractContextManager[None]]] = {
    "nobody-listens": ssh_refused,
    "dropped": packets_dropped,
    "rejected": packets_rejected,
    "frozen": sshd_frozen,
    "unplugged": unplugged,
}
PROGRAMS = {"ip": "net1", "bridge": "cmp4", "ovs-vsctl": "cmp2", "virsh": "cmp1", "grep": "cmp5"}


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("host", ["cmp1", "cmp4", "net2"])
def test_a_host_that_cannot_be_reached_loses_nothing(by_ssh: Steady, lab: Lab, outage: str, host: str) -> None:
    with OUTAGES[outage](lab, host):
        scan = by_ssh.scan_with_fault()
    assert scan.not_complete() == {f"ssh/{host}"}
    assert named(scan, host)
    by_ssh.recovers()


def test_a_wrong_password_on_all_hosts_loses_nothing(by_ssh: Steady, lab: Lab) -> None:
    scan = by_ssh.scan_with_fault(changed(by_ssh.document, "CLI", pwd="wrong"))
    assert scan.not_complete() == {f"ssh/{host}" for host in lab.hosts}
    by_ssh.recovers()


def test_a_changed_host_key_is_not_trusted_and_loses_nothing(by_ssh: Steady, lab: Lab) -> None:
    pinned = changed(by_ssh.document, "CLI", host_keys="pin")
    by_ssh.product.add(pinned)
    assert by_ssh.product.scan(by_ssh.environment).code == 0
    with other_host_key(lab, "cmp5"):
        scan = by_ssh.scan_with_fault()
    assert scan.not_complete() == {"ssh/cmp5"}
    assert named(scan, "cmp5", "key")
    by_ssh.recovers()


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_misbehaves_loses_nothing(by_ssh: Steady, lab: Lab, program: str, behaviour: str) -> None:
    host = PROGRAMS[program]
    with false_program(lab, host, program, BEHAVIOURS[behaviour]):
        scan = by_ssh.scan_with_fault()
    assert scan.not_complete() == {f"ssh/{host}"}
    assert named(scan, host)
    by_ssh.recovers()


@pytest.mark.parametrize("host", ["cmp1", "net1"])
def test_a_host_that_dies_during_the_scan_loses_nothing(by_ssh: Steady, lab: Lab, host: str) -> None:
    before = by_ssh.product.graph(by_ssh.environment)
    with false_program(lab, host, "ip", 'touch /run/lab/scanned; sleep 3; exec $real "$@"'):
        scanning = by_ssh.product.start("scan", by_ssh.environment, "--format", "json")
        _wait_until_scanned(lab, host)
        with unplugged(lab, host):
            output, errors = scanning.communicate(timeout=300)
    scan = finished(scanning.returncode, output, errors)
    nothing_lost(before, by_ssh.product.graph(by_ssh.environment))
    assert scan.code == 1
    assert scan.not_complete() == {f"ssh/{host}"}
    by_ssh.recovers()


def _wait_until_scanned(lab: Lab, host: str) -> None:
    for _ in range(300):
        if "yes" in lab.run(host, "[ -e /run/lab/scanned ] && rm /run/lab/scanned && echo yes || true"):
            return
        time.sleep(0.1)
    raise AssertionError(f"the scan did not come to {host}")
