"""The fan-out over sources, hosts and collectors."""
