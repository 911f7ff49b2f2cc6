"""A cloud of any size, the same each time, as readings of its scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from graph_schema.link_types import INSTANCE_VNIC, PORT_VNIC, PROJECT_INSTANCE, VCONNECTOR_VEDGE, VNIC_VCONNECTOR
from graph_schema.object_types import (
    AVAILABILITY_ZONE,
    HOST,
    INSTANCE,
    NETWORK,
    PORT,
    PROJECT,
    REGION,
    VCONNECTOR,
    VEDGE,
    VNIC,
)
from graph_schema.records import Attributes, Record, Ref, Scope
from topology.store import Entry

INSTANCES_PER_HOST, INSTANCES_PER_NETWORK, PROJECTS = 50, 100, 20

Part = tuple[Scope, list[Entry], list[Attributes]]


def synthetic_cloud(instances: int, suffix: Callable[[int], str] = lambda _: "") -> Iterator[Part]:
    """All scopes of a cloud: four objects and eight links for each instance, say; `suffix` changes their names."""
    hosts = [f"cmp{number}" for number in range(max(1, instances // INSTANCES_PER_HOST))]
    networks = [_uuid(1, number) for number in range(max(1, instances // INSTANCES_PER_NETWORK))]
    projects = [Entry(PROJECT.record(id=f"project{n}", name=f"project{n}", enabled=True)) for n in range(PROJECTS)]
    yield Scope("keystone", "environment"), [Entry(REGION.record(name="One")), *projects], []
    yield Scope("openstack", "One"), [Entry(_host(host)) for host in hosts], []
    zone = AVAILABILITY_ZONE.record(region="One", name="nova", parent=Ref("region", "region:One"), available=True)
    servers = [_instance(number, hosts[number % len(hosts)], suffix(number)) for number in range(instances)]
    yield Scope("nova", "One"), [Entry(zone), *servers], []
    ports = [_port(number, networks[number % len(networks)]) for number in range(instances)]
    groups = [
        INSTANCE.attributes("neutron", _uuid(2, number), networks=[networks[number % len(networks)]])
        for number in range(instances)
    ]
    yield Scope("neutron", "One"), [*(_network(*pair) for pair in enumerate(networks)), *ports], groups
    for index, host in enumerate(hosts):
        entries = [Entry(VEDGE.record(host=host, name="ovs", kind="ovs", bridges=["br-int", "br-tun"]))]
        for number in range(index, instances, len(hosts)):
            entries += _plugged(number, host, networks[number % len(networks)])
        yield Scope("ssh", host), entries, [HOST.attributes("ssh", host, os_name="Debian 12", kernel="6.1")]


def _uuid(kind: int, number: int) -> str:
    return str(UUID(int=kind << 64 | number))


def _host(host: str) -> Record:
    parent = Ref("availability_zone", "zone:One:nova")
    return HOST.record(id=host, name=host, parent=parent, host_type=["Compute"], services=["nova-compute"])


def _network(number: int, id: str) -> Entry:
    project = f"project{number % PROJECTS}"
    values: dict[str, Any] = {"network_type": "vxlan", "segmentation_id": number, "mtu": 1450, "admin_state_up": True}
    return Entry(
        NETWORK.record(id=id, name=f"net{number}", parent=Ref("project", project), project_id=project, **values)
    )


def _instance(number: int, host: str, suffix: str) -> Entry:
    project = f"project{number % PROJECTS}"
    record = INSTANCE.record(
        id=_uuid(2, number),
        name=f"server{number}{suffix}",
        host=host,
        project_id=project,
        local_name=f"instance-{number:08x}",
        source_status="ACTIVE",
        power_state="running",
        zone="nova",
        flavor="m1.small",
        created_at="2026-01-01T00:00:00Z",
    )
    return Entry(record, (PROJECT_INSTANCE.link(project, record),))


def _mac(number: int) -> str:
    return "fa:16:" + ":".join(f"{number >> shift & 255:02x}" for shift in (24, 16, 8, 0))


def _port(number: int, network: str) -> Entry:
    return Entry(
        PORT.record(
            id=_uuid(3, number),
            name=f"port{number}",
            parent=Ref("network", network),
            project_id=f"project{number % PROJECTS}",
            network_id=network,
            mac_address=_mac(number),
            ip_addresses=[f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"],
            device_id=_uuid(2, number),
            device_owner="compute:nova",
            vif_type="ovs",
            vnic_type="normal",
            admin_state_up=True,
            source_status="ACTIVE",
            port_security_enabled=True,
        )
    )


def _plugged(number: int, host: str, network: str) -> list[Entry]:
    bridge = VCONNECTOR.record(host=host, name=f"qbr{number:08x}", interfaces=[f"tap{number:08x}"], mtu=1450)
    vnic = VNIC.record(
        host=host,
        name=f"tap{number:08x}",
        device=f"tap{number:08x}",
        parent=Ref("instance", _uuid(2, number)),
        vnic_type="instance_vnic",
        mac_address=_mac(number),
        source_bridge=bridge.name,
        model="virtio",
        mtu=1450,
        oper_state="UP",
    )
    links = (
        INSTANCE_VNIC.link(vnic.parent.id, vnic),
        VNIC_VCONNECTOR.link(vnic, bridge),
        PORT_VNIC.link(_uuid(3, number), vnic, networks=[network]),
    )
    return [Entry(vnic, links), Entry(bridge, (VCONNECTOR_VEDGE.link(bridge, f"{host}:vedge:ovs"),))]
