"""One region of an OpenStack cloud through its APIs: whole listings of raw JSON, or a clear error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from keystoneauth1 import discover
from keystoneauth1.adapter import Adapter
from keystoneauth1.exceptions import AuthorizationFailure, ClientException, InvalidResponse
from keystoneauth1.session import Session
from openstack.connection import Connection
from openstack.exceptions import SDKException

from collectors.sources.http_errors import RETRIED, TryAgain, from_status, message_of, retry_after
from collectors.sources.protocols import JSON, Malformed, NotOffered, SourceError
from collectors.sources.retrying import again

T = TypeVar("T")

# The newest compute microversion that is asked for; an older nova is asked with its own newest. From 2.88 on nova asks
# each host for its uptime before it lists hypervisors, and waits for those that do not answer.
NEWEST_COMPUTE = (2, 87)
BAD_REQUEST, NOT_FOUND = 400, 404
# Neutron gives everything at once unless it is asked for pages; nova has pages of its own.
PAGE = {"network": 1000}


class OpenStackApi:
    """An ApiSource on openstacksdk's proxies. `timeout` is how long an answer may take, in seconds.

    429, 5xx and lost connections are tried again, `backoff` seconds apart and doubling, or as the server asks.
    """

    def __init__(self, connection: Connection, region: str, *, timeout: float = 60.0, backoff: float = 0.5) -> None:
        self._connection, self._region = connection, region
        self._timeout, self._backoff = timeout, backoff
        self._microversion: str | None = None
        self._negotiated = False
        self.requests = 0

    @property
    def region(self) -> str:
        """Name of the region."""
        return self._region

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """Service type → URLs of the region, from the token's catalog. Raises SourceError."""
        found: dict[str, set[str]] = {}
        for service in self._again("identity", self._catalog):
            urls = {e["url"] for e in service["endpoints"] if _region_of(e) == self._region}
            if urls:
                found.setdefault(service["type"], set()).update(urls)
        return {service: sorted(urls) for service, urls in sorted(found.items())}

    def endpoint(self, service: str) -> str | None:
        """URL that a service is asked at, of the catalog or the section; None where it has none. Raises SourceError."""
        proxy = self._proxy(service)
        found = self._again("identity", lambda: Adapter.get_endpoint(proxy, skip_discovery=True))
        return None if found is None else str(found)

    def issued_at(self) -> datetime | None:
        """When keystone says that it issued the token, by its clock; None where it does not."""
        auth: Any = self._connection.session.auth
        issued: datetime | None = self._again("identity", lambda: auth.get_access(self._connection.session).issued)
        return issued

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """All pages of a listing. Raises SourceError, never half a list."""
        try:
            return self._pages(service, path, key)
        except _PageGone:
            # The object that marked the page was deleted while we read: begin again, once.
            try:
                return self._pages(service, path, key)
            except _PageGone as gone:
                raise gone.error from gone

    def exists(self, service: str, path: str) -> bool:
        """Whether one object answers. A 404 counts only in the service's own words, not a proxy's."""
        answer = self._get(service, path)
        if answer.status == NOT_FOUND and answer.message:
            return False
        self._checked(answer, service)
        return True

    def close(self) -> None:
        """End the connections."""
        self._connection.close()

    def _pages(self, service: str, path: str, key: str) -> list[JSON]:
        base, _, query = path.partition("?")
        items: list[JSON] = []
        asked: set[str] = set()
        following: str | None = self._first_query(service, query)
        while following is not None:
            if following in asked:
                raise Malformed(self._where(service), f"{path}: its pages go round in a circle.", _REPORT)
            page = self._page(service, f"{base}?{following}" if following else base, key, first=not asked)
            asked.add(following)
            items += page[key]
            following = _next_query(page, key)
        return items

    def _first_query(self, service: str, query: str) -> str:
        size = PAGE.get(service)
        asked = parse_qsl(query, keep_blank_values=True)
        if size is None or any(name == "limit" for name, _ in asked):
            return query
        return urlencode([*asked, ("limit", str(size))])

    def _page(self, service: str, path: str, key: str, *, first: bool) -> dict[str, Any]:
        answer = self._get(service, path)
        try:
            body = self._checked(answer, service)
        except SourceError as error:
            if not first and answer.status in (BAD_REQUEST, NOT_FOUND):
                raise _PageGone(error) from error
            raise
        where = self._where(service)
        if not isinstance(body, dict) or not isinstance(body.get(key), list):
            raise Malformed(where, f"{answer.url}: the answer has no list {key!r}.", "Check what answers at that URL.")
        if body.get("truncated"):
            raise Malformed(
                where, f"{answer.url}: the list is cut by keystone's list_limit.", "Raise list_limit in keystone.conf."
            )
        return body

    def _get(self, service: str, path: str) -> _Answer:
        """The answer, whatever its status; what another try may mend is tried again."""
        proxy = self._proxy(service)
        version = self._compute_version(proxy) if service == "compute" else None

        def ask() -> _Answer:
            self.requests += 1
            # The adapter's own request: the proxy's adds metrics and a cache of answers.
            response = Adapter.request(proxy, path.lstrip("/"), "GET", microversion=version, raise_exc=False)
            answer = _Answer.of(response)
            if answer.status in RETRIED or (answer.ok and answer.body is _NOT_JSON):
                raise TryAgain(self._problem(answer, service), answer.wait)
            return answer

        return self._again(service, ask, path)

    def _checked(self, answer: _Answer, service: str) -> JSON:
        if answer.ok and answer.body is not _NOT_JSON:
            return answer.body
        raise self._problem(answer, service)

    def _problem(self, answer: _Answer, service: str) -> SourceError:
        where = self._where(service)
        if not answer.ok:
            problem = from_status(answer.status, where, answer.url, answer.message)
            return problem.error if isinstance(problem, TryAgain) else problem
        told = f"not JSON but {answer.size} bytes of {answer.content_type}" if answer.size else "empty"
        remedy = "Check what answers at that URL: a proxy, or an overloaded service?"
        return Malformed(where, f"{answer.url}: the answer is {told}.", remedy)

    def _proxy(self, service: str) -> Any:
        try:
            return getattr(self._connection, service.replace("-", "_"))
        except AttributeError:
            raise NotOffered(self._where(service), "no such service is known.", _REPORT) from None

    def _compute_version(self, proxy: Any) -> str | None:
        """The newest microversion that both sides know. Asked once; a version document that fails is not guessed."""
        if not self._negotiated:
            newest = self._again("compute", lambda: self._newest_compute(proxy))
            self._microversion = None if newest is None else ".".join(map(str, min(newest, NEWEST_COMPUTE)))
            self._negotiated = True
        return self._microversion

    def _newest_compute(self, proxy: Any) -> tuple[int, int] | None:
        data = Adapter.get_endpoint_data(proxy)
        if data is None:
            raise NotOffered(
                self._where("compute"),
                f"the catalog has no endpoint for it in region {self._region}.",
                "Check `region` and `interface` of the OpenStack section.",
            )
        if data.max_microversion is None and data.url:
            # The library takes a version document that it could not read for one without microversions.
            discover.get_discovery(self._connection.session, data.url, authenticated=False)
            data = Adapter.get_endpoint_data(proxy)
        newest = data.max_microversion if data is not None else None
        return None if newest is None else (int(newest[0]), int(newest[1]))

    def _catalog(self) -> list[Mapping[str, Any]]:
        return catalog_of(self._connection.session)

    def _again(self, service: str, ask: Callable[[], T], path: str = "") -> T:
        return again(
            ask,
            where=self._where(service),
            url=lambda: "/".join(filter(None, (self._url(service).rstrip("/"), path.lstrip("/")))),
            timeout=self._timeout,
            backoff=self._backoff,
        )

    def _where(self, service: str) -> str:
        return f"{_NAMES.get(service, service)} {self._region}"

    def _url(self, service: str) -> str:
        keystone = auth_url_of(self._connection.session)
        try:
            return str(Adapter.get_endpoint(self._proxy(service)) or keystone)
        except (ClientException, SDKException, SourceError):
            return keystone


