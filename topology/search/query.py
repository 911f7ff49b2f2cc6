"""Reads what a person types: words, addresses and address ranges, and filters such as `type:instance`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from graph_schema.registry import OBJECT_TYPES
from topology.errors import InvalidConfiguration
from topology.search import keys as k
from topology.search.addresses import Range, as_range
from topology.search.words import as_kept, beginning, mac_beginning
from topology.shapes import JsonObject, quoted
from topology.store.encoding import valid_text

How = Literal["is", "id", "begins", "contains", "inside"]
# A word, or a key with its value; either may stand in quotes, in which a backslash takes the next sign as it is.
_WORD = re.compile(r'(?:([A-Za-z][\w-]*):)?("(?:[^"\\]|\\.)*"(?=\s|$)|\S*)\s*')
MOST_FILTERS = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be so of one of some properties, by one of `values`; these are in small letters, but for ids."""

    keys: tuple[str, ...]
    how: How
    values: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()

    def parameters(self) -> JsonObject:
        """As the graph is asked."""
        ranges = [each.parameters() for each in self.ranges]
        return {"keys": list(self.keys), "how": self.how, "values": list(self.values), "ranges": ranges}

    def words(self) -> str | None:
        """The full-text query for what may fulfil it; None where that index knows nothing of it."""
        if self.how == "inside":
            return " ".join(each.words(key) for each in self.ranges for key in self.keys)
        if set(self.keys) <= set(k.MACS):
            return " ".join(beginning(key, value) for value in self.values for key in self.keys)
        return None


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: objects that the text names, and of which all conditions are true.

    `named` are objects that are named in filters and must be found first: their type, and what they are called.
    `exact` is what comes first where an object says it; `doubtful` are words of the text that may be meant as filters.
    """

    text: str = ""
    conditions: tuple[Condition, ...] = ()
    types: frozenset[str] | None = None
    environments: tuple[str, ...] | None = None
    named: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exact: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.text or self.conditions or self.named or self.types is not None or self.environments)

    @property
    def possible_types(self) -> frozenset[str]:
        """The types of objects of which all conditions can be true."""
        possible = frozenset(OBJECT_TYPES) if self.types is None else self.types
        for keys in (*(c.keys for c in self.conditions), *(k.REFERENCES[kind] for kind, _ in self.named)):
            possible &= k.types_that_say(keys)
        return possible


def understood(text: str) -> Query:
    """The query that a text is. Raises InvalidConfiguration for a filter that can not be.

    >>> understood("web1 type:instance").types
    frozenset({'instance'})
    >>> understood("fa:16:3e").text, understood("cmp1:vedge").text, understood('"type:instance"').text
    ('fa:16:3e', 'cmp1:vedge', 'type:instance')
    """
    words, filters = _parted(valid_text(text))
    if not filters and not any(_as_inside(word) for word in words):
        in_quotes = len(words) == 1 and words[0] == _bare(text.strip())
        return replace(_of_text(words[0]), doubtful=()) if in_quotes else _of_text(text)
    return _of_filters([as_kept(word) for word in words if not _as_inside(word)], filters, words)


def _of_text(text: str) -> Query:
    whole = valid_text(text).strip()
    words = whole.split()
    kept = as_kept(whole) if len(words) == 1 else whole
    return Query(text=kept, exact=(kept.lower(),) if kept else (), doubtful=_doubtful(words))


def _of_filters(text: Sequence[str], filters: Mapping[str, list[str]], words: Sequence[str]) -> Query:
    inside = [found for word in words if (found := _as_inside(word))]
    conditions = [Condition((*k.ADDRESSES, *k.RANGES), "inside", ranges=(each,)) for each in inside]
    for key, values in filters.items():
        conditions += _conditions(key, values)
    joined = " ".join(text)
    return Query(
        text=joined,
        conditions=tuple(conditions),
        types=frozenset(map(k.object_type_of, filters[k.TYPE])) if k.TYPE in filters else None,
        environments=tuple(filters[k.ENVIRONMENT]) if k.ENVIRONMENT in filters else None,
        named=tuple((key, tuple(values)) for key, values in filters.items() if key in k.REFERENCES),
        exact=tuple(filter(None, (joined.lower(), *map(str, inside)))),
        doubtful=_doubtful(text),
    )


def _parted(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """The words of the text, and the values of each key."""
    words, filters = list[str](), defaultdict[str, list[str]](list)
    for word, value, whole in _tokens(text):
        is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
        key = k.key_of(word, value, is_quoted=is_quoted) if word else None
        if key is not None:
            filters[key].append(_value(word, value, is_quoted=is_quoted))
        else:
            words += [_bare(value)] if is_quoted and not word else [whole]
    if sum(map(len, filters.values())) > MOST_FILTERS:
        raise InvalidConfiguration(f"search: {MOST_FILTERS} filters are the most that one search may have.")
    return words, dict(filters)


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    for found in _WORD.finditer(text.strip()):
        if found[0].strip():
            yield found[1] or "", found[2], found[0].strip()


def _value(word: str, value: str, *, is_quoted: bool) -> str:
    found = _bare(value) if is_quoted else value
    if not found.strip():
        raise InvalidConfiguration(f"search: {word}: needs a value, as in {word}:VALUE; to find the text, quote it.")
    return found


def _bare(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _as_inside(word: str) -> Range | None:
    """A range of addresses in the text; a single address is a word like others, that also finds longer ones."""
    return as_range(word) if "/" in word else None


def _conditions(key: str, values: Sequence[str]) -> Iterator[Condition]:
    folded = tuple(value.lower() for value in values)
    if key == k.STATUS:
        yield Condition((k.STATUS, "source_status"), "is", folded)
    elif key in (k.ADDRESS, *k.ADDRESSES, *k.RANGES):
        keys = (*k.ADDRESSES, *k.RANGES) if key == k.ADDRESS else (key,)
        yield Condition(keys, "inside", ranges=tuple(_range(key, value) for value in values))
    elif key == k.MAC or "mac" in key.split("_"):
        keys = k.MACS if key == k.MAC else (key,)
        yield Condition(keys, "begins", tuple(_mac(key, value) for value in values))
    elif key in k.SEGMENTS:
        yield Condition(("segmentation_id",), "is", folded)
        yield Condition(("network_type",), "is", k.SEGMENTS[key])
    elif key not in (k.TYPE, k.ENVIRONMENT, *k.REFERENCES):
        how: How = "begins" if key == k.ID else "contains" if key in k.TEXTS else "is"
        yield Condition((key,), how, folded)


def _range(key: str, value: str) -> Range:
    found = as_range(value)
    if found is None:
        raise InvalidConfiguration(f"search: {key}: {quoted(value)} is neither an address nor a range as 10.1.0.0/16.")
    return found


def _mac(key: str, value: str) -> str:
    found = mac_beginning(value) or (value.lower() if re.fullmatch(r"[0-9A-Fa-f]{2}", value) else None)
    if found is None:
        raise InvalidConfiguration(
            f"search: {key}: {quoted(value)} is no MAC address, nor whole bytes of its beginning."
        )
    return found


def _doubtful(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if k.like_a_key(word))
