"""The collectors and link finders that are installed: those of this distribution and of any other, by entry point.

An entry point of the group `calipso_graph.collectors` names a CloudCollector or HostCollector, one of
`calipso_graph.link_finders` a LinkFinder; either may also name a list or tuple of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from collectors.contracts import COLLECTORS, LINK_FINDERS, CloudCollector, HostCollector, LinkFinder
from graph_schema.records import Problem


class DuplicateName(ValueError):
    """Two collectors of one name: which one is meant cannot be told."""


@dataclass(frozen=True, slots=True)
class Plugins:
    """What is installed. What did not load is told apart: what it would have read must not be taken for gone."""

    cloud: Sequence[CloudCollector] = ()
    hosts: Sequence[HostCollector] = ()
    finders: Sequence[LinkFinder] = ()
    lost_collectors: Sequence[Problem] = ()
    lost_finders: Sequence[Problem] = ()


def load_plugins() -> Plugins:
    """Everything installed, by entry-point name. Raises DuplicateName; what does not load is a Problem."""
    return plugins_of(
        sorted(entry_points(group=COLLECTORS), key=_by_name), sorted(entry_points(group=LINK_FINDERS), key=_by_name)
    )


def plugins_of(collectors: Iterable[EntryPoint], finders: Iterable[EntryPoint]) -> Plugins:
    """The plug-ins that these entry points name."""
    lost_collectors: list[Problem] = []
    lost_finders: list[Problem] = []
    found: dict[tuple[type, str], str] = {}
    loaded: list[Any] = []
    for point in collectors:
        for item in _loaded(point, (CloudCollector, HostCollector), lost_collectors):
            key = (type(item), item.name)
            if key in found:
                raise DuplicateName(
                    f"two collectors are named {item.name}: {found[key]} and {_origin(point)}. Uninstall one of them."
                )
            found[key] = _origin(point)
            loaded.append(item)
    return Plugins(
        cloud=[item for item in loaded if isinstance(item, CloudCollector)],
        hosts=[item for item in loaded if isinstance(item, HostCollector)],
        finders=[item for point in finders for item in _loaded(point, (LinkFinder,), lost_finders)],
        lost_collectors=lost_collectors,
        lost_finders=lost_finders,
    )


def _loaded(point: EntryPoint, wanted: tuple[type, ...], problems: list[Problem]) -> list[Any]:
    where = f"plug-in {_origin(point)}"
    remedy = "Update or uninstall the package that brings it. Until then no scope is complete, and nothing is removed."
    try:
        value = point.load()
    except Exception as error:  # noqa: BLE001  # a stranger's module may raise anything while it is imported
        problems.append(Problem(where, f"it does not load: {type(error).__name__}: {error}.", remedy))
        return []
    items = list(value) if isinstance(value, list | tuple) else [value]
    good = [item for item in items if isinstance(item, wanted)]
    if len(good) < len(items):
        names = " or ".join(kind.__name__ for kind in wanted)
        problems.append(Problem(where, f"what it names is not a {names}.", remedy))
    return good


def _origin(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist is not None else ""
    return f"{point.name} = {point.value}{package}"


def _by_name(point: EntryPoint) -> tuple[str, str]:
    return point.name, point.value
