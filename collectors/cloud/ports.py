"""Ports of neutron with their bindings and trunks, and from them what instances are attached to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from collectors.cloud import neutron_ports
from collectors.cloud.answers import Answer, Listing, apart, read_each
from collectors.cloud.instance_addresses import instance_addresses
from collectors.cloud.places import answers_at
from collectors.cloud.tables import Tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource
from graph_schema.object_types import PORT
from graph_schema.records import Record, Ref


@dataclass(frozen=True, slots=True)
class RawPorts:
    """What neutron lists. Floating IPs are among it as addresses of instances."""

    ports: Listing
    trunks: Listing
    floating_ips: Listing


@dataclass(frozen=True, slots=True)
class Trunk:
    """A trunk: its parent port and its subports."""

    id: str
    port_id: str
    subports: list[dict[str, Any]]


def fetch_api(source: ApiSource) -> RawPorts:
    """Ports, trunks where neutron says that it has them, floating IPs. Raises SourceError."""
    return RawPorts(
        Listing(source.region, "API", source.listing("network", "ports", "ports")),
        Listing(source.region, "API", source.listing("network", "trunks", "trunks") if _has_trunks(source) else []),
        Listing(source.region, "API", source.listing("network", "floatingips", "floatingips")),
    )


def _has_trunks(source: ApiSource) -> bool:
    # That /trunks is not found would not tell: anything between neutron and us may say so.
    extensions = source.listing("network", "extensions", "extensions")
    return any(isinstance(each, dict) and each.get("alias") == "trunk" for each in extensions)


def parse_api(raw: RawPorts) -> Collected:
    """One record per port, and the attributes that ports and floating IPs give to instances."""
    # Ports tell of their trunks too, where neutron has that extension: so an empty list of trunks takes nothing away.
    told_by_ports, unread_details = apart(read_each(raw.ports, "neutron ports", _trunk_of_port))
    trunks, unread_trunks = apart(read_each(raw.trunks, "neutron trunks", _trunk))
    values = _trunk_values({trunk.id: trunk for trunk in (*filter(None, told_by_ports), *trunks)}.values())
    ports, unread_ports = apart(read_each(raw.ports, "neutron ports", partial(_port, values)))
    yield from ports
    yield from dict.fromkeys((*unread_ports, *unread_trunks, *unread_details))
    yield from instance_addresses(ports, raw.floating_ips)


def _port(trunks: Mapping[str, Mapping[str, Any]], answer: Answer) -> Record:
    network_id, mac_address = answer.text("network_id"), answer.text("mac_address").lower()
    fixed = answer.objects("fixed_ips")
    return PORT.record(
        id=answer.id,
        # Most ports have no name; people know them by their MAC address then.
        name=answer.named(mac_address or answer.id),
        parent=Ref("network", network_id),
        project_id=answer.project_id(),
        network_id=network_id,
        mac_address=mac_address,
        ip_addresses=sorted({each.text("ip_address") for each in fixed}),
        subnet_ids=sorted({each.text("subnet_id") for each in fixed}),
        device_id=answer.nullable_text("device_id"),
        device_owner=answer.nullable_text("device_owner"),
        binding_host=answer.optional_text("binding:host_id"),
        vif_type=answer.optional_text("binding:vif_type"),
        vnic_type=answer.optional_text("binding:vnic_type"),
        admin_state_up=answer.flag("admin_state_up"),
        source_status=answer.text("status"),
        port_security_enabled=answer.optional_flag("port_security_enabled"),
        security_groups=answer.optional_texts("security_groups"),
        allowed_address_pairs=sorted(
            _pair(pair, mac_address) for pair in answer.optional_objects("allowed_address_pairs")
        ),
        description=answer.optional_text("description"),
        **trunks.get(answer.id, {}),
    )


def _pair(pair: Answer, own_mac: str) -> str:
    mac = (pair.optional_text("mac_address") or own_mac).lower()
    return pair.text("ip_address") + ("" if mac == own_mac else f" {mac}")


def _trunk(answer: Answer) -> Trunk:
    return Trunk(answer.id, answer.text("port_id"), _subports(answer))


def _trunk_of_port(answer: Answer) -> Trunk | None:
    details = answer.optional_object("trunk_details")
    return Trunk(details.text("trunk_id"), answer.id, _subports(details)) if details.values else None


def _subports(answer: Answer) -> list[dict[str, Any]]:
    subports = [
        {
            "port_id": each.text("port_id"),
            "segmentation_type": each.text("segmentation_type"),
            "segmentation_id": each.integer("segmentation_id"),
        }
        for each in answer.objects("sub_ports")
    ]
    return sorted(subports, key=lambda each: each["port_id"])


def _trunk_values(trunks: Iterable[Trunk]) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for trunk in trunks:
        values.setdefault(trunk.port_id, {}).update(trunk_id=trunk.id, subports=trunk.subports)
        for subport in trunk.subports:
            values.setdefault(subport["port_id"], {})["trunk_parent"] = trunk.port_id
    return values


fetch_database = neutron_ports.fetch


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`."""
    return parse_api(
        RawPorts(neutron_ports.ports(tables), neutron_ports.trunks(tables), neutron_ports.floating_ips(tables))
    )


COLLECTOR = CloudCollector(
    "ports", "neutron", fetch_api, parse_api, fetch_database, parse_database, answers_at("network", port="ports")
)
