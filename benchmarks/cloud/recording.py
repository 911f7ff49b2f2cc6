"""A recording of a cloud of several cells and tenancies, written so that `calipso replay` scans from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cloud.host_answers import HostAnswers
from benchmarks.cloud.recorded import Recorded, open_recorded
from benchmarks.cloud.renaming import MOST_TENANCIES, Renaming, Words
from benchmarks.cloud.vocabulary import vocabulary_of
from collectors.sources.archive import part_name, write_archive

_ZONES = "availabilityZoneInfo"
_HEAD = ("format", "version")


@dataclass(frozen=True, slots=True)
class Size:
    """How many cells the cloud has, and how often the recording's projects are there in each."""

    cells: int = 1
    tenancies: int = 1

    def __post_init__(self) -> None:
        if self.cells < 1 or not 1 <= self.tenancies <= MOST_TENANCIES:
            raise ValueError(f"a cloud has one cell or more, and 1 to {MOST_TENANCIES} tenancies in each; not {self}")


def write_multiplied(path: Path, size: Size, *, seed: int = 0, recorded: Recorded | None = None) -> None:
    """Write the recording of a larger cloud. Each host's answers are made when their turn comes."""
    recorded = recorded or open_recorded()
    copies = _Copies(recorded, size, seed)
    parts = {recorded.api_part: copies.api}
    for host in recorded.hosts:
        for cell in range(1 if host in recorded.controllers else size.cells):
            parts[part_name("hosts", copies.words[cell][0].get(host, host))] = partial(copies.host, host, cell)
    write_archive(path, {key: value for key, value in recorded.manifest.items() if key not in _HEAD}, parts)


class _Copies:
    """The answers of all copies."""

    def __init__(self, recorded: Recorded, size: Size, seed: int) -> None:
        self._recorded, self._vocabulary = recorded, vocabulary_of(recorded)
        renaming = Renaming(self._vocabulary, seed)
        self.words: list[list[Words]] = [
            [renaming.words(cell, tenancy) for tenancy in range(size.tenancies)] for cell in range(size.cells)
        ]

    def host(self, host: str, cell: int) -> list[dict[str, Any]]:
        """What one host answers."""
        return HostAnswers(self._vocabulary, self.words[cell]).entries(self._recorded.hosts[host])

    def api(self) -> list[dict[str, Any]]:
        """What the API answers: each thing once, in all its copies."""
        return [self._listing(entry) for entry in self._recorded.api]

    def _listing(self, entry: dict[str, Any]) -> dict[str, Any]:
        if entry["ask"][0] != "listing":
            return entry
        zones = entry["ask"][3] == _ZONES
        answer = _united_zones(self._copied(entry["answer"])) if zones else list(self._copied(entry["answer"]))
        return {**entry, "answer": answer}

    def _copied(self, items: list[Any]) -> Iterator[Any]:
        pieces = [self._vocabulary.split(json.dumps(item)) for item in items]
        seen: set[str] = set()
        for cell in self.words:
            for words in cell:
                for piece in pieces:
                    text = "".join([words.get(word, word) for word in piece])
                    if text not in seen:
                        seen.add(text)
                        yield json.loads(text)


def _united_zones(items: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Zones are of the cloud: the hosts of all cells are in them."""
    zones: dict[str, dict[str, Any]] = {}
    for item in items:
        there = zones.setdefault(item["zoneName"], item)
        there["hosts"] = {**(there["hosts"] or {}), **(item["hosts"] or {})}
    return list(zones.values())
