"""What a host of several tenancies answers: what one tenancy's host says, and what the others add to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.cloud.renaming import Words
from benchmarks.cloud.vocabulary import Vocabulary

_SHIFT = 1000  # of the kernel's numbers of devices and namespaces, from tenancy to tenancy
_NUMBERED = re.compile(r'("(?:ifindex|link_index|link_netnsid)": ?|\(id: )(\d+)')
_NAMESPACE = re.compile(r"(?m)^(?=netns: )")
_DOMAIN = re.compile(r"(?s)<domain .*?</domain>\n*")


class HostAnswers:
    """Merges the answers of one host, command by command."""

    def __init__(self, vocabulary: Vocabulary, words: Sequence[Words]) -> None:
        """`words`: of each tenancy, in the cell that the host is of."""
        self._vocabulary, self._words = vocabulary, words

    def entries(self, recorded: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The entries of the host's part of a recording."""
        return [self._entry(entry) for entry in recorded]

    def _entry(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        ask = entry["ask"]
        if "error" in entry or ask[0] != "run":
            told: dict[str, Any] = json.loads(self._renamed(json.dumps(entry), 0))
            return told
        answer = dict(entry["answer"])
        answer["stdout"] = _MERGED[ask[1]](self, answer["stdout"])
        arguments = [self._renamed(word, tenancy) for tenancy in range(len(self._words)) for word in ask[2]]
        return {"ask": [*ask[:2], arguments], "answer": answer}

    def whole(self, text: str) -> str:
        """What is the same whatever there is on the host."""
        return self._renamed(text, 0)

    def lines(self, text: str) -> str:
        """Lines of which the last says that the output is whole."""
        *lines, end = text.splitlines(keepends=True) or [""]
        return "".join(self._all(lines)) + self._renamed(end, 0)

    def listed(self, text: str) -> str:
        """Lines in any order."""
        return "".join(self._all(text.splitlines(keepends=True)))

    def domains(self, text: str) -> str:
        """Uuids, an empty line, and what lists them."""
        listing, gap, rest = text.partition("\n\n")
        return "".join(self._all([f"{line}\n" for line in listing.splitlines()])) + gap[1:] + rest

    def definitions(self, text: str) -> str:
        """One XML document after the other."""
        return "".join(self._all(_DOMAIN.findall(text)))

    def objects(self, text: str) -> str:
        """A JSON list of devices or forwarding entries."""
        return "[" + ",".join(self._all(map(json.dumps, json.loads(text)))) + "]\n"

    def namespaces(self, text: str) -> str:
        """Each namespace's devices after a line with its name."""
        first, *blocks = _NAMESPACE.split(text)
        return first + "".join(self._all(blocks))

    def switch(self, text: str) -> str:
        """The tables of Open vSwitch: rows are told apart by their first cell, bridges by their name."""
        tables = text.splitlines()
        return "\n".join([tables[0], *(self._table(table) for table in tables[1:])]) + "\n"

    def _table(self, text: str) -> str:
        table = json.loads(text)
        rows: dict[str, list[Any]] = {}
        for tenancy in range(len(self._words)):
            for row in json.loads(self._renamed(json.dumps(table["data"]), tenancy)):
                there = rows.setdefault(json.dumps(row[0]), row)
                if table["headings"][-1] == "ports":
                    there[-1] = _united(there[-1], row[-1])
        return json.dumps({**table, "data": list(rows.values())})

    def _all(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces as they are in the first tenancy, and what the others have beside it."""
        pieces = list(pieces)
        yield from (self._renamed(piece, 0) for piece in pieces)
        own = [piece for piece in pieces if self._vocabulary.of_tenancy(piece)]
        for tenancy in range(1, len(self._words)):
            for piece in own:
                yield _NUMBERED.sub(partial(_shifted, tenancy * _SHIFT), self._renamed(piece, tenancy))

    def _renamed(self, text: str, tenancy: int) -> str:
        words = self._words[tenancy]
        return self._vocabulary.pattern.sub(lambda found: words.get(found[0], found[0]), text)


def _shifted(shift: int, found: re.Match[str]) -> str:
    return f"{found[1]}{int(found[2]) + shift}"


def _united(one: Any, other: Any) -> Any:
    """A set of the database's that holds the members of both; one alone stands there bare."""
    members = [*(one[1] if one[0] == "set" else [one]), *(other[1] if other[0] == "set" else [other])]
    return ["set", list({json.dumps(member): member for member in members}.values())]


_MERGED: Mapping[str, Callable[[HostAnswers, str], str]] = {
    "system": HostAnswers.whole,
    "nic_files": HostAnswers.lines,
    "interfaces": HostAnswers.objects,
    "forwarding": HostAnswers.objects,
    "namespaces": HostAnswers.listed,
    "namespace_interfaces": HostAnswers.namespaces,
    "domains": HostAnswers.domains,
    "domain_xml": HostAnswers.definitions,
    "ovs": HostAnswers.switch,
}
