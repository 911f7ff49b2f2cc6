"""Security groups with their rules."""

from __future__ import annotations

from functools import partial
from typing import Any

from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.places import answers_at, in_project
from collectors.cloud.tables import DESCRIPTIONS, Row, Tables, descriptions, fetch_tables, grouped, truth
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.object_types import SECURITY_GROUP
from graph_schema.records import Record

_RULE_TEXTS = ("protocol", "remote_ip_prefix", "remote_group_id", "remote_address_group_id", "description")
_RULE_NUMBERS = ("port_range_min", "port_range_max")


def fetch_api(source: ApiSource) -> Listing:
    """All groups, each with its rules. Raises SourceError."""
    return Listing(source.region, "API", source.listing("network", "security-groups", "security_groups"))


def parse_api(raw: Listing) -> Collected:
    """One record per group; what a rule leaves open (any port, any address) is not in it."""
    return read_each(raw, "neutron security groups", partial(_group, raw.region))


def _group(region: str, answer: Answer) -> Record:
    project_id = answer.project_id()
    return SECURITY_GROUP.record(
        id=answer.id,
        name=answer.named(answer.id),
        parent=in_project(project_id, region),
        project_id=project_id,
        description=answer.optional_text("description"),
        stateful=answer.optional_flag("stateful"),
        rules=sorted((_rule(each) for each in answer.objects("security_group_rules")), key=lambda rule: rule["id"]),
    )


def _rule(answer: Answer) -> dict[str, Any]:
    rule: dict[str, Any] = {key: answer.text(key) for key in ("id", "direction")}
    rule["ethertype"] = answer.optional_text("ethertype")
    rule.update((key, answer.optional_text(key)) for key in _RULE_TEXTS)
    rule.update((key, answer.optional_integer(key)) for key in _RULE_NUMBERS)
    return {key: value for key, value in rule.items() if value is not None}


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Groups, rules, and what is written about both. Raises SourceError."""
    return fetch_tables(
        source,
        region,
        {
            "neutron.securitygroups": ("id", "name", "project_id", "stateful", "standard_attr_id"),
            "neutron.securitygrouprules": (
                "id",
                "security_group_id",
                "direction",
                "ethertype",
                "standard_attr_id",
                *_RULE_TEXTS[:-1],
                *_RULE_NUMBERS,
            ),
            **DESCRIPTIONS,
        },
    )


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`."""
    described = descriptions(tables)

    def with_description(row: Row) -> Row:
        return {**row, "description": described.get(row.get("standard_attr_id"))}

    rules = grouped([with_description(row) for row in tables["neutron.securitygrouprules"]], "security_group_id")
    items = [
        {
            **with_description(row),
            "stateful": truth(row.get("stateful")),
            "security_group_rules": rules.get(row.get("id"), []),
        }
        for row in tables["neutron.securitygroups"]
    ]
    return parse_api(Listing(tables.region, "database", items))


COLLECTOR = CloudCollector(
    "security_groups",
    "neutron",
    fetch_api,
    parse_api,
    fetch_database,
    parse_database,
    answers_at("network", security_group="security-groups"),
)
