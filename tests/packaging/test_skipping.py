"""With CI=true a skipped test is a failed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TESTS = """
import pytest
def test_passes(): pass
def test_skips(): pytest.skip("no such program")
@pytest.mark.skipif(True, reason="not here")
def test_is_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_is_known_to_fail(): assert False
"""


_HOOKS = "from tests.conftest import pytest_make_collect_report, pytest_runtest_makereport\n"


@pytest.mark.parametrize(
    ("ci", "told"), [("true", "1 failed, 1 passed, 1 xfailed, 2 errors"), ("", "1 passed, 3 skipped, 1 xfailed")]
)
def test_a_skip_is_told_or_fails(tmp_path: Path, ci: str, told: str) -> None:
    (tmp_path / "conftest.py").write_text(_HOOKS)
    (tmp_path / "test_it.py").write_text(_TESTS)
    (tmp_path / "test_file.py").write_text("import pytest\npytest.skip('no such library', allow_module_level=True)\n")

    plainly = [
        "-c",
        os.devnull,
        "--rootdir",
        str(tmp_path),
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", *plainly, str(tmp_path)],
        env=os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert told in run.stdout.splitlines()[-1]
    assert all(reason in run.stdout for reason in ("no such program", "not here", "no such library"))
    assert (run.returncode == 1) == (ci == "true")
