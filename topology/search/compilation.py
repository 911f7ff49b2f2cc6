"""Compiles a search to one statement: the ways in which objects are come by, what must be so of them, their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from cypher import Statement, statement
from graph_schema.registry import OBJECT_TYPES

# Types with a MAC address that an index finds by its beginning.
_WITH_MAC = tuple(kind.label for kind in OBJECT_TYPES.values() if (p := kind.property("mac_address")) and p.index)


@lru_cache(maxsize=32)
def compile_text(*, mac: bool, middle: bool) -> Statement:
    """The statement for what a text names, by beginnings of ids and names and by words, ranked.

    `mac`: by the beginning of a MAC address too; `middle`: after all else, also by the middle of a name.
    """
    begins = [statement("search_by_id"), statement("search_by_name"), *(_by_mac() if mac else ())]
    ways = list(_in_environments(begins, statement("search_found")))
    further = {"search_by_phrase": "search_found_whole", "search_by_words": "search_found"}
    for way, found in (further | ({"search_by_middle": "search_found_late"} if middle else {})).items():
        ways += [statement("search_union"), *_way(statement(way), statement(found))]
    return _joined("what a text names", [*ways, statement("search_ranked")])


@lru_cache(maxsize=32)
def compile_filters(way: str, *, ranked: bool) -> Statement:
    """The statement for all that filters let through, come by in the way of that name."""
    found = statement("search_found_all")
    by = statement(way)
    ways = [*_way(by, found)] if way == "search_by_words" else [*_in_environments([by], found)]
    return _joined("what filters let through", [*ways, statement("search_ranked" if ranked else "search_listed")])


def _by_mac() -> Iterator[Statement]:
    return (statement("search_by_mac").fill(label=label) for label in _WITH_MAC)


def _in_environments(ways: Sequence[Statement], found: Statement) -> Iterator[Statement]:
    yield statement("search_environments")
    for number, way in enumerate(ways):
        if number:
            yield statement("search_union")
        yield from _way(way, found)
    yield statement("search_environments_done")


def _way(way: Statement, found: Statement) -> tuple[Statement, ...]:
    return way, statement("search_filter"), found


def _joined(purpose: str, ways: Sequence[Statement]) -> Statement:
    parts = [statement("search_head"), *ways]
    return Statement(
        name="search",
        purpose=purpose,
        mode="read",
        parameters=tuple(dict.fromkeys(name for part in parts for name in part.parameters)),
        text="\n".join(part.text for part in parts),
    )
