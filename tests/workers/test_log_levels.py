"""The log level of a scan: each says what the graver one says, and something more."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from graph_schema.records import Scope
from tests.scan.readings import Cloud, failed
from topology.graph import Graph
from topology.scan import ScanOptions, scan
from topology.settings import Settings
from workers.logs import log_progress, log_report


def said(graph: Graph, environment: str, level: str, caplog: pytest.LogCaptureFixture) -> set[tuple[str, str]]:
    """Level and text of what a worker logs."""
    options = ScanOptions(log_level=level, clear=True)
    cloud = Cloud(outcomes=failed(Scope("ssh", "cmp1")))
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="calipso.scan"):
        settings = Settings(data_dir=Path())
        report = scan(graph, environment, cloud, options, settings=settings, scan_id="7", progress=log_progress())
        log_report(report, options)
    return {(record.levelname, record.message) for record in caplog.records}


def test_each_level_says_what_the_graver_one_says_and_more(
    graph: Graph, environment: str, caplog: pytest.LogCaptureFixture
) -> None:
    by_level = {
        level: said(graph, environment, level, caplog) for level in ("critical", "error", "info", "debug", "notset")
    }
    assert by_level["critical"] == set()
    assert {level for level, _ in by_level["error"]} == {"ERROR"}
    assert "Start sshd." in str(by_level["error"])
    assert by_level["error"] < by_level["info"] < by_level["debug"] == by_level["notset"]
    assert ("INFO", "hosts: reading hosts") in by_level["info"]
    assert ("INFO", "hosts: ssh/cmp1 ssh/cmp1: connection refused. Start sshd.") in by_level["debug"] - by_level["info"]
