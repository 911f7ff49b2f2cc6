"""The lab: a real OpenStack on one machine, its topologies and their changes."""
