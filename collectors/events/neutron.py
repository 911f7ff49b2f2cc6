"""What neutron notifies: whole objects in the API's shape, less what the asker's rights hide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collectors.cloud import floating_ips, networks, ports, routers, security_groups
from collectors.cloud.answers import Listing
from collectors.contracts import Collected
from collectors.events.payload import each, id_of, objects, records, refreshes, text
from graph_schema.events import Effect, Event, Gone, Refresh, RefreshKind, Says
from graph_schema.records import Record

Item = Mapping[str, Any]
Wishes = Iterable[tuple[RefreshKind, Any]]

# Properties and the keys of the payload that say them, where a payload may lack the key.
_MAY_LACK: Mapping[str, Mapping[str, str]] = {
    "network": {
        "network_type": "provider:network_type",
        "physical_network": "provider:physical_network",
        "segmentation_id": "provider:segmentation_id",
        "segments": "segments",
        "external": "router:external",
        "shared": "shared",
        "mtu": "mtu",
    },
    "port": {
        "binding_host": "binding:host_id",
        "vif_type": "binding:vif_type",
        "vnic_type": "binding:vnic_type",
        "port_security_enabled": "port_security_enabled",
        "allowed_address_pairs": "allowed_address_pairs",
        "security_groups": "security_groups",
    },
    "router": {"distributed": "distributed", "ha": "ha", "routes": "routes"},
    "subnet": {"host_routes": "host_routes", "dns_nameservers": "dns_nameservers"},
    "floating_ip": {},
    "security_group": {"stateful": "stateful"},
}
# What other objects of neutron say of it.
_SAID_ELSEWHERE: Mapping[str, frozenset[str]] = {
    "network": frozenset({"cidrs"}),
    "port": frozenset({"trunk_id", "trunk_parent", "subports"}),
}


def _api(region: str, *items: Item) -> Listing:
    return Listing(region, "API", [dict(item) for item in items])


def _networks(region: str, item: Item) -> Collected:
    return networks.parse_api(networks.RawNetworks(_api(region, item), _api(region)))


def _subnets(region: str, item: Item) -> Collected:
    return networks.parse_api(networks.RawNetworks(_api(region), _api(region, item)))


def _ports(region: str, item: Item) -> Collected:
    return ports.parse_api(ports.RawPorts(_api(region, item), _api(region), _api(region)))


def _simple(parse: Callable[[Listing], Collected]) -> Callable[[str, Item], Collected]:
    return lambda region, item: parse(_api(region, item))


def _after_network(item: Item) -> Wishes:
    return [("network", item["id"]), ("agents_of_network", item["id"])]


def _after_subnet(item: Item) -> Wishes:
    # Neutron makes and removes the ports of DHCP without a word.
    network = item.get("network_id")
    return [("subnet", item["id"]), ("network", network), ("ports_of_network", network), ("agents_of_network", network)]


def _after_port(item: Item) -> Wishes:
    return [("port", item["id"]), *_instance_of(item), ("host", item.get("binding:host_id"))]


def _after_router(item: Item) -> Wishes:
    # Its gateway's port is made and removed without a word.
    return [("router", item["id"]), ("ports_of_device", item["id"]), ("agents_of_router", item["id"])]


def _after_floating_ip(item: Item) -> Wishes:
    details = item.get("port_details")
    instance = _instance_of(details) if isinstance(details, Mapping) else []
    # It has a port of its own on the external network, of which nothing is notified.
    own = item["id"]
    return [
        ("floating_ip", own),
        ("ports_of_device", own),
        ("agents_of_router", item.get("router_id")),
        *instance,
    ]


def _after_security_group(item: Item) -> Wishes:
    return [("security_group", item["id"])]


def _instance_of(port: Item) -> Wishes:
    """The instance that a port is plugged into has the port's addresses."""
    plugged = str(port.get("device_owner")).startswith("compute:")
    return [("ports_of_device", port.get("device_id"))] if plugged else []


def _said(
    type: str, payload: str, parse: Callable[[str, Item], Collected], after: Callable[[Item], Wishes]
) -> Callable[[Event, str], Effect]:
    """A handler for objects that are carried whole."""

    def handle(event: Event, region: str) -> Effect:
        says: list[Says] = []
        wishes: list[tuple[RefreshKind, Any]] = []
        for item in objects(event, payload):
            for record in records(parse(region, item), type):
                says.append(_says(event, item, record))
                wishes += after(item)
        return Effect(says=tuple(says), refreshes=refreshes(*wishes))

    return handle


