"""The domain: environments, the graph store, scans and the answers."""
