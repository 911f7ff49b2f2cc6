"""Cliques: what an object is connected to, all the way down. Computed, never stored, so never stale."""

from topology.cliques.answer import STEP_LIMIT, Clique, clique, cliques, cliques_page, count_cliques
from topology.cliques.choosing import NoCliqueType

__all__ = ["STEP_LIMIT", "Clique", "NoCliqueType", "clique", "cliques", "cliques_page", "count_cliques"]
