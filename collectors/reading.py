"""One collector asked in one way: what it gave and what went wrong. No exception comes out of here."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collectors.contracts import Collected
from collectors.sources.protocols import SourceError
from graph_schema.records import Attributes, Outcome, Problem, Record
from graph_schema.registry import OBJECT_TYPES

log = logging.getLogger(__name__)

Item = Record | Attributes


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one way of asking gave. Without a problem it is whole; `lost` says that the source itself is gone."""

    items: Sequence[Item] = ()
    problems: Sequence[Problem] = ()
    lost: SourceError | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.problems


def attempt(name: str, source: str, fetch: Callable[[], Any], parse: Callable[[Any], Collected]) -> Attempt:
    """Fetch and parse. Objects that the scope's `source` does not own are left out, and told."""
    items: list[Item] = []
    problems: list[Problem] = []
    lost = None
    try:
        for item in parse(fetch()):
            if isinstance(item, Problem):
                problems.append(item)
            elif (owner := owner_of(item)) == source:
                items.append(item)
            else:
                problems.append(_not_its_own(name, item, source, owner))
    except SourceError as error:
        problems.append(error.problem)
        lost = error
    except Exception as error:  # noqa: BLE001  # plug-ins are other people's code: what one does must not end the scan
        problems.append(unexpected(f"collector {name}", error))
    return Attempt(items, tuple(dict.fromkeys(problems)), lost)


def owner_of(item: Item) -> str | None:
    """The source that says what the item says; None for a type or group that is not declared."""
    kind = OBJECT_TYPES.get(item.type)
    if kind is None:
        return None
    owner = kind.owner if isinstance(item, Record) else kind.groups.get(item.group)
    return owner.source if owner is not None else None


def unexpected(where: str, error: Exception) -> Problem:
    """An error that nobody foresaw, with the place that it came from."""
    log.debug("%s failed", where, exc_info=error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())[:200]
    return Problem(
        where,
        f"{type(error).__name__}{place}: {text}.",
        "This is a defect: report it with a recording (calipso record). What was known before is kept.",
    )


def outcome_of(attempts: Sequence[Attempt]) -> Outcome:
    """Complete where every attempt was whole, failed where none gave anything."""
    problems = tuple(dict.fromkeys(problem for each in attempts for problem in each.problems))
    anything = any(each.whole or each.items for each in attempts)
    return Outcome.of(problems, anything=anything)


def once(items: Iterable[Item]) -> tuple[list[Record], list[Attributes]]:
    """Records and attributes apart, each object once: of several of one id the first (pages can overlap)."""
    records: dict[tuple[str, str], Record] = {}
    attributes: dict[tuple[str, str, str], Attributes] = {}
    for item in items:
        if isinstance(item, Record):
            records.setdefault((item.type, item.id), item)
        else:
            attributes.setdefault((item.type, item.group, item.id), item)
    return list(records.values()), list(attributes.values())


def _not_its_own(name: str, item: Item, source: str, owner: str | None) -> Problem:
    kind = item.type if isinstance(item, Record) else f"{item.type} ({item.group})"
    owned = f"{owner} says what there is of it" if owner else "it is not declared"
    return Problem(
        f"collector {name}",
        f"it gives {kind} in the name of {source}, but {owned}.",
        "Correct or uninstall the plug-in.",
    )
