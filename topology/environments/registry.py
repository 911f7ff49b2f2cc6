"""The environments in the graph: `:Environment` nodes, apart from what is discovered in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graph_schema.sections import SECRET_KEYS
from topology.environments.configuration import Environment
from topology.environments.secrets import Vault
from topology.errors import UnknownEnvironment
from topology.graph import Graph

_PLAIN = (
    "environment_type",
    "distribution",
    "distribution_version",
    "mechanism_drivers",
    "type_drivers",
    "type",
    "listen",
    "enable_monitoring",
    "user",
    "app_path",
)


class EnvironmentRegistry:
    """Adds, reads and removes environments. The vault opens and seals their secrets."""

    def __init__(self, graph: Graph, vault: Vault) -> None:
        self._graph, self._vault = graph, vault

    def add(self, environment: Environment) -> bool:
        """Add an environment or replace its configuration; an inventory under the name is adopted. True when new."""
        properties = {key: _flat(getattr(environment, key)) for key in _PLAIN}
        sections = [self._vault.sealed(section) for section in environment.configuration]
        rows = self._graph.write(
            "environment_save",
            environment=environment.name,
            properties=properties,
            configuration=json.dumps(sections, ensure_ascii=False),
        )
        return bool(rows[0]["added"])

    def get(self, name: str) -> Environment:
        """The environment, its secrets in clear. Raises UnknownEnvironment."""
        row = self._row(name)
        sections = tuple(self._vault.opened(s) for s in json.loads(row["configuration"] or "[]"))
        values = {key: row["properties"].get(key) for key in _PLAIN}
        clean: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if v is not None}
        return Environment(name=name, configuration=sections, **clean)

    def describe(self, name: str) -> dict[str, Any]:
        """The environment for display: secrets are left out, that they are set is said. Raises UnknownEnvironment."""
        row = self._row(name)
        sections = [_without_secrets(section) for section in json.loads(row["configuration"] or "[]")]
        return {
            "name": name,
            **{key: row["properties"].get(key) for key in _PLAIN},
            "added": row["configured"],
            "configuration": sections,
            "last_scanned": row["last_scanned"],
        }

    def names(self) -> list[str]:
        """Names of all environments, also of those whose configuration was removed and whose inventory is kept."""
        return [row["name"] for row in self._graph.read("environment_names")]

    def remove(self, name: str) -> None:
        """Forget the configuration; the inventory stays. Raises UnknownEnvironment."""
        self._row(name)
        self._graph.write("environment_forget", environment=name)

    def purged(self, name: str) -> None:
        """Remove the environment's own node and notes, once the store has removed its objects."""
        while self._graph.write("environment_purge", environment=name, batch=5000)[0]["removed"]:
            pass

    def _row(self, name: str) -> dict[str, Any]:
        rows = self._graph.read("environment_get", environment=name)
        if not rows:
            there = ", ".join(self.names()) or "none"
            raise UnknownEnvironment(
                f"no environment is named {name!r}; there are: {there}. Add it: calipso env add FILE."
            )
        return rows[0]


def _flat(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _without_secrets(section: Mapping[str, Any]) -> dict[str, Any]:
    return {k: "(set)" if k in SECRET_KEYS and v else v for k, v in section.items()}
