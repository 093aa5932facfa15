"""Grading of changed solutions, with the verdicts that students' files would get.

Checks that a change of a solution cannot reach pass again, and need no run. A check reaches the
functions and classes that it calls, and all that these name. What a change adds to the file outside
of functions and classes can reach everything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest

from autograder.course.borrowed import borrowed_sources
from autograder.course.reading import Exercise
from autograder.grading.checks_run import task_of
from autograder.grading.grader import Grader, Memory
from autograder.grading.manual_points import NO_POINTS
from autograder.grading.pytest_plugin import fixtures_of, id_of
from autograder.grading.setting import Setting
from autograder.grading.written_answers import grade_answers
from autograder.isolation.host.sandbox_session import IMPORT
from autograder.record.results import CheckResult
from autograder.submissions.submission import Staging, Submission
from autograder.submissions.submitted_file import SubmittedFile
from autograder.verdicts import Verdict
from framework.errors import GradusError

#: Fixtures that a check asks for when it trains a model.
_TRAINED = frozenset({"metric_threshold", "plot"})


@dataclass(frozen=True)
class Trial:
    """One changed solution that is graded.

    Args:
        exercise: the exercise's name.
        label: its name in messages.
        source: the changed text of the solution.
        stop_early: one failing check is enough; otherwise one for each task.
    """

    exercise: str
    label: str
    source: str
    stop_early: bool


@dataclass(frozen=True)
class Failure:
    """A check that a changed solution did not pass."""

    check: str
    task: str


class Enough:
    """Decides which checks can still say something new, and in which order they run.

    Args:
        stop_early: one failure of any task is enough; otherwise one of each.
        unaffected: ids of the checks that the change cannot reach.
    """

    def __init__(self, *, stop_early: bool, unaffected: frozenset[str]) -> None:
        self._stop_early = stop_early
        self._unaffected = unaffected
        self._failed: set[str] = set()

    def sort(self, items: list[pytest.Item]) -> None:
        """Put the checks that may be left out last, and before them those that train a model."""
        items.sort(
            key=lambda item: (
                id_of(item) in self._unaffected,
                not _TRAINED.isdisjoint(fixtures_of(item)),  # it costs more than all the rest
            )
        )

    def note(self, result: CheckResult) -> None:
        """Note the task of a check that did not pass."""
        if result.call == IMPORT:
            self._unaffected = frozenset()  # a file that cannot be imported fails every check
        if result.verdict is not Verdict.PASSED:
            self._failed.add(result.task)

    def needs(self, item: pytest.Item) -> bool:
        """Return whether a check can say something new after the results so far."""
        if id_of(item) in self._unaffected:
            return False
        return not self._failed if self._stop_early else task_of(item) not in self._failed


class AuditTrials:
    """Carries out trials one after the other, in one process.

    The checks of an exercise are collected once, and its reference is asked once. A check that the
    change cannot reach does not run again. Trials come in the order of their exercises, so only the
    last exercise is kept.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._exercise = ""
        self._memory, self._reached = Memory(), Reached({})

    def attempt(self, trial: Trial) -> tuple[Failure, ...]:
        """Grade `trial` and return the checks that it fails.

        Raises:
            GradusError: gradus has a fault, so there is no result.
        """
        exercise = self._setting.course.exercise(trial.exercise)
        with handed_in(self._setting, exercise, trial.label, trial.source) as submission:
            results = self._results(exercise, trial, submission)
        for result in results:
            if result.verdict is Verdict.NOT_GRADED:
                raise GradusError(f"{trial.exercise}, {trial.label}, {result.id}: {result.message}")
        right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
        return tuple(Failure(r.id, r.task) for r in results if r.verdict not in right)

    def _results(
        self, exercise: Exercise, trial: Trial, submission: Submission
    ) -> Sequence[CheckResult]:
        if exercise.questions:
            return grade_answers(exercise, submission, self._setting.seed, NO_POINTS).checks
        grader = Grader(self._setting, submission, memory=self._memory_of(exercise))
        try:
            return self._checked(grader, exercise, trial)
        finally:
            grader.close()

    def _checked(self, grader: Grader, exercise: Exercise, trial: Trial) -> list[CheckResult]:
        """Run the checks of `trial` that may still say something new."""
        affected = affected_names(exercise.solution_source(), trial.source)
        unaffected = self._reached.unaffected(affected)
        enough = Enough(stop_early=trial.stop_early, unaffected=unaffected)
        with grader.under_test(exercise) as under_test:

            def note(result: CheckResult) -> None:
                enough.note(result)
                if result.verdict is Verdict.PASSED:
                    called = under_test.session.calls.called_names
                    self._reached.note(result.id, called, result.evidence.uses)

            return grader.run(under_test, note, enough.sort, enough.needs)

    def _memory_of(self, exercise: Exercise) -> Memory:
        if self._exercise != exercise.name:
            self._exercise, self._memory = exercise.name, Memory()
            self._reached = Reached({task.registry_name: task.name for task in exercise.tasks})
        return self._memory


