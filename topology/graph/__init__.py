"""The graph database: connection, sessions, named statements."""

from topology.graph.connection import Graph, Transaction

__all__ = ["Graph", "Transaction"]
