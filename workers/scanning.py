"""Scanning an environment by name: what the command line and the Celery task both call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collectors.collection import Collection
from collectors.registry import load_plugins
from collectors.sources.protocols import SourceError, Sources
from collectors.sources.recording import Recorder, recording
from collectors.sources.replay import open_recording
from collectors.sources.sections import open_sources, try_section
from graph_schema.records import Problem
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.scan import ScanOptions, ScanReport, scan
from topology.scan.run import Progress
from topology.settings import Settings
