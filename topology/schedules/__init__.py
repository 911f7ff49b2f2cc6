"""Schedules: when environments are scanned by themselves."""

from topology.schedules.recurrence import Recurrence, recurrence
from topology.schedules.registry import Schedule, add, change, due, one_schedule, remove, run_due, schedules

__all__ = [
    "Recurrence",
    "Schedule",
    "add",
    "change",
    "due",
    "one_schedule",
    "recurrence",
    "remove",
    "run_due",
    "schedules",
]
