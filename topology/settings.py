"""Settings, all in one place: environment variables with the prefix `CALIPSO_`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _user_data_dir() -> Path:
    from platformdirs import user_data_path  # only when nothing else was said

    return user_data_path("calipso-graph")


class Settings(BaseSettings):
    """What can be set; the generated table in docs/reference/settings.md lists it."""

    model_config = SettingsConfigDict(env_prefix="CALIPSO_", env_ignore_empty=True, extra="ignore")

    data_dir: Path = Field(default_factory=_user_data_dir, description="Folder that holds all that is kept.")
    neo4j_uri: str | None = Field(
        default=None, description="Bolt URI of an external Neo4j; without it the managed one is used."
    )
    neo4j_user: str = Field(default="neo4j", description="User of the external Neo4j.")
    neo4j_password: SecretStr = Field(default=SecretStr(""), description="Password of the external Neo4j.")
    neo4j_database: str = Field(default="neo4j", description="Database in Neo4j.")
    neo4j_heap: str = Field(default="1g", description="Heap of the managed Neo4j.")
    neo4j_page_cache: str = Field(default="512m", description="Page cache of the managed Neo4j.")
    neo4j_bolt_port: int = Field(
        default=7687, description="Bolt port of the managed Neo4j; another when it is taken, any for 0."
    )
    neo4j_http_port: int = Field(
        default=7474, description="HTTP port of the managed Neo4j; another when it is taken, any for 0."
    )
    neo4j_start_timeout: float = Field(default=120.0, description="Seconds that the managed Neo4j has to answer.")
    java_home: Path | None = Field(default=None, description="Java 17 or 21 for the managed Neo4j; else its own.")
    neo4j_program_dir: Path | None = Field(
        default=None, description="Folder of the managed Neo4j's program; else `neo4j/program` in the data folder."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Key that secrets are encrypted with; without it a 0600 file in the data folder."
    )
    broker_url: str | None = Field(default=None, description="Celery broker; without it the embedded one.")
    result_backend: str | None = Field(default=None, description="Celery result backend; without it the embedded one.")
    task_seconds: int = Field(default=21_600, ge=60, description="Seconds that a task may take; then it is ended.")
    beat_environments: str | None = Field(
        default=None, description="Environments, by commas, that clock and listener of `up` look after; else all."
    )
    housekeeping_seconds: int = Field(default=30, ge=5, description="Seconds between two rounds of housekeeping.")
    message_days: int = Field(default=90, ge=1, description="Days that messages are kept.")
    messages_per_level: int = Field(
        default=10_000, ge=1, description="Messages of each level that are kept of an environment."
    )
    scans_kept: int = Field(default=500, ge=1, description="Scans that have ended, kept of an environment.")
    connection_tests_kept: int = Field(default=50, ge=1, description="Connection tests kept of an environment.")
    parallel_hosts: int = Field(default=16, ge=1, description="Hosts that are read at the same time.")
    removal_share: float = Field(
        default=0.3, ge=0, le=1, description="Share of a type in a scope that one scan may remove unasked."
    )
    removal_floor: int = Field(default=20, ge=0, description="Removals up to this number are never held back.")
    batch_size: int = Field(default=2000, ge=1, description="Rows per transaction.")
    api_host: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    api_port: int = Field(default=8000, ge=0, le=65535, description="Port of the API; any for 0.")
    api_threads: int = Field(default=16, ge=1, description="Requests that the API answers at the same time.")
    poll_seconds: float = Field(
        default=60.0, ge=5, description="Seconds between looks of the listener at what changes without a notification."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How all processes log: lines of text, or a JSON object on each line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How grave what is logged has to be at least."
    )
    query_timeout: float = Field(default=30.0, gt=0, description="Seconds that a question to the graph may take.")

    @cached_property
    def looked_after(self) -> list[str] | None:
        """The environments that the clock looks after; None for all."""
        named = self.beat_environments
        return None if named is None else [name.strip() for name in named.split(",") if name.strip()]

    @cached_property
    def managed(self) -> bool:
        """Whether the product runs its own Neo4j."""
        return self.neo4j_uri is None
