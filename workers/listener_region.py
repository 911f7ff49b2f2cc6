"""Which region's services notify at an environment's broker: a notification itself does not say."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.sources.openstack_login import regions_of
from topology.environments import Environment
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.store import GraphStore

USUAL = "RegionOne"


def listened_region(graph: Graph, environment: Environment) -> str:
    """The region that is listened to. Raises InvalidConfiguration where there are several and nobody says which."""
    configured = regions_of(environment.section("OpenStack") or {})
    known = configured or sorted(region.name for region in GraphStore(graph, environment.name).load(["region"]))
    return chosen(environment.name, known, (environment.section("AMQP") or {}).get("region"))


def chosen(environment: str, known: Sequence[str], named: str | None) -> str:
    """The one of the known regions that is named, or the only one. Raises InvalidConfiguration.

    >>> chosen("lab", ["north", "south"], "south"), chosen("lab", ["north"], None)
    ('south', 'north')
    """
    if named is not None and (named in known or not known):
        return named
    if named is None and len(known) <= 1:
        return known[0] if known else USUAL
    regions = ", ".join(known)
    if named is not None:
        wrong = f"the AMQP section names the region {named}, which is none of its regions ({regions})."
    else:
        wrong = f"it has several regions ({regions}), and a notification does not say which one it is of."
    raise InvalidConfiguration(
        f"environment {environment} is not listened to: {wrong} Name the one whose services notify at that broker as "
        "`region` in the AMQP section; the others are then as of their last scan. To listen to each, add an "
        "environment for each, with its one `region` in the OpenStack section and its own broker: calipso env add FILE"
    )
