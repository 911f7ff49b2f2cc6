"""A multiplied cloud: as much of everything as it has copies, and each copy like the recording that it is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from benchmarks.cloud.readings import MultipliedCloud, read_recording, renamed
from benchmarks.cloud.recorded import open_recorded, shipped_recording
from benchmarks.cloud.recording import Size, write_multiplied
from benchmarks.cloud.renaming import MOST_TENANCIES, Renaming
from benchmarks.cloud.vocabulary import vocabulary_of
from benchmarks.writing import write_parts
from topology.cliques import Clique, clique
from topology.graph import Graph
from topology.store import Entry

CELLS, TENANCIES = 2, 3
FOCAL = ("instance", "vservice", "floating_ip")

Said = dict[str, frozenset[tuple[object, ...]]]


def said(scopes: Iterable[tuple[str, Iterable[Entry]]]) -> Said:
    """By scope, all that is said of objects and links."""
    return {key: frozenset(_values(entry) for entry in entries) for key, entries in scopes}


def _values(entry: Entry) -> tuple[object, ...]:
    record = entry.record
    content = {"properties": record.properties, "details": record.details}
    return (
        record.type,
        record.id,
        record.name,
        record.host,
        record.parent,
        _frozen(content),
        frozenset(entry.links or ()),
    )


def _frozen(value: object) -> object:
    """Comparable, and lists without their order: the tenancies of a host add to them."""
    if isinstance(value, Mapping):
        return frozenset((key, _frozen(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return frozenset(map(_frozen, value))
    return value


def recorded(path: Path, size: Size) -> list[tuple[str, list[Entry]]]:
    """The scopes that collectors and link finders read from a multiplied recording."""
    write_multiplied(path, size)
    return [(reading.scope.key, entries) for reading, entries in read_recording(path)]


def counts(scopes: Iterable[tuple[str, Iterable[Entry]]]) -> tuple[Counter[str], Counter[str]]:
    entries = [entry for _, entries in scopes for entry in entries]
    return Counter(e.record.type for e in entries), Counter(link.type for e in entries for link in e.links or ())


def streamed(cloud: MultipliedCloud) -> list[tuple[str, list[Entry]]]:
    return [(scope.key, list(entries)) for scope, entries, _ in cloud.parts()]


def test_cells_read_from_their_recording_are_the_copies_of_one_cell(tmp_path: Path) -> None:
    read = recorded(tmp_path / "cells.zip", Size(CELLS, TENANCIES))

    assert said(read) == said(streamed(MultipliedCloud(CELLS, tenancies=TENANCIES)))


def test_the_first_copy_is_the_recording_itself(tmp_path: Path) -> None:
    first = said(recorded(tmp_path / "one.zip", Size()))

    assert first == said([(r.scope.key, entries) for r, entries in read_recording(shipped_recording())])


def test_there_is_as_much_of_everything_as_there_are_copies(tmp_path: Path) -> None:
    objects, links = counts(recorded(tmp_path / "one.zip", Size()))
    # Of the cloud: the controller with its NIC, the projects admin and service with a security group each.
    once = Counter(region=1, availability_zone=3, project=2, security_group=2, host=1, host_pnic=1)

    many = counts(streamed(MultipliedCloud(5, tenancies=1)))

    expected = {type: 5 * (count - once[type]) + once[type] for type, count in objects.items()}
    assert many == (expected, {type: 5 * count for type, count in links.items()})


def test_copies_say_different_things_of_different_objects() -> None:
    entries = [entry for _, entries in streamed(MultipliedCloud(CELLS, tenancies=TENANCIES)) for entry in entries]
    ports = [e.record for e in entries if e.record.type == "port"]
    macs = [port["mac_address"] for port in ports]
    addresses = [(port["network_id"], address) for port in ports for address in port.get("ip_addresses", ())]

    assert len({(e.record.type, e.record.id) for e in entries}) == len(entries)
    assert len(set(macs)) == len(macs)
    assert len(set(addresses)) == len(addresses) > len(ports) // 2


def test_another_seed_gives_other_ids_and_the_same_seed_the_same() -> None:
    clouds = [MultipliedCloud(1, tenancies=2, seed=seed) for seed in (0, 0, 1)]
    ids = [{e.record.id for _, entries in streamed(cloud) for e in entries} for cloud in clouds]

    assert ids[0] == ids[1]
    assert len(ids[0]) == len(ids[2])
    assert ids[0] != ids[2]


def test_cliques_of_a_copy_are_those_of_the_recording_with_other_names(graph: Graph, environment: str) -> None:
    cloud = MultipliedCloud(CELLS, tenancies=TENANCIES)
    alone = MultipliedCloud(1, tenancies=1)
    original, many = f"{environment}-one", environment
    write_parts(graph, original, alone.parts())
    write_parts(graph, many, cloud.parts())
    vocabulary = vocabulary_of(open_recorded())
    renaming = Renaming(vocabulary)
    ids = [e.record.id for _, entries in streamed(alone) for e in entries if e.record.type in FOCAL]
    focal = [id for id in ids if vocabulary.of_tenancy(id)]
    cliques = [clique(graph, original, id) for id in focal]

    for words in (renaming.words(0, 2), renaming.words(1, 1)):

        def other(text: str, words: Mapping[str, str] = words) -> str:
            return "".join(words.get(word, word) for word in vocabulary.split(text))

        expected = {other(found.focal_point): _shape(found, other) for found in cliques}
        assert {id: _shape(clique(graph, many, id), str) for id in expected} == expected


def _shape(found: Clique, name: Callable[[str], str]) -> frozenset[tuple[str, ...]]:
    nodes = {(node["type"], name(node["id"])) for node in found.nodes}
    links = {(link["link_type"], name(link["source_id"]), name(link["target_id"])) for link in found.links}
    return frozenset(nodes | links)


def test_a_share_of_objects_changes_its_name_and_no_other() -> None:
    cloud = MultipliedCloud(1)
    before = {e.record.id: e.record.name for _, entries in streamed(cloud) for e in entries}
    after = {e.record.id: e.record.name for _, entries, _ in cloud.parts(change=renamed(100)) for e in entries}

    changed = {id for id in before if after[id] != before[id]}
    assert before.keys() == after.keys()
    assert 0.005 < len(changed) / len(before) < 0.02


def test_what_is_left_of_a_decimated_cloud_names_nothing_that_is_gone() -> None:
    cloud = MultipliedCloud(1)
    left = [entry for _, entries, _ in cloud.parts(decimated=True) for entry in entries]
    ids = {entry.record.id for entry in left}

    assert 0.85 < len(left) / cloud.counts()[0] < 0.95
    assert {end for e in left for link in e.links or () for end in (link.source_id, link.target_id)} <= ids
    assert {e.record.parent.id for e in left} - {""} <= ids


def test_a_cloud_has_no_more_tenancies_than_its_shared_networks_have_addresses() -> None:
    renaming = Renaming(vocabulary_of(open_recorded()))
    renaming.words(0, MOST_TENANCIES - 1)
    with pytest.raises(ValueError, match="tenancies"):
        Size(1, MOST_TENANCIES + 1)
