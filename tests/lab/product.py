"""The product as its user has it: the command line, in processes of its own, against the run's Neo4j."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from neo4j import Driver

from tests.lab.truth.expected import Truth
from tests.lab.truth.graph_facts import read_graph

REPOSITORY = Path(__file__).parents[2]
LAB_ENVIRONMENT = REPOSITORY / "lab" / "environment.yaml"


@dataclass(frozen=True)
class Scan:
    """One scan, as the command line told it."""

    code: int
    report: dict[str, Any]
    errors: str

    def outcome(self, source: str, scope: str) -> str:
        """complete, partial or failed."""
        return str(self._scope(source, scope)["outcome"])

    def problems(self, source: str, scope: str) -> list[dict[str, str]]:
        """The problems of a scope: where, what, remedy."""
        problems: list[dict[str, str]] = self._scope(source, scope)["problems"]
        return problems

    def every_problem(self) -> list[dict[str, str]]:
        """Those of all scopes, and of the scan itself."""
        return [*self.report["problems"], *(p for s in self.report["scopes"] for p in s["problems"])]

    def not_complete(self) -> set[str]:
        """The scopes that were not read whole, as source/scope."""
        return {f"{s['source']}/{s['scope']}" for s in self.report["scopes"] if s["outcome"] != "complete"}

    def changes(self) -> dict[str, int]:
        """How many objects were created, updated, removed."""
        totals = dict.fromkeys(("created", "updated", "removed"), 0)
        for scope in self.report["scopes"]:
            for counts in (scope["changes"] or {"objects": {}})["objects"].values():
                for kind in totals:
                    totals[kind] += counts[kind]
        return totals

    def _scope(self, source: str, scope: str) -> dict[str, Any]:
        found = [s for s in self.report["scopes"] if (s["source"], s["scope"]) == (source, scope)]
        if not found:
            raise AssertionError(f"the report has no scope {source}/{scope}: {json.dumps(self.report)[:2000]}")
        return dict(found[0])


def lab_environment(name: str) -> dict[str, Any]:
    """The shipped environment file of the lab, under another name."""
    document: dict[str, Any] = yaml.safe_load(LAB_ENVIRONMENT.read_text(encoding="utf-8"))
    return {**document, "name": name}


def changed(document: dict[str, Any], section: str, **values: Any) -> dict[str, Any]:
    """An environment with other values in a section; a value of None takes the key away."""
    copied = copy.deepcopy(document)
    found = next(s for s in copied["configuration"] if s["name"] == section)
    found.update(values)
    for key in [k for k, v in found.items() if v is None]:
        del found[key]
    return copied


def without(document: dict[str, Any], *sections: str) -> dict[str, Any]:
    """An environment without some sections."""
    kept = [s for s in document["configuration"] if s["name"] not in sections]
    return {**document, "configuration": copy.deepcopy(kept)}


@dataclass(frozen=True)
class Product:
    """The installation under test."""

    settings: dict[str, str]  # environment variables
    folder: Path
    driver: Driver

    def run(self, *arguments: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """One command of the product."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **self.settings},
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """One command of the product, not waited for."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def add(self, document: dict[str, Any]) -> None:
        """Add an environment, or replace its configuration."""
        file = self.folder / "environment.yaml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        done = self.run("env", "add", str(file))
        assert done.returncode == 0, done.stdout + done.stderr

    def scan(self, environment: str, *options: str, seconds: float = 600) -> Scan:
        """A whole scan."""
        done = self.run("scan", environment, "--format", "json", *options, seconds=seconds)
        return finished(done.returncode, done.stdout, done.stderr)

    def graph(self, environment: str) -> Truth:
        """What the graph says now."""
        with self.driver.session() as session:
            return read_graph(session, environment)

    def versions(self, environment: str) -> dict[str, str]:
        """Id → all properties of each object, to see whether a scan wrote it."""
        query = "MATCH (o:Object {environment: $environment}) RETURN o.id AS id, properties(o) AS properties"
        with self.driver.session() as session:
            return {
                row["id"]: json.dumps(row["properties"], default=str, sort_keys=True)
                for row in session.run(query, environment=environment)
            }


def finished(code: int, output: str, errors: str) -> Scan:
    """The scan of which these are exit code and output."""
    try:
        return Scan(code, json.loads(output), errors)
    except json.JSONDecodeError:
        raise AssertionError(f"scan ended with {code} and no report:\n{output}\n{errors}") from None
