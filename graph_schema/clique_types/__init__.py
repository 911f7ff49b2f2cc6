"""Clique types: what a clique of each type of focal point walks over, as data."""

from graph_schema.clique_types.any import ANY_TYPES
from graph_schema.clique_types.constraints import CONFINED, CONSTRAINTS, NETWORKS_OF, NetworkSource
from graph_schema.clique_types.distributions import DISTRIBUTION_TYPES
from graph_schema.clique_types.model import ANY, CliqueType, Step, choose

CLIQUE_TYPES: tuple[CliqueType, ...] = (*ANY_TYPES, *DISTRIBUTION_TYPES)

__all__ = [
    "ANY",
    "CLIQUE_TYPES",
    "CONFINED",
    "CONSTRAINTS",
    "NETWORKS_OF",
    "CliqueType",
    "NetworkSource",
    "Step",
    "choose",
]
