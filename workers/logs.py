"""What the background processes log: one line for each thing, which says what it is about."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

log = logging.getLogger("calipso.scan")
# The names of log levels that Python has; `notset` says everything.
_QUIET = {"critical", "error", "warning"}


def log_to_standard_error() -> None:
    """Have everything logged on standard error, from INFO on."""
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, stream=sys.stderr)


def scan_progress(level: str, environment: str, scan_id: str | None) -> Callable[[str, str], None] | None:
    """Where a scan's progress goes: a log line with its environment and id; None where only errors are to be said."""
    if level in _QUIET:
        return None
    return lambda phase, line: log.info("environment=%s scan=%s %s: %s", environment, scan_id or "-", phase, line)
