"""Reading single things again: asked for by id, and read by the code that reads the listings of a scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from collectors.cloud import (
    aggregates,
    availability_zones,
    floating_ips,
    instances,
    network_agents,
    networks,
    ports,
    routers,
    security_groups,
)
from collectors.cloud.answers import Listing
from collectors.contracts import Collected
from collectors.sources.protocols import JSON, ApiSource, SourceError
from graph_schema.events import Gone, Refresh, RefreshKind, Reread, Says, Standing
from graph_schema.records import Attributes, Problem, Record, Scope

Witness = Callable[[Scope, str, str], bool | None]
"""Whether an object of a scope (type, id) still answers; None when nobody can tell."""

_SOURCES: Mapping[str, str] = {"instance": "nova", "aggregates": "nova"}


@dataclass(slots=True)
class _Told:
    """What is told so far, and the revisions of it by id."""

    items: list[Record | Attributes | Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, collected: Collected, raw: Iterable[JSON] = ()) -> None:
        """What a parser made of a listing, and the listing."""
        self.items += list(collected)
        for item in raw:
            if isinstance(item, dict):
                self.counts[str(item.get("id"))] = _count(item)


class Rereader:
    """Reads things of one region again. `witness` is asked about what is not there any more."""

    def __init__(self, source: ApiSource, witness: Witness) -> None:
        self._source, self._witness = source, witness
        self._trunks: bool | None = None

    def reread(self, kind: RefreshKind, ids: Sequence[str]) -> Reread:
        """Some things of a kind as they are now. What a source does wrong is a problem of the answer."""
        scope = Scope(_SOURCES.get(kind, "neutron"), self._source.region)
        began = datetime.now(UTC)
        try:
            return _READERS[kind](self, scope, began, list(ids))
        except SourceError as error:
            return Reread(scope, began, problems=(error.problem,))

    def _neutron(self, path: str, key: str, **filters: Iterable[str]) -> list[JSON]:
        wanted = [(name, value) for name, values in filters.items() for value in values]
        if not wanted:
            return []
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in wanted)
        return self._source.listing("network", f"{path}?{query}", key)

    def _listing(self, items: list[JSON]) -> Listing:
        return Listing(self._source.region, "API", items)

    def _absent(self, scope: Scope, type: str, ids: Sequence[str], told: _Told) -> tuple[list[Gone], list[Problem]]:
        """Of what was asked for and not listed, what is gone; an empty answer alone proves nothing."""
        listed = {item.id for item in told.items if isinstance(item, Record) and item.type == type}
        gone: list[Gone] = []
        doubts: list[Problem] = []
        unread = any(isinstance(item, Problem) for item in told.items)
        for id in ids:
            if id in listed:
                continue
            answer = None if unread else self._witness(scope, type, id)
            if answer is False:
                gone.append(Gone(type, id))
            elif answer is None and not unread:
                what = "it is not listed, and the service cannot be asked for it alone."
                doubts.append(Problem(f"{scope.key}: {type} {id}", what, "It is tried again."))
        return gone, doubts

    def _objects(self, scope: Scope, began: datetime, type: str, ids: Sequence[str], told: _Told) -> Reread:
        gone, doubts = self._absent(scope, type, ids, told)
        return _reread(scope, began, told, gone=tuple(gone), doubts=doubts)

    def instances(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Servers, one request for each: nova lists one by its uuid."""
        told = _Told()
        for id in ids:
            path = f"servers/detail?all_tenants=1&uuid={quote(id, safe='')}"
            raw = self._source.listing("compute", path, "servers")
            told.add(instances.parse_api(self._listing(raw)), raw)
        return self._objects(scope, began, "instance", ids, told)

    def networks(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Networks with their subnets, whose ranges they show."""
        raw = self._neutron("networks", "networks", id=ids)
        subnets = self._neutron("subnets", "subnets", network_id=ids)
        told = _Told()
        told.add(networks.parse_api(networks.RawNetworks(self._listing(raw), self._listing(subnets))), [*raw, *subnets])
        return self._objects(scope, began, "network", ids, told)

    def subnets(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Subnets."""
        raw = self._neutron("subnets", "subnets", id=ids)
        told = _Told()
        told.add(networks.parse_api(networks.RawNetworks(self._listing([]), self._listing(raw))), raw)
        return self._objects(scope, began, "subnet", ids, told)

    def ports(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Ports with their places in trunks; the instances that they are plugged into are asked for next."""
        told = self._ports(self._neutron("ports", "ports", id=ids))
        told.items = [item for item in told.items if not isinstance(item, Attributes)]
        reread = self._objects(scope, began, "port", ids, told)
        return _with(reread, more=_instances_of(told))

    def ports_of_devices(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """All ports of some devices; of instances, with what their ports add to them."""
        raw = self._neutron("ports", "ports", device_id=ids)
        told = self._ports(raw, whole=True)
        served = {item.id for item in told.items if isinstance(item, Attributes)}
        nothing = tuple(id for id in ids if id not in served)
        return _with(_reread(scope, began, told), devices=tuple(ids), nothing_added=nothing)

    def ports_of_networks(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """All ports on some networks."""
        told = self._ports(self._neutron("ports", "ports", network_id=ids))
        told.items = [item for item in told.items if not isinstance(item, Attributes)]
        return _with(_reread(scope, began, told), networks=tuple(ids), more=_instances_of(told))

    def _ports(self, raw: list[JSON], *, whole: bool = False) -> _Told:
        """Ports with the trunks that they are in; `whole`: also subports and floating IPs, which instances show."""
        ids = [str(port.get("id")) for port in raw if isinstance(port, dict)]
        above = [str(p["device_id"]) for p in raw if isinstance(p, dict) and p.get("device_owner") == "trunk:subport"]
        trunks: list[JSON] = []
        if ids and self._has_trunks():
            trunks = self._trunks_of(
                ids, above, loose=any(isinstance(p, dict) and not p.get("device_owner") for p in raw)
            )
        floating: list[JSON] = []
        if whole:
            inside = {str(sub["port_id"]) for trunk in trunks for sub in trunk.get("sub_ports") or ()} - set(ids)
            raw = [*raw, *self._neutron("ports", "ports", id=sorted(inside))]
            floating = self._neutron("floatingips", "floatingips", port_id=sorted({*ids, *inside}))
        told = _Told()
        listings = ports.RawPorts(self._listing(raw), self._listing(trunks), self._listing(floating))
        told.add(ports.parse_api(listings), raw)
        return told

    def _trunks_of(self, ids: list[str], above: list[str], *, loose: bool) -> list[JSON]:
        """Trunks of these parents, and those with these ids; all where a port is `loose`.

        A subport names its trunk only once an agent has wired it, and neutron cannot be asked for the trunk of a port.
        """
        if loose:
            return self._source.listing("network", "trunks", "trunks")
        return [*self._neutron("trunks", "trunks", port_id=ids), *self._neutron("trunks", "trunks", id=above)]

    def _has_trunks(self) -> bool:
        if self._trunks is None:
            extensions = self._source.listing("network", "extensions", "extensions")
            self._trunks = any(isinstance(each, dict) and each.get("alias") == "trunk" for each in extensions)
        return self._trunks

    def routers(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Routers."""
        return self._simple(scope, began, "router", "routers", "routers", routers.parse_api, ids)

    def floating_ips(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Floating IPs."""
        return self._simple(scope, began, "floating_ip", "floatingips", "floatingips", floating_ips.parse_api, ids)

    def security_groups(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """Security groups with their rules."""
        path, key = "security-groups", "security_groups"
        return self._simple(scope, began, "security_group", path, key, security_groups.parse_api, ids)

    def _simple(
        self,
        scope: Scope,
        began: datetime,
        type: str,
        path: str,
        key: str,
        parse: Callable[[Listing], Collected],
        ids: list[str],
    ) -> Reread:
        raw = self._neutron(path, key, id=ids)
        told = _Told()
        told.add(parse(self._listing(raw)), raw)
        return self._objects(scope, began, type, ids, told)

    def agents_of_routers(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """The hosts that serve some routers."""
        return self._agents(scope, began, [f"routers/{quote(id, safe='')}/l3-agents" for id in ids])

    def agents_of_networks(self, scope: Scope, began: datetime, ids: list[str]) -> Reread:
        """The hosts that serve DHCP of some networks."""
        return self._agents(scope, began, [f"networks/{quote(id, safe='')}/dhcp-agents" for id in ids])

    def _agents(self, scope: Scope, began: datetime, paths: Sequence[str]) -> Reread:
        hosts: set[str] = set()
        for path in paths:
            try:
                agents = self._source.listing("network", path, "agents")
            except SourceError:  # the router is gone meanwhile, or neutron has no such agents (OVN)
                continue
            hosts |= {str(agent["host"]) for agent in agents if isinstance(agent, dict) and agent.get("host")}
        return Reread(scope, began, more=tuple(Refresh("host", host) for host in sorted(hosts)))

    def network_agents(self, scope: Scope, began: datetime, _: list[str]) -> Reread:
        """All agents."""
        raw = network_agents.fetch_api(self._source)
        told = _Told()
        told.add(network_agents.parse_api(raw))
        return _with(_reread(scope, began, told), whole=("network_agent",) if raw.items else ())

    def aggregates(self, scope: Scope, began: datetime, _: list[str]) -> Reread:
        """All aggregates and the zones that they make."""
        told = _Told()
        told.add(aggregates.parse_api(aggregates.fetch_api(self._source)))
        told.add(availability_zones.parse_api(availability_zones.fetch_api(self._source)))
        return _with(_reread(scope, began, told), whole=("aggregate", "availability_zone"))

    def statuses(self, scope: Scope, began: datetime, _: list[str]) -> Reread:
        """Which objects there are, and what of them agents change or neutron does without a word."""
        trunks = self._listed("trunks", "id", "port_id", "sub_ports") if self._has_trunks() else []
        above = {str(trunk.get("port_id")): _members(trunk) for trunk in trunks}
        parents = {
            str(sub.get("port_id")): str(trunk.get("port_id"))
            for trunk in trunks
            for sub in trunk.get("sub_ports") or ()
        }
        told: dict[RefreshKind, dict[str, Standing]] = {}
        for kind, path in _LISTED.items():
            named = ("binding:host_id",) if kind == "port" else ()
            found = self._listed(path, "id", "status", "revision_number", *named)
            told[kind] = {str(one.get("id")): _standing(one, above, parents) for one in found}
        return Reread(scope, began, standings=told)

    def _listed(self, path: str, *fields: str) -> list[dict[str, Any]]:
        query = "&".join(f"fields={name}" for name in fields)
        raw = self._source.listing("network", f"{path}?{query}", path.replace("-", "_"))
        return [one for one in raw if isinstance(one, dict)]


_LISTED: Mapping[RefreshKind, str] = {
    "network": "networks",
    "subnet": "subnets",
    "port": "ports",
    "router": "routers",
    "floating_ip": "floatingips",
    "security_group": "security-groups",
}
_READERS: Mapping[RefreshKind, Callable[[Rereader, Scope, datetime, list[str]], Reread]] = {
    "instance": Rereader.instances,
    "port": Rereader.ports,
    "ports_of_device": Rereader.ports_of_devices,
    "ports_of_network": Rereader.ports_of_networks,
    "network": Rereader.networks,
    "subnet": Rereader.subnets,
    "router": Rereader.routers,
    "floating_ip": Rereader.floating_ips,
    "security_group": Rereader.security_groups,
    "agents_of_router": Rereader.agents_of_routers,
    "agents_of_network": Rereader.agents_of_networks,
    "network_agents": Rereader.network_agents,
    "aggregates": Rereader.aggregates,
    "statuses": Rereader.statuses,
}


def _reread(
    scope: Scope, began: datetime, told: _Told, *, gone: tuple[Gone, ...] = (), doubts: Sequence[Problem] = ()
) -> Reread:
    """What was told, as versions of its source: by its own count, then by when it was asked for."""
    clock = int(began.timestamp() * 1_000_000)
    records = {item.id: item for item in told.items if isinstance(item, Record)}
    return Reread(
        scope,
        began,
        says=tuple(Says(r, (told.counts.get(r.id, int(began.timestamp())), clock)) for r in records.values()),
        attributes=tuple(item for item in told.items if isinstance(item, Attributes)),
        gone=gone,
        problems=(*(item for item in told.items if isinstance(item, Problem)), *doubts),
    )


def _members(trunk: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(trunk.get("id")), *sorted(str(sub.get("port_id")) for sub in trunk.get("sub_ports") or ()))


def _standing(one: Mapping[str, Any], above: Mapping[str, tuple[str, ...]], parents: Mapping[str, str]) -> Standing:
    id, revision = str(one.get("id")), one.get("revision_number")
    return Standing(
        str(one.get("status") or ""),
        str(one.get("binding:host_id") or ""),
        above.get(id, ()),
        parents.get(id, ""),
        revision if isinstance(revision, int) else None,
    )


def _with(reread: Reread, **more: Any) -> Reread:
    return replace(reread, **more)


def _instances_of(told: _Told) -> tuple[Refresh, ...]:
    """Instances show the addresses of their ports."""
    devices = {
        item["device_id"]
        for item in told.items
        if isinstance(item, Record) and item.get("device_id") and str(item.get("device_owner")).startswith("compute:")
    }
    return tuple(Refresh("ports_of_device", device) for device in sorted(devices))


def _count(item: Mapping[str, Any]) -> int:
    """Neutron's revision, or the second of nova's last update."""
    revision = item.get("revision_number")
    if isinstance(revision, int):
        return revision
    try:
        return int(datetime.fromisoformat(str(item.get("updated"))).timestamp())
    except ValueError:
        return 0