def _says(event: Event, item: Item, record: Record) -> Says:
    revision = item.get("revision_number")
    count = revision if isinstance(revision, int) else 0
    lacking = {name for name, key in _MAY_LACK[record.type].items() if key not in item}
    return Says(record, event.version(count), frozenset(lacking | _SAID_ELSEWHERE.get(record.type, frozenset())))


def _gone(type: str, payload: str, after: Callable[[str, Item], Wishes]) -> Callable[[Event, str], Effect]:
    """A handler for objects that were deleted."""

    def handle(event: Event, region: str) -> Effect:
        del region
        id = id_of(event, payload)
        item = event.payload.get(payload)
        wishes = after(id, item if isinstance(item, Mapping) else {})
        return Effect(gone=(Gone(type, id),), refreshes=refreshes(*wishes))

    return handle


def _without_port(_: str, item: Item) -> Wishes:
    return [*_after_port({**item, "id": ""})]


def _without_subnet(_: str, item: Item) -> Wishes:
    return [*_after_subnet({**item, "id": ""})]


def _without_floating_ip(id: str, item: Item) -> Wishes:
    return [wish for wish in _after_floating_ip({**item, "id": id}) if wish[0] != "floating_ip"]


network = _said("network", "network", _networks, _after_network)
subnet = _said("subnet", "subnet", _subnets, _after_subnet)
port = _said("port", "port", _ports, _after_port)
router = _said("router", "router", _simple(routers.parse_api), _after_router)
floating_ip = _said("floating_ip", "floatingip", _simple(floating_ips.parse_api), _after_floating_ip)
security_group = _said("security_group", "security_group", _simple(security_groups.parse_api), _after_security_group)
network_gone = _gone("network", "network", lambda id, _: [("ports_of_network", id)])
subnet_gone = _gone("subnet", "subnet", _without_subnet)
port_gone = _gone("port", "port", _without_port)
router_gone = _gone("router", "router", lambda id, _: [("ports_of_device", id)])
floating_ip_gone = _gone("floating_ip", "floatingip", _without_floating_ip)
security_group_gone = _gone("security_group", "security_group", lambda *_: [])


def router_interface(event: Event, region: str) -> Effect:
    """The router and the port of the interface are read again: only the API says what became of the port."""
    del region
    (told,) = objects(event, "router_interface")
    id, network = text(event, told.get("id"), "router"), told.get("network_id")
    return Effect(
        refreshes=refreshes(("port", told.get("port_id")), *_after_router({"id": id}), ("ports_of_network", network))
    )


def security_group_rule(event: Event, region: str) -> Effect:
    """The group of the rule is read again."""
    del region
    groups = [told.get("security_group_id") for told in objects(event, "security_group_rule")]
    return Effect(refreshes=refreshes(*each("security_group", groups)))


def trunk(event: Event, region: str) -> Effect:
    """The trunk's parent port and its subports are read again: a port's record says its place in a trunk."""
    del region
    wishes: list[tuple[RefreshKind, Any]] = []
    for told in objects(event, "trunk"):
        subports = told.get("sub_ports")
        inside = [sub.get("port_id") for sub in subports if isinstance(sub, Mapping)] if subports else []
        wishes += [("ports_of_device", told.get("id")), *each("port", [told.get("port_id"), *inside])]
    return Effect(refreshes=refreshes(*wishes))


def port_bindings(event: Event, region: str) -> Effect:
    """The host that is bound or bound no longer is read again; which port it is neutron does not say."""
    del region
    (told,) = objects(event, "binding")
    return Effect(refreshes=refreshes(*each("host", [told.get("host"), event.payload.get("binding_id")])))


def network_agent(event: Event, region: str) -> Effect:
    """Agents are read again, the hosts that serve what one serves now or no longer, and the ports that move with it."""
    del region
    (told,) = objects(event, "agent")
    router, network = told.get("router_id"), told.get("network_id")
    return Effect(
        refreshes=(
            Refresh("network_agents", ""),
            *refreshes(
                ("host", told.get("host")),
                ("agents_of_router", router),
                ("ports_of_device", router),
                ("agents_of_network", network),
                ("ports_of_network", network),
            ),
        )
    )
