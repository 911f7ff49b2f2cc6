"""What Neo4j Browser is given: the saved queries, a style sheet made from the schema, and a guide that holds both.

Neo4j Browser reads a `.grass` file or a zip of `.cypher` files that is dropped onto it; `:play URL` shows the guide,
whose queries come into the editor at a click. Its style sheets know no pictures: a sign in the caption is the icon.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from cypher.library import Statement, StatementError, statement
from graph_schema.presentation import LOOKS
from graph_schema.registry import CONTAINS, LINKS, OBJECT_TYPES

STYLE_SHEET = "calipso.grass"
GUIDE = "guide.html"
SAVED_QUERIES = "saved-queries.zip"
# What the saved queries ask for, with names of the demo; to be set once, and changed to one's own.
PARAMETERS: Mapping[str, str | int] = {
    "environment": "demo",
    "instance": "web1",
    "host": "cmp1",
    "network": "web",
    "text": "10.1.1.11",
    "hours": 24,
}
# Neo4j Browser makes a folder of this name for the queries of the zip.
_FOLDER = "Calipso Graph"
_EXTRA_LOOKS = {"Environment": ("#37474f", "☷ {name}"), "Scope": ("#78909c", "{key}"), "Scan": ("#90a4ae", "{status}")}


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query for people: `title` is its first line, which Neo4j Browser shows as its name."""

    number: int
    title: str
    text: str
    statement: Statement

    @property
    def command(self) -> str:
        """What is typed into Neo4j Browser: the query without its header."""
        return "\n".join(line for line in self.statement.text.splitlines() if not line.startswith("//")).strip()


@cache
def saved_queries() -> tuple[SavedQuery, ...]:
    """The saved queries in the order of their numbers."""
    place = files("cypher") / "browser"
    found = [_saved_query(f.name, f.read_text(encoding="utf-8")) for f in place.iterdir() if f.name.endswith(".cypher")]
    return tuple(sorted(found, key=lambda query: query.number))


def parameters_command() -> str:
    """What sets the parameters of the saved queries, in Neo4j Browser's own words."""
    return ":params {" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in PARAMETERS.items()) + "}"


def _saved_query(file_name: str, text: str) -> SavedQuery:
    number, _, title = text.splitlines()[0].removeprefix("// ").partition("  ")
    if not number.isdecimal() or not title:
        raise StatementError(f"{file_name}: the first line must be a comment with its number, two spaces, its title")
    return SavedQuery(int(number), title, text, statement(file_name.removesuffix(".cypher")))


def style_sheet() -> str:
    """The style sheet: a colour, a size and a sign for each object type."""
    # The parser of Neo4j Browser splits at every colon and semicolon, so captions have none.
    rules = [
        _rule("node", {"diameter": "50px", "color": "#a5abb6", "border-color": "#9aa1ac", "border-width": "2px",
                       "text-color-internal": "#ffffff", "font-size": "10px"}),
        _rule("relationship", {"color": "#a5abb6", "shaft-width": "2px", "font-size": "8px", "padding": "3px",
                               "text-color-external": "#000000", "text-color-internal": "#ffffff",
                               "caption": '"<type>"'}),
    ]  # fmt: skip
    for name, look in LOOKS.items():
        properties = {
            "color": look.color,
            "border-color": look.border_color,
            "text-color-internal": look.text_color,
            "diameter": f"{look.diameter}px",
            "caption": f'"{look.sign} {{name}}"',
        }
        rules.append(_rule(f"node.{OBJECT_TYPES[name].label}", properties))
    for label, (color, caption) in _EXTRA_LOOKS.items():
        rules.append(
            _rule(f"node.{label}", {"color": color, "text-color-internal": "#ffffff", "caption": f'"{caption}"'})
        )
    rules.append(_rule(f"relationship.{CONTAINS}", {"color": "#d0d4da", "shaft-width": "1px", "caption": '"contains"'}))
    for link in LINKS.values():
        color = LOOKS[link.source].color
        rules.append(_rule(f"relationship.{link.relationship}", {"color": color, "caption": f'"{link.name}"'}))
    return "\n".join(rules)


def _rule(selector: str, properties: Mapping[str, str]) -> str:
    return selector + " {\n" + "".join(f"  {key}: {value};\n" for key, value in properties.items()) + "}\n"


def guide(style_command: str | None = None) -> str:
    """The guide page for `:play`: one slide to begin, one for each saved query, one with the legend.

    `style_command` loads the style sheet from where it is served; without it the guide holds the sheet itself.
    """
    slides = [
        _beginning(style_command or ":style " + " ".join(style_sheet().split())),
        *(_query_slide(query) for query in saved_queries()),
        _legend(),
    ]
    return (
        "<!DOCTYPE html>\n<html>\n<head><title>Calipso Graph</title></head>\n<body>\n"
        + "".join(slides)
        + "</body>\n</html>\n"
    )


def _slide(heading: str, body: str) -> str:
    return f'<slide class="row-fluid">\n<div class="col-sm-12">\n<h3>{escape(heading)}</h3>\n{body}</div>\n</slide>\n'


def _runnable(command: str) -> str:
    return f'<pre class="pre-scrollable code runnable">{escape(command, quote=False)}</pre>\n'


def _beginning(style_command: str) -> str:
    return _slide(
        "Calipso Graph",
        "<p>The virtual and physical networking of your clouds, as a graph. Click a box to bring it into the "
        "editor above, then run it there; the arrows go on.</p>\n"
        "<p>First set the parameters; change the names to your own and run it again.</p>\n"
        + _runnable(parameters_command())
        + "<p>Then load the style sheet: colours, captions and signs for each type.</p>\n"
        + _runnable(style_command),
    )


def _query_slide(query: SavedQuery) -> str:
    told = query.statement.purpose
    uses = ", ".join(f"<code>${name}</code>" for name in query.statement.parameters)
    return _slide(
        query.title, f"<p>{escape(told[0].upper() + told[1:])}.</p>\n<p>It uses {uses}.</p>\n{_runnable(query.command)}"
    )


def _legend() -> str:
    rows = "".join(
        f"<tr><td>{look.sign}</td><td><code>:{OBJECT_TYPES[name].label}</code></td>"
        f"<td>{escape(OBJECT_TYPES[name].plural)}</td></tr>\n"
        for name, look in LOOKS.items()
    )
    return _slide("What the signs mean", f'<table class="table">\n{rows}</table>\n')


def saved_queries_zip() -> bytes:
    """The saved queries as one zip file, the same bytes for the same queries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        setting = f"// 0  Set the parameters: change the names, then run this once\n{parameters_command()}\n"
        texts = {f"{query.number:02} {query.statement.name}": query.text for query in saved_queries()}
        for name, text in {"00 parameters": setting, **texts}.items():
            # Without a time of its own, so that the same queries make the same file.
            archive.writestr(zipfile.ZipInfo(f"{_FOLDER}/{name}.cypher", (1980, 1, 1, 0, 0, 0)), text)
    return packed.getvalue()


def kit(url: str | None = None) -> Mapping[str, bytes]:
    """Every file of the kit by name; `url` is where they are served, ending with a slash."""
    return {
        GUIDE: guide(f":style {url}{STYLE_SHEET}" if url else None).encode(),
        STYLE_SHEET: style_sheet().encode(),
        SAVED_QUERIES: saved_queries_zip(),
    }
