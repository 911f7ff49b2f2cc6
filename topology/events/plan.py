"""What a batch of events comes to, before anything is written: a value that can be counted and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from graph_schema.events import Effect, Gone, Refresh, Says
from graph_schema.records import Problem, Record


@dataclass(slots=True)
class Plan:
    """The newest word on each object, what is gone, what is to be read again: the same in whatever order it came."""

    says: dict[str, Says] = field(default_factory=dict)
    gone: dict[str, Gone] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    events: int = 0

    def add(self, effect: Effect) -> None:
        """One more event."""
        self.events += 1
        for one in effect.says:
            self._say(one)
        self.gone.update((gone.id, gone) for gone in effect.gone)
        self.ask(effect.refreshes)
        if effect.problem is not None:
            self.problems.append(effect.problem)

    def ask(self, refreshes: Iterable[Refresh]) -> None:
        """Read these again, too."""
        self.refreshes.update((refresh.key, refresh) for refresh in refreshes)

    @property
    def ids(self) -> list[str]:
        """Ids of all objects that something is said of."""
        return sorted(self.says.keys() | self.gone.keys())

    def _say(self, one: Says) -> None:
        other = self.says.get(one.record.id)
        if other is None:
            self.says[one.record.id] = one
            return
        older, newer = sorted((other, one), key=lambda says: says.version)
        self.says[one.record.id] = replace(
            newer, record=laid_over(newer, older.record), unsaid=newer.unsaid & older.unsaid
        )


def plan_of(effects: Iterable[Effect]) -> Plan:
    """The plan of a batch."""
    plan = Plan()
    for effect in effects:
        plan.add(effect)
    return plan


def laid_over(says: Says, known: Record | None) -> Record:
    """What is said, with what is known of the properties that it says nothing of."""
    record = says.record
    if known is None or not says.unsaid:
        return record
    return replace(
        record,
        properties={**record.properties, **_kept(known.properties, says.unsaid)},
        details={**record.details, **_kept(known.details, says.unsaid)},
    )


def _kept(known: Mapping[str, object], unsaid: frozenset[str]) -> dict[str, object]:
    return {key: value for key, value in known.items() if key in unsaid}


def wiring(port: Record | None) -> tuple[str, str] | None:
    """Where a port is plugged and whether it is up, as far as other hosts are concerned; None where it is nowhere."""
    if port is None or not port.get("binding_host"):
        return None
    return port["binding_host"], str(port.get("source_status"))


def consequences(known: Record, now: Record | None) -> list[Refresh]:
    """What else has to be read again because an object is otherwise than it was, or is gone (None).

    Where it was; and the other ports of a trunk that it has joined, since nobody else tells them.
    """
    if now is None:
        return _places(known)
    left = [refresh for refresh in _places(known) if refresh not in _places(now)]
    return left + [refresh for refresh in _in_trunk(now) if refresh not in _in_trunk(known)]


def _places(record: Record) -> list[Refresh]:
    """What shows the object: its host, the instance that it is plugged into, the port that it leads to."""
    found = []
    if record.type == "instance" and record.host:
        found.append(Refresh("host", record.host))
    if record.type == "port":
        if record.get("binding_host"):
            found.append(Refresh("host", record["binding_host"]))
        if record.get("device_id") and str(record.get("device_owner")).startswith("compute:"):
            found.append(Refresh("ports_of_device", record["device_id"]))
        found += _in_trunk(record)
    if record.type == "floating_ip":
        if record.get("port_id"):
            found.append(Refresh("port", record["port_id"]))
        if record.get("router_id"):
            found.append(Refresh("agents_of_router", record["router_id"]))
    if record.type == "subnet":
        found.append(Refresh("network", record["network_id"]))
    return found


def _in_trunk(record: Record) -> list[Refresh]:
    found = [Refresh("port", subport["port_id"]) for subport in record.get("subports") or ()]
    return [*found, Refresh("port", record["trunk_parent"])] if record.get("trunk_parent") else found
