"""The API's own fixtures: metrics are read as Prometheus reads them."""

from tests.api.conftest import app, client, cloud, token
from tests.store.conftest import driver

__all__ = ["app", "client", "cloud", "driver", "token"]
