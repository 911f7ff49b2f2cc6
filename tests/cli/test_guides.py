"""docs/paths.md and docs/search.md: every command in them is run on the demo and says what is shown; requests, too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from api.application import make_app
from api.service import Service
from tests.cli.conftest import Demo
from topology import tokens
from topology.graph import Graph
from topology.paths.limits import DEPTH, DEPTH_CAP, PATHS, PATHS_CAP
from topology.paths.reachable import MOST, MOST_CAP
from topology.search.keys import WORDS
from topology.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("paths.md", "search.md")}
_ASKS_CODE = "; echo $?"
_LEFT_OUT = "…"
Example = tuple[str, list[str]]


def examples(text: str) -> Iterator[Example]:
    """Commands, and the lines that are shown as their answers."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def requests(text: str) -> list[str]:
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("curl")
    ]


def fits(shown: Sequence[str], said: Sequence[str]) -> bool:
    """Whether an answer is what is shown, where a line of three dots stands for any lines."""
    if not shown:
        return not said
    if shown[0] == _LEFT_OUT:
        return any(fits(shown[1:], said[at:]) for at in range(len(said) + 1))
    return bool(said) and shown[0] == said[0] and fits(shown[1:], said[1:])


@pytest.mark.parametrize(("command", "shown"), [each for text in GUIDES.values() for each in examples(text)])
def test_a_command_of_a_guide_says_what_the_guide_says(demo: Demo, command: str, shown: list[str]) -> None:
    program, *words = shlex.split(command.removesuffix(_ASKS_CODE))
    assert program == "./calipso"
    ended = demo(*words)
    code = int(shown[-1]) if command.endswith(_ASKS_CODE) else 0
    wanted = demo.said("\n".join(shown[:-1] if command.endswith(_ASKS_CODE) else shown))
    said = demo.said(ended.stdout + ended.stderr)
    assert ended.exit_code == code
    assert fits(wanted, said), "\n".join(said)


@pytest.mark.parametrize("line", [line for text in GUIDES.values() for line in requests(text)])
def test_a_request_of_a_guide_is_answered(demo: Demo, graph: Graph, tmp_path: Path, line: str) -> None:
    url = urlsplit(next(word for word in shlex.split(line) if word.startswith("$API")))
    query = {key: [demo.name if v == "demo" else v for v in values] for key, values in parse_qs(url.query).items()}
    token, made = tokens.issue(graph, "guide")
    client = make_app(Service(graph, Settings(data_dir=tmp_path))).test_client()
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.get("/api/v1" + url.path.removeprefix("$API"), query_string=query, headers=headers)
    tokens.revoke(graph, made.id)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_data()


def test_every_kind_of_block_is_explained() -> None:
    source = (ROOT / "topology" / "paths" / "blocking.py").read_text(encoding="utf-8")
    kinds = set(re.findall(r'Block\(\s*"(\w+)"', source))
    assert len(kinds) > 8
    assert {f"| `{kind}` |" for kind in kinds} <= set(re.findall(r"^\| `\w+` \|", GUIDES["paths.md"], re.MULTILINE))


def test_the_limits_are_those_of_the_product() -> None:
    rows = {tuple(row.split(" | ")[-2:]) for row in re.findall(r"^\| (.*\d) \|$", GUIDES["paths.md"], re.MULTILINE)}
    assert {(str(DEPTH), str(DEPTH_CAP)), (str(PATHS), str(PATHS_CAP)), (str(MOST), str(MOST_CAP))} <= rows


def test_every_word_that_is_a_key_is_explained() -> None:
    assert {f"`{word}:" for word in WORDS} <= set(re.findall(r"`\w+:", GUIDES["search.md"]))


def test_an_answer_that_differs_in_one_line_does_not_fit() -> None:
    assert fits(["a", _LEFT_OUT, "d"], ["a", "b", "c", "d"])
    assert not fits(["a", _LEFT_OUT, "d"], ["a", "b", "c"])
    assert not fits(["a", "c"], ["a", "b", "c"])
