"""What becomes of objects when others fail: cut off, degraded, or without their redundancy; and what makes it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Effect = Literal["cut_off", "degraded", "loses_redundancy"]
# From the worst on.
EFFECTS: tuple[Effect, ...] = ("cut_off", "degraded", "loses_redundancy")
# What a person asks for; other types are on the paths that lead to these.
SHOWN = ("instance", "floating_ip", "network", "router", "host", "project")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an object is affected: in words, and by which objects, from what fails on."""

    effect: Effect
    why: str
    path: tuple[str, ...]


@dataclass
class Effects:
    """Causes by object. `facts`: what is known of every object that is spoken of."""

    facts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    causes: dict[str, list[Cause]] = field(default_factory=dict)

    def know(self, fact: Mapping[str, Any]) -> str:
        """Keep what is known of an object; its id."""
        self.facts.setdefault(str(fact["id"]), fact)
        return str(fact["id"])

    def add(self, id: str, effect: Effect, why: str, path: tuple[str, ...]) -> None:
        """One more cause for an object; the same words are said once."""
        known = self.causes.setdefault(id, [])
        if all((cause.effect, cause.why) != (effect, why) for cause in known):
            known.append(Cause(effect, why, path))

    def worst(self, id: str) -> Effect | None:
        """The worst that an object suffers."""
        effects = {cause.effect for cause in self.causes.get(id, ())}
        return next((effect for effect in EFFECTS if effect in effects), None)

    def type_of(self, id: str) -> str:
        """An object's type."""
        return str(self.facts[id]["type"])

    def name(self, id: str) -> str:
        """An object's name for people."""
        return str(self.facts.get(id, {}).get("name") or id)

    def said(self, id: str) -> str:
        """An object's type and name for people."""
        return f"{self.type_of(id)} {self.name(id)}"
