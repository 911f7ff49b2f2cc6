"""Readings of a cloud of any size, made as they are asked for.

What the collectors and link finders say of one cell is read once from its recording, and told in as many copies as are
wanted.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

from benchmarks.cloud.recorded import open_recorded
from benchmarks.cloud.recording import Size, write_multiplied
from benchmarks.cloud.renaming import Renaming, Words
from benchmarks.cloud.vocabulary import Vocabulary, vocabulary_of
from collectors.collection import Collection
from collectors.registry import load_plugins
from collectors.sources.replay import open_recording
from graph_schema.records import Attributes, Link, Reading, Record, Ref, Scope
from graph_schema.registry import LINKS, owned_by
from topology.scan.inventory import Inventory
from topology.store import Entry

HOST_SOURCE = "ssh"
TENANCIES = 20  # with these a host has about as many instances as hosts of real clouds have
_DECIMATED = 3  # of ten tenancies the one that goes

Change = Callable[[Record], Record]
Part = tuple[Scope, Iterator[Entry], Iterator[Attributes]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is said of one object of the cell: text, cut at the words that change from copy to copy."""

    pieces: list[str]
    shared: bool
    """Whether it is the same in every cell."""
    left: list[str] | None
    """What is left of it when one in ten of the tenancies is gone: nothing of what was of these, and no link to it."""


@dataclass(frozen=True, slots=True)
class _ScopePieces:
    scope: Scope
    entries: Sequence[_Piece]
    attributes: Sequence[_Piece]


class MultipliedCloud:
    """A cloud of many cells. What it says is made anew at each asking, the same each time, and never kept."""

    def __init__(self, cells: int = 1, *, tenancies: int = TENANCIES, seed: int = 0) -> None:
        self.cells, self._tenancies = cells, tenancies
        recorded = open_recorded()
        self._vocabulary = vocabulary_of(recorded)
        self._renaming = Renaming(self._vocabulary, seed)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cell.zip"
            write_multiplied(path, Size(1, tenancies), seed=seed, recorded=recorded)
            readings = list(read_recording(path))
        self._latest: dict[int, Words] = {}
        cut = _Cutter(self._vocabulary, self._renaming, tenancies)
        self._scopes = [cut.scope(*reading) for reading in readings]

    @classmethod
    def of_objects(cls, objects: int, *, seed: int = 0) -> MultipliedCloud:
        """A cloud of about so many objects."""
        cloud = cls(seed=seed)
        cloud.cells = max(1, round(objects / cloud.counts()[1]))
        return cloud

    def counts(self) -> tuple[int, int]:
        """How many objects there are in all, and how many each cell has of its own."""
        pieces = [piece for part in self._scopes for piece in part.entries]
        own = sum(not piece.shared for piece in pieces)
        return len(pieces) + (self.cells - 1) * own, own

    def parts(self, *, change: Change | None = None, decimated: bool = False) -> Iterator[Part]:
        """Every scope with what is said of it.

        `change` is done to each record; `decimated`: one in ten of the tenancies is gone with all that it had.
        """
        for part in self._scopes:
            if part.scope.source != HOST_SOURCE:
                yield self._part(part, range(self.cells), change, decimated)
        hosts = [part for part in self._scopes if part.scope.source == HOST_SOURCE]
        for cell in range(self.cells):
            for part in hosts:
                if cell == 0 or not self._is_shared(part.scope):
                    yield self._part(part, range(cell, cell + 1), change, decimated)

    def records(self, cell: int) -> Iterator[Record]:
        """The objects of one cell, with what the cloud has as a whole in the first."""
        for part in self._scopes:
            for text in self._texts(part.entries, range(cell, cell + 1), decimated=False):
                yield _entry(text, None).record

    def words(self, cell: int) -> Words:
        """Words of cell 0 as they are in another one."""
        if cell and cell not in self._latest:
            self._latest = {cell: self._renaming.cell(cell, self._tenancies)}
        return self._latest[cell] if cell else {}

    def _is_shared(self, scope: Scope) -> bool:
        return self._vocabulary.levels.get(scope.name) == "cloud"

    def _part(self, part: _ScopePieces, cells: range, change: Change | None, decimated: bool) -> Part:
        name = self.words(cells.start).get(part.scope.name, part.scope.name)
        entries = (_entry(text, change) for text in self._texts(part.entries, cells, decimated))
        attributes = (Attributes(**json.loads(text)[0]) for text in self._texts(part.attributes, cells, decimated))
        return Scope(part.scope.source, name), entries, attributes

    def _texts(self, pieces: Sequence[_Piece], cells: range, decimated: bool) -> Iterator[str]:
        for cell in cells:
            words = self.words(cell)
            for piece in pieces:
                cut = piece.left if decimated else piece.pieces
                if cut is not None and (cell == 0 or not piece.shared):
                    yield "".join([words.get(word, word) for word in cut])


