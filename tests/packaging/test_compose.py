"""docker-compose.yml says what the settings, the locks and the shipped files say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from topology.neo4j_server.jars import locked
from topology.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    composed = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return dict(composed["services"])


def test_every_calipso_variable_is_a_setting(services: dict[str, Any]) -> None:
    variables = {name for service in services.values() for name in service.get("environment", {})}
    used = {name for name in variables if name.startswith("CALIPSO_")}

    assert used
    assert {name.removeprefix("CALIPSO_").lower() for name in used} <= Settings.model_fields.keys()


def test_addresses_name_services_and_ports_are_open_to_this_machine_only(services: dict[str, Any]) -> None:
    worker = services["worker"]["environment"]
    named = {urlsplit(value).hostname for value in worker.values() if "://" in value}
    published = [port for service in services.values() for port in service.get("ports", ())]

    assert named == {"neo4j", "redis"} == set(services["worker"]["depends_on"])
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_it_runs_the_neo4j_version_that_the_managed_one_is(services: dict[str, Any]) -> None:
    (version,) = {jar.version for jar in locked() if (jar.group, jar.artifact) == ("org.neo4j.app", "neo4j-server")}

    assert services["neo4j"]["image"] == f"neo4j:{'.'.join(version.split('.')[:2])}-community"


def test_the_image_copies_what_is_there() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.MULTILINE)

    assert copied == ["requirements.lock", "."]
    assert not {"setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE", "requirements.lock"} & set(ignored)
