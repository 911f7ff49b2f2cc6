"""The reference is as the declarations say, and nothing of them is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import PAGES, ROOT, stale, written
from graph_schema.clique_types import CLIQUE_TYPES
from graph_schema.commands import COMMANDS
from graph_schema.metrics import METRICS
from graph_schema.model import COMMON_PROPERTIES
from graph_schema.registry import LINKS, OBJECT_TYPES
from graph_schema.variants import VARIANTS
from topology.settings import Settings


def page(name: str) -> str:
    return PAGES[name]()


def test_no_generated_file_is_out_of_date() -> None:
    old = sorted(str(path.relative_to(ROOT)) for path in stale())
    assert old == [], "run: python -m docs.generate"


def test_every_metric_is_described() -> None:
    text = page("metrics.md")
    assert set(METRICS) == set(re.findall(r"^\| `(calipso_\w+)`", text, re.MULTILINE))


def test_the_guide_asks_prometheus_for_metrics_and_labels_that_there_are() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    asked = re.findall(r"(calipso_\w+?)(?:_bucket|_sum|_count)?(?:\{(\w+)=|[^\w*.])", text)
    assert len(asked) > 10
    for name, label in asked:
        assert not label or label in METRICS[name].labels, name


def test_every_type_and_property_is_described() -> None:
    text = page("object-types.md")
    for kind in OBJECT_TYPES.values():
        section = text.partition(f"\n## {kind.name}\n")[2].partition("\n## ")[0]
        assert {p.name for p in kind.properties} <= set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)), kind.name
    assert {f"`{name}`" for name in COMMON_PROPERTIES} <= set(text.split())
    assert all(p.description for kind in OBJECT_TYPES.values() for p in kind.properties)


def test_every_link_type_clique_type_variant_and_command_is_described() -> None:
    assert {f"| `{name}` |" for name in LINKS} <= set(re.findall(r"\| `[\w-]+` \|", page("link-types.md")))
    assert all(f"| {kind.name} |" in page("clique-types.md") for kind in CLIQUE_TYPES)
    assert all(f"| {', '.join(v.versions)} |" in page("variants.md") for v in VARIANTS)
    assert all(f"| `{name}` |" in page("commands.md") for name in COMMANDS)
    assert all(command.purpose for command in COMMANDS.values())


def test_every_setting_is_described_and_none_shows_a_secret() -> None:
    rows = dict(re.findall(r"^\| `CALIPSO_(\w+)` \| .* \| (.*) \|$", page("settings.md"), re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    assert all(rows.values())


def test_every_command_and_option_is_described() -> None:
    text = page("command-line.md")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert {"calipso clique", "calipso env add", "calipso neo4j guide"} <= {s.splitlines()[0] for s in sections}
    for section in sections:
        assert section.splitlines()[2], f"{section.splitlines()[0]} has no description"
        for name, told in re.findall(r"^\| `([^`]+)` \| (.*?) \|", section, re.MULTILINE):
            assert told, f"{section.splitlines()[0]}: {name} has no description"
    assert "`--from`" in text


@pytest.mark.parametrize("document", sorted(ROOT.glob("docs/**/*.md")), ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_generated_pages_say_that_they_are() -> None:
    assert all("python -m docs.generate" in text for path, text in written().items() if path.suffix == ".md")
