"""The OpenStack API source against a real HTTP server: what it asks, and what it makes of every misbehaviour."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.sources import retrying
from collectors.sources.openstack_api import NEWEST_COMPUTE, OpenStackApi
from collectors.sources.openstack_login import Cloud, keystone_url, open_cloud
from collectors.sources.protocols import Malformed, NotOffered, Refused, SourceError, Unreachable
from tests.sources import http_cloud as odd
from tests.sources.certificates import make_certificates
from tests.sources.http_cloud import PASSWORD, TOKEN, Answer, HttpCloud, http_cloud, recorded

SERVERS, PORTS = "/compute/v2.1/servers/detail", "/network/v2.0/ports"
TOKENS, COMPUTE_VERSION = "/identity/v3/auth/tokens", "/compute/v2.1"


@pytest.fixture
def cloud() -> Iterator[HttpCloud]:
    with http_cloud() as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits between tries are counted elsewhere; here they would only cost time."""
    monkeypatch.setattr(retrying, "LONGEST_WAIT", 0.01)


def section(cloud: HttpCloud, **more: Any) -> dict[str, Any]:
    given = {
        "name": "OpenStack",
        "auth_url": f"{cloud.url}/identity/v3",
        "user": "admin",
        "pwd": PASSWORD,
        "timeout": 1,
    }
    return given | more


def api(cloud: HttpCloud, **more: Any) -> OpenStackApi:
    return open_cloud(section(cloud, **more)).apis["RegionOne"]


def servers(source: OpenStackApi) -> list[Any]:
    return source.listing("compute", "servers/detail?all_tenants=1", "servers")


def ports(source: OpenStackApi) -> list[Any]:
    return source.listing("network", "ports", "ports")


def test_a_listing_is_what_the_service_said(cloud: HttpCloud) -> None:
    source = api(cloud)
    assert servers(source) == recorded("compute-servers-detail")
    assert ports(source) == recorded("network-ports")
    assert source.listing("identity", "projects", "projects") == recorded("identity-projects")


