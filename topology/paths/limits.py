"""How far a question may go."""

from __future__ import annotations

from dataclasses import dataclass

from topology.errors import InvalidConfiguration

DEPTH, DEPTH_CAP = 30, 60
PATHS, PATHS_CAP = 10, 5000


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_depth`: links of one path. `max_paths`: paths that are told. `timeout`: seconds; the graph's own if None."""

    max_depth: int = DEPTH
    max_paths: int = PATHS
    timeout: float | None = None

    def __post_init__(self) -> None:
        check("max_depth", self.max_depth, DEPTH_CAP)
        check("max_paths", self.max_paths, PATHS_CAP)
        if self.timeout is not None and self.timeout <= 0:
            raise InvalidConfiguration(f"timeout: {self.timeout} seconds is no time. Give more than 0.")


def check(name: str, value: int, cap: int) -> None:
    """Raise InvalidConfiguration unless the value is from 1 to its cap."""
    if not 1 <= value <= cap:
        raise InvalidConfiguration(f"{name}: {value} can not be. Give 1 to {cap}.")
