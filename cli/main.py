"""The command `calipso`: each command is thin and lives in a module of its own."""

from __future__ import annotations

import typer

from cli import (
    answers,
    beat,
    demo,
    environments,
    listen,
    messages,
    neo4j,
    paths,
    recordings,
    scan,
    scans,
    schedules,
    selftest,
    serving,
    up,
    worker,
)

app = typer.Typer(
    name="calipso",
    help="Discover an OpenStack cloud's networking into Neo4j, and ask it questions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("scan")(scan.scan)
app.command("clique")(answers.clique)
app.command("path")(paths.path)
app.command("impact")(paths.impact)
app.command("reachable")(paths.reachable)
app.command("tree")(answers.tree)
app.command("search")(answers.search)
app.command("schema")(answers.schema)
app.command("messages")(messages.messages)
app.command("record")(recordings.record)
app.command("replay")(recordings.replay)
app.command("worker")(worker.worker)
app.command("beat")(beat.beat)
app.command("listen")(listen.listen)
app.command("serve")(serving.serve)
app.command("up")(up.up)
app.command("token")(serving.token)
app.add_typer(environments.app, name="env")
app.add_typer(schedules.app, name="schedule")
app.add_typer(scans.app, name="scans")
app.add_typer(neo4j.app, name="neo4j")
app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(selftest.test)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
