"""Recording and replaying: the same answers to the same questions, the same bytes for the same content."""

from __future__ import annotations

import io
import json
import random
import threading
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.sources.archive import InvalidRecording, encoded
from collectors.sources.protocols import (
    CommandFailed,
    CommandResult,
    Malformed,
    NotOffered,
    Refused,
    SourceError,
    Sources,
    Unreachable,
)
from collectors.sources.recording import Recorder, recording
from collectors.sources.replay import open_recording
from graph_schema.commands import COMMANDS, DOMAIN_XML, INTERFACES, OVS
from graph_schema.records import Problem
from tests.sources.told import ToldApi, ToldDatabase, ToldShells

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
UUID = "0d62b885-9d28-4a11-a92d-cba118566728"
ENVIRONMENT = {
    "name": "lab",
    "distribution": "Debian",
    "mechanism_drivers": ("OVS", "LXB"),
    "configuration": [
        {
            "name": "OpenStack",
            "auth_url": "http://k:5000/v3",
            "user": "admin",
            "pwd": "lab",
            "cacert": "/home/me/ca.pem",
        },
        {"name": "CLI", "user": "root", "key": "/home/me/.ssh/id", "passphrase": "correct-horse"},
    ],
}
anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)

texts = st.text(max_size=30)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh", max_size=4), inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from([Refused, Unreachable, Malformed, NotOffered, CommandFailed])
errors = st.builds(lambda kind, a, b, c: kind(a, b, c), kinds, texts, texts, texts)
results = st.builds(CommandResult, texts, texts, st.integers(0, 255))
names = st.text(min_size=1, max_size=12)


def sources() -> Sources:
    """A small cloud with something of everything, and something wrong with it."""
    return Sources(
        apis={
            "RegionOne": ToldApi(
                listings={"ports": [{"id": "p", "name": "🦊\ud800"}], "trunks": NotOffered("n", "404")}
            )
        },
        database=ToldDatabase(
            {"nova.services": [{"host": "cmp1", "deleted": 0}], "nova.instances": Refused("m", "no")}
        ),
        shells=ToldShells(
            {
                "cmp1": {
                    "interfaces": CommandResult("[]", "", 0),
                    f"domain_xml {UUID}": CommandResult("<domain/>", "", 0),
                    "ovs": CommandFailed("ssh cmp1", "it did not end within 60 s."),
                },
                "a/../b:%": Unreachable("ssh", "no answer", "look"),
            }
        ),
        missing={"AMQP": Problem("AMQP", "refused", "check")},
        regions=["RegionOne", "RegionTwo"],
    )


def told(asked: Sources, order: int = 0) -> dict[str, Any]:
    """What sources say to every question, asked in some order."""
    api, database, shells = asked.apis["RegionOne"], asked.database, asked.shells
    assert database is not None
    assert shells is not None

    def on(host: str, name: str, *arguments: str) -> Any:
        with shells.connect(host, "10.0.0.1") as shell:
            return shell.result(COMMANDS[name], arguments)

    questions: dict[str, Any] = {
        "endpoints": api.endpoints,
        "ports": lambda: api.listing("network", "ports", "ports"),
        "trunks": lambda: api.listing("network", "trunks", "trunks"),
        "exists": lambda: api.exists("network", "ports/p"),
        "services": lambda: database.rows("nova", "services", ["host", "deleted"]),
        "instances": lambda: database.rows("nova", "instances", ["uuid"]),
        "interfaces": lambda: on("cmp1", INTERFACES.name),
        "domains": lambda: on("cmp1", DOMAIN_XML.name, UUID),
        "ovs": lambda: on("cmp1", OVS.name),
        "missing": lambda: on("cmp1", "forwarding"),
        "dead": lambda: on("a/../b:%", "ovs"),
    }
    shuffled = list(questions)
    random.Random(order).shuffle(shuffled)
    return {name: answer(questions[name]) for name in sorted(shuffled, key=shuffled.index)}


def answer(ask: Any) -> Any:
    try:
        return ask()
    except SourceError as error:
        return type(error), error.problem


def record(path: Path, order: int = 0, environment: Mapping[str, Any] = ENVIRONMENT) -> dict[str, Any]:
    with Recorder(path, environment, recorded_at=AT) as recorder:
        return told(recording(sources(), recorder), order)


