"""What the graph shows of single objects at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neo4j import Driver


@dataclass(frozen=True)
class Shown:
    """The graph of one environment, asked anew each time."""

    driver: Driver
    environment: str

    def node(self, id: str) -> dict[str, Any]:
        """All properties of an object; {} where there is none."""
        rows = self._rows("MATCH (o:Object {environment: $e, id: $id}) RETURN properties(o) AS o", id=id)
        return dict(rows[0]["o"]) if rows else {}

    def has(self, id: str) -> bool:
        """Whether there is such an object."""
        return bool(self.node(id))

    def says(self, id: str, **values: Any) -> bool:
        """Whether the object has these values."""
        node = self.node(id)
        return bool(node) and all(node.get(key) == value for key, value in values.items())

    def linked(self, link: str, source: str, target: str) -> bool:
        """Whether there is a link of that relationship."""
        query = (
            "MATCH (:Object {environment: $e, id: $source})-[r]->(:Object {environment: $e, id: $target}) "
            "WHERE type(r) = $link RETURN 1 AS one"
        )
        return bool(self._rows(query, source=source, target=target, link=link))

    def plugged(self, instance: str) -> set[tuple[str, str]]:
        """Host and hardware address of each device of an instance that is joined with its switch or bridge."""
        query = (
            "MATCH (:Object {environment: $e, id: $id})-[:INSTANCE_VNIC]->(v) "
            "WHERE EXISTS { (v)-[:VNIC_VEDGE|VNIC_VCONNECTOR]->() } RETURN v.host AS host, v.mac_address AS mac"
        )
        return {(row["host"], row["mac"]) for row in self._rows(query, id=instance)}

    def realized(self, port: str) -> bool:
        """Whether a host has a device for the port."""
        return bool(
            self._rows("MATCH (:Object {environment: $e, id: $id})-[:PORT_VNIC]->(v) RETURN v.id AS id", id=port)
        )

    def on_hosts(self, name: str) -> set[str]:
        """Hosts with a namespace of that name."""
        rows = self._rows(
            "MATCH (s:Vservice {environment: $e}) WHERE s.id ENDS WITH $name RETURN s.host AS host", name=name
        )
        return {row["host"] for row in rows}

    def served(self, link: str, id: str) -> set[str]:
        """Hosts with a service (a namespace with its devices) of a router or network."""
        query = (
            "MATCH (:Object {environment: $e, id: $id})-[r]->(s:Vservice)-[:VSERVICE_VNIC]->(:Vnic) "
            "WHERE type(r) = $link RETURN s.host AS host"
        )
        return {row["host"] for row in self._rows(query, id=id, link=link)}

    def _rows(self, query: str, **parameters: Any) -> list[Any]:
        return list(self.driver.execute_query(query, e=self.environment, **parameters).records)
