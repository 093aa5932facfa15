"""The audit: grades every mistake and mutant of some exercises and classifies the result.

A journal stores the results of trials in a file, so that an interrupted audit can continue.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import msgspec

from autograder.course.mistakes import load_mistakes, mistakes_file
from autograder.course.questions.answers import answered, load_key
from autograder.course.reading import Course, Exercise
from autograder.course.stubs import require_tasks
from autograder.grading.parallel import in_parallel
from autograder.grading.setting import GradingSetting
from autograder.mutations.mutants import OPERATORS, make_mutants
from framework.course.solutions import solutions_folder
from framework.errors import BadInputError, GradusError, UnknownNameError
from plugins.authoring.audit.equivalents import load_equivalents
from plugins.authoring.audit.findings import MISTAKES, Audit, AuditFinding, AuditOutcome
from plugins.authoring.audit.trials import AuditTrials, Failure, Trial

Failures = tuple[Failure, ...]


@dataclass(frozen=True)
class Scope:
    """What an audit covers.

    Args:
        mistakes_only: no mutants.
        operator: mutants of this operator, and no mistakes; empty for everything.
    """

    exercises: tuple[Exercise, ...]
    mistakes_only: bool = False
    operator: str = ""

    def __post_init__(self) -> None:
        if self.operator and self.operator not in OPERATORS:
            raise UnknownNameError("operator", self.operator, OPERATORS, "gradus audit --help")


def audit(
    setting: GradingSetting,
    scope: Scope,
    jobs: int = 0,
    on_finding: Callable[[int, int], None] | None = None,
    journal: Journal | None = None,
) -> Audit:
    """Try everything in `scope`.

    Args:
        on_finding: called with the number of trials done, and the number of all trials.
        journal: stores the results of trials, so that they are not repeated.

    Raises:
        BadInputError: a list of mistakes or equivalents, or a solution's regions, are wrong.
        GradusError: an unchanged solution fails its own checks, or gradus has a fault.
    """
    started = time.perf_counter()
    without = _without_mistakes(scope)
    trials = [trial for exercise in scope.exercises for trial in _trials(exercise, scope)]
    known = [journal.find(trial) if journal else None for trial in trials]
    unknown = [trial for trial, failures in zip(trials, known, strict=True) if failures is None]
    made = in_parallel(AuditTrials(setting).attempt, unknown, jobs)
    findings: list[AuditFinding] = []
    for done, (trial, failures) in enumerate(zip(trials, known, strict=True), start=1):
        if failures is None:
            failures = next(made)
            if journal:
                journal.add(trial, failures)
        finding = _judged(trial, failures)
        findings += [finding] if finding is not None else []
        if on_finding is not None:
            on_finding(done, len(trials))
    stale = tuple(_stale(scope, findings))
    return Audit(tuple(findings), stale, without, time.perf_counter() - started)


def _without_mistakes(scope: Scope) -> tuple[str, ...]:
    """Return the exercises without a ``mistakes.toml``, if `scope` includes mistakes."""
    for exercise in scope.exercises:
        exercise.require_solution()
    if scope.operator:
        return ()
    files = {exercise.name: mistakes_file(exercise) for exercise in scope.exercises}
    without = tuple(name for name, file in files.items() if not file.is_file())
    if scope.mistakes_only and len(without) == len(files):
        first = without[0]
        raise BadInputError(
            f"{', '.join(without)} has no mistakes.toml: list wrong answers in {files[first]}, or "
            f"let `gradus audit {first}` try automatic changes of the solution"
        )
    return without


def _trials(exercise: Exercise, scope: Scope) -> Iterator[Trial]:
    if exercise.questions:
        yield from _question_trials(exercise, scope)
        return
    name, file, solution = exercise.name, exercise.solution, exercise.solution_source()
    require_tasks(exercise, solution)
    yield Trial(name, solution, stop_early=True)
    for mistake in () if scope.operator else load_mistakes(exercise):
        for form, words in zip(mistake.forms, ("", " (consistent)"), strict=False):
            source = form.apply(solution)
            finding = AuditFinding(
                name,
                MISTAKES,
                mistake.id + words,
                AuditOutcome.SURVIVED,
                *_difference(file, solution, source),
                mistake.task,
            )
            yield Trial(name, source, False, finding, mistake.also_fails)
    reasons = {} if scope.mistakes_only else load_equivalents(exercise)
    for mutant in () if scope.mistakes_only else make_mutants(solution, file):
        if scope.operator in ("", mutant.operator):
            reason = reasons.get(mutant.id, "")
            outcome = AuditOutcome.EQUIVALENT if reason else AuditOutcome.SURVIVED
            change = _difference(file, solution, mutant.source)
            finding = AuditFinding(name, mutant.operator, mutant.id, outcome, *change, note=reason)
            yield Trial(name, mutant.source, True, finding)


def _question_trials(exercise: Exercise, scope: Scope) -> Iterator[Trial]:
    """Yield the model answers, and each listed wrong answer among them."""
    key = load_key(exercise)
    right = {name: section.answer for name, section in key.sections.items()}
    yield Trial(exercise.name, answered(exercise, right), stop_early=True)
    file = str(mistakes_file(exercise))
    for wrong in () if scope.operator else key.wrong:
        diff, task = (f"+ {wrong.answer}",), wrong.question
        finding = AuditFinding(
            exercise.name, MISTAKES, wrong.id, AuditOutcome.SURVIVED, file, diff, task
        )
        yield Trial(exercise.name, answered(exercise, right | {task: wrong.answer}), False, finding)


def _judged(trial: Trial, failures: Failures) -> AuditFinding | None:
    """Return the finding of `trial`; raise `GradusError` if the unchanged solution fails."""
    finding, name = trial.finding, trial.exercise
    if not failures:
        return finding
    if finding is None:
        raise GradusError(
            f"the solution of {name} fails its own check {failures[0].check}: "
            f"`grade {name} --submission solutions` shows why"
        )
    finding = replace(finding, failed=tuple(failure.check for failure in failures))
    if finding.outcome is AuditOutcome.EQUIVALENT:
        return replace(finding, outcome=AuditOutcome.NOT_EQUIVALENT)
    tasks = {failure.task for failure in failures}
    stray = sorted(tasks - {finding.task, *trial.also_fails}) if finding.task else []
    if stray:
        note = f"fails {', '.join(stray)}, not only {finding.task}"
        return replace(finding, outcome=AuditOutcome.WRONG_TASK, note=note)
    if finding.task and finding.task not in tasks:
        return finding
    return replace(finding, outcome=AuditOutcome.KILLED)


def _difference(file: Path, before: str, after: str) -> tuple[str, tuple[str, ...]]:
    """Return the first line that differs in two sources, and the removed and added lines."""
    old, new = before.splitlines(), after.splitlines()
    start = _equal_lines(old, new)
    end = _equal_lines(old[start:][::-1], new[start:][::-1])
    taken = [f"- {line.strip()}" for line in old[start : len(old) - end][:1]]
    put = [f"+ {line.strip()}" for line in new[start : len(new) - end][:1]]
    return f"{file}:{start + 1}", (*taken, *put)


def _equal_lines(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _stale(scope: Scope, findings: Sequence[AuditFinding]) -> Iterator[tuple[str, str]]:
    """Return the listed equivalents that no operator makes any more; they must be removed."""
    if scope.mistakes_only or scope.operator:
        return
    made = {(finding.exercise, finding.id) for finding in findings}
    for exercise in scope.exercises:
        for listed in load_equivalents(exercise):
            if (exercise.name, listed) not in made:
                yield exercise.name, listed


FORMAT = "gradus-audit-journal-1"
#: Lists that do not change the result of a trial; an audit reads them each time.
_LISTS = ("mistakes.toml", "equivalents.toml")
_PACKAGES = ("framework", "autograder", "plugins")


@dataclass(frozen=True)
class _Entry:
    """A line of a journal: a digest, and the failures of its trial."""

    key: str
    failures: Failures


class Journal:
    """The failures of earlier trials, each with a digest of everything that they depend on.

    The digest covers the trial, the exercise's checks, all solutions and gradus itself. If one of
    these has changed, the trial is repeated.

    Args:
        path: the file; one line of JSON for each trial. It need not exist.

    Raises:
        BadInputError: the file is no journal. It is left as it is.
    """

    def __init__(self, path: Path, course: Course) -> None:
        self.path = path
        self._course = course
        text = path.read_text("utf-8", errors="replace") if path.exists() else FORMAT
        first, *lines = text.split("\n")
        if first != FORMAT:
            raise BadInputError(f"{path} is no journal of an audit: give another file to --resume")
        self._known: dict[str, Failures] = {}
        for line in lines:
            with suppress(ValueError):  # a line whose writing was interrupted
                entry = msgspec.json.decode(line, type=_Entry)
                self._known[entry.key] = entry.failures
        gradus = (Path(__file__).parents[2] / name for name in _PACKAGES)
        self._shared = _digest(solutions_folder(course.root), *gradus, with_checks=False)
        self._digests: dict[str, str] = {}

    def find(self, trial: Trial) -> Failures | None:
        """Return the stored failures of `trial`; None without a stored result."""
        return self._known.get(self._key(trial))

    def add(self, trial: Trial, failures: Failures) -> None:
        """Store `failures` on disk."""
        key = self._key(trial)
        self._known[key] = failures
        line = msgspec.json.encode(_Entry(key, failures)).decode()
        start = "" if self.path.exists() else FORMAT
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{start}\n{line}")  # ends a line whose writing was interrupted

    def _key(self, trial: Trial) -> str:
        if trial.exercise not in self._digests:
            exercise = self._course.exercise(trial.exercise)
            self._digests[exercise.name] = _digest(exercise.folder, exercise.solution.parent)
        own = self._digests[trial.exercise]
        parts = (self._shared, own, trial.source, trial.stop_early)
        return hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()


def _digest(*folders: Path, with_checks: bool = True) -> str:
    """Return the digest of the files of `folders`, without caches and `_LISTS`."""
    digest = hashlib.sha256()
    for file in (file for folder in folders for file in sorted(folder.rglob("*"))):
        is_counted = with_checks or not file.name.startswith("test_")
        is_left_out = "__pycache__" in file.parts or file.name in _LISTS
        if is_counted and not is_left_out and file.is_file():
            digest.update(hashlib.sha256(bytes(file)).digest())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
