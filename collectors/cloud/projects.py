"""Projects, as keystone lists them."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.places import answers_at
from collectors.cloud.tables import Tables, fetch_tables, truth
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource, Refused
from graph_schema.object_types import PROJECT
from graph_schema.records import Problem, Record


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects that could be listed, and why not all where it is so."""

    listing: Listing
    lacking: Problem | None = None


def fetch_api(source: ApiSource) -> Projects:
    """All projects; for a user who may not list them, those that it is a member of. Raises SourceError."""
    try:
        return Projects(Listing(source.region, "API", source.listing("identity", "projects", "projects")))
    except Refused as refused:
        own = source.listing("identity", "auth/projects", "projects")
        lacking = Problem(
            refused.problem.where,
            "the user may not list all projects, only those that it is a member of were read.",
            "Give it the role admin or reader, or access to keystone's database.",
        )
        return Projects(Listing(source.region, "API", own), lacking)


def parse_api(raw: Projects) -> Collected:
    """One record per project; domains are none."""
    yield from read_each(raw.listing, "keystone projects", _project)
    if raw.lacking is not None:
        yield raw.lacking


def _project(answer: Answer) -> Record:
    return PROJECT.record(
        id=answer.id,
        name=answer.named(answer.id),
        description=answer.optional_text("description"),
        domain_id=answer.optional_text("domain_id"),
        enabled=answer.optional_flag("enabled"),
    )


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Keystone's table of projects. Raises SourceError."""
    columns = ("id", "name", "description", "domain_id", "enabled", "is_domain")
    return fetch_tables(source, region, {"keystone.project": columns})


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`: the table holds the domains too."""
    items = [
        {**row, "enabled": truth(row.get("enabled"))} for row in tables["keystone.project"] if not row.get("is_domain")
    ]
    return parse_api(Projects(Listing(tables.region, "database", items)))


COLLECTOR = CloudCollector(
    "projects",
    "keystone",
    fetch_api,
    parse_api,
    fetch_database,
    parse_database,
    answers_at("identity", project="projects"),
)
