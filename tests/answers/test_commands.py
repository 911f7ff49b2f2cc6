"""The commands that ask: text and JSON, exit codes, errors on standard error."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner, Result

from cli.browser_guide import served_kit
from cli.main import app
from tests.clouds import Cloud, uuid
from tests.conftest import Neo4jAddress

Shop = tuple[str, Cloud]


class Runner:
    """Runs commands against the Neo4j of this run."""

    def __init__(self, address: Neo4jAddress, folder: Path) -> None:
        self._environment = {
            "CALIPSO_NEO4J_URI": address.bolt_uri,
            "CALIPSO_NEO4J_USER": address.user,
            "CALIPSO_NEO4J_PASSWORD": address.password,
            "CALIPSO_DATA_DIR": str(folder),
        }

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words), env=self._environment)


@pytest.fixture
def calipso(neo4j_server: Neo4jAddress, tmp_path: Path) -> Runner:
    return Runner(neo4j_server, tmp_path)


def test_clique_draws_text_or_prints_stable_json(calipso: Runner, shop: Shop) -> None:
    drawn = calipso("clique", shop[0], "shop-web1")
    assert drawn.exit_code == 0
    assert drawn.stdout.splitlines()[0].startswith("shop-web1  instance")
    assert "confirmed as of " in drawn.stdout
    answer = json.loads(calipso("clique", shop[0], "172.24.4.201", "--format", "json").stdout)
    assert answer["focal_point"]["type"] == "floating_ip"
    assert answer["freshness"]["complete"] is True


def test_nothing_found_ends_with_1_and_a_wrong_environment_with_2(calipso: Runner, shop: Shop) -> None:
    for words in (("clique", shop[0], "no such thing"), ("search", "nosuchthing", "--env", shop[0])):
        ended = calipso(*words)
        assert ended.exit_code == 1
        assert ended.stdout == ""
        assert ended.stderr.startswith("calipso: ")
    assert calipso("clique", "no-such-environment", "x").exit_code == 2
    assert calipso("tree", shop[0], "--depth", "99").exit_code == 2


def test_tree_and_search_print_what_they_find(calipso: Runner, shop: Shop) -> None:
    drawn = calipso("tree", shop[0], "--from", "cmp1", "--depth", "1").stdout
    assert "Instances (2)" in drawn
    found = json.loads(calipso("search", "10.1.1.11", "--env", shop[0], "--limit", "3", "--format", "json").stdout)
    assert len(found["items"]) == 3
    assert {"id", "type", "name", "host", "status", "environment"} <= set(found["items"][0])
    rest = json.loads(
        calipso("search", "10.1.1.11", "--env", shop[0], "--next", found["next"], "--format", "json").stdout
    )
    assert uuid("instance", "shop", "shop-web1") in [i["id"] for i in found["items"] + rest["items"]]


def test_schema_has_the_stable_shape(calipso: Runner) -> None:
    schema = json.loads(calipso("schema", "--format", "json").stdout)
    assert {("host_pnic", "HostPnic"), ("otep", "Otep")} <= {(t["type"], t["label"]) for t in schema["object_types"]}
    assert ("instance-vnic", "INSTANCE_VNIC", "instance", "vnic") in {
        (t["type"], t["relationship"], t["source"], t["target"]) for t in schema["link_types"]
    }
    assert {"instance", "network"} <= {t["focal_point_type"] for t in schema["clique_types"]}
    assert "instance-vnic" in calipso("schema").stdout


def test_the_guide_is_served_to_pages_of_neo4j_browser_and_nothing_else_is() -> None:
    with served_kit() as url:
        assert url.startswith("http://localhost:")
        page = requests.get(f"{url}guide.html", timeout=10)
        assert page.headers["Access-Control-Allow-Origin"] == "*"
        assert f":style {url}calipso.grass" in page.text
        asked = requests.options(f"{url}guide.html", timeout=10)
        assert asked.headers["Access-Control-Allow-Headers"] == "*"
        for elsewhere in ("", "%2e%2e/setup.cfg", "guide.html/../cli/main.py", "etc/passwd"):
            assert requests.get(url + elsewhere, timeout=10).status_code == 404


def test_the_kit_is_written_to_a_folder(calipso: Runner, tmp_path: Path) -> None:
    ended = calipso("neo4j", "guide", "--export", str(tmp_path / "kit"))
    assert ended.exit_code == 0
    with zipfile.ZipFile(tmp_path / "kit" / "saved-queries.zip") as packed:
        names = packed.namelist()
    assert all(name.startswith("Calipso Graph/") and name.endswith(".cypher") for name in names)
    (tmp_path / "file").touch()
    refused = calipso("neo4j", "guide", "--export", str(tmp_path / "file" / "kit"))
    assert refused.exit_code == 2
    assert "Name a folder" in refused.stderr
