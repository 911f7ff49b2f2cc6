"""What fails, what that takes along, and which networks do not reach whom any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from topology.impact.effects import Effect, Effects

Trail = tuple[str, ...]  # objects from what fails to what is affected


@dataclass
class Failure:
    """What is known to be gone.

    `dead`: each object that fails, with the one that takes it along. `lost`: (interface, network) where the network
    reaches nothing any more. `unreached`: (instance, network) where it does not reach it, or by fewer NICs. The values
    of both lead there.
    """

    effects: Effects
    dead: Mapping[str, str | None]
    lost: dict[tuple[str, str], Trail] = field(default_factory=dict)
    unreached: dict[tuple[str, str], tuple[Effect, Trail]] = field(default_factory=dict)

    def __contains__(self, id: str) -> bool:
        return id in self.dead

    def of_type(self, type: str) -> list[str]:
        """What fails of a type."""
        return [id for id in self.dead if self.effects.type_of(id) == type]

    def trail(self, id: str) -> Trail:
        """From what fails by itself to what it takes along."""
        found = [id]
        while (via := self.dead.get(found[-1])) is not None:
            found.append(via)
        return tuple(reversed(found))

    def trail_to_place(self, service: str, vnic: str, network: str) -> Trail | None:
        """What leads to a network service that does not live in a place any more; None where it does."""
        for id in (service, vnic):
            if id in self.dead:
                return self.trail(id)
        path = self.lost.get((vnic, network))
        return (*path, service) if path else None
