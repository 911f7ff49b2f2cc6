"""Secrets: sealed at rest, opened with the same key only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from topology.environments.secrets import Vault, open_vault
from topology.errors import InvalidConfiguration
from topology.settings import Settings

VAULT = Vault(Fernet.generate_key())


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_sealed_secret_opens_to_itself_and_is_not_in_the_sealed_text(secret: str) -> None:
    section = {"name": "CLI", "user": "root", "pwd": secret}
    sealed = VAULT.sealed(section)
    assert len(secret) < 4 or secret not in sealed["pwd"]
    assert VAULT.opened(sealed) == section


def test_another_key_is_told_and_opens_nothing() -> None:
    sealed = VAULT.sealed({"pwd": "secret"})
    with pytest.raises(InvalidConfiguration, match="another secret key"):
        Vault(Fernet.generate_key()).opened(sealed)


def test_the_key_file_is_private_and_the_same_for_all_that_start_at_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: open_vault(settings), range(8)))
    sealed = vaults[0].sealed({"pwd": "secret"})
    assert {vault.opened(sealed)["pwd"] for vault in vaults} == {"secret"}
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_key_that_is_none_is_told() -> None:
    with pytest.raises(InvalidConfiguration, match="CALIPSO_SECRET_KEY"):
        Vault("short")
