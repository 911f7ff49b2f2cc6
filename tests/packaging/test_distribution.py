"""The wheel holds every file of the rooms, and what it does not hold nobody misses."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("graph_schema", "cypher", "topology", "collectors", "workers", "api", "cli", "demo")
DESCRIBING = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "NOTICE")


def test_the_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    source = tmp_path / "source"
    files = [file.relative_to(ROOT).as_posix() for room in ROOMS for file in (ROOT / room).rglob("*") if _belongs(file)]
    for name in [*files, *DESCRIBING]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-W", "ignore", "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run([*build, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())

    assert {name for name in packed if ".dist-info/" not in name} == set(files)
    assert {Path(name).name for name in packed if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def _belongs(file: Path) -> bool:
    return file.is_file() and file.suffix != ".pyc"
