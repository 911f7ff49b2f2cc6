"""Compares an answer for paths with what the packets of a flow did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.lab.packets.answers import Predicted
from tests.lab.packets.frames import Kind
from tests.lab.packets.population import Guest, Nic
from tests.lab.packets.trails import Trail, Trails

_FIREWALL = "security_group"
# What lets packets come and their answers not.
_ANSWERS = frozenset({"no_way_back", "no_tunnel_back"})


@dataclass
class Judgement:
    """How often answer and packets agreed, by what was answered, and where they did not."""

    agreed: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def note(self, verdict: str, difference: str | None, what: str) -> None:
        """One comparison."""
        if difference is None:
            self.agreed[verdict] += 1
        else:
            self.differences.append(f"{what}: {verdict}, but {difference}")


@dataclass(frozen=True)
class Evidence:
    """What was seen of some flows, and the marks of those whose sender got an answer."""

    kind: Kind
    trails: Trails
    answered: set[int]


def tap_of(guest: Guest, nic: Nic) -> str:
    """The id, as the product makes it, of the interface that a guest's port is plugged into."""
    return f"{guest.host}:vnic:{nic.device}"


def verdict_of(paths: Sequence[Predicted]) -> str:
    """What an answer says, in a word."""
    if not paths:
        return "no path"
    return "open" if any(path.is_open for path in paths) else "blocked"


def difference(
    mark: int, paths: Sequence[Predicted], came: Sequence[Trail], evidence: Evidence, *, answered: bool
) -> str | None:
    """How the answer differs from what packets did; None: not at all. `came`: the trails of those that arrived."""
    verdict = verdict_of(paths)
    if verdict == "open":
        return _of_open([path for path in paths if path.is_open], came, answered)
    if answered:
        return "an answer came"
    if verdict == "blocked":
        return _of_blocked(paths, came, evidence.trails.visits(evidence.kind, mark), evidence.kind)
    return f"packets came by {_line(came[0])}" if came else None


def _of_open(paths: Sequence[Predicted], came: Sequence[Trail], answered: bool) -> str | None:
    if not came:
        return "no packet came"
    known = {(path.interfaces, path.around) for path in paths}
    for trail in came:
        if (trail.interfaces, trail.around) not in known:
            nearest = min(paths, key=lambda path: len(set(path.interfaces) ^ set(trail.interfaces)))
            around = f"; around {sorted(trail.around ^ nearest.around)}" if trail.around != nearest.around else ""
            return f"packets came by {_line(trail)}, not by {' → '.join(nearest.interfaces)}{around}"
    return None if answered else "packets came, and no answer came back"


def _of_blocked(paths: Sequence[Predicted], came: Sequence[Trail], visits: list[list[str]], kind: Kind) -> str | None:
    codes = {code for path in paths for code, _ in path.blocks}
    if came:
        return None if codes & _ANSWERS else f"packets came by {_line(came[0])} in spite of {sorted(codes)}"
    if kind == "fetch" or codes != {_FIREWALL}:
        return None  # a connection that is refused shows no fetch; what is down is not asked for by ARP either
    stops = [_stops_where_it_says(path, visits) for path in paths]
    return None if None in stops else stops[0]


def _stops_where_it_says(path: Predicted, visits: list[list[str]]) -> str | None:
    """A firewall stops packets at once after the sender's interface, or right before the receiver's."""
    reached = max((_reached(path.interfaces, visited) for visited in visits), default=0)
    at_sender = any(hop == 0 for _, hop in path.blocks)
    wanted = 1 if at_sender else len(path.interfaces) - 1
    if reached == wanted:
        return None
    seen = " → ".join(path.interfaces[:reached]) or "no interface"
    return f"packets were seen up to {seen}, and are blocked {'leaving the sender' if at_sender else 'at the receiver'}"


def _reached(interfaces: Sequence[str], visited: Sequence[str]) -> int:
    """How many of a path's interfaces, from its beginning, a packet visited one after the other."""
    reached = 0
    for id in visited:
        if reached < len(interfaces) and id == interfaces[reached]:
            reached += 1
    return reached


def _line(trail: Trail) -> str:
    return " → ".join(trail.interfaces)
