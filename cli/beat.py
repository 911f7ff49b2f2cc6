"""`calipso beat`: ask for what is due."""

from __future__ import annotations

from contextlib import closing
from functools import cache, partial
from typing import TYPE_CHECKING

from cli.ending import asked_to_end
from cli.session import clear_errors, read_settings, say
from topology.graph.opening import connect
from topology.metrics.keeping import Keeping
from topology.presence import Presence

if TYPE_CHECKING:
    from celery import Celery

# Seconds for which a look tries Neo4j again before it is told to be away.
_PATIENCE = 5.0


def beat() -> None:
    """Run the clock until Ctrl-C: it asks for the scans that are due, and has workers keep house.

    Several may run, on several machines: each time is used once. Neo4j and the broker may be away at any time.
    """
    from workers.app import make_app
    from workers.beat import Beat
    from workers.logs import log_to_standard_error

    settings = read_settings()
    log_to_standard_error(settings, "beat")

    @cache
    def tasks() -> Celery:
        return make_app(settings)

    with clear_errors(), asked_to_end() as ended, closing(connect(settings, say, patience=_PATIENCE)) as graph:
        way = partial(connect, settings, patience=_PATIENCE)
        with Presence("beat", way), Keeping(way):
            Beat(graph, settings, tasks).run(ended)
