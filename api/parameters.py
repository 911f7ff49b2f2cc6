"""Parameters: declared once, read from the query or the body with clear errors, and shown in the documentation."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Literal, TypeVar, cast

from flask import request

from topology.shapes import JsonObject

Kind = Literal["string", "integer", "number", "boolean", "time", "object"]
Method = TypeVar("Method", bound=Callable[..., Any])

LONGEST = 4000
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_JSON_KINDS: Mapping[Kind, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "time": str,
    "object": dict,
}
_ARTICLES: Mapping[Kind, str] = {"integer": "an", "object": "an"}
_SWAGGER: Mapping[Kind, JsonObject] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "time": {"type": "string", "format": "date-time"},
    "object": {"type": "object"},
}


class InvalidRequest(Exception):
    """A request that can not be understood; `problems` are pairs of a parameter and what is wrong with it."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(f"{name}: {wrong}" for name, wrong in problems))
        self.problems = tuple(problems)


class _Wrong(Exception):
    """A value that can not be."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `many` may be given several times; `aliases` are the ancestor's names for it."""

    name: str
    description: str
    kind: Kind = "string"
    required: bool = False
    many: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    nullable: bool = False

    def of_words(self, words: Sequence[str]) -> Any:
        """The value that the words of a query say."""
        if not self.many and len(words) > 1:
            raise _Wrong("is given more than once.")
        values = [self._checked(_WORD_READERS[self.kind](word)) for word in words]
        return values if self.many else values[0]

    def of_json(self, value: Any) -> Any:
        """The value that a body says."""
        if value is None and self.nullable:
            return None
        if self.many:
            if not isinstance(value, list):
                raise _Wrong("must be a list.")
            return [self._one_of_json(entry) for entry in value]
        return self._one_of_json(value)

    def _one_of_json(self, value: Any) -> Any:
        wanted = _JSON_KINDS[self.kind]
        if not isinstance(value, wanted) or (self.kind != "boolean" and isinstance(value, bool)):
            raise _Wrong(f"must be {_ARTICLES.get(self.kind, 'a')} {self.kind}.")
        return self._checked(_read_time(str(value)) if self.kind == "time" else value)

    def swagger(self) -> JsonObject:
        """How Swagger 2.0 says it in a query."""
        said: JsonObject = {"description": self.description, "in": "query", "required": self.required}
        value = self.swagger_value()
        if self.many:
            return {**said, "type": "array", "items": value, "collectionFormat": "multi"}
        return {**said, **value}

    def swagger_value(self) -> JsonObject:
        """How Swagger 2.0 says what values there are."""
        limits = {"enum": list(self.choices) or None, "minimum": self.minimum, "maximum": self.maximum}
        if self.kind == "string" and not self.choices:
            limits |= {"maxLength": LONGEST, "minLength": 0 if self.nullable else 1}
        said = {**_SWAGGER[self.kind], **limits, "default": self.default}
        return {key: value for key, value in said.items() if value is not None}

    def _checked(self, value: Any) -> Any:
        if isinstance(value, str):
            _check_text(value, may_be_empty=self.nullable)
        if self.choices and value not in self.choices:
            raise _Wrong(f"{value!r} is none of {', '.join(self.choices)}.{meant(value, self.choices)}")
        if self.kind in ("integer", "number"):
            low, high = self.minimum, self.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                raise _Wrong(f"{value} can not be. Give {low:g} to {high:g}." if high else f"give {low:g} or more.")
        return value


def takes(*parameters: Parameter) -> Callable[[Method], Method]:
    """The method gets these parameters of the query, by name. Anything else in the query is an error."""
    documented = {"params": {parameter.name: parameter.swagger() for parameter in parameters}}

    def decorate(method: Method) -> Method:
        @wraps(method)
        def reading(self: Any, **given: Any) -> Any:
            words = {name: request.args.getlist(name) for name in request.args}
            return method(self, **given, **_read(parameters, words, Parameter.of_words))

        return cast("Method", _documented(reading, documented))

    return decorate


def takes_body(model: Any, *parameters: Parameter) -> Callable[[Method], Method]:
    """The method gets these members of the JSON body as `body`, those that are given. `model` documents them."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def reading(self: Any, **given: Any) -> Any:
            body = _read(parameters, _body(), Parameter.of_json, defaults=False)
            return method(self, body=body, **given)

        return cast("Method", _documented(reading, {"expect": [model]}))

    return decorate


def meant(word: object, known: Sequence[str]) -> str:
    """A sentence that names the closest of the known words, if one is close."""
    close = difflib.get_close_matches(str(word), known, 1)
    return f" Is {close[0]} meant?" if close else ""


def _documented(method: Callable[..., Any], said: JsonObject) -> Any:
    # Where Flask-RESTX keeps what is said of a method.
    known = getattr(method, "__apidoc__", {})
    params = {**said.get("params", {}), **known.get("params", {})}
    vars(method)["__apidoc__"] = {**known, **said, **({"params": params} if params else {})}
    return method


def _read(
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    convert: Callable[[Parameter, Any], Any],
    *,
    defaults: bool = True,
) -> dict[str, Any]:
    by_name = {name: parameter for parameter in parameters for name in (parameter.name, *parameter.aliases)}
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in given.items():
        parameter = by_name.get(name)
        if parameter is None:
            wrong.append((name[:100], f"there is no such parameter.{meant(name, list(by_name))}"))
        elif parameter.name in values:
            wrong.append((name, f"is the same as {parameter.name}, which is given too."))
        else:
            try:
                values[parameter.name] = convert(parameter, value)
            except _Wrong as error:
                wrong.append((name, str(error)))
                values[parameter.name] = None
    wrong += [(p.name, "is missing.") for p in parameters if p.required and p.name not in values]
    if wrong:
        raise InvalidRequest(wrong)
    return {**({p.name: p.default for p in parameters} if defaults else {}), **values}


def _body() -> Mapping[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
    except (ValueError, RecursionError):
        raise InvalidRequest([("body", "is not JSON.")]) from None
    if not isinstance(body, dict):
        raise InvalidRequest([("body", "must be a JSON object.")])
    return body


def _check_text(text: str, *, may_be_empty: bool) -> None:
    if not text and not may_be_empty:
        raise _Wrong("is empty.")
    if len(text) > LONGEST:
        raise _Wrong(f"has {len(text)} characters; {LONGEST} at most.")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise _Wrong("is not Unicode text.")


def _read_integer(word: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", word):
        raise _Wrong(f"{word[:50]!r} is not an integer.")
    return int(word)


def _read_number(word: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", word):
        raise _Wrong(f"{word[:50]!r} is not a number.")
    return float(word)


def _read_boolean(word: str) -> bool:
    if word.lower() not in _TRUTH:
        raise _Wrong(f"{word[:50]!r} is neither true nor false.")
    return _TRUTH[word.lower()]


def _read_time(word: str) -> datetime:
    try:
        time = datetime.fromisoformat(word)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _Wrong(f"{word[:50]!r} is not a time such as 2026-01-31T09:30:00Z.") from None


_WORD_READERS: Mapping[Kind, Callable[[str], Any]] = {
    "string": str,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "time": _read_time,
}
