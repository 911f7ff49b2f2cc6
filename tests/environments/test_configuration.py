"""Environment files: what is accepted, and what each mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from topology.environments import read_environment_file
from topology.environments.configuration import environment_from
from topology.errors import InvalidConfiguration

LAB = """
name: lab
environment_type: OpenStack
distribution: Debian
distribution_version: zed
mechanism_drivers: [OVS, LXB]
type_drivers: vxlan
listen: true
configuration:
  - {name: OpenStack, auth_url: "http://192.0.2.1:5000/v3", user: admin, pwd: secret}
  - {name: CLI, host: 192.0.2.1, user: root, key: keys/id_ed25519}
"""


def test_an_environment_file_is_read_and_its_files_are_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text(LAB)
    lab = read_environment_file(file)
    assert (lab.name, lab.mechanism_drivers, lab.type_drivers) == ("lab", ("OVS", "LXB"), ("vxlan",))
    cli = lab.section("CLI")
    assert cli is not None
    assert cli["key"] == str(tmp_path / "keys" / "id_ed25519")


def test_a_representation_of_an_environment_shows_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text(LAB)
    assert "secret" not in repr(read_environment_file(file))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"nam": "x"}, "Is name meant?"),
        ({"name": ""}, "cannot be an environment's name"),
        ({"name": "a/b"}, "cannot be an environment's name"),
        ({"listen": "yes"}, "listen must be true or false"),
        ({"type_drivers": {"a": 1}}, "type_drivers must be a word or a list of words"),
        ({"configuration": []}, "must list the sections"),
        ({"configuration": [{"name": "Openstack"}]}, "Is OpenStack meant?"),
        ({"configuration": [{"name": "CLI"}, {"name": "CLI"}]}, "is there twice"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(change: dict[str, object], told: str) -> None:
    document = {"name": "lab", "configuration": [{"name": "CLI", "host": "192.0.2.1"}], **change}
    with pytest.raises(InvalidConfiguration, match=told.replace("?", r"\?")):
        environment_from(document, origin="lab.yaml")


@pytest.mark.parametrize("text", ["- a\n- b", "name: [", "\x00"])
def test_a_file_that_is_no_environment_is_told_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text)
    with pytest.raises(InvalidConfiguration, match=r"odd\.yaml"):
        read_environment_file(file)


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="No such file"):
        read_environment_file(tmp_path / "none.yaml")
