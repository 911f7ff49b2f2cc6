"""Metrics: what processes count is summed up in the graph, and told together with what the graph knows."""

from topology.metrics.meter import METER, Meter, Tallied

__all__ = ["METER", "Meter", "Tallied"]