@pytest.mark.parametrize("size", [1, 2, 7])
def test_pages_are_followed_though_their_links_name_an_address_that_only_the_cloud_knows(
    cloud: HttpCloud, size: int
) -> None:
    cloud.page_size = size
    source = api(cloud)
    for path, ask in ((SERVERS, servers), (PORTS, ports)):
        everything = cloud.listings[path][1]
        assert ask(source) == everything
        assert cloud.times(path) == -(-len(everything) // size)
    assert source.listing("identity", "projects", "projects") == recorded("identity-projects")
    asked = [query for _, query, _ in cloud.asked if query.startswith(SERVERS)]
    assert "all_tenants=1" in asked[0]


def test_nova_is_asked_with_the_newest_microversion_that_both_sides_know(cloud: HttpCloud) -> None:
    servers(api(cloud))
    version = min((2, 93), NEWEST_COMPUTE)
    asked = [headers for _, path, headers in cloud.asked if path.startswith(SERVERS)]
    assert [headers["OpenStack-API-Version"] for headers in asked] == [f"compute {version[0]}.{version[1]}"]


def test_a_version_document_that_fails_at_first_does_not_make_nova_speak_its_oldest_version(cloud: HttpCloud) -> None:
    cloud.misbehave(COMPUTE_VERSION, *[odd.status(503)] * 3)
    servers(api(cloud))
    asked = [headers for _, path, headers in cloud.asked if path.startswith(SERVERS)]
    newest = ".".join(map(str, NEWEST_COMPUTE))
    assert [headers.get("OpenStack-API-Version") for headers in asked] == [f"compute {newest}"]


@pytest.mark.parametrize(
    "oddity",
    [
        odd.status(429),
        odd.status(503, "0"),
        odd.status(502),
        odd.reset,
        odd.half_then_reset,
        odd.cut_json,
        odd.text(""),
    ],
    ids=["429", "503", "502", "reset", "half", "cut", "empty"],
)
@pytest.mark.parametrize("path", [TOKENS, SERVERS, PORTS])
def test_what_is_better_a_moment_later_is_asked_again(cloud: HttpCloud, oddity: Answer, path: str) -> None:
    cloud.misbehave(path, oddity, oddity)
    source = api(cloud)
    assert (servers(source), ports(source)) == (recorded("compute-servers-detail"), recorded("network-ports"))
    assert cloud.times(path) >= 3


def test_the_wait_between_tries_is_what_the_server_asks_for_within_reason(
    cloud: HttpCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(retrying, "LONGEST_WAIT", 30.0)
    monkeypatch.setattr("collectors.sources.retrying.time.sleep", waits.append)
    source = api(cloud)
    cloud.misbehave(PORTS, odd.status(429, "7"), odd.status(503, "86400"), odd.status(429))
    assert ports(source) == recorded("network-ports")
    assert waits == [7.0, 30.0, 2.0]


FAILING = {
    "401": (odd.status(401), Refused, "401"),
    "403": (odd.status(403), Refused, "not allowed"),
    "404": (odd.status(404), NotOffered, "404"),
    "429": (odd.status(429), Unreachable, "429"),
    "503": (odd.status(503), Unreachable, "503"),
    "400": (odd.status(400), Malformed, "400"),
    "reset": (odd.reset, Unreachable, "connection"),
    "half": (odd.half_then_reset, Unreachable, "connection"),
    "cut": (odd.cut_json, Malformed, "not JSON"),
    "empty": (odd.text(""), Malformed, "empty"),
    "html": (odd.text("<html>Sign in to the hotel's network</html>"), Malformed, "not JSON"),
    "list": (odd.text("[1, 2]"), Malformed, "no list 'ports'"),
    "other": (odd.text('{"networks": []}'), Malformed, "no list 'ports'"),
    "null": (odd.text('{"ports": null}'), Malformed, "no list 'ports'"),
    "hang": (odd.hang, Unreachable, "no answer within 1 s"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_listing_that_stays_broken_is_a_clear_error_that_names_its_url(cloud: HttpCloud, name: str) -> None:
    oddity, kind, told = FAILING[name]
    source = api(cloud)
    cloud.misbehave(PORTS, *[oddity] * 10)
    with pytest.raises(kind) as raised:
        ports(source)
    assert told in raised.value.problem.what
    assert f"{cloud.url}/network/v2.0/ports" in raised.value.problem.what
    assert (raised.value.problem.where, bool(raised.value.problem.remedy)) == ("neutron RegionOne", True)


@pytest.mark.parametrize("name", sorted(set(FAILING) - {"404", "400"}))
def test_a_listing_whose_second_page_breaks_is_not_half_a_listing(cloud: HttpCloud, name: str) -> None:
    cloud.page_size = 2
    source = api(cloud)

    def first_page_then_broken(handler: Any) -> None:
        cloud.misbehave(PORTS, *[FAILING[name][0]] * 10)
        handler._page(PORTS)

    cloud.misbehave(PORTS, first_page_then_broken)
    with pytest.raises(SourceError):
        ports(source)


def test_a_port_that_is_deleted_while_its_page_is_read_makes_the_listing_begin_again(cloud: HttpCloud) -> None:
    cloud.page_size = 2
    source = api(cloud)
    everything = cloud.listings[PORTS][1]

    def marker_goes_away(handler: Any) -> None:
        handler._page(PORTS)
        del everything[1]

    cloud.misbehave(PORTS, marker_goes_away)
    assert ports(source) == everything


def test_pages_that_go_round_in_a_circle_end(cloud: HttpCloud) -> None:
    again = '{"ports": [], "ports_links": [{"rel": "next", "href": "http://x/ports?marker=a"}]}'
    source = api(cloud)
    cloud.misbehave(PORTS, *[odd.text(again)] * 10)
    with pytest.raises(Malformed, match="circle"):
        ports(source)


def test_a_listing_that_keystone_cuts_is_no_listing(cloud: HttpCloud) -> None:
    source = api(cloud)
    cloud.misbehave("/identity/v3/projects", odd.text('{"projects": [], "links": {}, "truncated": true}'))
    with pytest.raises(Malformed, match="list_limit"):
        source.listing("identity", "projects", "projects")


def test_an_empty_listing_is_an_empty_listing(cloud: HttpCloud) -> None:
    cloud.listings[SERVERS] = ("servers", [])
    assert servers(api(cloud)) == []


def test_an_object_exists_unless_the_service_itself_says_that_it_does_not(cloud: HttpCloud) -> None:
    source = api(cloud)
    there = cloud.listings[PORTS][1][0]["id"]
    assert source.exists("network", f"ports/{there}") is True
    assert source.exists("network", "ports/4fd9b7ad-0000-0000-0000-000000000000") is False
    cloud.misbehave(f"{PORTS}/gone", odd.text("<html>404: no such page of this proxy</html>", 404))
    with pytest.raises(NotOffered):
        source.exists("network", "ports/gone")


def test_endpoints_are_those_of_the_region(cloud: HttpCloud) -> None:
    cloud.regions = ("RegionOne", "RegionTwo")
    opened = open_cloud(section(cloud))
    assert sorted(opened.apis) == ["RegionOne", "RegionTwo"]
    for source in opened.apis.values():
        assert source.endpoints() == {
            "compute": [f"{cloud.url}/compute/v2.1"],
            "identity": [f"{cloud.url}/identity/v3"],
            "network": [f"{cloud.url}/network"],
        }


def test_only_the_regions_that_the_section_names_are_opened(cloud: HttpCloud) -> None:
    cloud.regions = ("RegionOne", "RegionTwo")
    opened = open_cloud(section(cloud, region=["RegionTwo", "RegionThree"]))
    assert (list(opened.apis), list(opened.regions)) == (["RegionTwo"], ["RegionTwo", "RegionThree"])
    assert "RegionOne, RegionTwo" in opened.problems["RegionThree"].what


def test_an_endpoint_with_a_name_that_only_the_cloud_knows_is_a_clear_error(cloud: HttpCloud) -> None:
    cloud.catalog_url = "http://controller.invalid:9696"
    with pytest.raises(Unreachable) as raised:
        ports(api(cloud))
    assert "controller.invalid:9696" in raised.value.problem.what
    assert "does not resolve" in raised.value.problem.what
    assert "`endpoints`" in raised.value.problem.remedy


def test_an_endpoint_of_the_section_is_used_instead_of_the_catalogs(cloud: HttpCloud) -> None:
    cloud.catalog_url = "http://controller.invalid:9696"
    source = api(cloud, region="RegionOne", endpoints={"network": f"{cloud.url}/network/v2.0"})
    assert ports(source) == recorded("network-ports")


@pytest.mark.parametrize("name", ["401", "503", "reset", "cut", "empty", "html", "list", "other", "hang"])
def test_a_login_that_fails_says_who_and_where(cloud: HttpCloud, name: str) -> None:
    cloud.misbehave(TOKENS, *[FAILING[name][0]] * 10)
    with pytest.raises(SourceError) as raised:
        open_cloud(section(cloud, project="ops"))
    assert raised.value.problem.where == "keystone (admin in project ops)"
    assert cloud.url in raised.value.problem.what
    assert raised.value.problem.remedy


def test_a_wrong_password_is_refused_and_never_repeated(cloud: HttpCloud) -> None:
    with pytest.raises(Refused) as raised:
        open_cloud(section(cloud, pwd="tr0ub4dor&3"))
    assert "tr0ub4dor" not in str(raised.value)
    assert "login refused" in raised.value.problem.what
    assert cloud.times(TOKENS) == 1


def test_nothing_that_listens_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable, match="connection refused"):
            open_cloud({"name": "OpenStack", "auth_url": f"http://127.0.0.1:{port}/v3", "user": "a", "pwd": "b"})


def test_tls_that_nobody_vouches_for_is_refused(cloud: HttpCloud) -> None:
    with pytest.raises(Refused, match="TLS"):
        open_cloud(section(cloud, auth_url=cloud.url.replace("http:", "https:") + "/identity/v3"))


def test_a_certificate_is_verified_unless_the_section_says_otherwise(tmp_path: Path) -> None:
    make_certificates(tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls" / "server.pem", tmp_path / "tls" / "server.key")
    with http_cloud(context) as cloud:
        assert servers(api(cloud, cacert=str(tmp_path / "tls" / "ca.pem"))) == recorded("compute-servers-detail")
        assert ports(api(cloud, verify=False)) == recorded("network-ports")
        with pytest.raises(Refused, match="not signed by anyone that we trust") as raised:
            open_cloud(section(cloud))
        assert "cacert" in raised.value.problem.remedy


def test_application_credentials_a_token_and_clouds_yaml_log_in_too(cloud: HttpCloud, tmp_path: Path) -> None:
    base = {"name": "OpenStack", "auth_url": f"{cloud.url}/identity/v3"}
    credential = {"application_credential_id": "ac", "application_credential_secret": PASSWORD}
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(
        f"clouds:\n  there:\n    auth_type: v3password\n    region_name: RegionOne\n    auth:\n"
        f"      auth_url: {cloud.url}/identity/v3\n      username: admin\n      password: {PASSWORD}\n"
        "      project_name: admin\n      user_domain_name: Default\n      project_domain_name: Default\n"
    )
    for given in (credential | base, base | {"admin_token": PASSWORD}, {"cloud": "there", "clouds_file": str(clouds)}):
        assert list(open_cloud(given).apis) == ["RegionOne"]


@pytest.mark.parametrize(
    "text",
    [
        "clouds:\n  there:\n    auth: {password: 'S3cr3t-0815, x: [\n",
        "- there\n",
        "clouds: {there: hello}",
        "clouds: {there: {auth: {auth_url: 'http://127.0.0.1:9/v3', password: S3cr3t-0815}, auth_type: odd}}",
        "clouds: {there: {auth: {auth_url: 'http://127.0.0.1:9/v3'}}}",
        "clouds: {elsewhere: {}}",
    ],
)
def test_a_clouds_yaml_that_cannot_be_used_is_a_clear_error(tmp_path: Path, text: str) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(text)
    with pytest.raises(Refused) as raised:
        open_cloud({"cloud": "there", "clouds_file": str(clouds)})
    assert raised.value.problem.where == "keystone (cloud there of clouds.yaml)"
    assert "S3cr3t-0815" not in str(raised.value)


def test_what_the_process_has_in_its_environment_does_not_count(
    cloud: HttpCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_USERNAME", "someone")
    monkeypatch.setenv("OS_REGION_NAME", "Elsewhere")
    monkeypatch.setenv("OS_CLOUD", "elsewhere")
    assert list(open_cloud(section(cloud)).apis) == ["RegionOne"]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"auth_url": "http://k:5000"}, "http://k:5000/v3"),
        ({"auth_url": "http://k/identity/v3/"}, "http://k/identity/v3"),
        ({"auth_url": "http://k:5000/v2.0"}, "http://k:5000/v3"),
        ({"host": "k", "port": 35357}, "http://k:35357/v3"),
        ({"host": "k"}, "http://k:5000/v3"),
    ],
)
def test_the_ancestors_form_of_the_section_leads_to_keystone_v3(given: dict[str, Any], url: str) -> None:
    assert keystone_url(given) == url


def test_no_error_and_no_representation_holds_a_secret(cloud: HttpCloud) -> None:
    opened: Cloud = open_cloud(section(cloud))
    texts = [repr(opened), repr(opened.apis)]
    for oddity, _, _ in FAILING.values():
        cloud.misbehave(PORTS, *[oddity] * 5)
        with pytest.raises(SourceError) as raised:
            ports(opened.apis["RegionOne"])
        texts += [str(raised.value), repr(raised.value.problem)]
        cloud._oddities.clear()
    assert not [text for text in texts if PASSWORD in text or TOKEN in text]
