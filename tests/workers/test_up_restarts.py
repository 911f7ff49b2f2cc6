"""`calipso up` looks after its private Redis too."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from tests.api.processes import command, variables, wait_for
from tests.conftest import Neo4jAddress


def redis_of(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "broker" / "redis.pid").read_text()))


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_a_redis_that_is_killed_is_started_again_and_the_worker_goes_on(
    neo4j_server: Neo4jAddress, tmp_path: Path
) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    with command(["up", "--port", "0", "--concurrency", "1"], variables(folder, neo4j_server), tmp_path / "log") as up:
        wait_for(lambda: "ready." in up.said(), up.said)  # before, it would connect once more without a word
        killed = redis_of(folder)
        killed.kill()
        wait_for(lambda: "redis  | does not answer" in up.said(), up.said)
        wait_for(lambda: up.said().count("Connected to redis") == 2, up.said)
        again = redis_of(folder)
        assert again.pid != killed.pid
        assert "worker | ended" not in up.said()
    assert up.process.returncode == 0
    assert not (folder / "broker" / "redis.sock").exists()
