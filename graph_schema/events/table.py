"""Which handler reads which notification. What is not listed is acknowledged and has no effect.

Services notify `.start` and `.end` of most things; where both come, the end is what counts. Nova's notifications come
in two forms, with `compute.` (unversioned) and without (versioned); either or both may be switched on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of notification: the handler (entry point of `calipso_graph.event_handlers`) and what it means."""

    name: str
    handler: str
    meaning: str


def _each(handler: str, meaning: str, *names: str) -> Iterator[EventType]:
    return (EventType(name, handler, meaning) for name in names)


def _ends(prefix: str, *names: str) -> list[str]:
    return [f"{prefix}{name}.end" for name in names]


# What nova does to an instance: word of the versioned notification, and of the unversioned one where it is another.
_ACTIONS = {
    "create": "create",
    "rebuild": "rebuild",
    "power_on": "power_on",
    "power_off": "power_off",
    "shutdown": "shutdown",
    "reboot": "reboot",
    "suspend": "suspend",
    "resume": "resume",
    "pause": "pause",
    "unpause": "unpause",
    "rescue": "rescue",
    "unrescue": "unrescue",
    "restore": "restore",
    "soft_delete": "soft_delete",
    "resize": "resize",
    "resize_prep": "resize.prep",
    "resize_finish": "finish_resize",
    "resize_confirm": "resize.confirm",
    "resize_revert": "resize.revert",
    "shelve": "shelve",
    "shelve_offload": "shelve_offload",
    "unshelve": "unshelve",
    "evacuate": "evacuate",
    "lock": "lock",
    "unlock": "unlock",
    "interface_attach": "interface_attach",
    "interface_detach": "interface_detach",
    "live_migration_pre": "live_migration.pre",
    "live_migration_post": "live_migration._post",
    "live_migration_post_dest": "live_migration.post.dest",
    "live_migration_rollback": "live_migration._rollback",
    "live_migration_rollback_dest": "live_migration.rollback.dest",
    "live_migration_abort": "live_migration.abort",
}

EVENT_TYPES: tuple[EventType, ...] = (
    *_each(
        "instance",
        "The instance is as told: name, host, state, power state.",
        *_ends("compute.instance.", *_ACTIONS.values()),
        *_ends("instance.", *_ACTIONS),
        "compute.instance.update",
        "instance.update",
    ),
    *_each(
        "instance",
        "The instance is on its way down.",
        *(
            f"{form}instance.{action}.start"
            for form in ("compute.", "")
            for action in ("shutdown", "power_off", "suspend")
        ),
    ),
    *_each(
        "instance",
        "Something went wrong with the instance, which may have moved or changed its state all the same.",
        *(
            f"{name}.error"
            for name in (
                "compute.instance.create",
                "instance.create",
                "compute.instance.rebuild",
                "instance.rebuild",
                "instance.interface_attach",
                "instance.resize",
                "compute.instance.resize",
            )
        ),
    ),
    *_each("instance_gone", "The instance is no longer there.", "compute.instance.delete.end", "instance.delete.end"),
    *_each(
        "server_group",
        "Instances have joined or left a group of servers: they are read again.",
        *(f"servergroup.{word}" for word in ("create", "update", "addmember", "delete")),
        "server_group.create",
        "server_group.add_member",
        "server_group.delete",
    ),
    *_each(
        "aggregate",
        "The aggregate is as told, with its hosts and zone.",
        *_ends("aggregate.", "create", "add_host", "remove_host", "update_metadata", "update_prop"),
    ),
    *_each(
        "aggregates",
        "Aggregates have changed, and this form does not tell how: they are read again.",
        *_ends("aggregate.", "addhost", "removehost", "updatemetadata", "updateprop"),
    ),
    *_each("aggregate_gone", "The aggregate is no longer there.", "aggregate.delete.end"),
    *_each(
        "hosts",
        "A service of nova came, went, or was switched on or off: the hosts are read again, and its own by itself.",
        "service.create",
        "service.update",
        "service.delete",
    ),
    *_each("network", "The network is as told.", *_ends("network.", "create", "update")),
    *_each("network_gone", "The network is no longer there, nor are its subnets and ports.", "network.delete.end"),
    *_each("subnet", "The subnet is as told; its network serves DHCP or not.", *_ends("subnet.", "create", "update")),
    *_each("subnet_gone", "The subnet is no longer there.", "subnet.delete.end"),
    *_each(
        "port", "The port is as told, with its addresses and where it is bound.", *_ends("port.", "create", "update")
    ),
    *_each("port_gone", "The port is no longer there.", "port.delete.end"),
    *_each(
        "port_bindings",
        "A port is bound to one more or one less host while its instance moves.",
        *_ends("binding.", "create", "update", "activate", "delete"),
    ),
    *_each("router", "The router is as told, with its gateway and routes.", *_ends("router.", "create", "update")),
    *_each("router_gone", "The router is no longer there, nor are its ports.", "router.delete.end"),
    *_each(
        "router_interface",
        "The router has one interface more or less.",
        "router.interface.create",
        "router.interface.delete",
        *_ends("router.interface.", "create", "delete"),
    ),
    *_each(
        "floating_ip", "The floating IP is as told, with what it leads to.", *_ends("floatingip.", "create", "update")
    ),
    *_each("floating_ip_gone", "The floating IP is no longer there.", "floatingip.delete.end"),
    *_each("security_group", "The group is as told, with its rules.", *_ends("security_group.", "create", "update")),
    *_each("security_group_gone", "The group is no longer there.", "security_group.delete.end"),
    *_each(
        "security_group_rule",
        "A rule came or went: its group is read again.",
        *_ends("security_group_rule.", "create", "update", "delete"),
    ),
    *_each(
        "trunk",
        "The trunk has other subports: its parent port and the subports are read again.",
        *_ends("trunk.", "create", "update", "delete"),
    ),
    *_each(
        "network_agent",
        "An agent has changed, or serves one router or network more or less.",
        *_ends("agent.", "update", "delete"),
        *(f"l3_agent.router.{word}" for word in ("add", "remove")),
        *(f"dhcp_agent.network.{word}" for word in ("add", "remove")),
    ),
    *_each(
        "project",
        "The project is new or has changed: projects are read again.",
        "identity.project.created",
        "identity.project.updated",
        "identity.project.disabled",
    ),
    *_each("project_gone", "The project is no longer there.", "identity.project.deleted"),
)

EVENTS: Mapping[str, EventType] = {each.name: each for each in EVENT_TYPES}
if len(EVENTS) != len(EVENT_TYPES):
    raise ValueError("an event type is declared twice")
