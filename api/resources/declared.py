"""/environment_configs, /constants, /schema, /aggregates: what is configured, declared and counted."""

from __future__ import annotations

from datetime import datetime

from api.models import answers
from api.parameters import InvalidRequest, Parameter, takes
from api.resources.naming import ANY_ENVIRONMENT
from api.restx import Resource
from api.service import service
from graph_schema.constants import CONSTANTS
from topology import aggregates
from topology.condition import described
from topology.schema_view import schema_view
from topology.shapes import JsonObject


class EnvironmentConfigs(Resource):
    """The environments."""

    @answers("list")
    @takes(Parameter("name", "Only the environment of this name.", aliases=("environment", "env_name")))
    def get(self, *, name: str | None) -> JsonObject:
        """How environments are configured and fare. Secrets are left out; that they are set is said.

        `operational`: whether the cloud's services answered when they were last read. `listener`: how the listener to
        their notifications fares, and why.
        """
        graph, registry = service().graph, service().environments
        names = registry.names() if name is None else [name]
        return {"items": [described(graph, registry, each) for each in names], "next": None}


class Constants(Resource):
    """The lists of words that people choose from."""

    @answers("list")
    @takes(Parameter("name", "Only the list of this name.", choices=tuple(CONSTANTS)))
    def get(self, *, name: str | None) -> JsonObject:
        """Lists of words, each with the value and the label of its entries."""
        names = CONSTANTS if name is None else [name]
        return {
            "items": [
                {"name": each, "data": [{"value": word, "label": word} for word in CONSTANTS[each]]} for each in names
            ],
            "next": None,
        }


class Schema(Resource):
    """The schema."""

    @answers("answer", "Object types, link types, clique types, variants.")
    @takes()
    def get(self) -> JsonObject:
        """Everything that is declared, and users' own clique types."""
        return schema_view(service().graph)


class Aggregates(Resource):
    """Counts."""

    @answers("answer", "Counts.")
    @takes(
        Parameter("type", "What is counted.", required=True, choices=("environment", "message", "constant")),
        ANY_ENVIRONMENT,
        Parameter("start_time", "Only messages from then on.", kind="time"),
    )
    def get(self, *, type: str, environment: str | None, start_time: datetime | None) -> JsonObject:
        """How many objects an environment has by type, messages by level, or words in the constants."""
        if type == "environment":
            if environment is None:
                raise InvalidRequest([("environment", "is missing; objects are counted in one environment.")])
            found = aggregates.of_environment(service().graph, environment)
        elif type == "message":
            found = aggregates.of_messages(service().graph, environment, start_time)
        else:
            found = aggregates.of_constants()
        return {"type": type, "environment": environment, "aggregates": found}
