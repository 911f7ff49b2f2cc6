"""From the OpenStack section of an environment to the APIs of its regions."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keystoneauth1.session import Session
from openstack.config import OpenStackConfig
from openstack.config.cloud_region import CloudRegion
from openstack.connection import Connection

from collectors.sources.openstack_api import OpenStackApi, auth_url_of, catalog_of
from collectors.sources.protocols import NotOffered, Refused
from collectors.sources.retrying import again
from graph_schema.records import Problem

# What these log is in our own errors; without a handler Python would print it beside them.
for _library in ("keystoneauth", "openstack"):
    logging.getLogger(_library).addHandler(logging.NullHandler())

TIMEOUT = 60.0
# A region without any of these has nothing to discover.
DISCOVERED = ("compute", "network")


@dataclass(frozen=True, slots=True)
class Cloud:
    """The APIs by region, all regions that were asked for, and by region why one has no API."""

    apis: Mapping[str, OpenStackApi]
    regions: Sequence[str]
    problems: Mapping[str, Problem]

    def close(self) -> None:
        """End the connections."""
        for api in self.apis.values():
            api.close()


def open_cloud(section: Mapping[str, Any]) -> Cloud:
    """Log in, and open the section's regions, or all of the catalog. Raises SourceError."""
    timeout = float(section.get("timeout") or TIMEOUT)
    with warnings.catch_warnings():
        # The library warns of its own optional parts.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        config, session = _configured(section, timeout)
        listed = _regions_of(_logged_in(session, who(section), timeout))
        wanted = regions_of(section) or listed
        apis = {}
        for name in wanted:
            if name in listed:
                connection = Connection(config=_region(config, section, name, timeout))
                apis[name] = OpenStackApi(connection, name, timeout=timeout)
    there = ", ".join(listed) or "none"
    problems = {
        name: Problem(f"OpenStack, region {name}", f"the catalog lacks it; there are: {there}.", "Correct `region`.")
        for name in wanted
        if name not in listed
    }
    return Cloud(apis, wanted, problems)


def auth_url(section: Mapping[str, Any]) -> str:
    """The URL of keystone v3 that the section, or its clouds.yaml, leads to. Raises Refused."""
    if not section.get("cloud"):
        return keystone_url(section)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # the library warns of its own optional parts
        _, session = _configured(section, TIMEOUT)
    return keystone_url({"auth_url": auth_url_of(session)})


def regions_of(section: Mapping[str, Any]) -> list[str]:
    """The regions that the section names."""
    region = section.get("region") or []
    return [region] if isinstance(region, str) else list(region)


def who(section: Mapping[str, Any]) -> str:
    """Who logs in where, for messages: `keystone (admin in project admin)`."""
    if section.get("cloud"):
        return f"keystone (cloud {section['cloud']} of clouds.yaml)"
    if section.get("application_credential_secret"):
        name = section.get("application_credential_id") or section.get("application_credential_name")
        return f"keystone (application credential {name})"
    return f"keystone ({section.get('user')} in project {_project(section)})"


def keystone_url(section: Mapping[str, Any]) -> str:
    """Keystone's v3 URL, from auth_url or the ancestor's host and port."""
    url = str(section.get("auth_url") or f"http://{section.get('host')}:{section.get('port') or 5000}").rstrip("/")
    base, _, version = url.rpartition("/")
    if version in ("v2.0", "v3"):
        url = base
    return f"{url}/v3"


def _configuration(section: Mapping[str, Any]) -> OpenStackConfig:
    files = [section["clouds_file"]] if section.get("clouds_file") else None
    # Only what the environment says counts: no variable of the process, no file of the folder that we are in.
    return OpenStackConfig(
        load_envvars=False, load_yaml_config=bool(section.get("cloud")), config_files=files, app_name="calipso-graph"
    )


def _configured(section: Mapping[str, Any], timeout: float) -> tuple[OpenStackConfig, Session]:
    """The configuration, and a session that is not logged in yet. Raises Refused for one that cannot be used."""
    try:
        config = _configuration(section)
        return config, _region(config, section, None, timeout).get_session()
    except Exception as error:  # the library raises anything for a clouds.yaml that it cannot use, Exception itself too
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise Refused(who(section), f"{said}.", "Correct the OpenStack section, or its clouds.yaml.") from error


def _region(config: OpenStackConfig, section: Mapping[str, Any], region: str | None, timeout: float) -> CloudRegion:
    options: dict[str, Any] = {"api_timeout": timeout}
    if region is not None:
        options["region_name"] = region
    for key in ("interface", "verify", "cacert", "cert", "key"):
        if section.get(key) is not None:
            options[key] = section[key]
    for service, url in (section.get("endpoints") or {}).items():
        options[f"{service.replace('-', '_')}_endpoint_override"] = url
    if section.get("cloud"):
        options["cloud"] = section["cloud"]
    else:
        options |= _credentials(section)
    return config.get_one(**options)


def _credentials(section: Mapping[str, Any]) -> dict[str, Any]:
    auth: dict[str, Any] = {"auth_url": keystone_url(section)}
    user = {"username": section.get("user"), "user_domain_name": section.get("user_domain") or "Default"}
    if section.get("application_credential_secret"):
        auth["application_credential_secret"] = str(section["application_credential_secret"])
        if section.get("application_credential_id"):
            auth["application_credential_id"] = section["application_credential_id"]
        else:
            auth |= user | {"application_credential_name": section.get("application_credential_name")}
        return {"auth_type": "v3applicationcredential", "auth": auth}
    auth["project_name"] = _project(section)
    auth["project_domain_name"] = section.get("project_domain") or section.get("user_domain") or "Default"
    password = section.get("pwd") or section.get("password")
    if password is None and section.get("admin_token"):
        return {"auth_type": "v3token", "auth": auth | {"token": str(section["admin_token"])}}
    return {"auth_type": "v3password", "auth": auth | user | {"password": str(password or "")}}


def _project(section: Mapping[str, Any]) -> str:
    return str(section.get("project") or section.get("admin_project") or "admin")


def _logged_in(session: Session, where: str, timeout: float) -> list[Mapping[str, Any]]:
    """The catalog that the token brings."""
    return again(lambda: catalog_of(session), where=where, url=lambda: auth_url_of(session), timeout=timeout)


def _regions_of(catalog: Sequence[Mapping[str, Any]]) -> list[str]:
    found = {
        endpoint.get("region_id") or endpoint.get("region")
        for service in catalog
        if service["type"] in DISCOVERED
        for endpoint in service["endpoints"]
    }
    regions = sorted(str(region) for region in found if region)
    if not regions:
        raise NotOffered(
            "keystone",
            "the token's catalog has no nova and no neutron.",
            "Log in to a project: check `project` and the user's role in it.",
        )
    return regions
