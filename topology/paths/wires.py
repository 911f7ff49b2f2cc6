"""The devices that carry one network: from an interface up to the wire, and from there down to another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from topology.paths.things import Thing, Tie

_OVERLAYS = frozenset({"vxlan", "gre", "geneve"})
_PHYSICAL = frozenset({"vlan", "flat"})
# Types of objects that are beyond the host.
_BEYOND = frozenset({"network", "switch_pnic", "switch"})
_AT_THE_WIRE = _BEYOND | {"host_pnic"}
# What stands below the end of a tunnel: its packets leave the host inside the tunnel or not at all.
_INSIDE = frozenset({"vnic", "vconnector", "vedge"})
_OWNING = frozenset({"instance-vnic", "vservice-vnic"})


@dataclass(frozen=True, slots=True)
class Strand:
    """A chain of devices: `ties[i]` joins `nodes[i]` and `nodes[i + 1]`. `tunnel`: what carries it on the way."""

    nodes: tuple[str, ...]
    ties: tuple[Tie, ...] = ()
    tunnel: Tie | None = None

    def until(self, index: int) -> Strand:
        """Its beginning, up to a node."""
        return Strand(self.nodes[: index + 1], self.ties[:index])

    def back(self) -> Strand:
        """The same the other way round."""
        return Strand(self.nodes[::-1], self.ties[::-1], self.tunnel)

    def then(self, other: Strand) -> Strand:
        """Itself, and another one that begins where it ends."""
        return Strand(self.nodes + other.nodes[1:], self.ties + other.ties)

    def then_by(self, tie: Tie, other: Strand) -> Strand:
        """Itself, and by one more link another one."""
        return Strand(self.nodes + other.nodes, (*self.ties, tie, *other.ties))


@dataclass
class Devices:
    """What was read of devices: `firsts` tells by start key where a start's chain begins."""

    things: dict[str, Thing] = field(default_factory=dict)
    ties: dict[tuple[str, str, str], Tie] = field(default_factory=dict)
    firsts: dict[str, list[str]] = field(default_factory=dict)
    tunnels: dict[tuple[str, str], Tie] = field(default_factory=dict)

    def add(self, tie: Tie) -> None:
        """One more link. It was read for one network; of several, it carries all that it was read for."""
        known = self.ties.get(tie.key)
        self.ties[tie.key] = tie if known is None else known.together_with(tie)

    def type_of(self, id: str) -> str:
        """The type of an object that was read."""
        return self.things[id].type

    def owner_of(self, vnic_id: str) -> tuple[str, Tie] | None:
        """The instance or service that the interface is of."""
        for tie in self.ties.values():
            if tie.type in _OWNING and tie.ends[1] == vnic_id:
                return tie.ends[0], tie
        return None

    def tie(self, type: str, source: str, target: str) -> Tie | None:
        """The link of that type and ends."""
        return self.ties.get((type, source, target))