def test_a_replay_answers_as_the_sources_did_errors_included(tmp_path: Path) -> None:
    said = record(tmp_path / "lab.zip")
    assert said == told(sources())
    opened = open_recording(tmp_path / "lab.zip")
    assert told(opened.sources) == said
    assert (opened.sources.regions, opened.sources.missing) == (sources().regions, sources().missing)
    assert opened.recorded_at == AT
    opened.sources.close()


def test_a_replay_needs_nothing_but_the_file(tmp_path: Path) -> None:
    record(tmp_path / "lab.zip")
    assert open_recording(tmp_path / "lab.zip").environment == {
        "name": "lab",
        "distribution": "Debian",
        "mechanism_drivers": ["OVS", "LXB"],
        "configuration": [
            {"name": "OpenStack", "auth_url": "http://k:5000/v3", "user": "admin"},
            {"name": "CLI", "user": "root"},
        ],
    }


def test_equal_content_gives_equal_bytes_whatever_the_order_of_the_questions(tmp_path: Path) -> None:
    archives = set()
    for order in range(4):
        record(tmp_path / f"{order}.zip", order)
        archives.add((tmp_path / f"{order}.zip").read_bytes())
    assert len(archives) == 1


def test_answers_from_many_threads_are_all_kept(tmp_path: Path) -> None:
    hosts = {f"h{n}": {"interfaces": CommandResult(str(n), "", 0)} for n in range(40)}
    with Recorder(tmp_path / "a.zip", {"name": "a"}) as recorder:
        kept = recording(Sources({}, shells=ToldShells(hosts)), recorder).shells
        assert kept is not None

        def ask(name: str) -> None:
            with kept.connect(name, name) as shell:
                shell.run(INTERFACES)

        threads = [threading.Thread(target=ask, args=(name,)) for name in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    replayed = open_recording(tmp_path / "a.zip").sources.shells
    assert replayed is not None
    for n in range(40):
        with replayed.connect(f"h{n}", "") as shell:
            assert shell.run(INTERFACES) == str(n)


def test_a_question_that_was_not_asked_then_is_an_error_and_not_an_empty_answer(tmp_path: Path) -> None:
    record(tmp_path / "lab.zip")
    opened = open_recording(tmp_path / "lab.zip").sources
    with pytest.raises(Malformed, match="listing network subnets"):
        opened.apis["RegionOne"].listing("network", "subnets", "subnets")
    assert opened.shells is not None
    with pytest.raises(Malformed), opened.shells.connect("cmp9", ""):
        pass


def test_only_its_owner_may_read_the_file_and_nothing_else_is_left(tmp_path: Path) -> None:
    record(tmp_path / "lab.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["lab.zip"]
    assert (tmp_path / "lab.zip").stat().st_mode & 0o777 == 0o600


def test_a_recording_that_ends_in_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    record(tmp_path / "lab.zip")
    before = (tmp_path / "lab.zip").read_bytes()

    def stopped() -> None:
        with Recorder(tmp_path / "lab.zip", ENVIRONMENT) as recorder:
            recording(sources(), recorder).apis["RegionOne"].endpoints()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("lab.zip", before)]


def test_a_folder_that_cannot_be_written_to_is_told_before_the_scan(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecording, match="No such file"):
        Recorder(tmp_path / "nowhere" / "lab.zip", ENVIRONMENT)


@anywhere
@given(
    listing=st.lists(jsons, max_size=3) | errors,
    rows=st.lists(st.dictionaries(st.text("abc", max_size=3), jsons, max_size=3), max_size=3) | errors,
    hosts=st.dictionaries(names, results | errors, max_size=3),
    region=names,
)
def test_whatever_is_told_is_replayed(
    tmp_path: Path, listing: Any, rows: Any, hosts: dict[str, Any], region: str
) -> None:
    real = Sources(
        {region: ToldApi(region, {"ports": listing})},
        ToldDatabase({"nova.services": rows}),
        ToldShells({name: {"interfaces": result} for name, result in hosts.items()}),
    )

    def ask(asked: Sources) -> list[Any]:
        assert asked.database is not None
        database = asked.database
        said = [
            answer(lambda: asked.apis[region].listing("network", "ports", "ports")),
            answer(lambda: database.rows("nova", "services", ["a", "b", "c"])),
        ]
        for name in hosts:
            assert asked.shells is not None
            with asked.shells.connect(name, "") as shell:
                said.append(answer(lambda: shell.result(INTERFACES)))  # called at once
        return said

    with Recorder(tmp_path / "any.zip", {"name": "any"}) as recorder:
        said = ask(recording(real, recorder))
    opened = open_recording(tmp_path / "any.zip").sources
    assert ask(opened) == said
    opened.close()


def rewritten(path: Path, change: Any) -> Path:
    """The archive with its parts changed by `change(name → bytes)`."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    change(parts)
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return other


@pytest.mark.parametrize("version", [0, 2, 99, "1", None, [1]])
def test_a_version_that_this_program_does_not_know_is_refused_with_both_named(tmp_path: Path, version: Any) -> None:
    record(tmp_path / "lab.zip")

    def change(parts: dict[str, bytes]) -> None:
        parts["manifest.json"] = encoded(json.loads(parts["manifest.json"]) | {"version": version})

    with pytest.raises(InvalidRecording) as raised:
        open_recording(rewritten(tmp_path / "lab.zip", change))
    assert f"format version {version!r}; this program reads version 1" in raised.value.problem.what


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "hosts/../../evil.json",
        "/etc/passwd",
        "hosts/a/b.json",
        "hosts\\evil.json",
        "run.sh",
        "api/",
        "x.json",
    ],
)
def test_a_file_that_is_no_part_of_a_recording_is_refused(tmp_path: Path, name: str) -> None:
    record(tmp_path / "lab.zip")
    with pytest.raises(InvalidRecording, match="not part of a recording"):
        open_recording(rewritten(tmp_path / "lab.zip", lambda parts: parts.update({name: b"{}"})))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    record(tmp_path / "lab.zip")
    bomb = {"hosts/bomb.json": b" " * (64 * 1024 * 1024)}
    with pytest.raises(InvalidRecording, match="too large"):
        open_recording(rewritten(tmp_path / "lab.zip", lambda parts: parts.update(bomb)))


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    record(tmp_path / "lab.zip")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "lab.zip", "a") as archive:
        archive.writestr("manifest.json", b"{}")
    with pytest.raises(InvalidRecording, match="twice"):
        open_recording(tmp_path / "lab.zip")


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.pop("manifest.json"),
        lambda parts: parts.update({"manifest.json": b"[]"}),
        lambda parts: parts.update({"manifest.json": b"{"}),
        lambda parts: parts.update({"manifest.json": encoded({"format": "calipso-recording", "version": 1})}),
        lambda parts: parts.update({"manifest.json": b"[" * 100_000}),
    ],
)
def test_a_manifest_that_is_damaged_is_told(tmp_path: Path, change: Any) -> None:
    record(tmp_path / "lab.zip")
    with pytest.raises(InvalidRecording):
        open_recording(rewritten(tmp_path / "lab.zip", change))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"ask": 1}]', b"[[]]", b"[" * 100_000, b"\xff"])
def test_a_part_that_is_damaged_is_an_error_of_the_source(tmp_path: Path, content: bytes) -> None:
    record(tmp_path / "lab.zip")
    damaged = {"api/RegionOne.json": content, "database.json": content, "hosts/cmp1.json": content}
    opened = open_recording(rewritten(tmp_path / "lab.zip", lambda parts: parts.update(damaged)))
    said = told(opened.sources)
    assert [name for name, each in said.items() if not isinstance(each, tuple)] == []
    opened.sources.close()


@anywhere
@given(st.data())
def test_an_archive_that_is_cut_or_flipped_anywhere_raises_nothing_but_source_errors(
    tmp_path: Path, data: st.DataObject
) -> None:
    whole = tmp_path / "lab.zip"
    if not whole.exists():
        record(whole)
    content = bytearray(whole.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[place:]
    else:
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "cut.zip").write_bytes(content)
    try:
        opened = open_recording(tmp_path / "cut.zip")
    except InvalidRecording:
        return
    told(opened.sources)
    opened.sources.close()


def test_what_is_no_recording_at_all_is_told(tmp_path: Path) -> None:
    for content in (b"", b"hello", io.BytesIO().getvalue()):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(InvalidRecording, match="not a zip file"):
            open_recording(tmp_path / "x")
    with pytest.raises(InvalidRecording, match="No such file"):
        open_recording(tmp_path / "nothing")
