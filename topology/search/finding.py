"""Search: by name, address, MAC address in any notation, id and what users wrote; and by what objects say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cypher import Statement
from graph_schema.model import ANNOTATIONS, INDEXED_LENGTH
from graph_schema.registry import OBJECT_TYPES
from topology.errors import TooBroad, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.paging import cursor as cursor_of
from topology.paging import position
from topology.search import keys as k
from topology.search.compilation import compile_filters, compile_text
from topology.search.query import Condition, Query, understood
from topology.search.words import NAMES, beginning, fuzzy, lucene, mac_beginning, middles, phrase, phrases, words_of
from topology.shapes import JsonObject, node_shape, quoted
from topology.store import SEARCH_INDEX
from topology.store.encoding import valid_text

LIMIT, LIMIT_CAP = 20, 1000
# Hits of one way that are ranked; who has more says more.
CONSIDERED = 500
# Up to this rank an object says the text itself: its id, its name, an address.
_WHOLE = 2
_WHOLE_MAC = len("fa:16:3e:0b:1c:2d")
# A place in the order, and whether an object said the whole text: what follows is looked for in the same way.
_CURSOR, _SAID = 6, "said"
# What is compared with the text, by type: properties of one word or text, and those of several.
_SCALARS = {
    name: sorted({p.name for p in kind.properties if p.search and p.kind == "string"} | set(ANNOTATIONS))
    for name, kind in OBJECT_TYPES.items()
}
_LISTS = {
    name: sorted(p.name for p in kind.properties if p.search and p.kind == "strings")
    for name, kind in OBJECT_TYPES.items()
}
Row = dict[str, Any]


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
    graph: Graph, text: str, *, environment: str | None = None, limit: int = LIMIT, cursor: str | None = None
) -> SearchResult:
    """Objects that the text names and that its filters let through, best first, in one environment or all.

    Raises InvalidConfiguration for a filter that can not be or a cursor that no search gave, UnknownEnvironment and
    UnknownObject for what a filter names, TimedOut.
    """
    place = position(cursor, _CURSOR) if cursor is not None else None
    limit = max(1, min(limit, LIMIT_CAP))
    query = understood(text)
    if query.is_empty:
        return SearchResult((), None)
    environments = _environments(graph, query, environment)
    asked = _Search(
        graph, _with_ids(graph, query, environments), environments, limit + 1, list(place[:-1]) if place else None
    )
    found, said = asked.run(said=place[-1] == _SAID if place else None)
    if not found and query.doubtful and place is None:
        word = query.doubtful[0]
        raise k.unknown_key(str(k.like_a_key(word)), word)
    more = cursor_of(*found[limit - 1]["place"], _SAID if said else "") if len(found) > limit else None
    return SearchResult(tuple(row["node"] for row in found[:limit]), more)


def called(graph: Graph, text: str, environment: str, limit: int) -> list[Row]:
    """The objects of an environment that a text names by its beginning or by words, with their ranks; no filters."""
    whole = valid_text(text).strip()
    query = Query(text=whole, exact=(whole.lower(),))
    return _Search(graph, query, [environment], limit).by_beginning()


def nearly_called(graph: Graph, text: str, environment: str, limit: int) -> list[Row]:
    """The objects whose words are nearest to those of the text."""
    words = fuzzy(text) or '""'
    try:
        return graph.read("search_nearly", environment=environment, index=SEARCH_INDEX, words=words, limit=limit)
    except TooBroad:
        return []


def _environments(graph: Graph, query: Query, environment: str | None) -> list[str] | None:
    """The environments that are searched; None for all."""
    for name in query.environments or ():
        if not graph.read("environment_known", environment=name)[0]["known"]:
            raise UnknownEnvironment(f"no environment is named {quoted(name)}. There are: calipso env list")
    if environment is None:
        return None if query.environments is None else list(query.environments)
    return [environment] if query.environments is None or environment in query.environments else []


def _with_ids(graph: Graph, query: Query, environments: list[str] | None) -> Query:
    """The query with the ids of what its filters name."""
    conditions = tuple(_of_named(graph, kind, values, environments) for kind, values in query.named)
    return replace(query, conditions=(*conditions, *query.conditions))


def _of_named(graph: Graph, kind: str, values: Iterable[str], environments: list[str] | None) -> Condition:
    wanted = {value.lower(): value for value in values}
    rows = graph.read("search_named", environments=environments, type=kind, values=list(wanted))
    known = {name for row in rows for name in row["names"]}
    for folded, value in wanted.items():
        if folded not in known:
            raise UnknownObject(f"search: no {kind.replace('_', ' ')} has the id or name {quoted(value)}.")
    return Condition(k.REFERENCES[kind], "id", tuple(sorted({row["id"] for row in rows})))


@dataclass(frozen=True, slots=True)
class _Search:
    """One search in some environments (None: all), for so many hits after a place."""

    graph: Graph
    query: Query
    environments: list[str] | None
    limit: int
    after: list[str] | None = None

    def run(self, *, said: bool | None) -> tuple[list[Row], bool]:
        """What fits the query; and whether an object says the whole text, which only the first page can find out."""
        if not self.query.text:
            return self._by_filters(), False
        found = self.by_beginning()
        if said is None:
            said = bool(found) and found[0]["rank"] <= _WHOLE
        # What has the text inside a word comes last: it is looked for when the rest does not fill the page. It is not
        # where an object says the whole text: then that one is meant, and going through all words takes its time.
        if not said and len(found) < self.limit and middles(self.query.text):
            return self.by_beginning(middle=True), said
        return found, said

    def by_beginning(self, *, middle: bool = False) -> list[Row]:
        """By beginnings of ids, names, MAC addresses and words; `middle`: also by the middle of names."""
        text = self.query.text
        mac = mac_beginning(text)
        if mac is not None and len(mac) == _WHOLE_MAC:  # its bytes begin words of thousands of others, in any order
            return self._by_text("", middle=middle)
        beginnings = [f"({lucene(text)})", *(beginning(key, mac) for key in k.MACS if mac)]
        try:
            return self._by_text(" OR ".join(beginnings), middle=middle)
        except TooBroad:  # so many beginnings of words: then whole words only
            return self._by_text(phrases(text), middle=middle)

    def _by_text(self, words: str, *, middle: bool) -> list[Row]:
        text = self.query.text
        mac = mac_beginning(text)
        asked = compile_text(mac=mac is not None, middle=middle)
        named = {
            "words": words or '""',
            "phrases": f"({phrases(text)}) OR {phrase(mac or text[:INDEXED_LENGTH])}",
            "mac": mac,
            "middles": middles(text),
            "names": list(NAMES),
            "parts": words_of(text),
            "considered": CONSIDERED,
        }
        return self._read(asked, **named) if text else []

    def _by_filters(self) -> list[Row]:
        conditions = self.query.conditions
        words = next(filter(None, (condition.words() for condition in conditions)), None)
        hosts = next((each.values for each in conditions if each.keys == k.REFERENCES["host"]), None)
        way = "search_by_words" if words else "search_by_host" if hosts else "search_by_type"
        asked = compile_filters(way, ranked=bool(self.query.exact))
        return self._read(asked, words=words, hosts=list(hosts or ()), types=sorted(self.query.possible_types))

    def _read(self, asked: Statement, **parameters: Any) -> list[Row]:
        query, types = self.query, self.query.possible_types
        # Longer names are kept cut to the same length.
        text = query.text[:INDEXED_LENGTH] or None
        mac = mac_beginning(query.text)
        known = {
            "index": SEARCH_INDEX,
            "environments": self.environments,
            "types": sorted(types) if types < OBJECT_TYPES.keys() else None,
            "conditions": [condition.parameters() for condition in query.conditions],
            "text": text,
            "folded": text and text.lower(),
            "exact": [*query.exact, *([mac] if mac else [])],
            "scalars": _SCALARS,
            "lists": _LISTS,
            "after": self.after,
            "limit": self.limit,
            **parameters,
        }
        return self.graph.read(asked, **{name: known[name] for name in asked.parameters})
