"""The audit: grades every mistake and mutant of some exercises and classifies the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.audit.equivalents import load_equivalents
from autograder.audit.findings import MISTAKES, Audit, Finding, Outcome
from autograder.audit.journal import Journal
from autograder.audit.trials import Change, Failure, Trial, Trials, equal_ends
from autograder.course.mistakes import Mistake, load_mistakes, mistakes_file
from autograder.course.questions.answers import WrongAnswer, answered, load_key
from autograder.course.reading import Exercise
from autograder.course.stubs import require_tasks
from autograder.grading.parallel import in_parallel
from autograder.grading.setting import Setting
from autograder.mutations.mutants import make_mutants
from autograder.mutations.operators import OPERATORS
from framework.errors import BadInputError, GradusError, UnknownNameError

OnFinding = Callable[[int, int], None]
Failures = tuple[Failure, ...]
Judge = Callable[[Failures], Finding | None]


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


@dataclass(frozen=True)
class _Case:
    """A trial, and the function that classifies its failures."""

    trial: Trial
    judge: Judge


def audit(
    setting: Setting,
    scope: Scope,
    jobs: int = 0,
    on_finding: OnFinding | None = None,
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
    cases = [case for exercise in scope.exercises for case in _cases(exercise, scope)]
    findings: list[Finding] = []
    outcomes = _outcomes(setting, [case.trial for case in cases], jobs, journal)
    for done, (case, failures) in enumerate(zip(cases, outcomes, strict=True), start=1):
        finding = case.judge(failures)
        findings += [finding] if finding is not None else []
        if on_finding is not None:
            on_finding(done, len(cases))
    stale = tuple(_stale(scope, findings))
    return Audit(tuple(findings), stale, without, time.perf_counter() - started)


def _without_mistakes(scope: Scope) -> tuple[str, ...]:
    """Return the exercises without a ``mistakes.toml``, if `scope` includes mistakes.

    Raises:
        BadInputError: `scope` has only mistakes and no exercise lists any, or solutions are
            missing.
    """
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


def _outcomes(
    setting: Setting, trials: Sequence[Trial], jobs: int, journal: Journal | None
) -> Iterator[Failures]:
    """Yield the failures of each of `trials`, from `journal` if it has them."""
    known = [journal.find(trial) if journal else None for trial in trials]
    unknown = [trial for trial, failures in zip(trials, known, strict=True) if failures is None]
    made = in_parallel(Trials(setting).attempt, unknown, jobs)
    for trial, failures in zip(trials, known, strict=True):
        if failures is not None:
            yield failures
            continue
        failures = next(made)
        if journal:
            journal.add(trial, failures)
        yield failures


def _cases(exercise: Exercise, scope: Scope) -> Iterator[_Case]:
    if exercise.questions:
        yield from _question_cases(exercise, scope)
        return
    solution = exercise.solution_source()
    require_tasks(exercise, solution)
    yield _Case(_trial(exercise, "the solution", solution, True), _accept(exercise))
    if not scope.operator:
        for mistake in load_mistakes(exercise):
            for form, words in zip(mistake.forms, ("", " (consistent)"), strict=False):
                yield _mistake_case(exercise, form, mistake.id + words, solution)
    if not scope.mistakes_only:
        yield from _mutant_cases(exercise, scope, solution)


def _trial(exercise: Exercise, label: str, source: str, stop_early: bool) -> Trial:
    """Return the trial of a text that is stored as it is."""
    return Trial(exercise.name, label, Change(source, len(source), len(source), ""), stop_early)


def _accept(exercise: Exercise) -> Judge:
    """Return a judge that raises an error if the unchanged solution fails its checks."""

    def judge(failures: Failures) -> None:
        if failures:
            raise GradusError(
                f"the solution of {exercise.name} fails its own check {failures[0].check}: "
                f"`grade {exercise.name} --submission solutions` shows why"
            )

    return judge


def _mistake_case(exercise: Exercise, mistake: Mistake, name: str, solution: str) -> _Case:
    source = mistake.apply(solution)
    place, diff = _difference(exercise.solution, solution, source)

    def judge(failures: Failures) -> Finding:
        tasks = {failure.task for failure in failures}
        stray = sorted(tasks - {mistake.task, *mistake.also_fails})
        outcome = Outcome.KILLED if mistake.task in tasks else Outcome.SURVIVED
        return Finding(
            exercise.name,
            MISTAKES,
            name,
            Outcome.WRONG_TASK if stray else outcome,
            place,
            diff,
            mistake.task,
            tuple(failure.check for failure in failures),
            f"fails {', '.join(stray)}, not only {mistake.task}" if stray else "",
        )

    change = Change.between(solution, source)
    return _Case(Trial(exercise.name, name, change, False), judge)


def _question_cases(exercise: Exercise, scope: Scope) -> Iterator[_Case]:
    """Yield the model answers, and each listed wrong answer among them."""
    key = load_key(exercise)
    right = {name: section.answer for name, section in key.sections.items()}
    source = answered(exercise, right)
    yield _Case(_trial(exercise, "the solution", source, True), _accept(exercise))
    for wrong in () if scope.operator else key.wrong:
        text = answered(exercise, right | {wrong.question: wrong.answer})
        judge = _judge_answer(exercise, wrong)
        yield _Case(_trial(exercise, wrong.id, text, False), judge)


def _judge_answer(exercise: Exercise, wrong: WrongAnswer) -> Judge:
    def judge(failures: Failures) -> Finding:
        tasks = {failure.task for failure in failures}
        outcome = Outcome.KILLED if wrong.question in tasks else Outcome.SURVIVED
        return Finding(
            exercise.name,
            MISTAKES,
            wrong.id,
            Outcome.WRONG_TASK if tasks - {wrong.question} else outcome,
            str(mistakes_file(exercise)),
            (f"+ {wrong.answer}",),
            wrong.question,
            tuple(failure.check for failure in failures),
        )

    return judge


def _mutant_cases(exercise: Exercise, scope: Scope, solution: str) -> Iterator[_Case]:
    reasons = load_equivalents(exercise)
    for mutant in make_mutants(solution, exercise.solution):
        if scope.operator in ("", mutant.operator):
            place, diff = _difference(exercise.solution, solution, mutant.source)
            base = Finding(exercise.name, mutant.operator, mutant.id, Outcome.KILLED, place, diff)
            judge = _judge_mutant(base, reasons.get(mutant.id, ""))
            change = Change.between(solution, mutant.source)
            yield _Case(Trial(exercise.name, mutant.id, change, True), judge)


def _judge_mutant(base: Finding, reason: str) -> Judge:
    def judge(failures: Failures) -> Finding:
        if reason:
            outcome = Outcome.NOT_EQUIVALENT if failures else Outcome.EQUIVALENT
        else:
            outcome = Outcome.KILLED if failures else Outcome.SURVIVED
        failed = tuple(failure.check for failure in failures)
        return replace(base, outcome=outcome, failed=failed, note=reason)

    return judge


def _difference(file: Path, before: str, after: str) -> tuple[str, tuple[str, ...]]:
    """Return the first line that differs in two sources, and the removed and added lines."""
    old, new = before.splitlines(), after.splitlines()
    start, end = equal_ends(old, new)
    taken = [f"- {line.strip()}" for line in old[start : len(old) - end][:1]]
    put = [f"+ {line.strip()}" for line in new[start : len(new) - end][:1]]
    return f"{file}:{start + 1}", (*taken, *put)


def _stale(scope: Scope, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Return the listed equivalents that no operator makes any more; they must be removed."""
    if scope.mistakes_only or scope.operator:
        return
    made = {(finding.exercise, finding.id) for finding in findings}
    for exercise in scope.exercises:
        for listed in load_equivalents(exercise):
            if (exercise.name, listed) not in made:
                yield exercise.name, listed
