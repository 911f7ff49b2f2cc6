"""The APIs failing."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from tests.lab import api_proxy
from tests.lab.api_proxy import Proxy
from tests.lab.faults.steady import Steady, named
from tests.lab.product import changed

pytestmark = pytest.mark.lab

Act = Callable[[BaseHTTPRequestHandler, bytes], None]
FAILURES: dict[str, Act] = {
    "unauthorized": api_proxy.status(401),
    "forbidden": api_proxy.status(403),
    "error": api_proxy.status(500),
    "overloaded": api_proxy.status(503),
    "too-many": api_proxy.status(429),
    "truncated": api_proxy.truncated,
    "login-page": api_proxy.garbage,
    "other-shape": api_proxy.other_shape,
    "reset-half-way": api_proxy.reset,
    "silent": api_proxy.hang,
}
# What a listing's answer is emptied of, the word of its path, and the scope that must not call itself complete.
LISTINGS = {
    "projects": ("/projects", "keystone/environment"),
    "servers": ("/servers/detail", "nova/RegionOne"),
    "zones": ("/os-availability-zone", "nova/RegionOne"),
    "aggregates": ("/os-aggregates", "nova/RegionOne"),
    "services": ("/os-services", "openstack/RegionOne"),
    "agents": ("/v2.0/agents", "neutron/RegionOne"),
    "networks": ("/v2.0/networks", "neutron/RegionOne"),
    "subnets": ("/v2.0/subnets", "neutron/RegionOne"),
    "ports": ("/v2.0/ports", "neutron/RegionOne"),
    "routers": ("/v2.0/routers", "neutron/RegionOne"),
    "floating-ips": ("/v2.0/floatingips", "neutron/RegionOne"),
    "security-groups": ("/v2.0/security-groups", "neutron/RegionOne"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_listing_that_fails_loses_nothing(by_api: Steady, proxy: Proxy, failure: str) -> None:
    with proxy.fault("/servers/detail", FAILURES[failure]):
        scan = by_api.scan_with_fault()
    assert "nova/RegionOne" in scan.not_complete()
    assert not any(scope.startswith("neutron/") for scope in scan.not_complete())
    by_api.recovers()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_whole_service_that_fails_loses_nothing(by_api: Steady, proxy: Proxy, failure: str) -> None:
    with proxy.fault("/network/", FAILURES[failure]):
        scan = by_api.scan_with_fault()
    assert "neutron/RegionOne" in scan.not_complete()
    by_api.recovers()


@pytest.mark.parametrize("listing", LISTINGS)
def test_an_empty_list_with_status_200_removes_nothing_that_still_answers(
    by_api: Steady, proxy: Proxy, listing: str
) -> None:
    path, scope = LISTINGS[listing]
    with proxy.fault(path, api_proxy.empty_lists):
        scan = by_api.scan_with_fault()
    assert scope in scan.not_complete()
    by_api.recovers()


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_truncated_list_removes_nothing(by_api: Steady, proxy: Proxy, listing: str) -> None:
    path, scope = LISTINGS[listing]
    with proxy.fault(path, api_proxy.truncated):
        scan = by_api.scan_with_fault()
    assert scope in scan.not_complete()
    by_api.recovers()


@pytest.mark.parametrize("failure", FAILURES)
def test_a_login_that_fails_loses_nothing(by_api: Steady, proxy: Proxy, failure: str) -> None:
    with proxy.fault("/auth/tokens", FAILURES[failure]):
        scan = by_api.scan_with_fault()
    assert scan.not_complete()
    by_api.recovers()


def test_a_wrong_password_loses_nothing_and_is_named(by_api: Steady) -> None:
    scan = by_api.scan_with_fault(changed(by_api.document, "OpenStack", pwd="wrong"))
    assert named(scan, "password") or named(scan, "refused")
    assert not any("wrong" in problem["what"].split() for problem in scan.every_problem()), "a secret is shown"
    by_api.recovers()


def test_an_api_that_refuses_connections_loses_nothing(by_api: Steady) -> None:
    nobody = "http://127.0.0.1:1/identity/v3"
    scan = by_api.scan_with_fault(changed(by_api.document, "OpenStack", auth_url=nobody))
    assert named(scan, "127.0.0.1:1")
    by_api.recovers()


@pytest.mark.parametrize("failure", ["forbidden", "truncated", "reset-half-way", "silent"])
def test_the_database_stands_in_for_an_api_that_fails_and_the_report_says_so(
    by_api_and_database: Steady, proxy: Proxy, failure: str
) -> None:
    with proxy.fault("/servers/detail", FAILURES[failure]):
        scan = by_api_and_database.scan_with_fault()
    assert scan.not_complete() == set()
    assert named(scan, "nova", "servers")
