"""Flask-RESTX, as this API uses it: its own errors in our shape, everything below one address, documents offline."""

from __future__ import annotations

from typing import Any

import flask_restx
from flask import Blueprint, Flask, Response, redirect
from flask_restx.apidoc import apidoc
from werkzeug.wrappers import Response as BaseResponse

from api.errors import error_response

PREFIX = "/api/v1"


class Resource(flask_restx.Resource):  # type: ignore[misc]  # the library has no types
    """A resource of the API."""


class Api(flask_restx.Api):  # type: ignore[misc]  # the library has no types
    """The API of one application, whose errors have the one shape."""

    def handle_error(self, e: Exception) -> Response:
        """Answer in our shape instead of the library's."""
        return error_response(e)

    def render_root(self) -> BaseResponse:
        """A person who looks around is led to the documentation."""
        return redirect(f"{PREFIX}/docs")


def mount(app: Flask, resources: dict[str, type[Resource]], models: dict[str, Any], **about: Any) -> None:
    """Serve the resources, the Swagger document and its page, all below PREFIX."""
    app.config.update(RESTX_MASK_SWAGGER=False, RESTX_INCLUDE_ALL_MODELS=True, RESTX_JSON={"ensure_ascii": False})
    # The page's own files: registered here, because the library would put them at the application's root.
    app.register_blueprint(apidoc, url_prefix=PREFIX)
    app.extensions.setdefault("restx", {})["apidoc_registered"] = True
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    restx = Api(blueprint, doc="/docs", **about)
    for name, model in models.items():
        restx.add_model(name, model)
    for address, resource in resources.items():
        restx.default_namespace.add_resource(resource, address, endpoint=address.strip("/").replace("/", "_"))
    app.register_blueprint(blueprint)
