"""Environments: the clouds that are discovered, their configuration, and its secrets."""

from topology.environments.configuration import Environment, read_environment_file
from topology.environments.registry import EnvironmentRegistry

__all__ = ["Environment", "EnvironmentRegistry", "read_environment_file"]
