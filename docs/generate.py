"""Writes docs/reference/ and Neo4j Browser's files from the declarations: `python -m docs.generate`.

With `--check` it writes nothing, names the files that are out of date, and ends with 1 if there are any.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cypher.browser_kit import GUIDE, STYLE_SHEET, guide, style_sheet
from docs.pages.events import events
from docs.pages.operation import browser_queries, command_line, commands, database, metrics, settings
from docs.pages.schema import clique_types, link_types, object_types, variants

ROOT = Path(__file__).resolve().parent.parent
_NOTE = "<!-- Written by `python -m docs.generate` from the declarations; change those. -->"

PAGES: Mapping[str, Callable[[], str]] = {
    "object-types.md": object_types,
    "link-types.md": link_types,
    "clique-types.md": clique_types,
    "variants.md": variants,
    "events.md": events,
    "commands.md": commands,
    "settings.md": settings,
    "metrics.md": metrics,
    "command-line.md": command_line,
    "database.md": database,
    "saved-queries.md": browser_queries,
}


def written() -> dict[Path, str]:
    """Every generated file with its content."""
    pages = {name: page() for name, page in PAGES.items()}
    titles = {name: text.splitlines()[0].removeprefix("# ") for name, text in pages.items()}
    pages["README.md"] = "\n".join(("# Reference", "", *(f"* [{title}]({name})" for name, title in titles.items())))
    return {
        **{ROOT / "docs" / "reference" / name: f"{_NOTE}\n\n{text}\n" for name, text in pages.items()},
        ROOT / "cypher" / "browser" / STYLE_SHEET: style_sheet(),
        ROOT / "cypher" / "browser" / GUIDE: guide(),
    }


def stale() -> dict[Path, str]:
    """The generated files that are not as the declarations say, with what they should be."""
    return {
        path: text for path, text in written().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def main() -> int:
    """Write what is stale, or with `--check` only name it; the exit code."""
    found = stale()
    sys.stdout.writelines(f"{path.relative_to(ROOT)}\n" for path in found)
    if "--check" in sys.argv[1:]:
        return 1 if found else 0
    for path, text in found.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
