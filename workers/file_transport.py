"""Kombu's transport through files, with messages that are there as a whole or not at all.

Kombu writes a message under the name by which it is found: who finds it before all is written, or after its writer was
killed, reads half of it, and ends.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "calipso-files"
_UNFINISHED = ".part"


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """A channel whose messages get their names when they are written."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        # The order of names is that of times, as kombu has it.
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        unfinished = folder / f"{name}{_UNFINISHED}"
        try:
            unfinished.write_bytes(dumps(payload).encode())
            unfinished.replace(folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add file {name!r} to directory") from error


class Transport(filesystem.Transport):  # type: ignore[misc]  # kombu has no types
    """The transport with such channels."""

    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
