"""The API's own fixtures: metrics are read as Prometheus reads them."""

from tests.api.conftest import app, client, cloud, token

__all__ = ["app", "client", "cloud", "token"]
