"""Paths: how packets get from one object to another, and what would stop them. Computed when they are asked for."""

from topology.paths.answer import Path, PathAnswer
from topology.paths.blocking import Block
from topology.paths.find import find_paths
from topology.paths.limits import Limits
from topology.paths.reachable import Reachable, ReachableLimits, find_reachable
from topology.paths.security import EVERYTHING, Opening, asked_for
from topology.paths.things import Thing

__all__ = [
    "EVERYTHING",
    "Block",
    "Limits",
    "Opening",
    "Path",
    "PathAnswer",
    "Reachable",
    "ReachableLimits",
    "Thing",
    "asked_for",
    "find_paths",
    "find_reachable",
]
