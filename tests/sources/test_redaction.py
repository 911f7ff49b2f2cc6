"""Secrets do not get into recordings, and what is no secret gets into them unchanged."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.sources.protocols import CommandResult, Refused, Sources
from collectors.sources.recording import Recorder, recording
from collectors.sources.redaction import REDACTED, Redactor
from graph_schema.commands import INTERFACES
from graph_schema.sections import SECTIONS
from tests.sources.told import ToldApi, ToldDatabase, ToldShells

DATA = Path(__file__).parent.parent / "data"
SECRET = "S3cr3t-0815-value"
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\nAAAA\n-----END OPENSSH PRIVATE KEY-----"
anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@pytest.mark.parametrize(
    "value",
    [
        {"OS-EXT-SRV-ATTR:user_data": SECRET},
        {"adminPass": SECRET},
        {"metadata": {"db_password": SECRET}},
        {"connection": {"auth": {"token": {"id": SECRET}}}},
        {"private_key": [SECRET]},
        {"ipsec": {"psk": SECRET}},
        f"transport://openstack:{SECRET}@10.0.0.1:5672/",
        f"mysql+pymysql://nova:{SECRET}@10.0.0.1/nova?charset=utf8",
        f'{{"name": "x", "user_data": "{SECRET}"}}',
        f'["map",[["psk","{SECRET}"],["remote_ip","10.0.0.1"]]]',
        f"<graphics type='vnc' passwd='{SECRET}'/>",
        f"rabbit_password = {SECRET}",
        f"auth: password={SECRET}, user=x",
        f"password: {SECRET}\nnext: line",
        f"before\n{PEM.replace('b3BlbnNzaC1rZXk', SECRET)}\nafter",
        PEM.replace("b3BlbnNzaC1rZXk", SECRET)[:60],
    ],
)
def test_what_looks_like_a_secret_is_taken_out_without_being_known(value: Any) -> None:
    kept = json.dumps(Redactor().value(value))
    assert SECRET not in kept
    assert REDACTED in kept


def test_what_stands_beside_a_secret_stays(tmp_path: Path) -> None:
    text = f'{{"name": "x", "user_data": "{SECRET}", "psk" : "a\\"b", "ports": [1, null]}}'
    assert json.loads(Redactor().text(text)) == {
        "name": "x",
        "user_data": REDACTED,
        "psk": REDACTED,
        "ports": [1, None],
    }


@pytest.mark.parametrize(
    "value",
    [
        {"password": None, "token": "", "secret": {}, "is_secret": False},
        '{"user_data": null, "token": true, "psk": ""}',
        {"key_name": "mykey", "id": "0d62b885", "security_groups": ["default"], "binding:profile": {}},
        "<secret type='ceph' uuid='0d62b885-9d28-4a11-a92d-cba118566728'/>",
        "available label enable web3-lb of lab.example.org in /var/lab and lab-net",
    ],
)
def test_what_is_no_secret_stays(value: Any) -> None:
    assert Redactor(["lab"]).value(value) == value


def test_a_short_secret_is_taken_out_where_it_stands_alone() -> None:
    redactor = Redactor(["lab"])
    assert redactor.text("amqp with lab at 'lab', \"lab\" and (lab)") == (
        f"amqp with {REDACTED} at '{REDACTED}', \"{REDACTED}\" and ({REDACTED})"
    )
    assert redactor.value(["lab"]) == [REDACTED]


@pytest.mark.parametrize("folder", ["api", "db", "hosts"])
def test_real_answers_are_kept_as_they_are(folder: str) -> None:
    redactor = Redactor(["lab", "discovery", "correct-horse-battery"])
    files = sorted((DATA / folder).rglob("*.json"))
    assert files
    for path in files:
        answers = {
            key: value for key, value in json.loads(path.read_text()).items() if key not in ("recorded", "origin")
        }
        assert redactor.value(answers) == answers
        assert json.loads(redactor.text(json.dumps(answers))) == answers


texts = st.text(max_size=20)
secrets = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=8, max_size=40)


@anywhere
@given(
    secret=secrets, before=st.text(max_size=20), after=st.text(max_size=20), key=st.sampled_from(["a", "description"])
)
def test_a_secret_of_the_configuration_is_in_no_part_of_the_archive(
    tmp_path: Path, secret: str, before: str, after: str, key: str
) -> None:
    section = {"name": "mysql", "host": "db", "user": "u", "pwd": secret}
    text = before + secret + after
    real = Sources(
        {"R": ToldApi("R", {"ports": [{key: text, "deep": [[{"x": text}]]}]})},
        ToldDatabase({"nova.services": [{"host": text}]}),
        ToldShells({"h": {"interfaces": CommandResult(text, text, 0)}, "dead": Refused("ssh", text, text)}),
        {"CLI": Refused("ssh", text).problem},
    )
    with Recorder(tmp_path / "a.zip", {"name": "x", "configuration": [section]}) as recorder:
        kept = recording(real, recorder)
        kept.apis["R"].listing("network", "ports", "ports")
        assert kept.database is not None
        kept.database.rows("nova", "services", ["host"])
        assert kept.shells is not None
        with kept.shells.connect("h", "") as shell:
            shell.run(INTERFACES)
        with pytest.raises(Refused), kept.shells.connect("dead", ""):
            pass
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        for name in archive.namelist():
            assert secret not in "\n".join(_texts(json.loads(archive.read(name))))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *_texts(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [str(value)]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_secret_key_of_every_section_is_left_out_of_the_settings(tmp_path: Path, name: str) -> None:
    section = {"name": name} | {key.name: f"{SECRET}-{key.name}" for key in SECTIONS[name].keys}
    with Recorder(tmp_path / "a.zip", {"name": "x", "configuration": [section]}):
        pass
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        kept = json.loads(archive.read("manifest.json"))["environment"]["configuration"][0]
    hidden = {key.name for key in SECTIONS[name].keys if key.secret or key.path}
    assert set(kept) == {"name"} | {key.name for key in SECTIONS[name].keys} - hidden


def test_a_password_that_is_also_a_name_does_not_destroy_the_name(tmp_path: Path) -> None:
    sections = [{"name": "mysql", "host": "db", "user": "nova", "pwd": "nova"}]
    real = Sources({"R": ToldApi("R", {"ports": [{"device_owner": "compute:nova", "zone": "nova"}]})})
    with Recorder(tmp_path / "a.zip", {"name": "x", "configuration": sections}) as recorder:
        recording(real, recorder).apis["R"].listing("network", "ports", "ports")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "compute:nova" in archive.read("api/R.json").decode()
        assert "pwd" not in archive.read("manifest.json").decode()
