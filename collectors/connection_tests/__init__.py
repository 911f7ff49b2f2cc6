"""Trying the sections of an environment: step by step, each told apart with what is wrong and what to do."""

from collectors.connection_tests.attempt import Attempt, Result, Step
from collectors.connection_tests.cli import KnownHost
from collectors.connection_tests.targets import try_section

__all__ = ["Attempt", "KnownHost", "Result", "Step", "try_section"]
