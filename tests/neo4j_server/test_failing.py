"""When the managed Neo4j can not run, the message says why and what to do; nothing is left running."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from topology.neo4j_server import ManagedServer, ServerError, diagnosis
from topology.settings import Settings


def test_a_java_that_is_missing_is_named(settings: Settings, tmp_path: Path) -> None:
    message = _failure(settings, java_home=tmp_path)

    assert f"{tmp_path}/bin/java does not run" in message
    assert "CALIPSO_JAVA_HOME" in message


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.22", "25.0.1"])
def test_a_java_of_an_unsupported_version_is_refused_before_anything_starts(
    settings: Settings, tmp_path: Path, version: str
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-01-16' >&2\n")
    java.chmod(0o755)

    message = _failure(settings, java_home=tmp_path)

    major = version.removeprefix("1.").split(".")[0]
    assert f"is Java {major}, Neo4j 5.26 needs 17 or 21" in message


def test_a_heap_that_is_no_size_is_named(settings: Settings) -> None:
    message = _failure(settings, neo4j_heap="much")

    assert "CALIPSO_NEO4J_HEAP (much)" in message


def test_more_memory_than_there_is_is_named(settings: Settings) -> None:
    message = _failure(settings, neo4j_page_cache="90000g")

    assert "does not have the memory that it asks for (heap 256m, page cache 90000g)" in message


def test_a_damaged_store_is_told_at_once_with_what_to_do(settings: Settings, stopped_store: Path) -> None:
    shutil.copytree(stopped_store, settings.data_dir)
    for file in (settings.data_dir / "neo4j/home/data/databases/neo4j").glob("neostore*"):
        file.write_bytes(os.urandom(8192))

    message = _failure(settings)

    assert "its store is damaged" in message
    assert "Put a backup" in message
    assert _servers_of(settings) == set()


def test_a_damaged_system_database_is_told_too(settings: Settings, stopped_store: Path) -> None:
    shutil.copytree(stopped_store, settings.data_dir)
    for file in (settings.data_dir / "neo4j/home/data/databases/system").glob("neostore*"):
        file.write_bytes(os.urandom(8192))

    assert "its store is damaged" in _failure(settings)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system can not be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_before_anything_starts(settings: Settings, small_disk: Path) -> None:
    message = _failure(settings, data_dir=small_disk)

    assert f"the disk of {small_disk}/neo4j is full" in message


def test_a_disk_that_fills_up_during_the_start_is_told_and_a_start_with_room_succeeds(
    settings: Settings, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnosis, "NEEDED_SPACE", 0)
    elsewhere = settings.model_copy(update={"data_dir": small_disk})

    message = _failure(elsewhere)
    assert f"the disk of {small_disk}/neo4j/home is full" in message
    assert _servers_of(elsewhere) == set()

    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    server = ManagedServer(elsewhere)
    state = server.start()
    assert server.status() == state
    server.stop()


def test_a_lost_password_is_told_instead_of_a_new_one_made(settings: Settings, stopped_store: Path) -> None:
    shutil.copytree(stopped_store, settings.data_dir)
    (settings.data_dir / "neo4j/password").unlink()

    assert "neo4j/password is missing" in _failure(settings)


def test_a_password_of_another_store_is_told(settings: Settings, stopped_store: Path) -> None:
    shutil.copytree(stopped_store, settings.data_dir)
    (settings.data_dir / "neo4j/password").write_text("another")

    assert "refuses the password of its own data folder" in _failure(settings)
    assert _servers_of(settings) == set()


def test_a_store_that_runs_where_we_can_not_see_it_is_left_alone(settings: Settings) -> None:
    (settings.data_dir / "neo4j").mkdir(parents=True)
    with (settings.data_dir / "neo4j/server.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        assert "it can not be seen from here" in _failure(settings)


def test_a_folder_that_can_not_be_made_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    message = _failure(settings, data_dir=tmp_path / "file")

    assert f"{tmp_path}/file/neo4j can not be made" in message
    assert "CALIPSO_DATA_DIR" in message


def _failure(settings: Settings, **changed: object) -> str:
    with pytest.raises(ServerError) as raised:
        ManagedServer(settings.model_copy(update=changed)).start()
    return str(raised.value)


def _servers_of(settings: Settings) -> set[int]:
    home = f"--home-dir={settings.data_dir / 'neo4j' / 'home'}"
    return {found.pid for found in psutil.process_iter(["cmdline"]) if home in (found.info["cmdline"] or ())}
