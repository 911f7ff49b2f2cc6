"""Which hosts a scan of one object has to read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graph_schema.records import InventoryView, Record
from topology.errors import UnknownObject


def hosts_to_read(named: str, view: InventoryView) -> frozenset[str]:
    """Ids of the hosts where something of the object `[TYPE:]ID` is. Raises UnknownObject.

    >>> from topology.scan.inventory import Inventory
    >>> from graph_schema.object_types import HOST
    >>> from graph_schema.records import Ref
    >>> view = Inventory()
    >>> view.add([HOST.record(id="cmp1", name="cmp1", parent=Ref("region", "region:One"))])
    >>> sorted(hosts_to_read("host:cmp1", view))
    ['cmp1']
    """
    for type, hosts in _HOSTS_OF.items():
        record = view.get(type, named.removeprefix(f"{type}:"))
        if record is not None:
            return frozenset(hosts(record, view))
    kinds = ", ".join(_HOSTS_OF)
    raise UnknownObject(f"scan: nothing that can be scanned by itself has the id {named!r}; it may be one of: {kinds}.")


def _of_ports(view: InventoryView, key: str, id: str) -> set[str]:
    return {port["binding_host"] for port in view.grouped("port", key)[(id,)] if port.get("binding_host")}


def _of_project(project: Record, view: InventoryView) -> set[str]:
    instances = {i.host for i in view.grouped("instance", "project_id")[(project.id,)] if i.host}
    networks = [n.id for n in view.grouped("network", "project_id")[(project.id,)]]
    return instances.union(*(_of_ports(view, "network_id", network) for network in networks))


_HOSTS_OF: Mapping[str, Callable[[Record, InventoryView], set[str]]] = {
    "instance": lambda instance, _: {instance.host} if instance.host else set(),
    "host": lambda host, _: {host.id},
    "network": lambda network, view: _of_ports(view, "network_id", network.id),
    "router": lambda router, view: _of_ports(view, "device_id", router.id),
    "project": _of_project,
}
