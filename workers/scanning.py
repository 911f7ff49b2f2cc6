"""Scanning an environment by name: what the command line and the Celery task both call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from collectors.registry import DuplicateName, Plugins, load_plugins
from collectors.sources.archive import InvalidRecording
from collectors.sources.protocols import Sources
from collectors.sources.recording import Recorder, recording
from collectors.sources.replay import open_recording
from collectors.sources.sections import InvalidSection, open_sources
from graph_schema.sections import secrets_of
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.configuration import checked_name
from topology.environments.secrets import open_vault
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.metrics.keeping import Keeping
from topology.scan import ScanOptions, ScanReport, scan
from topology.scan.run import Progress
from topology.settings import Settings
from workers.logs import about, hide
from workers.measuring import MeasuredCollection, measured


def scan_environment(
    graph: Graph,
    settings: Settings,
    name: str,
    options: ScanOptions | None = None,
    *,
    scan_id: str | None = None,
    started_by: str = "cli",
    progress: Progress | None = None,
) -> ScanReport:
    """Scan the environment of that name, live. Raises UnknownEnvironment, InvalidConfiguration, GraphUnavailable."""
    options = options or ScanOptions()
    environment = EnvironmentRegistry(graph, open_vault(settings)).get(name)
    sources = _open(environment, settings)
    return _scan(graph, settings, options.into or name, sources, options, scan_id, started_by, progress)


def record_environment(
    graph: Graph, settings: Settings, name: str, file: Path, *, progress: Progress | None = None
) -> ScanReport:
    """Scan the environment of that name, live, and keep every raw answer in `file`."""
    environment = EnvironmentRegistry(graph, open_vault(settings)).get(name)
    try:
        with Recorder(file, {**asdict(environment), "configuration": environment.configuration}) as recorder:
            sources = recording(_open(environment, settings), recorder)
            return _scan(graph, settings, name, sources, ScanOptions(), None, "record", progress)
    except InvalidRecording as error:
        raise InvalidConfiguration(str(error)) from error


def replay_recording(
    graph: Graph,
    settings: Settings,
    file: Path,
    into: str,
    options: ScanOptions | None = None,
    *,
    progress: Progress | None = None,
) -> ScanReport:
    """Scan from a recording into the environment `into`, which is added when it is not there."""
    try:
        recorded = open_recording(file)
    except InvalidRecording as error:
        raise InvalidConfiguration(str(error)) from error
    registry = EnvironmentRegistry(graph, open_vault(settings))
    if into not in registry.names():
        # Without the recorded sections: they lead to a cloud that this environment is not.
        registry.add(Environment(**{**_plain(recorded.environment), "name": checked_name(into)}))
    return _scan(graph, settings, into, recorded.sources, options or ScanOptions(), None, "replay", progress)


def _scan(
    graph: Graph,
    settings: Settings,
    into: str,
    sources: Sources,
    options: ScanOptions,
    scan_id: str | None,
    started_by: str,
    progress: Progress | None,
) -> ScanReport:
    scan_id = scan_id or (None if options.dry_run else str(uuid.uuid4()))
    with (
        about(environment=into, scan=scan_id),
        Keeping(lambda: graph, close=False),
        MeasuredCollection(sources, _plugins(), parallel_hosts=settings.parallel_hosts) as collection,
    ):
        return scan(
            graph,
            into,
            collection,
            options,
            settings=settings,
            scan_id=scan_id,
            started_by=started_by,
            progress=progress,
        )


def _plugins() -> Plugins:
    """All that is installed. Raises InvalidConfiguration where that is nothing, or two have one name."""
    try:
        plugins = load_plugins()
    except DuplicateName as error:
        raise InvalidConfiguration(str(error)) from error
    if not plugins.cloud or not plugins.hosts:
        raise InvalidConfiguration("no collectors are installed. Install the distribution: pip install calipso-graph.")
    return plugins


def _open(environment: Environment, settings: Settings) -> Sources:
    if not environment.configuration:
        raise InvalidConfiguration(
            f"environment {environment.name} has no configuration. Add it again: calipso env add FILE."
        )
    hide(secret for section in environment.configuration for secret in secrets_of(section))
    try:
        sources = open_sources(environment.configuration, pins=pins_of(settings, environment))
    except InvalidSection as error:
        raise InvalidConfiguration(f"environment {environment.name}: {error}") from error
    return measured(sources, environment.name)


def pins_of(settings: Settings, environment: Environment) -> Path:
    """The file of an environment's SSH host keys. Each has its own: two clouds may use the same addresses."""
    return settings.data_dir / "host_keys" / environment.name


def _plain(recorded: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(Environment)} - {"configuration"}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in recorded.items() if key in known}
