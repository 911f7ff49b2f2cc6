"""Parameters that several resources share."""

from __future__ import annotations

from api.parameters import Parameter
from graph_schema.registry import LINKS, OBJECT_TYPES
from topology.paging import LIMIT, LIMIT_CAP

ENVIRONMENT = Parameter("environment", "Name of the environment.", required=True, aliases=("env_name",))
ANY_ENVIRONMENT = Parameter("environment", "Only in this environment.", aliases=("env_name",))
ID = Parameter("id", "Id of the object.", required=True)
TYPES = Parameter("type", "Only objects of these types.", many=True, choices=tuple(OBJECT_TYPES))
LINK_TYPES = Parameter("link_type", "Only links of these types.", many=True, choices=tuple(LINKS))
HOST = Parameter("host", "Only what is on this host (its id).")
NEXT = Parameter("next", "Go on where an answer said `next`.")


def limit(default: int = LIMIT, cap: int = LIMIT_CAP) -> Parameter:
    """How many entries a page has."""
    return Parameter(
        "limit",
        "How many at most.",
        kind="integer",
        default=default,
        minimum=1,
        maximum=cap,
        aliases=("page_size",),
    )
