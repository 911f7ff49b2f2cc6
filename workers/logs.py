"""What the background processes log: one line for each thing, which says what it is about."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from topology.scan import ScanOptions, ScanReport

log = logging.getLogger("calipso.scan")
_LEVELS = {"warning": logging.WARNING, "error": logging.ERROR}


def log_to_standard_error() -> None:
    """Have everything logged on standard error, from INFO on."""
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, stream=sys.stderr)


def log_progress(environment: str, scan_id: str | None) -> Callable[[str, str], None]:
    """Where a scan's progress goes: a log line with its environment and id; the options say which lines there are."""
    return lambda phase, line: log.info("environment=%s scan=%s %s: %s", environment, scan_id or "-", phase, line)


def log_report(report: ScanReport, options: ScanOptions) -> None:
    """What went wrong in a scan, as far as its log level wants it said."""
    for scope, problem in report.all_problems:
        level = "warning" if scope is None else "error"
        if options.says(level):
            where = f"{scope.key} " if scope is not None else ""
            text = "environment=%s scan=%s %s%s"
            log.log(_LEVELS[level], text, report.environment, report.scan_id, where, problem)
