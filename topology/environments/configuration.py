"""What an environment file says, checked so that each mistake is named with its place and its remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from graph_schema.sections import PATH_KEYS, SECTIONS, mistakes
from topology.errors import InvalidConfiguration

# Names become part of ids, file names and addresses, so they are kept plain.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Environment:
    """One cloud: what it is, and how its parts are reached. Secrets are in clear here, in memory only."""

    name: str
    environment_type: str = "OpenStack"
    distribution: str = ""
    distribution_version: str = ""
    mechanism_drivers: tuple[str, ...] = ()
    type_drivers: tuple[str, ...] = ()
    type: str = "environment"
    listen: bool = False
    enable_monitoring: bool = False
    user: str = ""
    app_path: str = ""
    configuration: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    def section(self, name: str) -> Mapping[str, Any] | None:
        """The configuration section of that name, or None."""
        return next((s for s in self.configuration if s["name"] == name), None)

    def named(self, name: str) -> Environment:
        """The same under another name (`scan --into`)."""
        return replace(self, name=checked_name(name))


def read_environment_file(path: Path) -> Environment:
    """The environment that a YAML file describes. Raises InvalidConfiguration."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidConfiguration(f"{path}: {error.strerror}. Name a file that can be read.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"{path}: not YAML: {error}") from error
    return environment_from(document, origin=str(path), folder=path.resolve().parent)


def environment_from(document: object, *, origin: str, folder: Path | None = None) -> Environment:
    """The environment of a decoded document; `origin` names it in errors, `folder` holds the files that it names."""
    if not isinstance(document, dict):
        raise InvalidConfiguration(f"{origin}: a mapping with `name` and `configuration` is expected.")
    known = [f.name for f in fields(Environment)]
    for key in document:
        if key not in known:
            raise InvalidConfiguration(f"{origin}: unknown key {key!r}.{_meant(str(key), known)}")
    values = dict(document)
    values["name"] = checked_name(values.get("name", ""), origin)
    for key in ("mechanism_drivers", "type_drivers"):
        values[key] = _words(values.get(key), f"{origin}: {key}")
    for key in ("distribution_version", "distribution", "environment_type"):
        if key in values:
            values[key] = str(values[key])
    for key in ("listen", "enable_monitoring"):
        if not isinstance(values.get(key, False), bool):
            raise InvalidConfiguration(f"{origin}: {key} must be true or false, not {values[key]!r}.")
    values["configuration"] = _sections(values.get("configuration"), origin, folder)
    return Environment(**values)


def checked_name(name: object, origin: str = "environment") -> str:
    """The name, when an environment may have it. Raises InvalidConfiguration."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InvalidConfiguration(
            f"{origin}: {name!r} cannot be an environment's name: letters, digits, space, dot, dash and underscore, "
            "100 at most, beginning with a letter or digit."
        )
    return name


def _words(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise InvalidConfiguration(f"{where} must be a word or a list of words, not {value!r}.")
    return tuple(words)


def _sections(value: object, origin: str, folder: Path | None) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list) or not value:
        raise InvalidConfiguration(f"{origin}: `configuration` must list the sections, such as OpenStack and CLI.")
    found: dict[str, Mapping[str, Any]] = {}
    for section in value:
        if not isinstance(section, dict):
            raise InvalidConfiguration(f"{origin}: a configuration section must be a mapping with a `name`.")
        name = str(section.get("name"))
        if wrong := mistakes(section):
            close = "" if name in SECTIONS else _meant(name, list(SECTIONS))
            raise InvalidConfiguration(f"{origin}: section {name}: {' '.join(wrong)}{close}")
        if name in found:
            raise InvalidConfiguration(f"{origin}: the section {name} is there twice.")
        found[name] = {key: _resolved(key, entry, folder) for key, entry in section.items()}
    return tuple(found.values())


def _resolved(key: str, value: object, folder: Path | None) -> object:
    if key in PATH_KEYS and folder is not None and isinstance(value, str) and value:
        return str(folder / Path(value).expanduser())
    return value


def _meant(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f" Is {close[0]} meant?" if close else ""
