"""Agents of neutron on the hosts, with what they say of tunnels and of the way to physical networks."""

from __future__ import annotations

import re
from urllib.parse import unquote

from collectors.cloud.agents import AGENT_TABLES, agents, fetch_agents
from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.places import answers_at
from collectors.cloud.tables import Tables, fetch_tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.commands import UUID
from graph_schema.ids import encode
from graph_schema.object_types import NETWORK_AGENT
from graph_schema.records import Problem, Record

fetch_api = fetch_agents
_WORD = re.compile(r"[^,\s]+")


def parse_api(raw: Listing) -> Collected:
    """One record per agent. When it last reported, and what it counts (devices, routers…), are left out."""
    return read_each(raw, "neutron agents", _agent)


def _agent(answer: Answer) -> Record:
    host, configured = answer.text("host"), answer.optional_object("configurations")
    return NETWORK_AGENT.record(
        id=agent_id(host, answer.id),
        name=answer.text("binary"),
        host=host,
        agent_type=answer.text("agent_type"),
        binary=answer.text("binary"),
        alive=answer.flag("alive"),
        admin_state_up=answer.flag("admin_state_up"),
        tunneling_ip=configured.optional_text("tunneling_ip"),
        tunnel_types=configured.optional_texts("tunnel_types"),
        bridge_mappings=_pairs(configured, "bridge_mappings") or _pairs(configured, "bridge-mappings"),
        interface_mappings=_pairs(configured, "interface_mappings"),
        agent_mode=configured.optional_text("agent_mode"),
        zone=answer.optional_text("availability_zone"),
    )


def agent_id(host: str, id: str) -> str:
    """The agent's uuid; with OVN a chassis may be named as its host is: then `{host}:network_agent:{id}`."""
    return id if UUID.fullmatch(id) else f"{encode(host)}:network_agent:{encode(id)}"


def _pairs(configured: Answer, key: str) -> list[str]:
    """`a:b` of a mapping {a: b} (ML2's agents) or of one text "a:b,c:d" (OVN's), sorted."""
    if isinstance(configured.values.get(key), str):
        return sorted(_WORD.findall(configured.text(key)))
    mapping = configured.optional_object(key)
    return sorted(f"{name}:{mapping.text(name)}" for name in mapping.values)


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Neutron's table of agents; OVN's are not in it. Raises SourceError."""
    return fetch_tables(source, region, AGENT_TABLES)


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`; an empty table is told, as it may be a cloud of OVN's."""
    found = agents(tables)
    return [found] if isinstance(found, Problem) else parse_api(found)


def witness(source: ApiSource, type: str, id: str) -> bool | None:
    """Whether the agent still answers."""
    return _at_api(source, type, id if UUID.fullmatch(id) else unquote(id.rpartition(":")[2]))


_at_api = answers_at("network", network_agent="agents")
COLLECTOR = CloudCollector("network_agents", "neutron", fetch_api, parse_api, fetch_database, parse_database, witness)
