"""`calipso worker`: do the tasks that are sent."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.session import clear_errors, print_json, read_settings


def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Tasks at the same time.")] = 2,
    show: Annotated[
        bool, typer.Option("--show", help="Print how other programs reach the broker (JSON), and end.")
    ] = False,
) -> None:
    """Run a worker for scans that are sent as tasks, until Ctrl-C."""
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
    running = application.Worker(concurrency=concurrency, loglevel="INFO", quiet=True)
    running.start()
    sys.exit(running.exitcode)
