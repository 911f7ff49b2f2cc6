"""Tests of an environment's connections, as the graph keeps them: asked for, done by a worker, told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from graph_schema.sections import mistakes
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import Vault
from topology.errors import InvalidConfiguration, UnknownObject
from topology.graph import Graph
from topology.inventory import require_environment
from topology.messages import Message, write_messages
from topology.paging import LIMIT, Page, checked_limit, page, position_in_time
from topology.shapes import JsonObject

TARGETS = ("OpenStack", "mysql", "CLI", "AMQP")
STATUSES = ("pending", "running", "completed", "failed")
Section = Mapping[str, Any]


def request_test(
    graph: Graph,
    vault: Vault,
    environment: str,
    targets: Sequence[str] | None = None,
    sections: Sequence[Section] | None = None,
    *,
    requested_by: str,
) -> str:
    """Note that a test is asked for: of the environment's sections, or of these instead. Its id.

    Raises UnknownEnvironment, InvalidConfiguration.
    """
    own = _own_sections(graph, vault, environment) if sections is None else list(sections)
    named = chosen(own, targets)
    id = str(uuid.uuid4())
    kept = None if sections is None else json.dumps([vault.sealed(s) for s in named], ensure_ascii=False)
    graph.write(
        "connection_test_request",
        id=id,
        environment=environment,
        targets=[section["name"] for section in named],
        configuration=kept,
        requested_by=requested_by,
    )
    return id


def chosen(sections: Sequence[Section], targets: Sequence[str] | None) -> list[Section]:
    """The sections that a test is about. Raises InvalidConfiguration where there is none or one can not be meant."""
    for section in sections:
        if wrong := mistakes(section):
            raise InvalidConfiguration(f"section {section.get('name')}: {' '.join(wrong)}")
    there = {section["name"]: section for section in sections if section["name"] in TARGETS}
    missing = [target for target in targets or () if target not in there]
    if missing or not there:
        raise InvalidConfiguration(
            f"connection test: there is no section {', '.join(missing) or 'that can be tried'}. There are: "
            f"{', '.join(there) or 'none'}; those that can be tried: {', '.join(TARGETS)}."
        )
    return [section for name, section in there.items() if targets is None or name in targets]


def begin_test(graph: Graph, vault: Vault, id: str) -> tuple[Environment, list[Section]] | None:
    """The environment and the sections to try; None where the test has begun already or is not there."""
    rows = graph.write("connection_test_begin", id=id)
    if not rows:
        return None
    row = rows[0]
    if row["configuration"] is None:
        environment = EnvironmentRegistry(graph, vault).get(row["environment"])
        return environment, chosen(environment.configuration, row["targets"])
    sections: list[Section] = [vault.opened(section) for section in json.loads(row["configuration"])]
    return Environment(name=row["environment"], configuration=tuple(sections)), sections


def end_test(graph: Graph, id: str, results: Sequence[JsonObject]) -> None:
    """Keep what came of a test, and say it in a message where something failed."""
    status = "failed" if any(result["status"] == "failed" for result in results) else "completed"
    told = json.dumps(list(results), ensure_ascii=False)
    rows = graph.write("connection_test_end", id=id, status=status, results=told, reason=None)
    if rows and status == "failed":
        lines = [f"connection test: {r['target']}: {s['told']} {s['remedy']}" for r, s in _failures(results)]
        messages = [Message("error", line, "Calipso") for line in lines]
        write_messages(graph, rows[0]["environment"], messages)


def fail_test(graph: Graph, id: str, reason: str) -> None:
    """A test that could not be done."""
    graph.write("connection_test_end", id=id, status="failed", results="[]", reason=reason)


def known_hosts(graph: Graph, environment: str) -> list[tuple[str, str]]:
    """Id and address of the hosts that the last scan found, by id."""
    rows = graph.read("hosts_known", environment=environment, limit=1000)
    return [(row["id"], row["address"]) for row in rows]


def one_test(graph: Graph, id: str) -> JsonObject:
    """One test with its results. Raises UnknownObject."""
    rows = graph.read("connection_test_get", id=id)
    if not rows:
        raise UnknownObject(f"no connection test has the id {id[:100]!r}. Which there are: GET /connection_tests")
    return _told(rows[0]["test"])


def list_tests(
    graph: Graph,
    *,
    environment: str | None = None,
    status: str | None = None,
    limit: int = LIMIT,
    after: str | None = None,
) -> Page:
    """A page of tests, the newest first. Raises UnknownEnvironment, InvalidConfiguration."""
    before, before_id = position_in_time(after)
    rows = graph.read(
        "connection_tests_list",
        environment=environment,
        status=status,
        before=before,
        before_id=before_id,
        limit=checked_limit(limit) + 1,
    )
    if not rows and environment is not None:
        require_environment(graph, environment)
    told = [_told(row["test"]) for row in rows]
    return page(told, limit, shape=dict, place=lambda test: [test["submitted_at"], test["id"]])


def _own_sections(graph: Graph, vault: Vault, environment: str) -> Sequence[Section]:
    own = EnvironmentRegistry(graph, vault).get(environment).configuration
    if not own:
        raise InvalidConfiguration(
            f"environment {environment} has no configuration, so there is nothing to try. "
            "Add it again: calipso env add FILE"
        )
    return own


def _failures(results: Sequence[JsonObject]) -> list[tuple[JsonObject, JsonObject]]:
    return [(r, step) for r in results for step in r["steps"] if step["status"] == "failed"]


def _told(kept: Mapping[str, Any]) -> JsonObject:
    return {**kept, "test_results": json.loads(kept["test_results"] or "[]")}
