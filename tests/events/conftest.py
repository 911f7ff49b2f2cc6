"""What the tests of events share."""

from __future__ import annotations

from tests.store.conftest import ask, driver

__all__ = ["ask", "driver"]
