"""Keeping the graph true by what the cloud's services notify, and by reading again what that concerns."""

from topology.events.engine import Applied, Engine

__all__ = ["Applied", "Engine"]
