"""Whatever the main thread does when a signal comes, and however many come, the command ends."""

from __future__ import annotations

import subprocess
import sys

_WAITS = """
from cli.ending import asked_to_end
with asked_to_end() as ended:
    print("waits", flush=True)
    while not ended.wait(0.0001):
        pass
print("ended", flush=True)
"""


def test_a_storm_of_signals_ends_what_waits() -> None:
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", _WAITS], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "waits\n"
            for _ in range(200):
                process.terminate()
            told, _ = process.communicate(timeout=30)
        finally:
            process.kill()
        # At its very end, when nothing waits any more, a signal does what it does to any process.
        assert (process.returncode, told) in {(0, "ended\n"), (-15, "ended\n"), (-15, "")}
