"""`calipso test`: the project's tests, with what they need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer


def test(context: typer.Context) -> None:
    """Run the tests; further words go to pytest."""
    root = Path(__file__).parents[1]
    raise typer.Exit(subprocess.run([sys.executable, "-m", "pytest", *context.args], cwd=root, check=False).returncode)
