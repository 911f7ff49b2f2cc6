"""A real Neo4j that needs nothing but Python: assembled from published libraries, run on loopback, found by everybody.

A server lives on its own: it is nobody's child. It is found again through its data folder, by a lock that the kernel
holds as long as it lives. `ManagedServer.start` makes one that stays until `stop`; `ManagedServer.use` keeps one
running for the length of a command, and the last command to end ends it. After a `kill -9` of all its users it is
still there, and the next command finds it, uses it, and ends it.
"""

from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.server import ManagedServer, ServerState, ServerUse

__all__ = ["ManagedServer", "ServerError", "ServerState", "ServerUse"]
