"""Words to say what a reading found, and what the graph has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from graph_schema.link_types import INSTANCE_VNIC, VNIC_VCONNECTOR
from graph_schema.object_types import HOST, INSTANCE, NETWORK, PORT, PROJECT, ROUTER, VCONNECTOR, VNIC
from graph_schema.records import COMPLETE, Attributes, Link, Outcome, Problem, Record, Ref, Scope
from topology.store import Entry, ScopeWrite

KEYSTONE = Scope("keystone", "environment")
OPENSTACK = Scope("openstack", "One")
NOVA = Scope("nova", "One")
NEUTRON = Scope("neutron", "One")
CMP1, CMP2 = Scope("ssh", "cmp1"), Scope("ssh", "cmp2")

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PARTIAL = Outcome("partial", (Problem("nova", "half an answer", "Scan again."),))
FAILED = Outcome("failed", (Problem("nova", "refused", "Check the password."),))


class Ask(Protocol):
    """Asks the graph in plain Cypher."""

    def __call__(self, text: str, **parameters: Any) -> list[dict[str, Any]]: ...


def at(minute: int) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minute)


def reading(
    scope: Scope,
    *said: Record | Entry,
    minute: int = 0,
    outcome: Outcome = COMPLETE,
    attributes: Iterable[Attributes] = (),
) -> ScopeWrite:
    """A reading that began at a minute after noon."""
    entries = [one if isinstance(one, Entry) else Entry(one) for one in said]
    return ScopeWrite(scope, at(minute), outcome, entries, attributes)


def project(id: str = "shop", **values: Any) -> Record:
    return PROJECT.record(id=id, name=values.pop("name", id), **values)


def host(id: str = "cmp1", **values: Any) -> Record:
    return HOST.record(id=id, name=id, parent=Ref("region", "region:One"), **values)


def instance(id: str, host: str = "cmp1", **values: Any) -> Record:
    return INSTANCE.record(id=id, name=values.pop("name", id), host=host, **values)


def network(id: str, project: str = "shop", **values: Any) -> Record:
    return NETWORK.record(id=id, name=values.pop("name", id), parent=Ref("project", project), **values)


def port(id: str, network: str = "net", **values: Any) -> Record:
    return PORT.record(id=id, name=values.pop("name", id), parent=Ref("network", network), **values)


def router(id: str, project: str = "shop", **values: Any) -> Record:
    return ROUTER.record(id=id, name=values.pop("name", id), parent=Ref("project", project), **values)


def bridge(name: str, host: str = "cmp1", **values: Any) -> Record:
    return VCONNECTOR.record(host=host, name=name, **values)


def vnic(device: str, of: str, *links: Link, host: str = "cmp1", **values: Any) -> Entry:
    """A vNIC of the instance `of`, with its link to it."""
    record = VNIC.record(host=host, name=device, device=device, parent=Ref("instance", of), **values)
    return Entry(record, (INSTANCE_VNIC.link(of, record), *links))


def in_bridge(device: str, bridge: str, host: str = "cmp1", **carried: Any) -> Link:
    return VNIC_VCONNECTOR.link(f"{host}:vnic:{device}", f"{host}:vconnector:{bridge}", **carried)


def objects_of(ask: Ask) -> set[tuple[str, str, str]]:
    """(type, id, name) of every object."""
    rows = ask("MATCH (o:Object) WHERE o.environment = $environment RETURN o.type AS type, o.id AS id, o.name AS name")
    return {(row["type"], row["id"], row["name"]) for row in rows}


def ids_of(ask: Ask) -> set[str]:
    """Id of every object."""
    return {id for _, id, _ in objects_of(ask)}


def links_of(ask: Ask) -> set[tuple[str, str, str]]:
    """(relationship type, source id, target id) of every link but containment."""
    return {link for link in _relationships(ask) if link[0] != "CONTAINS"}


def parents_of(ask: Ask) -> set[tuple[str, str]]:
    """(id of the parent, id of the child); the environment's own id is ""."""
    return {(source, target) for kind, source, target in _relationships(ask) if kind == "CONTAINS"}


def pending_of(ask: Ask) -> set[tuple[str, str, str]]:
    """(link type, source id, target id) of every link that waits for an end."""
    rows = ask(
        "MATCH (p:PendingLink) WHERE p.environment = $environment "
        "RETURN p.link_type AS type, p.source_id AS source, p.target_id AS target"
    )
    return {(row["type"], row["source"], row["target"]) for row in rows}


def node_of(ask: Ask, id: str) -> dict[str, Any]:
    """All properties of an object's node."""
    rows = ask(
        "MATCH (o:Object {environment: $environment, id: $id}) RETURN properties(o) AS node, labels(o) AS labels", id=id
    )
    assert len(rows) == 1, f"{len(rows)} nodes have the id {id}"
    return {**rows[0]["node"], "labels": set(rows[0]["labels"])}


def link_of(ask: Ask, source: str, target: str) -> dict[str, Any]:
    """All properties of the one link between two objects that is not containment."""
    rows = ask(
        "MATCH (:Object {environment: $environment, id: $source})-[r]->"
        "(:Object {environment: $environment, id: $target}) WHERE type(r) <> 'CONTAINS' RETURN properties(r) AS link",
        source=source,
        target=target,
    )
    assert len(rows) == 1, f"{len(rows)} links join {source} and {target}"
    link: dict[str, Any] = rows[0]["link"]
    return link


def fingerprint(ask: Ask) -> set[Any]:
    """Every node and relationship that was discovered with all its properties, to see that nothing was touched."""
    nodes = ask(
        "MATCH (n) WHERE n.environment = $environment AND NOT n:Scope AND NOT n:Lease "
        "RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS all"
    )
    links = ask(
        "MATCH (n)-[r]->() WHERE n.environment = $environment OR n.name = $environment "
        "RETURN elementId(r) AS id, type(r) AS type, properties(r) AS all"
    )
    return {repr(sorted(row.items(), key=str)) for row in [*nodes, *links]}


def _relationships(ask: Ask) -> list[tuple[str, str, str]]:
    rows = ask(
        "MATCH (n)-[r]->(m) WHERE n.environment = $environment OR (n:Environment AND n.name = $environment) "
        "RETURN type(r) AS type, CASE WHEN n:Environment THEN '' ELSE n.id END AS source, m.id AS target"
    )
    found = [(row["type"], row["source"], row["target"]) for row in rows]
    assert len(found) == len(set(found)), "a link is there twice"
    return found
