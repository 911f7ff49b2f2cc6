"""What a clique type is: where it begins, what it walks over in which order, and which environments it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from graph_schema.model import LinkType, SchemaError
from graph_schema.registry import LINKS, OBJECT_TYPES, link_type
from graph_schema.variants import EnvironmentVariant, driver_word, leading

ANY = "ANY"
Direction = Literal["forward", "backward", "either"]
# A compiled statement grows with every element; no sensible type comes near this.
LONGEST = 60

_NAMED, _DISTRIBUTION, _VERSION, _MECHANISM, _TYPE, _ANY = 64, 32, 16, 8, 4, 1


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a clique type, resolved: from every `here` that was reached, over the links, to `there`."""

    element: str
    link_type: LinkType
    direction: Direction
    here: str
    there: str


@dataclass(frozen=True, eq=False)
class CliqueType:
    """An ordered walk over link types from a focal point. Each element may be written either way round.

    It is for one environment by name (`environment`), for all (`ANY`), or for those whose distribution, version and
    drivers it names. An empty tuple says nothing about that matter.
    """

    name: str
    focal_point_type: str
    link_types: tuple[str, ...]
    environment: str | None = None
    distribution: str | None = None
    distribution_versions: tuple[str, ...] = ()
    mechanism_drivers: tuple[str, ...] = ()
    type_drivers: tuple[str, ...] = ()
    shipped: bool = False

    def __post_init__(self) -> None:
        if not self.name:
            raise SchemaError("clique type: it has no name")
        if self.focal_point_type not in OBJECT_TYPES:
            raise SchemaError(f"clique type {self.name}: {self.focal_point_type!r} is not an object type")
        if not 0 < len(self.link_types) <= LONGEST:
            raise SchemaError(f"clique type {self.name}: it needs 1 to {LONGEST} link types")
        if len(set(self.link_types)) != len(self.link_types):
            raise SchemaError(f"clique type {self.name}: a link type is listed twice")
        self._check_purpose()
        _ = self.steps

    def _check_purpose(self) -> None:
        configured = self.distribution or self.distribution_versions or self.mechanism_drivers or self.type_drivers
        if bool(self.environment) == bool(configured):
            raise SchemaError(
                f"clique type {self.name}: it must be either for an environment (or {ANY}), "
                "or for a distribution, mechanism drivers or type drivers"
            )
        if self.distribution_versions and not self.distribution:
            raise SchemaError(f"clique type {self.name}: a version needs its distribution")

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The elements as steps. Raises SchemaError for an unknown link type and for a step that nothing leads to."""
        reached = {self.focal_point_type}
        steps = []
        for element in self.link_types:
            step = self._resolve(element)
            if step.here not in reached:
                raise SchemaError(
                    f"clique type {self.name}: {element} walks from {step.here}, which nothing before it leads to"
                )
            reached.add(step.there)
            steps.append(step)
        return tuple(steps)

    def _resolve(self, element: str) -> Step:
        if element in LINKS:
            found = link_type(element)
            direction: Direction = "either" if found.source == found.target else "forward"
            return Step(element, found, direction, found.source, found.target)
        here, _, there = element.partition("-")
        backwards = LINKS.get(f"{there}-{here}")
        if backwards is None:
            raise SchemaError(f"clique type {self.name}: no link type {element!r}, in neither direction")
        return Step(element, backwards, "backward", backwards.target, backwards.source)

    def fit(self, variant: EnvironmentVariant) -> int:
        """How well it fits an environment: 0 not at all; its name counts most, then what the environment is, then ANY.

        One of the environment's drivers among the type's is enough, except for shipped types: those must know all of
        them, or the walk would end early where ANY goes on.
        """
        if self.environment is not None:
            return _NAMED if self.environment == variant.name else _ANY if self.environment == ANY else 0
        enough = all if self.shipped else any
        matters = (
            (_DISTRIBUTION, (self.distribution,), (variant.distribution,), any),
            (_VERSION, self.distribution_versions, (variant.distribution_version,), any),
            (_MECHANISM, self.mechanism_drivers, leading(variant.mechanism_drivers), enough),
            (_TYPE, self.type_drivers, leading(variant.type_drivers), enough),
        )
        wanted = [(weight, _words(of_type), _words(given), rule) for weight, of_type, given, rule in matters]
        if any(of_type and not _fits(of_type, given, rule) for _, of_type, given, rule in wanted):
            return 0
        return sum(weight for weight, of_type, _, _ in wanted if of_type)

    def as_json(self) -> dict[str, Any]:
        """The declaration for `calipso schema` and the API, in the ancestor's words."""
        return {
            "name": self.name,
            "focal_point_type": self.focal_point_type,
            "link_types": list(self.link_types),
            "environment": self.environment,
            "distribution": self.distribution,
            "distribution_versions": list(self.distribution_versions),
            "mechanism_drivers": list(self.mechanism_drivers),
            "type_drivers": list(self.type_drivers),
            "shipped": self.shipped,
        }


def choose(types: Iterable[CliqueType], focal_point_type: str, variant: EnvironmentVariant) -> CliqueType | None:
    """The type that fits best; of equal ones a user's own before a shipped one, then by name. None: nothing fits."""
    fitting = [(t.fit(variant), t) for t in types if t.focal_point_type == focal_point_type]
    ranked = sorted((-score, t.shipped, t.name, i, t) for i, (score, t) in enumerate(fitting) if score)
    return ranked[0][-1] if ranked else None


def _words(words: Iterable[str | None]) -> frozenset[str]:
    return frozenset(driver_word(word) for word in words if word)


def _fits(wanted: frozenset[str], given: frozenset[str], enough: Callable[[Iterable[bool]], bool]) -> bool:
    return bool(given) and enough(word in wanted for word in given)


def link_type_names() -> tuple[str, ...]:
    """Every way of writing an element of a clique type: each link type, and the same the other way round."""
    return tuple(dict.fromkeys(n for t in LINKS.values() for n in (t.name, f"{t.target}-{t.source}")))
