"""`calipso worker`: do the tasks that are sent."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from typing import Annotated

import typer

from cli.session import clear_errors, print_json, read_settings, session
from topology.graph.opening import connect
from topology.presence import Presence, workers
from topology.settings import Settings

log = logging.getLogger("calipso.worker")
# Seconds for which its heartbeat tries Neo4j again: the next one comes soon.
_PATIENCE = 5.0


def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Tasks at the same time.")] = 2,
    show: Annotated[
        bool, typer.Option("--show", help="Print how other programs reach the broker (JSON), and end.")
    ] = False,
    list_all: Annotated[
        bool, typer.Option("--list", help="Print which workers and clocks run (JSON), and end.")
    ] = False,
) -> None:
    """Run a worker for what is sent as tasks, until Ctrl-C."""
    if list_all:
        with session() as opened:
            print_json({"items": workers(opened.graph)})
        return
    from workers.app import make_app

    settings = read_settings()
    with clear_errors():
        application = make_app(settings)
    if show:
        print_json(
            {
                "broker": application.conf.broker_url,
                "result_backend": application.conf.result_backend,
                "transport_options": application.conf.broker_transport_options,
                "queue": application.conf.task_default_queue,
            }
        )
        return
    with ExitStack() as while_it_runs:
        _be_present(settings, while_it_runs)
        running = application.Worker(
            concurrency=concurrency, loglevel="INFO", quiet=True, without_gossip=True, without_mingle=True
        )
        running.start()
    sys.exit(running.exitcode)


def _be_present(settings: Settings, while_it_runs: ExitStack) -> None:
    """Have the worker known in the graph once it is ready: after it has made its processes, which inherit nothing."""
    import celery.apps.worker
    from celery.signals import setup_logging, worker_ready

    from workers.logs import log_to_standard_error, logs_json

    log_to_standard_error(settings, "worker")
    # With somebody who listens to this, Celery leaves the log alone, in its processes too.
    setup_logging.connect(_log_as_it_is, weak=False)
    if logs_json():  # what it says of its own end is written past the log
        celery.apps.worker.safe_say = lambda text, *_: log.info("%s", text.strip())
    presence = Presence("worker", lambda: connect(settings, patience=_PATIENCE))
    # Kept in a name of its own: signals hold what listens to them weakly.
    worker_ready.connect(lambda **_: while_it_runs.enter_context(presence), weak=False)


def _log_as_it_is(**_: object) -> None:
    """What is logged how is decided already."""
