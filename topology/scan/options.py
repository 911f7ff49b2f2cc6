"""What can be asked of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from topology.environments.configuration import checked_name
from topology.errors import InvalidConfiguration

LOG_LEVELS = ("critical", "error", "warning", "info", "debug", "notset")
IF_BUSY = ("wait", "refuse")
# From which of them on something is said that is of this gravity.
_GRAVITY = {level: number for number, level in enumerate(LOG_LEVELS)}


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """Options of one scan, the same for the command line, the task and the schedule.

    `object` is `[TYPE:]ID`: only that object, what belongs to it and their links are read again. At most one of the
    `_only` options. `clear` removes what the scan did not confirm, `into` writes to an environment of another name.
    Where another scan of the environment runs, `if_busy` says whether to wait for its end or to refuse.
    """

    inventory_only: bool = False
    links_only: bool = False
    cliques_only: bool = False
    clear: bool = False
    object: str | None = None
    accept_removals: bool = False
    dry_run: bool = False
    into: str | None = None
    log_level: str = "info"
    if_busy: str = "wait"

    def __post_init__(self) -> None:
        if sum((self.inventory_only, self.links_only, self.cliques_only)) > 1:
            raise InvalidConfiguration(
                "scan: only one of inventory-only, links-only and cliques-only can be asked for."
            )
        if self.log_level not in LOG_LEVELS:
            raise InvalidConfiguration(f"scan: log level {self.log_level!r} is none of {', '.join(LOG_LEVELS)}.")
        if self.if_busy not in IF_BUSY:
            raise InvalidConfiguration(f"scan: if_busy {self.if_busy!r} is none of {', '.join(IF_BUSY)}.")
        if self.into is not None:
            checked_name(self.into, "scan: into")
        if self.clear and (self.object or self.links_only or self.cliques_only):
            raise InvalidConfiguration("scan: clear goes with a scan of everything only.")

    @property
    def is_whole(self) -> bool:
        """Whether everything is read, and written to the graph."""
        return self.object is None and not (self.dry_run or self.links_only or self.cliques_only)

    def says(self, level: str) -> bool:
        """Whether what is of this gravity is said while scanning.

        >>> [level for level in LOG_LEVELS if ScanOptions(log_level="warning").says(level)]
        ['critical', 'error', 'warning']
        """
        return _GRAVITY[level] <= _GRAVITY[self.log_level]

    def as_json(self) -> dict[str, Any]:
        """The options that differ from the defaults."""
        defaults = ScanOptions()
        return {key: value for key, value in asdict(self).items() if value != getattr(defaults, key)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ScanOptions:
        """Options from a task's arguments. Raises InvalidConfiguration for one that there is not."""
        known = {f.name for f in fields(cls)}
        for key in values:
            if key not in known:
                raise InvalidConfiguration(f"scan: no option {key!r}; there are: {', '.join(sorted(known))}.")
        return cls(**values)
