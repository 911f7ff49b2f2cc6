"""What setup.cfg, pyproject.toml and the locks say agrees with the code, and with each other."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import tomllib
from configparser import ConfigParser
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import collectors
from collectors.contracts import COLLECTORS, LINK_FINDERS, CloudCollector, HostCollector, LinkFinder

ROOT = Path(__file__).parents[2]
ROOMS = ("graph_schema", "cypher", "topology", "collectors", "workers", "api", "cli", "demo")
_PINNED = re.compile(r"^([a-z0-9.-]+)==(\S+) \\$", re.MULTILINE)


@pytest.fixture(scope="module")
def setup_cfg() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def pyproject() -> dict[str, dict[str, object]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("group", "kinds"), [(COLLECTORS, (CloudCollector, HostCollector)), (LINK_FINDERS, (LinkFinder,))]
)
def test_every_collector_and_link_finder_of_the_code_is_an_entry_point_and_nothing_else(
    setup_cfg: ConfigParser, group: str, kinds: tuple[type, ...]
) -> None:
    lines = setup_cfg["options.entry_points"][group].strip().splitlines()
    named = [line.split("=")[1].strip() for line in lines]

    assert set(named) == set(_declared(kinds))
    assert len(named) == len(set(named))
    assert len({line.split("=")[0].strip() for line in lines}) == len(lines)


def test_what_the_rooms_import_is_declared(setup_cfg: ConfigParser) -> None:
    declared = {_normal(Requirement(line).name) for line in _lines(setup_cfg["options"]["install_requires"])}
    brought_by = {module: set(map(_normal, names)) for module, names in packages_distributions().items()}

    undeclared = {
        (module, file.relative_to(ROOT).as_posix())
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for module in _foreign_imports(file)
        if not brought_by.get(module, set()) & declared
    }

    assert undeclared == set()


def test_nothing_is_set_in_both_setup_cfg_and_pyproject(
    setup_cfg: ConfigParser, pyproject: dict[str, dict[str, object]]
) -> None:
    assert {section.split(".")[0] for section in setup_cfg.sections()} == {"metadata", "options"}
    assert set(pyproject) == {"build-system", "tool"}
    assert "setuptools" not in pyproject["tool"]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_gives_every_package_a_hash_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]

    assert all(re.match(r"[a-z0-9.-]+==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links|--trusted-host|@ file:", text)


def test_the_locks_agree_with_each_other_and_with_setup_cfg(setup_cfg: ConfigParser) -> None:
    runtime, test = _locked("requirements.lock"), _locked("requirements-test.lock")
    wanted = _lines(setup_cfg["options"]["install_requires"])
    wanted_by_tests = wanted + _lines(setup_cfg["options.extras_require"]["test"])

    assert runtime.items() <= test.items()
    assert {line for line in wanted if not _satisfied(line, runtime)} == set()
    assert {line for line in wanted_by_tests if not _satisfied(line, test)} == set()


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0"])
def test_the_lock_is_whole_for_every_supported_python_not_only_for_the_one_that_made_it(python: str) -> None:
    locked = _locked("requirements.lock")
    version = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    there = [found for found in distributions() if _normal(found.name) in locked]

    missing = {
        (found.name, line)
        for found in there
        for line in found.requires or ()
        if _applies(Requirement(line), version) and _normal(Requirement(line).name) not in locked
    }

    assert len(there) == len(locked)
    assert missing == set()


def _applies(requirement: Requirement, version: dict[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**version, "extra": ""})


def _declared(kinds: tuple[type, ...]) -> set[str]:
    found = set()
    for info in pkgutil.walk_packages(collectors.__path__, "collectors."):
        module = importlib.import_module(info.name)
        own = {name for name, value in vars(module).items() if isinstance(value, kinds)}
        found |= {f"{info.name}:{name}" for name in own & _assigned(Path(str(module.__file__)))}
    return found


def _assigned(file: Path) -> set[str]:
    """Names that a module makes itself, not those that it imports."""
    made = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            made.add(node.name)
        elif isinstance(node, ast.Assign):
            made |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            made.add(node.target.id)
    return made


def _foreign_imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - set(ROOMS)


def _locked(lock: str) -> dict[str, str]:
    return dict(_PINNED.findall((ROOT / lock).read_text(encoding="utf-8")))


def _satisfied(line: str, locked: dict[str, str]) -> bool:
    requirement = Requirement(line)
    version = locked.get(_normal(requirement.name))
    return version is not None and requirement.specifier.contains(version)


def _lines(value: str) -> list[str]:
    return [line for line in value.strip().splitlines() if line and not line.startswith("#")]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
