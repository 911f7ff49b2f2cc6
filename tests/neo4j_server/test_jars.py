"""What Neo4j is assembled from is exactly what the lock names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.jars import Jar, assemble, damaged, folder_of, locked, read_lock

# Two small libraries of the real lock, as published.
SMALL = tuple(jar for jar in locked() if jar.artifact in ("reactive-streams", "jaxb-api"))


def test_the_shipped_lock_names_each_jar_once_with_a_hash() -> None:
    jars = locked()

    assert len({jar.file_name for jar in jars}) == len(jars) > 200
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in jars)
    assert {"neo4j-bootcheck", "neo4j-server", "neo4j-browser"} <= {jar.artifact for jar in jars}


def test_what_is_assembled_is_what_the_lock_names(tmp_path: Path) -> None:
    told: list[str] = []

    folder = assemble(tmp_path, SMALL, told.append)

    assert {file.name for file in folder.iterdir()} == {jar.file_name for jar in SMALL}
    assert damaged(folder, SMALL) == []
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]
    assert f"Neo4j: {len(SMALL)} of {len(SMALL)} libraries" in told


def test_assembling_again_downloads_nothing(tmp_path: Path) -> None:
    first = assemble(tmp_path, SMALL, lambda _: None)
    told: list[str] = []

    assert assemble(tmp_path, SMALL, told.append) == first
    assert told == []


def test_a_jar_that_differs_from_the_lock_is_never_used(tmp_path: Path) -> None:
    wrong = (replace(SMALL[0], sha256="0" * 64), *SMALL[1:])

    with pytest.raises(ServerError, match=f"{SMALL[0].artifact}.* has SHA-256 {SMALL[0].sha256}, the lock says 0000"):
        assemble(tmp_path, wrong, lambda _: None)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / SMALL[0].file_name).write_bytes(b"not a jar"),
        lambda folder: (folder / SMALL[0].file_name).unlink(),
        lambda folder: (folder / "stranger.jar").write_bytes(b""),
    ],
    ids=["changed", "missing", "one too many"],
)
def test_a_damaged_program_is_assembled_anew(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    folder = assemble(tmp_path, SMALL, lambda _: None)
    damage(folder)
    told: list[str] = []

    assemble(tmp_path, SMALL, told.append)

    assert damaged(folder, SMALL) == []
    assert any("differ from the lock" in line for line in told)


def test_without_a_way_to_the_repository_the_message_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with pytest.raises(ServerError, match=r"was not to be had.*calipso neo4j install"):
        assemble(tmp_path, SMALL, lambda _: None)

    assert list(tmp_path.iterdir()) == []


_WORD = st.from_regex(r"[a-zA-Z][a-zA-Z0-9._-]{0,20}", fullmatch=True)
_JARS = st.lists(
    st.builds(Jar, _WORD, _WORD, _WORD, st.one_of(st.just(""), _WORD), st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
    unique_by=lambda jar: jar.coordinate,
)


@given(_JARS)
def test_a_lock_is_read_as_it_was_written(jars: list[Jar]) -> None:
    text = "# a remark\n" + "".join(f"{jar.coordinate} {jar.sha256}\n" for jar in jars)

    assert list(read_lock(text)) == jars


@given(_JARS, _JARS)
def test_two_locks_never_share_a_folder(one: list[Jar], other: list[Jar]) -> None:
    assert (folder_of(Path(), one) == folder_of(Path(), other)) == (one == other)
