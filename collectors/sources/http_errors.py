"""What went wrong between us and an API, in words: library exceptions become SourceErrors that hold no secret."""

from __future__ import annotations

import re

import requests
from keystoneauth1 import exceptions as keystone
from openstack import exceptions as sdk

from collectors.sources.protocols import JSON, Malformed, NotOffered, Refused, SourceError, Unreachable

# Answers that another try may turn into a good one: too many requests, and a service or proxy that is being restarted.
RETRIED = frozenset({429, 500, 502, 503, 504})

_ERRNO = re.compile(r"\[Errno -?\d+\] ([^')]+)")
_TOLD = (
    ("NameResolutionError", "the name does not resolve"),
    ("Name or service not known", "the name does not resolve"),
    ("Remote end closed connection", "the connection was closed before an answer came"),
    ("IncompleteRead", "the connection broke in the middle of the answer"),
    ("Connection reset", "the connection was reset"),
    ("Connection refused", "connection refused"),
    ("certificate verify failed", "its certificate is not signed by anyone that we trust"),
    ("Hostname mismatch", "its certificate is for another name"),
    ("WRONG_VERSION_NUMBER", "it does not speak TLS"),
    ("EOF occurred", "it does not speak TLS"),
)


class TryAgain(Exception):
    """Holds the error to raise when the tries are used up, and how long the server wants us to wait (seconds)."""

    def __init__(self, error: SourceError, wait: float = 0.0) -> None:
        super().__init__(str(error))
        self.error, self.wait = error, wait


def why(text: str) -> str:
    """The reason inside a connection error's long text."""
    for sign, meaning in _TOLD:
        if sign in text:
            return meaning
    found = _ERRNO.search(text)
    return found[1].strip().lower() if found else "the connection failed"


def from_exception(error: Exception, where: str, url: str, timeout: float) -> SourceError | TryAgain:
    """What a keystoneauth or openstacksdk exception means. `url` is what was asked."""
    match error:
        case keystone.ConnectionError() | requests.RequestException():
            return _not_connected(error, where, url, timeout)
        case keystone.HttpError() if error.http_status:
            wait = retry_after(error.response) if error.response is not None else 0.0
            return from_status(error.http_status, where, url, "", wait)
        case keystone.EndpointNotFound() | keystone.EmptyCatalog() | sdk.ServiceDisabledException():
            return NotOffered(
                where, "the catalog has no endpoint for it.", "Check `region` and `interface` of the OpenStack section."
            )
        case keystone.DiscoveryFailure():
            return Unreachable(where, f"{url}: no version document of the service there.", "Check the URL.")
        case keystone.InvalidResponse():
            return TryAgain(Malformed(where, f"{url}: the answer is not a token.", "Check that keystone v3 is there."))
        case sdk.SDKException() | keystone.AuthorizationFailure():
            return Refused(where, f"{_short(str(error))}.", "Correct the OpenStack section.")
    return Malformed(where, f"{url}: {_short(str(error))}.", "Check what answers at that URL.")


def _not_connected(error: Exception, where: str, url: str, timeout: float) -> SourceError | TryAgain:
    if isinstance(error, keystone.SSLError):
        return Refused(
            where,
            f"{url}: the TLS connection failed: {why(str(error))}.",
            "Give the certificate that signed it as `cacert`, or `verify: false` for a lab.",
        )
    remedy = (
        "Check that the service runs and can be reached from here; another `interface`, or a URL in `endpoints`, "
        "can be given in the OpenStack section."
    )
    if isinstance(error, keystone.ConnectTimeout):
        return Unreachable(where, f"{url}: no answer within {timeout:g} s.", remedy)
    return TryAgain(Unreachable(where, f"{url}: {why(str(error))}.", remedy))


def from_status(status: int, where: str, url: str, said: str, wait: float = 0.0) -> SourceError | TryAgain:
    """What an HTTP status that is not 200 means; `said` is the server's own short message."""
    told = f"{url} answers {status}" + (f" ({said})" if said else "")
    if status == 401:
        return Refused(
            where,
            f"{told}: login refused.",
            "Check user, pwd and project (or the application credential) of the OpenStack section.",
        )
    if status == 403:
        return Refused(
            where, f"{told}: not allowed.", "Give the user a role that may list everything: admin or reader."
        )
    if status == 404:
        return NotOffered(where, f"{told}: this cloud does not have it.", "Check the URL.")
    if status in RETRIED:
        return TryAgain(Unreachable(where, f"{told}, again and again.", "See the service's log."), wait)
    return Malformed(where, f"{told}.", "See the service's log.")


def retry_after(response: requests.Response) -> float:
    """Seconds that the server wants us to wait, 0 when it does not say."""
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdigit() else 0.0


def message_of(body: JSON) -> str:
    """The message in an error answer of nova, neutron or keystone, shortened; "" when there is none."""
    inside = next(iter(body.values()), None) if isinstance(body, dict) else None
    message = inside.get("message") if isinstance(inside, dict) else None
    return _short(message) if isinstance(message, str) else ""


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= 300 else line[:299] + "…"
