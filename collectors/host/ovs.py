"""The configuration of Open vSwitch on a host: bridges, ports and tunnels, from its database in one command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collectors.contracts import HostSite
from collectors.host.output import Output, ask_if_there
from collectors.sources.protocols import JSON, HostShell
from graph_schema.commands import OVS

OVS_AGENT = "Open vSwitch agent"
_TABLES = ("Open_vSwitch", "Bridge", "Port", "Interface")
_COLUMNS = {
    "Open_vSwitch": ("ovs_version",),
    "Bridge": ("name", "datapath_type", "ports"),
    "Port": ("_uuid", "name", "interfaces", "tag", "trunks"),
    "Interface": ("_uuid", "name", "type", "options", "external_ids", "link_state"),
}
Row = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class OvsPort:
    """One interface of a port of a bridge. `bond` is the port's name where it has several."""

    device: str
    bridge: str
    type: str
    tag: int | None
    trunks: Sequence[int]
    bond: str | None
    options: Mapping[str, str]
    external_ids: Mapping[str, str]
    link_state: str | None


@dataclass(frozen=True, slots=True)
class OvsDatabase:
    """What Open vSwitch has: bridges with their datapath type, ports by bridge and device."""

    version: str | None
    bridges: Mapping[str, str]
    ports: Sequence[OvsPort]


def fetch_ovs(shell: HostShell, site: HostSite) -> Output | None:
    """Its database; None where it does not run. It must where its agent is. Raises CommandFailed, Unreachable."""
    if site.agents is not None and site.agent(OVS_AGENT) is None:
        return None
    return ask_if_there(shell, OVS, expected=site.agents is not None)


def parse_ovs(output: Output) -> OvsDatabase:
    """The four tables. Raises Malformed where one is missing or names a row that is not there."""
    documents = list(output.documents())
    if len(documents) != len(_TABLES):
        raise output.malformed(f"it has {len(documents)} of the {len(_TABLES)} tables that were asked for.")
    switches, bridges, ports, interfaces = (
        list(_rows(output, table, document)) for table, document in zip(_TABLES, documents, strict=True)
    )
    ports_by_id, interfaces_by_id = _by_id(output, ports), _by_id(output, interfaces)
    found = [
        _port(output, _text(output, bridge["name"]), port, interface)
        for bridge in bridges
        for port in _rows_of(output, bridge["ports"], ports_by_id)
        for interface in _rows_of(output, port["interfaces"], interfaces_by_id)
    ]
    return OvsDatabase(
        version=next((str(version) for switch in switches for version in _members(switch["ovs_version"])), None),
        bridges={_text(output, bridge["name"]): _text(output, bridge["datapath_type"]) for bridge in bridges},
        ports=sorted(found, key=lambda port: (port.bridge, port.device)),
    )


def _rows(output: Output, table: str, document: JSON) -> Iterator[Row]:
    """A table's rows with decoded cells (RFC 7047: atoms, sets, maps and uuids)."""
    headings = document.get("headings") if isinstance(document, dict) else None
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(headings, list) or not isinstance(data, list):
        raise output.malformed(f"{table} is no table: it has no headings and data.")
    if missing := [column for column in _COLUMNS[table] if column not in headings]:
        raise output.malformed(f"{table} has no column {missing[0]}.")
    for row in data:
        if not isinstance(row, list) or len(row) != len(headings):
            raise output.malformed(f"a row of {table} does not have a cell for each column.")
        yield {heading: _decoded(output, cell) for heading, cell in zip(headings, row, strict=True)}


def _decoded(output: Output, cell: JSON) -> JSON:
    match cell:
        case str() | int() | float():
            return cell
        case ["uuid" | "named-uuid", str() as uuid]:
            return uuid
        case ["set", [*members]]:
            return [_decoded(output, member) for member in members]
        case ["map", [*pairs]]:
            return dict(_pair(output, pair) for pair in pairs)
        case _:
            raise output.malformed(f"not a value of Open vSwitch's database: {cell!r:.80}.")


def _pair(output: Output, pair: JSON) -> tuple[str, str]:
    match pair:
        case [str() | int() as key, value]:
            return str(key), str(_decoded(output, value))
        case _:
            raise output.malformed(f"not a pair of a map: {pair!r:.80}.")


def _members(value: JSON) -> list[JSON]:
    """A column of several values: one value stands there bare."""
    return value if isinstance(value, list) else [value]


def _rows_of(output: Output, value: JSON, rows: Mapping[str, Row]) -> Iterator[Row]:
    for uuid in _members(value):
        if not isinstance(uuid, str) or uuid not in rows:
            raise output.malformed(f"it names row {uuid}, which is not there: it is not whole.")
        yield rows[uuid]


def _by_id(output: Output, rows: Sequence[Row]) -> Mapping[str, Row]:
    return {_text(output, row["_uuid"]): row for row in rows}


def _text(output: Output, value: JSON) -> str:
    if isinstance(value, str):
        return value
    raise output.malformed(f"not a text: {value!r:.80}.")


def _port(output: Output, bridge: str, port: Row, interface: Row) -> OvsPort:
    options, external_ids = interface["options"], interface["external_ids"]
    if not isinstance(options, dict) or not isinstance(external_ids, dict):
        raise output.malformed(f"options or external_ids of {interface['name']!r:.80} is no map.")
    tags = [tag for tag in _members(port["tag"]) if isinstance(tag, int)]
    states = [state for state in _members(interface["link_state"]) if isinstance(state, str)]
    return OvsPort(
        device=_text(output, interface["name"]),
        bridge=bridge,
        type=_text(output, interface["type"]),
        tag=tags[0] if tags else None,
        trunks=sorted(vlan for vlan in _members(port["trunks"]) if isinstance(vlan, int)),
        bond=_text(output, port["name"]) if len(_members(port["interfaces"])) > 1 else None,
        options=options,
        external_ids=external_ids,
        link_state=states[0] if states else None,
    )
