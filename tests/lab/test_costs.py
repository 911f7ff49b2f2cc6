"""What a scan costs the cloud: no more for a larger one."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.lab.api_proxy import Proxy, api_proxy
from tests.lab.lab_machine import Lab
from tests.lab.product import Product, changed, lab_environment, without

pytestmark = pytest.mark.lab
MOST_COMMANDS = 12
LARGER = "7"  # the seed of a random topology beside the shipped one


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with api_proxy() as running:
        yield running


@pytest.fixture
def larger_cloud(lab: Lab) -> Iterator[None]:
    try:
        lab.command("topo", LARGER)
        yield
    finally:
        lab.command("clear", LARGER)


@pytest.fixture
def more_hosts(lab: Lab) -> Iterator[None]:
    """Two more computes, both with nova's fake driver, that cmp3 plays."""
    names = ("extra1", "extra2")
    for name in names:
        lab.run(
            "cmp3",
            f"""sed 's/^host = .*/host = {name}/' /etc/nova/nova.conf >/etc/nova/{name}.conf
            start-stop-daemon -S -b -m -p /run/lab/{name}.pid -x /usr/bin/env -- \\
              nova-compute --config-file /etc/nova/{name}.conf --log-file /var/log/nova/{name}.log""",
        )
    try:
        _wait_for_computes(lab, names)
        yield
    finally:
        for name in names:
            lab.run("cmp3", f"kill $(cat /run/lab/{name}.pid); rm -f /run/lab/{name}.pid /etc/nova/{name}.conf")
            forget = f"openstack compute service delete $(openstack compute service list --host {name} -f value -c ID)"
            lab.command("wrap", "bash", "-c", f". $LAB/openrc; {forget}")


def _wait_for_computes(lab: Lab, names: tuple[str, ...]) -> None:
    for _ in range(120):
        rows = lab.sql("select host from nova.compute_nodes where deleted = 0")
        if {row["host"] for row in rows} >= set(names):
            return
        time.sleep(1)
    raise AssertionError(f"{names} do not report to nova")


def _ssh_of_a_scan(lab: Lab, product: Product, environment: str) -> dict[str, tuple[int, int]]:
    """Host → connections and commands, as its sshd counted them."""
    before = {host: _sshd_log(lab, host) for host in lab.hosts}
    scan = product.scan(environment)
    assert scan.code == 0, scan.every_problem()
    counts = {}
    for host in lab.hosts:
        new = _sshd_log(lab, host)[len(before[host]) :]
        counts[host] = (
            sum("Accepted " in line for line in new),
            sum("Starting session: command" in line for line in new),
        )
    return counts


def _sshd_log(lab: Lab, host: str) -> list[str]:
    return lab.run(host, "cat /var/log/lab-sshd.log").splitlines()


def test_a_host_sees_one_connection_and_at_most_twelve_commands_however_much_is_on_it(
    lab: Lab, product: Product, environment: str, request: pytest.FixtureRequest
) -> None:
    product.add(lab_environment(environment))
    small = _ssh_of_a_scan(lab, product, environment)
    request.getfixturevalue("larger_cloud")
    large = _ssh_of_a_scan(lab, product, environment)
    assert {connections for connections, _ in small.values()} == {1}
    assert max(commands for _, commands in small.values()) <= MOST_COMMANDS
    assert large == small


def _requests_of_a_scan(proxy: Proxy, product: Product, environment: str) -> Counter[str]:
    """How often each kind of request was made."""
    proxy.requests.clear()
    scan = product.scan(environment)
    assert not any(not scope.startswith("ssh/") for scope in scan.not_complete()), scan.every_problem()
    return Counter(proxy.requests)


def test_api_requests_do_not_grow_with_hosts_nor_with_what_is_in_the_cloud(
    proxy: Proxy, product: Product, environment: str, request: pytest.FixtureRequest
) -> None:
    document = without(lab_environment(environment), "mysql")
    product.add(changed(document, "OpenStack", auth_url=proxy.auth_url))
    small = _requests_of_a_scan(proxy, product, environment)
    request.getfixturevalue("more_hosts")
    assert _requests_of_a_scan(proxy, product, environment) == small
    request.getfixturevalue("larger_cloud")
    assert _requests_of_a_scan(proxy, product, environment) == small


def _queries_of_a_scan(lab: Lab, product: Product, environment: str) -> int:
    """How many statements the read-only user had executed, as MariaDB's general log has them."""
    lab.command("run", "ctl1", "mariadb", stdin="set global log_output='TABLE'; truncate mysql.general_log;")
    lab.command("run", "ctl1", "mariadb", stdin="set global general_log=1;")
    try:
        product.scan(environment)
    finally:
        lab.command("run", "ctl1", "mariadb", stdin="set global general_log=0;")
    rows = lab.sql("select user_host, argument from mysql.general_log where command_type = 'Query'")
    return sum(bool(re.match(r"discovery\[", row["user_host"])) for row in rows)


def test_database_queries_do_not_grow_with_hosts_nor_with_what_is_in_the_cloud(
    lab: Lab, product: Product, environment: str, request: pytest.FixtureRequest
) -> None:
    product.add(without(lab_environment(environment), "OpenStack"))
    small = _queries_of_a_scan(lab, product, environment)
    request.getfixturevalue("more_hosts")
    assert _queries_of_a_scan(lab, product, environment) == small
    request.getfixturevalue("larger_cloud")
    assert _queries_of_a_scan(lab, product, environment) == small
    assert small > 0
