"""The graph database: connection, sessions, named statements."""

from topology.graph.connection import Graph, Reading, Transaction

__all__ = ["Graph", "Reading", "Transaction"]
