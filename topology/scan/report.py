"""What a scan found and did, as a value: printed, stored, compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph_schema.records import Outcome, Problem, Scope
from topology.store import ScopeChanges


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """One scope: how complete it was read, and what changed in the graph (None when nothing was written)."""

    scope: Scope
    outcome: Outcome
    changes: ScopeChanges | None


@dataclass(slots=True)
class ScanReport:
    """The scan as a whole. `status` is completed, completed_with_errors, failed or aborted."""

    environment: str
    scan_id: str
    started_at: datetime
    dry_run: bool = False
    scopes: list[ScopeReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    hints: list[Problem] = field(default_factory=list)
    pending: dict[str, int] = field(default_factory=dict)
    resolved: int = 0
    cleared: int = 0
    cliques: dict[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None

    @property
    def status(self) -> str:
        """How it ended, in the ancestor's words."""
        if self.scopes and all(scope.outcome.status == "failed" for scope in self.scopes):
            return "failed"
        whole = all(scope.outcome.status == "complete" for scope in self.scopes) and not self.all_problems
        return "completed" if whole else "completed_with_errors"

    @property
    def all_problems(self) -> Sequence[tuple[Scope | None, Problem]]:
        """Every problem with the scope that it is of."""
        of_scopes = [(s.scope, problem) for s in self.scopes for problem in _problems(s)]
        return [*of_scopes, *((None, problem) for problem in self.problems)]

    def as_json(self) -> dict[str, Any]:
        """The report for `--format json`, the `:Scan` node and the API."""
        return {
            "environment": self.environment,
            "scan": self.scan_id,
            "status": self.status,
            "dry_run": self.dry_run,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "scopes": [_scope_json(scope) for scope in self.scopes],
            "problems": [_problem_json(problem) for problem in self.problems],
            "hints": [_problem_json(problem) for problem in self.hints],
            "pending_links": self.pending,
            "resolved_links": self.resolved,
            "cleared": self.cleared,
            "cliques": self.cliques,
        }


def _problems(scope: ScopeReport) -> Sequence[Problem]:
    held = scope.changes.problems if scope.changes is not None else ()
    return [*scope.outcome.problems, *(p for p in held if p not in scope.outcome.problems)]


def _scope_json(report: ScopeReport) -> dict[str, Any]:
    return {
        "source": report.scope.source,
        "scope": report.scope.name,
        "outcome": report.outcome.status,
        "problems": [_problem_json(problem) for problem in _problems(report)],
        "changes": report.changes.as_json() if report.changes is not None else None,
    }


def _problem_json(problem: Problem) -> dict[str, str]:
    return {"where": problem.where, "what": problem.what, "remedy": problem.remedy}