class Segment:
    """One network on the devices that carry it."""

    def __init__(self, devices: Devices, network: Thing, check_time: Callable[[], None]) -> None:
        """`check_time` raises when there is no time left: of many NICs there are very many pairs."""
        self._devices, self.network, self._check_time = devices, network, check_time
        self._ups = _upwards(devices, network.id)
        several = bool(network.get("segments"))
        self._must_tunnel = not several and network.get("network_type") in _OVERLAYS
        self._may_tunnel = several or network.get("network_type") not in _PHYSICAL

    def between(self, source: str | None, target: str | None) -> list[Strand]:
        """All chains from one device to another; None: the network itself, as what is on its wire."""
        if source is None or target is None:
            return self._to_network(source, target)
        rising, falling = list(self._rising(source)), list(self._rising(target))
        met = [strand for up in rising for strand in self._met(up, falling)]
        inside = [s for s in met if not any(self._devices.type_of(node) in _BEYOND for node in s.nodes)]
        cabled = [s for s in met if any(self._devices.type_of(node) == "switch" for node in s.nodes)]
        return _leanest(inside or cabled or met or self._by_tunnel_alone(rising, falling))

    def why_not(self, source: str | None, target: str | None) -> str:
        """Where the network ends between two devices that no chain joins."""
        name = self.network.name
        for end in (source, target):
            if end is not None and not any(self._leaves(strand) for strand in self._rising(end)):
                return f"no NIC and no tunnel of {self._place(end)} carries {name}"
        if source is None or target is None:
            return f"{name} is on no NIC"
        here, there = self._place(source), self._place(target)
        if self._may_tunnel:
            return f"{here} has no tunnel to {there} that carries {name}"
        return f"{here} and {there} do not carry {name} in the same way"

    def _to_network(self, source: str | None, target: str | None) -> list[Strand]:
        alone = Strand((self.network.id,))
        if source is None and target is None:
            return [alone]
        end = source if source is not None else target
        chains = [s for s in self._rising(str(end)) if s.nodes[-1] == self.network.id and self._fits(s)]
        return _leanest(chains if source is not None else [strand.back() for strand in chains])

    def _rising(self, start: str) -> Iterator[Strand]:
        """Every chain from a device up as far as it goes."""
        waiting = [Strand((start,))]
        while waiting:
            self._check_time()
            strand = waiting.pop()
            onward = [(n, tie) for n, tie in self._ups.get(strand.nodes[-1], ()) if n not in strand.nodes]
            if not onward:
                yield strand
            for node, tie in onward:
                waiting.append(strand.then_by(tie, Strand((node,))))

    def _met(self, up: Strand, falling: Iterable[Strand]) -> Iterator[Strand]:
        self._check_time()
        return (strand for down in falling if (strand := self._meet(up, down)))

    def _meet(self, up: Strand, down: Strand) -> Strand | None:
        at = next((index for index, node in enumerate(up.nodes) if node in down.nodes), None)
        if at is None:
            return None
        here, there = up.until(at), down.until(down.nodes.index(up.nodes[at]))
        where = self._devices.type_of(up.nodes[at])
        if where not in _AT_THE_WIRE:
            return here.then(there.back())
        if not (self._fits(here) and self._fits(there)):
            return None
        if where == "host_pnic":
            return here.then(there.back())
        ends = self._otep(here), self._otep(there)
        if ends == (None, None) or None in ends:
            # Where one side begins beyond the end of its tunnel, the tunnel itself is not on the way.
            both_plain = ends == (None, None) and not self._must_tunnel
            return here.then(there.back()) if both_plain or self._begins_outside(here, there) else None
        tunnel = self._tunnel(str(ends[0]), str(ends[1]))
        joined = here.then(there.back())
        return Strand(joined.nodes, joined.ties, tunnel) if tunnel else None

    def _begins_outside(self, *strands: Strand) -> bool:
        return any(self._devices.type_of(strand.nodes[0]) not in _INSIDE for strand in strands)

    def _by_tunnel_alone(self, rising: Iterable[Strand], falling: Iterable[Strand]) -> list[Strand]:
        """Where the NICs below a tunnel are not known: from its one end to the other."""
        found = []
        for up in rising:
            for down in falling:
                here, there = self._otep(up), self._otep(down)
                if here and there and (tunnel := self._tunnel(here, there)):
                    before, after = up.until(up.nodes.index(here)), down.until(down.nodes.index(there))
                    joined = before.then_by(tunnel, after.back())
                    found.append(Strand(joined.nodes, joined.ties, tunnel))
        return found

    def _tunnel(self, here: str, there: str) -> Tie | None:
        tie = self._devices.tunnels.get((here, there))
        return tie if self._may_tunnel and tie is not None and tie.carries(self.network.id) else None

    def _fits(self, strand: Strand) -> bool:
        """Whether the way out is of the network's kind: in a tunnel, or not."""
        if self._devices.type_of(strand.nodes[0]) not in _INSIDE:
            return True
        tunnelled = self._otep(strand) is not None
        return self._may_tunnel if tunnelled else not self._must_tunnel

    def _leaves(self, strand: Strand) -> bool:
        kinds = {self._devices.type_of(node) for node in strand.nodes}
        return bool(kinds & _BEYOND and self._fits(strand)) or ("otep" in kinds and self._may_tunnel)

    def _otep(self, strand: Strand) -> str | None:
        return next((node for node in strand.nodes if self._devices.type_of(node) == "otep"), None)

    def _place(self, id: str) -> str:
        return self._devices.things[id].host or self._devices.things[id].name


def _upwards(devices: Devices, network_id: str) -> Mapping[str, list[tuple[str, Tie]]]:
    """For each device what is next on the way to the wire, by links that carry the network."""
    ups: dict[str, list[tuple[str, Tie]]] = {}
    for tie in devices.ties.values():
        step = _step(devices, tie)
        beyond = tie.type == "host_pnic-network"
        if step is not None and (tie.ends[1] == network_id if beyond else tie.carries(network_id)):
            ups.setdefault(step[0], []).append((step[1], tie))
    return {node: _without_bond_members(devices, onward) for node, onward in ups.items()}


def _step(devices: Devices, tie: Tie) -> tuple[str, str] | None:
    source, target = tie.ends
    if tie.type in _OWNING or tie.type in ("port-vnic", "router-vservice", "otep-otep"):
        return None
    if tie.type == "switch-switch_pnic":  # into the switch by the port of a host, out of it by an uplink
        return (source, target) if devices.things[target].get("role") == "uplink" else (target, source)
    if tie.type == "switch_pnic-switch_pnic":
        return (source, target) if devices.things[source].get("role") == "uplink" else (target, source)
    return source, target


def _without_bond_members(devices: Devices, onward: list[tuple[str, Tie]]) -> list[tuple[str, Tie]]:
    """A bond stands for its members: packets are handed to it."""
    bonds = {devices.things[n].get("device") for n, _ in onward if devices.things[n].get("bond_members")}
    return [(node, tie) for node, tie in onward if devices.things[node].get("master") not in bonds or not bonds]


def _leanest(strands: list[Strand]) -> list[Strand]:
    """Without those that only go round by more devices."""
    by_size: dict[int, set[frozenset[str]]] = {}
    for strand in strands:
        by_size.setdefault(len(set(strand.nodes)), set()).add(frozenset(strand.nodes))

    def goes_round(strand: Strand) -> bool:
        own = frozenset(strand.nodes)
        return any(other < own for size, others in by_size.items() if size < len(own) for other in others)

    kept = {strand.nodes: strand for strand in strands if not goes_round(strand)}
    return sorted(kept.values(), key=lambda strand: (len(strand.nodes), strand.nodes))
