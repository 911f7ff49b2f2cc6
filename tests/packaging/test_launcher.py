"""`./calipso` makes its environment by itself: once, whole, from the lock; for a small project here, to be quick."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_SETUP = """
[metadata]
name = small
version = 1
[options]
py_modules = small
[options.entry_points]
console_scripts =
    calipso = small:main
"""
_MODULE = "import sys\ndef main():\n    print('answer', *sys.argv[1:])\n    sys.exit(7)\n"
_MAKES = "calipso: making the virtual environment"
_RENEWS = "calipso: renewing the virtual environment"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The real launcher beside a small project that needs what every environment here needs."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copy(ROOT / "calipso", folder)
    (folder / "setup.cfg").write_text(_SETUP)
    (folder / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools", "wheel"]\n')
    (folder / "small.py").write_text(_MODULE)
    (folder / "requirements.lock").write_text(_locked("packaging", "setuptools", "wheel"))
    return folder


def test_the_first_call_makes_the_environment_and_later_ones_only_run_the_program(
    checkout: Path, tmp_path: Path
) -> None:
    first = _call(checkout, "one", "two words")
    link = tmp_path / "link"
    link.symlink_to(checkout / "calipso")
    second = subprocess.run([link, "again"], capture_output=True, text=True, cwd=tmp_path)

    assert (first.stdout, first.returncode) == ("answer one two words\n", 7)
    assert _MAKES in first.stderr
    assert (second.stdout, second.stderr, second.returncode) == ("answer again\n", "", 7)


def test_two_first_calls_at_once_make_one_environment(checkout: Path) -> None:
    both = [_begin(checkout) for _ in range(2)]
    told = [process.communicate(timeout=300) for process in both]

    assert [out for out, _ in told] == ["answer\n", "answer\n"]
    assert "".join(err for _, err in told).count(_MAKES) == 1


def test_a_call_that_is_killed_on_the_way_is_made_up_for_by_the_next(checkout: Path) -> None:
    process = _begin(checkout, start_new_session=True)
    while not (checkout / ".venv/bin/python").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()

    again = _call(checkout)

    assert (again.stdout, again.returncode) == ("answer\n", 7)
    assert _MAKES in again.stderr


def test_a_changed_lock_renews_the_environment(checkout: Path) -> None:
    _call(checkout)
    (checkout / "requirements.lock").write_text(_locked("packaging", "setuptools", "wheel", "six"))

    assert _RENEWS in _call(checkout).stderr
    assert _call(checkout).stderr == ""
    assert subprocess.run([checkout / ".venv/bin/python", "-c", "import six"]).returncode == 0


def test_a_package_that_is_not_the_locked_one_is_refused(checkout: Path) -> None:
    lock = checkout / "requirements.lock"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, lock.read_text()))

    refused = _call(checkout)

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr
    assert _MAKES in _call(checkout).stderr, "what failed is not taken for made"


def test_without_what_venv_needs_the_command_that_installs_it_is_told(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "ensurepip.py").write_text("raise ImportError")

    told = subprocess.run(
        [Path(sys.executable).resolve(), checkout / "calipso"],
        env={"PYTHONPATH": str(tmp_path / "without"), "PATH": "/nowhere"},
        capture_output=True,
        text=True,
    )

    assert told.returncode == 1
    assert re.search(r"Run: sudo apt-get install python3\.\d+-venv$", told.stderr.strip())


def _call(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([checkout / "calipso", *words], capture_output=True, text=True, cwd="/", timeout=300)


def _begin(checkout: Path, *, start_new_session: bool = False) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [checkout / "calipso"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
    )


def _locked(*names: str) -> str:
    """The entries of the real lock for these packages."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text)
    return "\n".join(entry for entry in entries if entry.split("==")[0] in names) + "\n"
