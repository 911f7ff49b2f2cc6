"""Settings from the process environment."""

from __future__ import annotations

import pytest

from topology.settings import Settings


def test_a_variable_that_is_empty_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CALIPSO_NEO4J_URI", "CALIPSO_NEO4J_PROGRAM_DIR", "CALIPSO_DATA_DIR"):
        monkeypatch.setenv(name, "")
    settings = Settings()
    assert settings.neo4j_uri is None
    assert settings.neo4j_program_dir is None
    assert settings.data_dir.is_absolute()
