"""The trail of a packet: from where it was delivered, device by device, back to who sent it.

Switches also send copies elsewhere while they do not know where an address is. A trail has only what was delivered; the
copies are told apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tests.lab.packets.frames import Kind
from tests.lab.packets.recording import Recording, Sighting
from tests.lab.packets.wiring import WIRE, Place, Wiring


@dataclass(frozen=True)
class Trail:
    """What one packet visited.

    `interfaces`: taps, routers' interfaces and NICs in their order; `around`: what these are part of. `begins`: the
    place that it came from.
    """

    interfaces: tuple[str, ...]
    around: frozenset[str]
    begins: Place


@dataclass(frozen=True)
class _Step:
    seen: Sighting
    source: Place
    target: Place


class Trails:
    """All that was seen of all flows."""

    def __init__(self, recorded: Recording, wiring: Wiring) -> None:
        self._wiring = wiring
        self._steps: dict[tuple[Kind, int], list[_Step]] = defaultdict(list)
        for seen in recorded.sightings:
            if (step := wiring.step(seen)) is not None:
                self._steps[seen.packet.kind, seen.packet.mark].append(_Step(seen, *step))

    def delivered(self, kind: Kind, mark: int, guest: str, mac: str) -> list[Trail]:
        """The trails of a flow's packets that came to a guest's interface, in the order of their coming."""
        steps = self._steps[kind, mark]
        return [
            self._trail(steps, step)
            for step in steps
            if step.target == ("guest", guest) and step.seen.packet.macs[1] == mac
        ]

    def left(self, kind: Kind, mark: int) -> list[Trail]:
        """The trails of a flow's packets to where they were last put on a wire, one for each packet."""
        steps = self._steps[kind, mark]
        last = {step.seen.packet.sequence: step for step in steps if step.target == WIRE}
        return [self._trail(steps, step) for step in last.values()]

    def taps(self, kind: Kind, mark: int) -> set[tuple[str, str]]:
        """Host and device of every guest that packets of the flow, or copies of them, were sent to."""
        return {(step.seen.host, step.seen.device) for step in self._steps[kind, mark] if step.target[0] == "guest"}

    def visits(self, kind: Kind, mark: int) -> list[list[str]]:
        """For each packet of a flow the interfaces on which it, or a copy, was seen, in that order."""
        seen: dict[int, list[str]] = {}
        for step in self._steps[kind, mark]:
            visited = seen.setdefault(step.seen.packet.sequence, [])
            if (id := self._wiring.interface(step.seen)) is not None:
                visited.append(id)
        return list(seen.values())

    def _trail(self, steps: list[_Step], last: _Step) -> Trail:
        taken = [last]
        while (before := _before(steps, taken[-1])) is not None:
            taken.append(before)
        taken.reverse()
        sightings = [step.seen for step in taken]
        named = (self._wiring.interface(seen) for seen in sightings)
        around = frozenset(id for seen in sightings for id in self._wiring.around(seen))
        interfaces = tuple(id for id in named if id is not None)
        return Trail(interfaces, around, taken[0].source)


def _before(steps: list[_Step], step: _Step) -> _Step | None:
    """The last step, of the same packet, into the place that this one leaves."""
    earlier = [
        other
        for other in steps
        if other.target == step.source and other.seen.time <= step.seen.time and _is_same(other, step)
    ]
    return earlier[-1] if earlier else None


def _is_same(one: _Step, other: _Step) -> bool:
    """Routers change hardware addresses; everything else leaves them as they are. A tunnel is one on the whole wire."""
    before, after = one.seen.packet, other.seen.packet
    if before.sequence != after.sequence or one is other:
        return False
    routed = one.target[0] == "stack" and one.target[-1] != ""
    if not routed and before.macs != after.macs:
        return False
    return one.target != WIRE or before.tunnel == after.tunnel
