"""Which links are followed outward from an origin: as packets go, or as they are."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

from topology.paths.turns import Turns

Row = Mapping[str, Any]
# The links that packets take, or that name what they come to.
PACKET_LINKS = (
    "instance-vnic", "vservice-vnic", "port-vnic", "floating_ip-port", "vnic-vconnector", "vnic-vedge",
    "vconnector-vedge", "vconnector-host_pnic", "vedge-otep", "vedge-host_pnic", "otep-vconnector", "otep-host_pnic",
    "otep-otep", "host_pnic-network", "router-vservice", "host_pnic-switch_pnic", "switch-switch_pnic",
)  # fmt: skip
# Towards the wire; what came in from it does not go out again.
_UPWARD = frozenset(
    {
        "vnic-vconnector", "vnic-vedge", "vconnector-vedge", "vconnector-host_pnic", "vedge-otep", "vedge-host_pnic",
        "otep-otep", "host_pnic-network",
    }
)  # fmt: skip
_OFF_THE_WIRE = frozenset({"otep-vconnector", "otep-host_pnic"})
# Packets end here, unless they begin here. A namespace that is not a router's is one, too.
_ENDS = frozenset({"instance", "floating_ip", "router", "switch"})
_ON_THE_WIRE = frozenset({"network", "host_pnic", "switch_pnic", "switch"})


@dataclass(frozen=True, slots=True)
class State:
    """Something reached by a network (None: by whatever).

    `sender`: who has sent on the network, a port of the origin or a router. `landed`: from the wire, so it does not go
    out again.
    """

    id: str
    network: str | None
    sender: str = ""
    landed: bool = False


class Following(Protocol):
    """A rule which links are followed."""

    def onward(self, here: Row, state: State, row: Row) -> list[State]:
        """What is reached over a link that carries the network of a state."""
        ...


class AsTheyAre:
    """Every link, either way, as long as some network is carried all along."""

    def onward(self, here: Row, state: State, row: Row) -> list[State]:  # noqa: ARG002  # a rule for every place
        """The other end; where nothing was said of networks so far, what the link says."""
        if state.network is not None or row["networks"] is None:
            return [State(row["there"]["id"], state.network)]
        return [State(row["there"]["id"], network) for network in row["networks"]]


@dataclass(frozen=True, slots=True)
class AsPacketsGo:
    """Within a network over what carries it; into another one where a router turns."""

    origin: str
    origin_type: str
    turns: Turns
    overlays: AbstractSet[str]

    def onward(self, here: Row, state: State, row: Row) -> list[State]:
        """The other end, by the same network, and by those that a router turns into there."""
        if not self._takes(here, state, row):
            return []
        there, kind = row["there"], row["link_type"]
        landed = state.landed or kind == "otep-otep" or (kind == "host_pnic-network" and not row["onward"])
        reached = [State(there["id"], state.network, state.sender, landed)]
        if kind == "vservice-vnic" and not row["onward"] and state.network is not None:
            router = str(there.get("service_id"))
            turned = self.turns.get((router, state.network, state.sender), ())
            reached += [State(there["id"], network, router) for network in sorted(turned)]
        return reached

    def _takes(self, here: Row, state: State, row: Row) -> bool:
        kind, onward = row["link_type"], row["onward"]
        if here["id"] != self.origin and self._ends_at(here, kind):
            return False
        if state.landed and onward and kind in _UPWARD:
            return False
        if kind == "vedge-host_pnic" or (kind == "vconnector-host_pnic" and not onward):
            return state.network not in self.overlays
        if kind == "otep-otep":
            return bool(onward)
        if kind in _OFF_THE_WIRE and not onward:
            return self.origin_type in _ON_THE_WIRE
        if kind == "host_pnic-network":
            return self._takes_wire(here, state, row)
        return True

    def _takes_wire(self, here: Row, state: State, row: Row) -> bool:
        if row["onward"]:
            return bool(row["there"]["id"] == state.network)
        own = here["id"] == state.network
        return own and (state.network not in self.overlays or here["id"] == self.origin)

    def _ends_at(self, here: Row, kind: str) -> bool:
        if here["type"] == "vservice":
            return here.get("service_type") not in ("router", "snat") and kind == "vservice-vnic"
        return here["type"] in _ENDS
