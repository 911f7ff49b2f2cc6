"""The OpenStack section: keystone's URL, TLS, clock and version, the login, each service of each region, the rights."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import requests

from collectors.connection_tests.attempt import Attempt, Failed, Stopped
from collectors.connection_tests.network import host_and_port, reach, speaks_tls
from collectors.sources.http_errors import why
from collectors.sources.openstack_api import OpenStackApi
from collectors.sources.openstack_login import Cloud, auth_url, open_cloud, who
from collectors.sources.protocols import SourceError

# Clocks further apart make tokens and times in the graph untrue.
MOST_SKEW = 30.0
_CONNECT_TIMEOUT = 10.0
_SERVICES = ("identity", "compute", "network")
# What a scan lists, asked for one entry each: service, path, what it is.
_LISTINGS = (
    ("identity", "projects?limit=1", "projects"),
    ("compute", "servers/detail?all_tenants=1&limit=1", "instances of all projects"),
    ("compute", "os-services", "compute services"),
    ("compute", "os-hypervisors", "hypervisors"),
    ("compute", "os-aggregates", "aggregates"),
    ("network", "networks?limit=1", "networks"),
    ("network", "ports?limit=1", "ports"),
    ("network", "agents?limit=1", "network agents"),
)


def try_cloud(attempt: Attempt, section: Mapping[str, Any]) -> None:
    """Try it. Raises Stopped."""
    url = attempt.need(
        "configuration", lambda: auth_url(section), lambda found: f"keystone is {found}", kind="configuration"
    )
    host, port = host_and_port(url)
    timeout = min(float(section.get("timeout") or _CONNECT_TIMEOUT), _CONNECT_TIMEOUT)
    reach(attempt, host, port, timeout)
    skew = attempt.need("keystone", lambda: _keystone(section, url, timeout), _told_clock)
    begun = datetime.now(UTC)
    cloud = attempt.need("login", lambda: open_cloud(section), lambda made: f"{who(section)}: {_regions(made)}")
    try:
        _check_clock(attempt, _skew_of_token(cloud, begun) if skew is None else skew)
        _regions_missing(attempt, cloud)
        for name, api in cloud.apis.items():
            _try_region(attempt, name, api, timeout)
    finally:
        cloud.close()


def _keystone(section: Mapping[str, Any], url: str, timeout: float) -> float | None:
    """How many seconds keystone's clock is ahead; None where it does not say."""
    verify: Any = False if section.get("verify") is False else section.get("cacert") or True
    certificate = (section["cert"], section["key"]) if section.get("key") else section.get("cert")
    begun = time.time()
    try:
        answer = requests.get(url, timeout=timeout, verify=verify, cert=certificate)
    except requests.exceptions.SSLError as error:
        raise Failed(
            "tls",
            f"{url}: the TLS connection failed: {why(str(error))}.",
            "Give the certificate that signed it as `cacert`, or http instead of https where it speaks no TLS.",
        ) from error
    except requests.exceptions.Timeout as error:
        raise Failed("timeout", f"{url}: no answer within {timeout:g} s.", "See the service's log.") from error
    except (requests.RequestException, OSError) as error:
        if url.startswith("http:") and speaks_tls(*host_and_port(url), timeout):
            raise Failed("tls", f"{url}: it speaks TLS only.", "Write https:// in `auth_url`.") from error
        raise Failed("unreachable", f"{url}: {why(str(error))}.", "Check that keystone is there.") from error
    _check_version(url, answer)
    return _skew(answer, (begun + time.time()) / 2)


def _check_version(url: str, answer: requests.Response) -> None:
    found: Any = None
    with suppress(ValueError, AttributeError, TypeError):
        found = answer.json().get("version", {}).get("id")
    if not str(found or "").startswith("v3"):
        raise Failed(
            "version",
            f"{url} answers {answer.status_code}, and not as keystone v3 does.",
            "Give keystone's own URL as `auth_url`, such as http://HOST:5000/v3.",
        )


def _skew(answer: requests.Response, now: float) -> float | None:
    try:
        told = email.utils.parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return (told - datetime.fromtimestamp(now, UTC)).total_seconds()


def _skew_of_token(cloud: Cloud, begun: datetime) -> float | None:
    """The same by the time at which the token was issued: between the beginning of the login and now."""
    issued = None
    with suppress(SourceError):  # what is wrong with this region, its own steps tell
        issued = next((api.issued_at() for api in cloud.apis.values()), None)
    if issued is None:
        return None
    issued = issued if issued.tzinfo else issued.replace(tzinfo=UTC)
    if issued < begun:
        return (issued - begun).total_seconds()
    return max(0.0, (issued - datetime.now(UTC)).total_seconds())


def _check_clock(attempt: Attempt, skew: float | None) -> None:
    if skew is not None and abs(skew) > MOST_SKEW:
        attempt.warn(
            "clock",
            "clock",
            f"keystone's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's.",
            "Have both follow the same time (chrony, NTP): tokens run out too early, and times do not compare.",
        )


def _told_clock(skew: float | None) -> str:
    return "speaks v3" + ("" if skew is None else f"; its clock is {abs(skew):.0f} s from ours")


def _regions(cloud: Cloud) -> str:
    return f"logged in; regions: {', '.join(cloud.apis) or 'none'}"


def _regions_missing(attempt: Attempt, cloud: Cloud) -> None:
    for name, problem in cloud.problems.items():
        error = Failed("configuration", problem.what, problem.remedy, problem.where)
        attempt.check(f"region {name}", partial(_raise, error), str)


def _raise(error: Exception) -> None:
    raise error


def _try_region(attempt: Attempt, region: str, api: OpenStackApi, timeout: float) -> None:
    answering = {service for service in _SERVICES if _answers(attempt, region, api, service, timeout)}
    for service, path, what in _LISTINGS:
        if service in answering:
            attempt.check(
                f"{what} in {region}",
                partial(api.exists, service, path),
                lambda found: "may be listed" if found else "this cloud does not have them",
            )


def _answers(attempt: Attempt, region: str, api: OpenStackApi, service: str, timeout: float) -> bool:
    called = f"{service} in {region}"
    try:
        url = attempt.need(called, lambda: _endpoint(api, service), str)
        reach(attempt, *host_and_port(url), timeout, called=called)
    except Stopped:
        return False
    return True


def _endpoint(api: OpenStackApi, service: str) -> str:
    found = api.endpoint(service)
    if not found:
        raise Failed(
            "version", f"the catalog has no {service} service in this region.", "Check `region` and `interface`."
        )
    return found