def catalog_of(session: Session) -> list[Mapping[str, Any]]:
    """The service catalog of the session's token; logs in where it has none."""
    auth: Any = session.auth
    try:
        access = auth.get_access(session)
    except (KeyError, TypeError, AttributeError) as error:  # so the library meets an answer that is JSON and no token
        raise InvalidResponse(requests.Response()) from error
    except Exception as error:
        if type(error) is Exception:  # so the library says that a password is missing
            raise AuthorizationFailure(str(error)) from error
        raise
    return list(access.service_catalog.catalog) if access.has_service_catalog() else []


def auth_url_of(session: Session) -> str:
    """Keystone's URL."""
    return str(getattr(session.auth, "auth_url", "keystone"))


@dataclass(frozen=True, slots=True)
class _Answer:
    """An HTTP answer, decoded once: listings can be large."""

    url: str
    status: int
    body: JSON
    size: int
    content_type: str
    message: str
    wait: float

    @classmethod
    def of(cls, response: requests.Response) -> _Answer:
        try:
            body = response.json()
        except ValueError:
            body = _NOT_JSON
        kind = response.headers.get("Content-Type", "no known type")
        message = "" if response.ok else message_of(body)
        size = len(response.content)
        return cls(response.url, response.status_code, body, size, kind, message, retry_after(response))

    @property
    def ok(self) -> bool:
        """Whether the status is a good one."""
        return self.status < BAD_REQUEST


class _PageGone(Exception):
    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


_NOT_JSON = object()
_NAMES = {"compute": "nova", "network": "neutron", "identity": "keystone"}
_REPORT = "Please report this with a recording (calipso record)."


def _next_query(page: Mapping[str, Any], key: str) -> str | None:
    """The query of the next page. Only the query: the address in the link is often one that only the cloud knows."""
    links = page.get(f"{key}_links")
    if isinstance(links, list):
        hrefs = [link.get("href") for link in links if isinstance(link, dict) and link.get("rel") == "next"]
    else:
        whole = page.get("links")
        hrefs = [whole.get("next")] if isinstance(whole, dict) else []
    return next((urlsplit(href).query for href in hrefs if isinstance(href, str)), None)


def _region_of(endpoint: Mapping[str, Any]) -> str | None:
    return endpoint.get("region_id") or endpoint.get("region")
