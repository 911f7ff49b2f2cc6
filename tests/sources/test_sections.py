"""From configuration sections to sources: mistakes are named, what does not open is told, the rest goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collectors.sources.sections import InvalidSection, check_sections, open_sources

CLOUD = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "S3cr3t-0815"}
DATABASE = {"name": "mysql", "host": "127.0.0.1", "port": 9, "user": "u", "pwd": "p"}
SHELLS = {"name": "CLI", "user": "root", "pwd": "S3cr3t-0815"}


def wrong(*sections: dict[str, Any]) -> list[str]:
    return [f"{problem.where}: {problem.what}" for problem in check_sections(sections)]


def test_good_sections_have_no_mistake() -> None:
    amqp = {"name": "AMQP", "host": "h", "port": 5672, "user": "u", "pwd": "p", "vhost": "/"}
    ancestor = {"name": "OpenStack", "host": "h", "port": 5000, "user": "a", "pwd": 1234, "admin_token": "t"}
    assert wrong(CLOUD, DATABASE, SHELLS, amqp) == []
    assert wrong(ancestor | {"admin_project": "admin"}, SHELLS | {"via": "master", "host": "h"}) == []


@pytest.mark.parametrize(
    ("section", "told"),
    [
        (CLOUD | {"pasword": "x"}, "Unknown key 'pasword'. Is password meant?"),
        (CLOUD | {"auth-url": "x"}, "Unknown key 'auth-url'. Is auth_url meant?"),
        (CLOUD | {"verify": "no"}, "verify must be true or false."),
        (CLOUD | {"region": {"a": 1}}, "region must be a word or a list of words."),
        (CLOUD | {"interface": "private"}, "interface must be one of public, internal, admin."),
        ({"name": "OpenStack", "user": "a", "pwd": "b"}, "It needs auth_url"),
        ({"name": "OpenStack", "auth_url": "http://h"}, "It needs user and pwd"),
        (CLOUD | {"application_credential_id": "x"}, "its secret"),
        (CLOUD | {"endpoints": {"network": "http://n"}}, "the one region"),
        ({"name": "mysql", "user": "u"}, "It needs host."),
        (DATABASE | {"port": "3306"}, "port must be a whole number."),
        (DATABASE | {"databases": ["nova"]}, "databases must be a mapping of names."),
        (SHELLS | {"via": "proxy"}, "via must be one of direct, master."),
        (SHELLS | {"via": "master"}, "it needs host."),
        (SHELLS | {"host_keys": "off"}, "host_keys must be one of pin, strict, ignore."),
        ({"name": "MySQL"}, "No section is named 'MySQL'"),
    ],
)
def test_a_mistake_is_named_with_its_section_and_never_with_the_secret(section: dict[str, Any], told: str) -> None:
    found = wrong(section)
    assert told in found[0]
    assert "S3cr3t-0815" not in str(found)
    with pytest.raises(InvalidSection):
        open_sources([section], pins=Path("pins"))


def test_what_does_not_open_is_missing_with_the_reason_and_the_rest_is_there(tmp_path: Path) -> None:
    opened = open_sources([CLOUD | {"region": "RegionOne"}, DATABASE, SHELLS], pins=tmp_path / "pins")
    assert (opened.apis, opened.database, opened.shells is not None) == ({}, None, True)
    assert {name: problem.where for name, problem in (opened.missing or {}).items()} == {
        "OpenStack": "keystone (admin in project admin)",
        "mysql": "mysql 127.0.0.1:9",
    }
    assert list(opened.regions) == ["RegionOne"]
    assert "S3cr3t-0815" not in repr(opened)
    opened.close()


def test_sections_that_are_no_sources_are_left_alone(tmp_path: Path) -> None:
    amqp = {"name": "AMQP", "host": "h", "user": "u", "pwd": "p"}
    opened = open_sources([amqp], pins=tmp_path / "pins")
    assert (opened.apis, opened.database, opened.shells, opened.missing) == ({}, None, None, {})
