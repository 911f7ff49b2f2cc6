"""Every statement of the store finds its way by an index: whatever the graph's size, none looks at all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest
from neo4j import Driver

from cypher import Statement, statement
from graph_schema.registry import LINKS, object_type
from tests.store.racing import cloud, write
from topology.graph import Graph
from topology.store.encoding import columns, properties_of_group

pytestmark = pytest.mark.usefixtures("crowded")

# What fills the blanks of the templates.
BLANKS: Mapping[str, str | tuple[str, ...]] = {
    "label": "Instance",
    "properties": columns("instance"),
    "relationship": LINKS["vnic-vconnector"].relationship,
    "source": object_type("vnic").label,
    "target": object_type("vconnector").label,
    "hash": "neutron_hash",
    "scope": "neutron_scope",
}
# A handful of nodes for the whole database, all of them asked for.
SMALL = ("v:SchemaVersion",)
OF_SCHEMA = ("SHOW", "CREATE INDEX", "CREATE FULLTEXT", "DROP INDEX", "CALL db.")
STATEMENTS = [
    named
    for name in sorted(file.name.removesuffix(".cypher") for file in (files("cypher") / "store").iterdir())
    if not (named := statement(name)).text.startswith(OF_SCHEMA)
]


def filled(named: Statement) -> Statement:
    blanks = dict(BLANKS)
    if named.name.startswith("attributes_"):
        blanks["properties"] = tuple(properties_of_group("instance", "neutron"))
    return named.fill(**{blank: blanks[blank] for blank in named.template}) if named.template else named


def scanning(plan: Mapping[str, Any]) -> Iterator[str]:
    """Operators that look at all nodes, of a label at best, or at all relationships."""
    operator, details = plan["operatorType"], plan["args"].get("Details", "")
    if "Scan" in operator and "IndexScan" not in operator and details not in SMALL:
        yield f"{operator} {details}"
    for child in plan.get("children", []):
        yield from scanning(child)


def scans(driver: Driver, text: str) -> list[str]:
    with driver.session() as session:
        plan = session.run(f"EXPLAIN {text}").consume().plan
    assert plan is not None
    return list(scanning(plan))


@pytest.fixture(autouse=True)
def _something_there(graph: Graph, environment: str) -> None:
    """Plans are made for what there is: an empty database may be scanned for nothing."""
    write(graph, environment, cloud(10))


@pytest.mark.parametrize("part", range(4))
def test_no_statement_scans(driver: Driver, part: int) -> None:
    found = {named.name: scans(driver, filled(named).text) for named in STATEMENTS[part::4]}
    assert {name: plan for name, plan in found.items() if plan} == {}


def test_every_look_up_by_id_names_its_index() -> None:
    """A plan is made with the statistics of the moment, and a first scan begins with an empty database."""
    by_id = re.compile(
        r"^ *(?:OPTIONAL )?MATCH \((\w+):Object \{environment: \$environment, id: [^\n]*\n *(.*)", re.MULTILINE
    )
    found = [(named.name, variable, after) for named in STATEMENTS for variable, after in by_id.findall(named.text)]
    assert len(found) > 20
    assert [one for one in found if one[2] != f"USING INDEX SEEK {one[1]}:Object(environment, id)"] == []


def test_a_plan_that_is_kept_left_nothing_to_choose() -> None:
    """It may have been made for an empty database: then each pattern that begins with a label names its index."""
    begins = re.compile(r"MATCH \((\w*):(?!Lease)\w+.*\n *(.*)")
    kept = [named for named in STATEMENTS if named.text.startswith("CYPHER replan=skip")]
    assert len(kept) > 25
    found = [(named.name, variable, after) for named in kept for variable, after in begins.findall(named.text)]
    assert [one for one in found if not one[2].startswith(f"USING INDEX SEEK {one[1]}:")] == []
    assert [named.name for named in kept if re.search(r"[{] *[(]\w*:", named.text)] == []


def test_a_plan_that_is_kept_merges_by_a_constraint(driver: Driver) -> None:
    """Where there is one for just these properties MERGE goes by it, and has nothing to choose either."""
    rows = driver.execute_query("SHOW CONSTRAINTS YIELD labelsOrTypes, properties").records
    constrained = {(row["labelsOrTypes"][0], frozenset(row["properties"])) for row in rows}
    pattern = re.compile(r"MERGE \(\w+:(\w+) \{(.*?)\}\)", re.DOTALL)
    merged = {
        (named.name, label, frozenset(re.findall(r"(\w+):", keys)))
        for named in STATEMENTS
        if named.text.startswith("CYPHER replan=skip")
        for label, keys in pattern.findall(named.text)
    }
    assert len(merged) > 4
    assert {name for name, label, keys in merged if (label, keys) not in constrained} == set()


def test_a_scan_would_be_noticed(driver: Driver) -> None:
    assert scans(driver, "MATCH (o:Object) WHERE o.name CONTAINS 'x' RETURN o")
    assert scans(driver, "MATCH (o) WHERE o.environment = 'x' RETURN o")
