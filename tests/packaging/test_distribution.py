"""The wheel holds every file of the rooms, and what it does not hold nobody misses."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("graph_schema", "cypher", "topology", "collectors", "workers", "cli", "demo")


def test_the_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    source = tmp_path / "source"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = [name for name in tracked.split("\0") if name and (ROOT / name).exists()]
    for name in files:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-W", "ignore", "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run([*build, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())

    wanted = {name for name in files if name.split("/")[0] in ROOMS}
    assert wanted - packed == set()
    assert {name for name in packed if ".dist-info/" not in name} - wanted == set()
    assert {Path(name).name for name in packed if "/licenses/" in name} == {"LICENSE", "NOTICE"}
