"""The servers that the tests of the sources have too."""

from __future__ import annotations

from tests.sources.conftest import database_server

__all__ = ["database_server"]
