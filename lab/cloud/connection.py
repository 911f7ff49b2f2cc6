"""A connection to the lab's cloud as its administrator, from the environment that `openrc` sets."""

from __future__ import annotations

import os
import warnings
from typing import Any

import openstack

# Zed's newest; older microversions hide the host of a new server.
COMPUTE_API = "2.92"


class Cloud:
    """The APIs of the lab, as JSON: `get` gives a whole listing, `post`, `put` and `delete` change one thing."""

    def __init__(self, project: str = "admin") -> None:
        warnings.simplefilter("ignore")
        self.connection = openstack.connect(
            auth_url=os.environ.get("OS_AUTH_URL", "http://10.20.0.11:5000/v3"),
            username="admin",
            password="lab",
            project_name=project,
            user_domain_name="Default",
            project_domain_name="Default",
            region_name="RegionOne",
        )

    def of(self, project: str) -> Cloud:
        """The same administrator, working in another project."""
        return Cloud(project)

    def get(self, service: str, path: str) -> Any:
        """The one value of a JSON answer: the listing or the object."""
        answer = self._call("GET", service, path).json()
        return next(value for key, value in answer.items() if not key.endswith("links"))

    def post(self, service: str, path: str, body: dict[str, Any]) -> Any:
        """Make or do something; the one value of the answer, or None where there is none."""
        response = self._call("POST", service, path, body)
        answer = response.json() if response.content else None
        return next(iter(answer.values())) if answer else None

    def put(self, service: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Change something."""
        response = self._call("PUT", service, path, body)
        return response.json() if response.content else None

    def patch(self, service: str, path: str, body: dict[str, Any]) -> Any:
        """Change something of keystone."""
        return self._call("PATCH", service, path, body).json()

    def delete(self, service: str, path: str) -> None:
        """Delete something; that it is gone already is no error."""
        response = self._call("DELETE", service, path, tolerate=(404,))
        response.close()

    def _call(
        self, method: str, service: str, path: str, body: dict[str, Any] | None = None, tolerate: tuple[int, ...] = ()
    ) -> Any:
        response = self.connection.session.request(
            self._url(service) + path,
            method,
            json=body,
            raise_exc=False,
            headers={"OpenStack-API-Version": f"compute {COMPUTE_API}"},
            connect_retries=5,  # uwsgi drops a kept connection under the next request
        )
        if response.status_code >= 400 and response.status_code not in tolerate:
            raise CloudError(f"{method} {service} {path}: {response.status_code} {response.text[:400]}")
        return response

    def image_id(self, name: str) -> str | None:
        """The id of the image of that name."""
        return next((str(i["id"]) for i in self.get("image", f"/images?name={name}")), None)

    def _url(self, service: str) -> str:
        url = str(self.connection.session.get_endpoint(service_type=service, interface="public")).removesuffix("/")
        version = {"network": "/v2.0", "identity": "/v3", "image": "/v2"}.get(service, "")
        return url.removesuffix(version) + version


class CloudError(Exception):
    """The cloud refused, with its own words."""
