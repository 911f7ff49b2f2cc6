"""The OpenStack section against a real HTTP server: each way to fail is told apart."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connection_tests.trying import NOWHERE, failures, silent_port, tried
from tests.ports import free_port
from tests.sources.certificates import make_certificates
from tests.sources.http_cloud import PASSWORD, HttpCloud, http_cloud, status, text


@pytest.fixture
def cloud() -> Iterator[HttpCloud]:
    """A cloud that answers everything that a scan lists."""
    with http_cloud() as cloud:
        for path, key in (
            ("/compute/v2.1/os-services", "services"),
            ("/compute/v2.1/os-hypervisors", "hypervisors"),
            ("/compute/v2.1/os-aggregates", "aggregates"),
            ("/network/v2.0/networks", "networks"),
            ("/network/v2.0/agents", "agents"),
        ):
            cloud.listings[path] = (key, [])
        yield cloud


def section(url: str, **more: Any) -> dict[str, Any]:
    given = {"name": "OpenStack", "auth_url": f"{url}/identity/v3", "user": "admin", "pwd": PASSWORD, "timeout": 2}
    return given | more


def test_a_cloud_that_is_well_is_told_step_by_step(cloud: HttpCloud, tmp_path: Path) -> None:
    result = tried(section(cloud.url), tmp_path)
    assert (result.status, failures(result)) == ("ok", [])
    steps = [step.step for step in result.steps]
    assert steps[:5] == ["configuration", "name", "connect", "keystone", "login"]
    assert {"connect of compute in RegionOne", "hypervisors in RegionOne", "ports in RegionOne"} <= set(steps)
    assert PASSWORD not in str(result.as_json())


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"auth_url": f"http://{NOWHERE}:5000/v3"}, ("name", "name")),
        ({"auth_url": f"http://127.0.0.1:{free_port()}/v3"}, ("connect", "refused")),
        ({"pwd": "wrong"}, ("login", "credentials")),
        ({"region": "RegionTwo"}, ("region RegionTwo", "configuration")),
        ({"auth-url": "x"}, ("configuration", "configuration")),
    ],
)
def test_what_is_wrong_is_told_apart(
    cloud: HttpCloud, tmp_path: Path, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert failures(tried(section(cloud.url, **more), tmp_path)) == [expected]


def test_a_server_that_does_not_answer_is_a_timeout(tmp_path: Path) -> None:
    with silent_port() as port:
        result = tried(section(f"http://127.0.0.1:{port}", timeout=0.5), tmp_path)
    assert failures(result) == [("keystone", "timeout")]


def test_what_is_no_keystone_v3_is_told(cloud: HttpCloud, tmp_path: Path) -> None:
    cloud.misbehave("/identity/v3", text("<html>It works!</html>"))
    assert failures(tried(section(cloud.url), tmp_path)) == [("keystone", "version")]


def test_listings_that_are_not_allowed_are_missing_rights(cloud: HttpCloud, tmp_path: Path) -> None:
    cloud.misbehave("/compute/v2.1/os-services", status(403))
    cloud.misbehave("/compute/v2.1/os-hypervisors", status(403))
    result = tried(section(cloud.url), tmp_path)
    assert failures(result) == [
        ("compute services in RegionOne", "rights"),
        ("hypervisors in RegionOne", "rights"),
    ]


def test_an_endpoint_that_leads_nowhere_is_named(cloud: HttpCloud, tmp_path: Path) -> None:
    cloud.catalog_url = f"http://{NOWHERE}:8774"
    result = tried(section(cloud.url), tmp_path)
    nowhere = {(f"name of {service} in RegionOne", "name") for service in ("identity", "compute", "network")}
    assert set(failures(result)) == nowhere


def test_a_clock_that_is_elsewhere_is_a_warning(cloud: HttpCloud, tmp_path: Path) -> None:
    def yesterday(handler: Any) -> None:
        handler.date_time_string = lambda: "Fri, 02 Jan 2026 03:04:05 GMT"
        handler.reply(200, {"version": {"id": "v3.14", "links": []}})

    cloud.misbehave("/identity/v3", yesterday)
    result = tried(section(cloud.url), tmp_path)
    assert [(step.step, step.kind) for step in result.steps if step.status == "warning"] == [("clock", "clock")]
    assert result.status == "warning"


def test_without_a_date_the_tokens_time_tells_the_clock(cloud: HttpCloud, tmp_path: Path) -> None:
    def without_a_date(handler: Any) -> None:
        body = b'{"version": {"id": "v3.14", "links": []}}'
        handler.send_response_only(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    cloud.misbehave("/identity/v3", without_a_date)
    result = tried(section(cloud.url), tmp_path)  # its tokens are of the 1st of January 2026
    assert [step.kind for step in result.steps if step.status == "warning"] == ["clock"]


def test_certificates_and_their_lack_are_told(tmp_path: Path) -> None:
    make_certificates(tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls" / "server.pem", tmp_path / "tls" / "server.key")
    with http_cloud(context) as cloud:
        unknown = tried(section(cloud.url), tmp_path)
        plain = tried(section(cloud.url.replace("https", "http")), tmp_path)
        trusted = tried(section(cloud.url, cacert=str(tmp_path / "tls" / "ca.pem")), tmp_path)
    assert failures(unknown) == failures(plain) == [("keystone", "tls")]
    assert "https" in next(step.remedy for step in plain.steps if step.kind == "tls")
    assert ("keystone", "tls") not in failures(trusted)
    assert "login" in {step.step for step in trusted.steps}