def renamed(share: int) -> Change:
    """Gives one object in `share` another name, always the same ones."""

    def change(record: Record) -> Record:
        hit = crc32(record.id.encode()) % share == 0
        return replace(record, name=f"{record.name}~") if hit else record

    return change


def read_recording(path: Path) -> Iterator[tuple[Reading, list[Entry]]]:
    """What a scan of the recording would write, scope by scope."""
    with Collection(open_recording(path).sources, load_plugins()) as collection:
        cloud = Inventory()
        readings = [replace(each, records=list(each.records)) for each in collection.read_cloud()]
        for reading in readings:
            cloud.add(reading.records)
        for reading in readings:
            yield reading, _with_links(collection, reading, cloud)
        for reading in sorted(collection.read_hosts(cloud), key=lambda each: each.scope):
            view = Inventory(host=reading.scope.name, below=cloud)
            view.types(type.name for type in owned_by(HOST_SOURCE))
            view.add(reading.records)
            yield reading, _with_links(collection, reading, view)


def _with_links(collection: Collection, reading: Reading, view: Inventory) -> list[Entry]:
    links, problems = collection.find_links(reading.scope, view)
    if problems or reading.outcome.status != "complete":
        raise RuntimeError(f"{reading.scope.key} cannot be read: {[*problems, *reading.outcome.problems]}")
    anchored: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        kind = LINKS[link.type]
        key = (kind.source, link.source_id) if kind.anchor == "source" else (kind.target, link.target_id)
        anchored.setdefault(key, []).append(link)
    return [Entry(record, tuple(anchored.get((record.type, record.id), ()))) for record in reading.records]


class _Cutter:
    """Cuts what is said of a cell into pieces."""

    def __init__(self, vocabulary: Vocabulary, renaming: Renaming, tenancies: int) -> None:
        self._vocabulary = vocabulary
        self._elsewhere = renaming.cell(1, tenancies)
        words = [set(renaming.words(0, tenancy).values()) for tenancy in range(tenancies)]
        counts = Counter(word for found in words for word in found)
        decimated = set().union(*(found for number, found in enumerate(words) if number % 10 == _DECIMATED))
        self._gone = {word for word in decimated if counts[word] == 1}

    def scope(self, reading: Reading, entries: Sequence[Entry]) -> _ScopePieces:
        """A scope of the cell."""
        said = [self._piece(entry.record.id, *_json_of(entry)) for entry in entries]
        added = [self._piece(one.id, _fields(one), []) for one in reading.attributes]
        return _ScopePieces(reading.scope, said, added)

    def _piece(self, id: str, value: Any, links: list[Any]) -> _Piece:
        pieces = self._cut([value, links])
        shared = all(self._elsewhere.get(word, word) == word for word in pieces[1::2])
        if not any(word in self._gone for word in pieces[1::2]):
            return _Piece(pieces, shared, pieces)
        left = [link for link in links if not (self._is_gone(link[1]) or self._is_gone(link[2]))]
        return _Piece(pieces, shared, None if self._is_gone(id) else self._cut([value, left]))

    def _cut(self, value: Any) -> list[str]:
        return self._vocabulary.split(json.dumps(value))

    def _is_gone(self, id: str) -> bool:
        return any(word in self._gone for word in self._vocabulary.pattern.findall(id))


def _fields(one: Attributes) -> dict[str, Any]:
    return {"type": one.type, "group": one.group, "id": one.id, "properties": dict(one.properties)}


def _json_of(entry: Entry) -> tuple[list[Any], list[Any]]:
    record = entry.record
    parent = [record.parent.type, record.parent.id]
    said = [record.type, record.id, record.name, record.host, parent, dict(record.properties), dict(record.details)]
    links = [
        [link.type, link.source_id, link.target_id, link.name, link.state, link.weight, link.networks]
        for link in entry.links or ()
    ]
    return said, links


def _entry(text: str, change: Change | None) -> Entry:
    (type, id, name, host, parent, properties, details), links = json.loads(text)
    record = Record(type, id, name, host, Ref(*parent), properties, details)
    found = tuple(
        Link(kind, source, target, said, state, weight, _together(networks))
        for kind, source, target, said, state, weight, networks in links
    )
    return Entry(change(record) if change else record, found)


def _together(networks: list[str] | None) -> tuple[str, ...] | None:
    return None if networks is None else tuple(sorted(networks))
