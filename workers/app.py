"""The Celery application. Tasks have names of their own, so that any program can send them."""

from __future__ import annotations

from functools import cache

from celery import Celery

from topology.settings import Settings
from workers.broker import find_broker

# A task that took too long is told so, and has this long to end by itself.
_GRACE_SECONDS = 60


def make_app(settings: Settings) -> Celery:
    """The application for these settings; the broker is started when it is the private one."""
    broker = find_broker(settings)
    application = Celery("calipso", broker=broker.url, backend=broker.result_backend, include=["workers.tasks"])
    application.conf.update(
        # Redis hands a task out again after this time: not while somebody may still be at it.
        broker_transport_options={
            **broker.transport_options,
            "visibility_timeout": settings.task_seconds + 10 * _GRACE_SECONDS,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # without end: who supervises need not begin it anew
        # A task goes on while the broker is away. That it is delivered once more then is seen in the graph.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_acks_late=True,
        # A task whose process was killed is begun again; the scan's own count ends what kills them.
        task_reject_on_worker_lost=True,
        task_soft_time_limit=settings.task_seconds,
        task_time_limit=settings.task_seconds + _GRACE_SECONDS,
        task_track_started=True,
        task_default_queue="calipso",
        worker_prefetch_multiplier=1,
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        worker_hijack_root_logger=False,
    )
    return application


@cache
def app() -> Celery:
    """This process's application."""
    return make_app(Settings())
