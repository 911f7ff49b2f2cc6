"""Whether an answer had anything of what was asked for: of what is gone there is nothing to look for once more."""

from __future__ import annotations

from collections.abc import Sequence

from graph_schema.events import Refresh, RefreshKind, Reread
from topology.events.requests import Due

_OBJECTS: frozenset[RefreshKind] = frozenset(
    {"instance", "port", "router", "floating_ip", "network", "subnet", "security_group"}
)
_PORTS: frozenset[RefreshKind] = frozenset({"ports_of_device", "ports_of_network"})
# Each is asked for by itself, and the hosts that serve it are what is to be read next.
_SERVED: frozenset[RefreshKind] = frozenset({"agents_of_router", "agents_of_network"})


def nothing_of(wanted: Sequence[Due], answer: Reread) -> list[Due]:
    """Those of what was asked for together that the answer has nothing of. What is read whole is never among them."""
    shown = _shown(answer)
    return [one for one in wanted if _could_be_nothing(one.refresh.kind, answer) and one.refresh not in shown]


def _could_be_nothing(kind: RefreshKind, answer: Reread) -> bool:
    return kind in _OBJECTS or kind in _PORTS or (kind in _SERVED and not answer.more)


def _shown(answer: Reread) -> set[Refresh]:
    shown: set[Refresh] = set()
    for record in (one.record for one in answer.says):
        shown |= {Refresh(kind, record.id) for kind in _OBJECTS if kind == record.type}
        if record.type == "port":
            shown |= {
                Refresh("ports_of_device", str(record.get("device_id"))),
                Refresh("ports_of_network", str(record.get("network_id"))),
            }
    return shown
