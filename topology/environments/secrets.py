"""Secrets of environments: encrypted at rest with Fernet, in clear only in memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from graph_schema.sections import SECRET_KEYS
from topology.errors import InvalidConfiguration
from topology.settings import Settings

_MARK = "encrypted:"


class Vault:
    """Encrypts and decrypts the secret values of configuration sections with one key."""

    def __init__(self, key: str | bytes) -> None:
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise InvalidConfiguration(
                "the secret key is not a Fernet key (32 bytes, url-safe base64). Correct CALIPSO_SECRET_KEY."
            ) from error

    def sealed(self, section: Mapping[str, Any]) -> dict[str, Any]:
        """The section with its secrets encrypted."""
        return {k: self._seal(v) if k in SECRET_KEYS and v is not None else v for k, v in section.items()}

    def opened(self, section: Mapping[str, Any]) -> dict[str, Any]:
        """The section with its secrets in clear. Raises InvalidConfiguration when the key is another one."""
        return {k: self._open(v, k) if _is_sealed(v) else v for k, v in section.items()}

    def _seal(self, value: object) -> str:
        return _MARK + self._fernet.encrypt(str(value).encode()).decode()

    def _open(self, value: str, key: str) -> str:
        try:
            return self._fernet.decrypt(value.removeprefix(_MARK).encode()).decode()
        except InvalidToken as error:
            raise InvalidConfiguration(
                f"{key} was encrypted with another secret key. Give the former key (CALIPSO_SECRET_KEY or the data "
                "folder's secret.key), or add the environment again: calipso env add FILE."
            ) from error


def _is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_MARK)


def open_vault(settings: Settings) -> Vault:
    """The vault of this installation; its key file is made, 0600, when there is none."""
    if settings.secret_key is not None:
        return Vault(settings.secret_key.get_secret_value())
    return Vault(_key_file(settings.data_dir / "secret.key"))


def _key_file(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole under another name (0600) and linked into place, so that all who start at once agree on one key.
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        Path(fresh).unlink()
    return path.read_bytes().strip()
