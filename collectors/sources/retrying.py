"""Asking an API again where another try may help: too many requests, a restarting service, a lost connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import requests
from keystoneauth1.exceptions import ClientException
from openstack.exceptions import SDKException

from collectors.sources.http_errors import TryAgain, from_exception
from collectors.sources.protocols import SourceError

T = TypeVar("T")

TRIES = 4
LONGEST_WAIT = 30.0


def again(ask: Callable[[], T], *, where: str, url: Callable[[], str], timeout: float, backoff: float = 0.5) -> T:
    """What `ask` gives, tried again where that may help. Raises SourceError for everything that a library raises."""
    for wait in _waits(backoff):
        try:
            return ask()
        except TryAgain as error:
            failed = error
        except (ClientException, SDKException, requests.RequestException) as error:
            problem = from_exception(error, where, url(), timeout)
            if isinstance(problem, SourceError):
                raise problem from error
            failed = problem
        if wait is None:
            raise failed.error
        time.sleep(min(max(wait, failed.wait), LONGEST_WAIT))
    raise AssertionError("the last wait is None")


def _waits(backoff: float) -> Iterator[float | None]:
    """Seconds to wait after each try; None after the last."""
    yield from (backoff * 2**n for n in range(TRIES - 1))
    yield None
