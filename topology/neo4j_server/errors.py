"""What can go wrong with the managed Neo4j."""

from topology.errors import GraphUnavailable


class ServerError(GraphUnavailable):
    """The managed Neo4j can not be installed, started or stopped; its text says why and what to do."""
