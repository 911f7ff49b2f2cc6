"""From a section's name to what tries it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from collectors.connection_tests.attempt import Attempt, Failed, Result, Stopped
from collectors.connection_tests.cli import KnownHost, try_hosts
from collectors.sources.sections import check_sections

log = logging.getLogger("calipso.connection_tests")


def try_section(section: Mapping[str, Any], *, known: Sequence[KnownHost] = (), pins: Path) -> Result:
    """Try one section, as far as it goes. `known` are hosts of the graph, `pins` keeps their SSH keys.

    Raises ValueError for a section that nothing tries.
    """
    name, attempt, begun = str(section["name"]), Attempt(), time.monotonic()
    trying = _trying(name, section, known, pins)
    try:
        if wrong := check_sections([section]):
            attempt.need("configuration", lambda: _refuse(" ".join(problem.what for problem in wrong)), str)
        trying(attempt)
    except Stopped:
        pass  # the last step says why
    except Exception as error:  # whatever a library raises, what was found before is told
        log.exception("trying section %s", name)
        attempt.broken(error)
    return Result(name, round(time.monotonic() - begun, 3), tuple(attempt.steps))


def _trying(name: str, section: Mapping[str, Any], known: Sequence[KnownHost], pins: Path) -> Callable[[Attempt], None]:
    # Each brings a library that takes its time to import.
    if name == "OpenStack":
        from collectors.connection_tests.openstack import try_cloud

        return lambda attempt: try_cloud(attempt, section)
    if name == "mysql":
        from collectors.connection_tests.mysql import try_database

        return lambda attempt: try_database(attempt, section)
    if name == "CLI":
        return lambda attempt: try_hosts(attempt, section, known, pins)
    if name == "AMQP":
        from collectors.connection_tests.amqp import try_brokers

        return lambda attempt: try_brokers(attempt, section)
    raise ValueError(f"nothing tries a section {name}; only OpenStack, mysql, CLI and AMQP can be tried")


def _refuse(what: str) -> None:
    raise Failed("configuration", what, "Correct the environment's configuration.")
