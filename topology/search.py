"""Search: by name, address, MAC address in any notation, id, and what users wrote about objects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph_schema.model import ANNOTATIONS, INDEXED_LENGTH
from graph_schema.registry import OBJECT_TYPES
from topology.errors import AmbiguousName, InvalidConfiguration, TooBroad, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.shapes import JsonObject, node_shape, quoted
from topology.store import SEARCH_INDEX
from topology.store.encoding import stored_id, valid_text

LONGEST_TEXT = 300
MOST_WORDS = 12
LIMIT_CAP = 1000
# Hits that are ranked; who gets more asks for less.
CONSIDERED = 2000
_EXACT = 2
_MAC_DIGITS = 12
_NO_MAC = "no MAC address begins with this"

_SEARCHED = [p for kind in OBJECT_TYPES.values() for p in kind.properties if p.search]
_SCALARS = sorted({p.name for p in _SEARCHED if p.kind == "string"} | set(ANNOTATIONS))
_LISTS = sorted({p.name for p in _SEARCHED if p.kind == "strings"})
# What a person means who names an address that several objects share.
_MEANT = ("instance", "floating_ip", "router", "host", "network", "vservice", "port", "vnic")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits, best first; `next` asks for the following page."""

    items: tuple[Mapping[str, Any], ...]
    next: str | None

    def as_json(self) -> JsonObject:
        """The stable shape of `search --format json` and GET /search."""
        return {
            "items": [{"environment": item["environment"], **node_shape(item)} for item in self.items],
            "next": self.next,
        }


def search(
    graph: Graph, text: str, *, environment: str | None = None, limit: int = 20, cursor: str | None = None
) -> SearchResult:
    """Objects that the text names, best first, in one environment or all. Nothing in the text is an operator.

    Raises InvalidConfiguration for a cursor that no search gave, TimedOut.
    """
    skip = _position(cursor)
    limit = max(1, min(limit, LIMIT_CAP))
    found = _hits(graph, text, environment, skip, limit + 1)
    more = len(found) > limit
    return SearchResult(tuple(row["node"] for row in found[:limit]), str(skip + limit) if more else None)


def resolve(graph: Graph, environment: str, wanted: str) -> str:
    """The id of the object that a person names: by id, or by a name, address or MAC address that only one has.

    Raises UnknownObject with near matches, or AmbiguousName with those that are meant by it.
    """
    id = stored_id(wanted)
    if graph.read("object_by_id", environment=environment, id=id):
        return id
    exact = [row for row in _hits(graph, wanted, environment, 0, 50) if row["rank"] <= _EXACT]
    best = [row["node"] for row in exact if row["rank"] == exact[0]["rank"]]
    if len(best) > 1:
        best = _meant(best, by_name=exact[0]["rank"] < _EXACT)
    if len(best) == 1:
        return str(best[0]["id"])
    if best:
        text = f"{environment}: {quoted(wanted)} names several objects, say which by id:\n{_listed(best)}"
        raise AmbiguousName(text, tuple(str(node["id"]) for node in best))
    if not graph.read("environment_known", environment=environment)[0]["known"]:
        raise UnknownEnvironment(f"no environment is named {quoted(environment)}. There are: calipso env list")
    raise UnknownObject(
        f"{environment}: no object has the id or name {quoted(wanted)}.{suggestions(graph, environment, wanted)}"
    )


def suggestions(graph: Graph, environment: str, wanted: str) -> str:
    """A sentence that names near matches, or how to look for more; empty where there is nothing near."""
    near = _hits(graph, wanted, environment, 0, 5) or _near(graph, wanted, environment)
    if not near:
        return f" Look for it: calipso search TEXT --env {environment}"
    return " Is one of these meant?\n" + _listed([row["node"] for row in near])


def lucene(text: str) -> str:
    """The full-text query for a text: every word must be there, as a phrase or as beginnings of words.

    >>> lucene("web-1")
    '+("web-1"^4 OR (+web* +1*))'
    >>> lucene("10.1.1 OR")
    '+("10.1.1"^4 OR (+10.1.1*)) +("or"^4 OR (+or*))'
    """
    return " ".join(f"+({_word(word)})" for word in _words(text))


