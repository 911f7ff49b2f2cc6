"""The databases failing, where they are all there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.faults.steady import Steady, named
from tests.lab.faults.tcp_proxy import End, tcp_proxy
from tests.lab.lab_machine import CONTROLLER, Lab
from tests.lab.product import changed

pytestmark = pytest.mark.lab
DATABASE = (CONTROLLER, 3306)


def test_a_wrong_password_loses_nothing_and_is_named(by_database: Steady) -> None:
    scan = by_database.scan_with_fault(changed(by_database.document, "mysql", pwd="wrong"))
    assert named(scan, CONTROLLER)
    by_database.recovers()


def test_a_database_that_refuses_connections_loses_nothing(by_database: Steady) -> None:
    scan = by_database.scan_with_fault(changed(by_database.document, "mysql", host="127.0.0.1", port=1))
    assert named(scan, "127.0.0.1")
    by_database.recovers()


@pytest.mark.parametrize("end", ["reset", "close", "silence"])
@pytest.mark.parametrize("answered", [0, 40, 300, 3000, 12000, 30000])
def test_a_connection_that_breaks_loses_nothing(by_database: Steady, answered: int, end: End) -> None:
    with tcp_proxy(DATABASE, answered, end) as port:
        scan = by_database.scan_with_fault(changed(by_database.document, "mysql", host="127.0.0.1", port=port))
    assert named(scan, "127.0.0.1")
    by_database.recovers()


def test_something_else_on_the_port_loses_nothing(by_database: Steady) -> None:
    with tcp_proxy(DATABASE, 0, "close", greeting=b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        by_database.scan_with_fault(changed(by_database.document, "mysql", host="127.0.0.1", port=port))
    by_database.recovers()


@pytest.fixture
def half_blind(lab: Lab) -> Iterator[str]:
    """A user who may read keystone and nova, and not neutron."""
    databases = ("keystone", "nova", "nova_api", "nova_cell0")
    grants = "".join(f"GRANT SELECT ON {name}.* TO 'halfblind'@'%' IDENTIFIED BY 'lab';" for name in databases)
    lab.command("run", "ctl1", "mariadb", stdin=grants)
    yield "halfblind"
    lab.command("run", "ctl1", "mariadb", stdin="DROP USER 'halfblind'@'%';")


def test_missing_rights_on_one_service_lose_nothing_of_it(by_database: Steady, half_blind: str) -> None:
    scan = by_database.scan_with_fault(changed(by_database.document, "mysql", user=half_blind, pwd="lab"))
    assert any(scope.startswith("neutron/") for scope in scan.not_complete())
    assert not any(scope.startswith("keystone/") for scope in scan.not_complete())
    by_database.recovers()
