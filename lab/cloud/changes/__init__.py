"""A seeded series of changes to a random topology: things are added, moved, renamed and deleted.

Each change is a function that picks its object by the dice and tells what it did; None: there is nothing to do it with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lab.cloud.changes import networks, places, routers, servers
from lab.cloud.changes.live import Live
from lab.cloud.connection import Cloud, CloudError

CHANGES: tuple[Callable[[Live], str | None], ...] = (
    servers.add_server,
    servers.delete_server,
    servers.move_server,
    servers.stop_or_start,
    servers.rename_server,
    servers.attach,
    servers.detach,
    networks.add_network,
    networks.delete_network,
    networks.rename_network,
    networks.add_port,
    networks.delete_port,
    networks.port_down_or_up,
    networks.change_groups,
    networks.change_subports,
    routers.add_router,
    routers.delete_router,
    routers.move_router,
    routers.move_dhcp,
    routers.add_interface,
    routers.remove_interface,
    routers.change_floating_ip,
    places.change_aggregate,
    places.rename_project,
)


def change(seed: int, cloud: Cloud) -> Iterator[str]:
    """Every kind of change once, in the seed's order; what was done, or what the cloud refused, line by line."""
    live = Live(seed, cloud)
    for act in live.dice.sample(CHANGES, k=len(CHANGES)):
        try:
            told = act(live)
        except CloudError as error:
            told = f"refused: {error}"
        yield f"{act.__name__}: {told or 'nothing to do it with'}"
        live.wait()