def phrases(text: str) -> str:
    """The full-text query for whole words, all of which must be there.

    >>> phrases("web-1 a")
    '+"web-1"^4 +"a"^4'
    """
    return " ".join(f"+{_phrase(word)}" for word in _words(text))


def fuzzy(text: str) -> str:
    """The full-text query for words that are nearly those of the text.

    >>> fuzzy("wbe-1")
    'wbe~ 1~'
    """
    return " ".join(f"{part}~" for word in _words(text) for part in re.findall(r"\w+", word))


def mac_beginning(text: str) -> str | None:
    """A MAC address, or at least two bytes of its beginning, as the graph keeps it; None where it is none.

    >>> mac_beginning("FA16.3e0b.1c2d"), mac_beginning("fa-16-3e"), mac_beginning("fa163e"), mac_beginning("beef")
    ('fa:16:3e:0b:1c:2d', 'fa:16:3e', None, None)
    """
    bare = text.strip().lower()
    digits = re.sub(r"[:.\-]", "", bare)
    whole = len(digits) == _MAC_DIGITS
    pairs = re.fullmatch(r"[0-9a-f]{2}([:\-][0-9a-f]{2}){1,5}", bare)
    if not re.fullmatch(r"[0-9a-f]+", digits) or not (whole or pairs):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _hits(graph: Graph, text: str, environment: str | None, skip: int, limit: int) -> list[dict[str, Any]]:
    try:
        return _run(graph, text, environment, lucene(mac_beginning(text) or text), skip, limit)
    except TooBroad:  # so many beginnings of words: then whole words only
        return _run(graph, text, environment, phrases(text), skip, limit)


def _near(graph: Graph, text: str, environment: str) -> list[dict[str, Any]]:
    words = fuzzy(text) or '""'
    try:
        return graph.read("near_matches", environment=environment, index=SEARCH_INDEX, words=words, limit=5)
    except TooBroad:
        return []


def _run(graph: Graph, text: str, environment: str | None, words: str, skip: int, limit: int) -> list[dict[str, Any]]:
    # Longer names are kept cut to the same length.
    text = valid_text(text).strip()[:INDEXED_LENGTH]
    if not text:
        return []
    mac = mac_beginning(text)
    return graph.read(
        "search",
        environment=environment,
        index=SEARCH_INDEX,
        text=text,
        folded=text.lower(),
        words=words or '""',
        exact=[text.lower(), *([mac] if mac else [])],
        mac=mac or _NO_MAC,
        scalars=_SCALARS,
        lists=_LISTS,
        considered=CONSIDERED,
        skip=skip,
        limit=limit,
    )


def _words(text: str) -> list[str]:
    return valid_text(text)[:LONGEST_TEXT].lower().split()[:MOST_WORDS]


def _word(word: str) -> str:
    phrase = _phrase(word)
    # The analyzer keeps numbers with dots together and parts everything else.
    parts = [word] if re.fullmatch(r"[\d.]+", word) else re.findall(r"\w+", word)
    beginnings = " ".join(f"+{part}*" for part in parts)
    return f"{phrase} OR ({beginnings})" if beginnings else phrase


def _phrase(word: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"^4'


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) > CONSIDERED:
        raise InvalidConfiguration(
            f"search: {quoted(cursor)} is not a place to go on from; use `next` of the last answer."
        )
    return int(cursor)


def _meant(nodes: list[Mapping[str, Any]], *, by_name: bool) -> list[Mapping[str, Any]]:
    """Of objects that share a name, those that are more than another's part; that share an address, the first type."""
    if by_name:
        return [node for node in nodes if node["type"] in _MEANT] or nodes
    return next((alike for kind in _MEANT if (alike := [n for n in nodes if n["type"] == kind])), nodes)


def _listed(nodes: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"  {node['type']} {_shortly(node)}  {node['id']}" for node in nodes[:10])


def _shortly(node: Mapping[str, Any]) -> str:
    place = f"on {node['host']}" if node.get("host") else f"in {node.get('parent_type')} {node.get('parent_id')}"
    return f"{str(node.get('name') or '')[:80]!r} {place}"
