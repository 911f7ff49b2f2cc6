"""Tasks that wait in files: a message is found as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from workers.file_transport import SCHEME

QUEUE = "tasks"


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    with Connection(f"{SCHEME}://", transport_options=folders) as connection:
        yield connection.default_channel


@dataclass
class Slow:
    """What looks, while it is written, at what a reader would find."""

    channel: Any
    found: list[int] = field(default_factory=list)

    def __json__(self) -> str:
        self.found.append(self.channel._size(QUEUE))
        return "late"


def test_a_message_is_found_when_all_of_it_is_written(channel: Any) -> None:
    slow = Slow(channel)
    channel._put(QUEUE, {"first": 1, "then": slow})
    assert (slow.found, channel._size(QUEUE)) == ([0], 1)
    assert channel._get(QUEUE) == {"first": 1, "then": "late"}


def test_what_its_writer_did_not_finish_is_passed_over(channel: Any, tmp_path: Path) -> None:
    channel._put(QUEUE, {"whole": 1})
    [whole] = tmp_path.glob("*.msg")
    (tmp_path / f"0_{whole.name}.part").write_bytes(b'{"who')
    assert channel._get(QUEUE) == {"whole": 1}
    with pytest.raises(Empty):
        channel._get(QUEUE)