def handed_in(
    setting: Setting,
    exercise: Exercise,
    label: str,
    source: str,
    required_sources: Mapping[str, str] | None = None,
) -> Submission:
    """Return a submission of `source` and of what it requires.

    Args:
        required_sources: of required exercises; the solutions are used for the others.
    """
    required = {name: setting.course.exercise(name) for name in exercise.requires}
    sources = {name: other.solution_source() for name, other in required.items()}
    sources |= {**(required_sources or {}), exercise.name: source}
    files = {
        name: SubmittedFile(name, exercise.solution, f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    sources |= borrowed_sources(setting.course, [exercise])
    return Submission(label, files, "", (), Staging(sources))


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def affected_names(before: str, after: str) -> frozenset[str] | None:
    """Return the names of the file that differ in two sources, and all that depend on them.

    Returns:
        None where everything may differ: also if one of the sources is no Python.
    """
    try:
        old, new = ast.parse(before), ast.parse(after)
    except SyntaxError:
        return None
    if _frame(old) != _frame(new):
        return None
    changed = {
        before_change.name
        for before_change, other in zip(_definitions(old), _definitions(new), strict=True)
        if ast.dump(before_change) != ast.dump(other)
    }
    return _with_dependants(changed, new)


def _definitions(module: ast.Module) -> Iterator[_Definition]:
    return (node for node in module.body if isinstance(node, _Definition))


def _frame(module: ast.Module) -> list[str]:
    """Return everything outside of definitions, and their names, in order."""
    return [
        f"{type(node).__name__} {node.name}" if isinstance(node, _Definition) else ast.dump(node)
        for node in module.body
    ]


def _with_dependants(changed: set[str], module: ast.Module) -> frozenset[str] | None:
    """Return `changed` with what names them, directly or not; None if that is no definition."""
    graph = {node.name: _names_in(node) for node in _definitions(module)}
    affected = set(changed)
    while more := {name for name, used in graph.items() if used & affected} - affected:
        affected |= more
    rest = (node for node in module.body if not isinstance(node, _Definition))
    return None if any(_names_in(node) & affected for node in rest) else frozenset(affected)


def _names_in(node: ast.AST) -> set[str]:
    """Return the names in `node`, and its texts: a text may name a definition, too."""
    names = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
    texts = (child.value for child in ast.walk(node) if isinstance(child, ast.Constant))
    return names | {text for text in texts if isinstance(text, str)}


class Reached:
    """What the checks of one exercise reach, as far as they have run and passed.

    Args:
        own: registry name -> name in the file, for the tasks of the exercise.
    """

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._names: dict[str, set[str]] = {}

    def note(self, check: str, called: frozenset[str], parts: tuple[str, ...]) -> None:
        """Remember that the check passed, what it called, and the parts that were built."""
        if called:
            built = {self._own[name] for name in parts if name in self._own}
            self._names.setdefault(check, set()).update(called, built)

    def unaffected(self, affected: frozenset[str] | None) -> frozenset[str]:
        """Return the checks that reach none of the names; none if no other check is known."""
        if affected is None:
            return frozenset()
        left = {check for check, names in self._names.items() if not names & affected}
        return frozenset(left) if len(left) < len(self._names) else frozenset()
