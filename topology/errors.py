"""Errors of the domain: each says what, where, what it means and what to do."""


class TopologyError(Exception):
    """Anything that a person can act on; its text is for that person."""


class OutOfTime(BaseException):
    """The work took longer than it may. As with Ctrl-C, nothing that goes on after an error goes on after this."""


class GraphUnavailable(TopologyError):
    """Neo4j does not answer or does not let us in."""


class GraphNotReady(TopologyError):
    """Neo4j answers, yet the constraints that keep ids unique are not there: nothing is written."""


class TimedOut(TopologyError):
    """A question to the graph took longer than it may."""


class TooBroad(TopologyError):
    """A text to search for whose words stand for more than the database looks for at once."""


class UnknownEnvironment(TopologyError):
    """No environment of that name."""


class UnknownObject(TopologyError):
    """No object of that id, or several where one was asked for."""


class AmbiguousName(UnknownObject):
    """Several objects have the name; `candidates` are their ids."""

    def __init__(self, text: str, candidates: tuple[str, ...]) -> None:
        super().__init__(text)
        self.candidates = candidates


class InvalidConfiguration(TopologyError):
    """An environment file, a setting or an option that can not be used as it is."""


class Superseded(TopologyError):
    """A newer reading of the same scope has been written meanwhile: this one is not."""
