"""The audit: grades every mistake and mutant of some exercises and classifies the result."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from autograder.course.generated_stubs import require_tasks
from autograder.course.mistakes import load_mistakes, mistakes_file
from autograder.course.questions.answer_keys import load_key
from autograder.course.questions.sections import ANSWER_HEADING, exercise_mark
from autograder.course.reading import Exercise
from autograder.grading.parallel import in_parallel
from autograder.grading.setting import GradingSetting
from autograder.mutations.mutants import OPERATORS, Mutant, draw_mutants
from autograder.mutations.sites import Mutate
from framework.errors import BadInputError, UnknownNameError
from plugins.authoring.audit.equivalents import load_equivalents
from plugins.authoring.audit.findings import MISTAKES, Audit, AuditFinding, AuditOutcome
from plugins.authoring.audit.trials import AuditTrials, Trial


@dataclass(frozen=True)
class Scope:
    """What an audit covers.

    Args:
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
) -> Audit:
    """Try everything in `scope`."""
    started = time.perf_counter()
    without = _without_mistakes(scope)
    trials = [trial for exercise in scope.exercises for trial in _trials(exercise, scope)]
    made = in_parallel(AuditTrials(setting).attempt, trials, jobs)
    findings: list[AuditFinding] = []
    for done, finding in enumerate(made, start=1):
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
    yield Trial(name, solution)
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
            yield Trial(name, source, finding, mistake.also_fails)
    reasons = {} if scope.mistakes_only else load_equivalents(exercise)
    for mutant in () if scope.mistakes_only else make_mutants(solution, file):
        if scope.operator in ("", mutant.operator):
            reason = reasons.get(mutant.id, "")
            outcome = AuditOutcome.EQUIVALENT if reason else AuditOutcome.SURVIVED
            change = _difference(file, solution, mutant.source)
            finding = AuditFinding(name, mutant.operator, mutant.id, outcome, *change, note=reason)
            yield Trial(name, mutant.source, finding)


def make_mutants(
    source: str, file: Path, operators: Mapping[str, Mutate] = OPERATORS
) -> list[Mutant]:
    """Return all mutants of the solution `source`, the text of `file`, in the order of its lines.

    Mutants that do not parse, and programs equal to an earlier mutant, are left out.
    """
    seen = {ast.dump(ast.parse(source))}
    mutants: list[Mutant] = []
    for mutant in draw_mutants(source, file, operators):
        with suppress(SyntaxError):
            program = ast.dump(ast.parse(mutant.source))
            if program not in seen:
                seen.add(program)
                mutants.append(mutant)
    return sorted(mutants, key=lambda mutant: mutant.line)


def _question_trials(exercise: Exercise, scope: Scope) -> Iterator[Trial]:
    """Yield the model answers, and each listed wrong answer among them."""
    key = load_key(exercise)
    right = {name: section.answer for name, section in key.sections.items()}
    yield Trial(exercise.name, answered(exercise, right))
    file = str(mistakes_file(exercise))
    for wrong in () if scope.operator else key.wrong:
        diff, task = (f"+ {wrong.answer}",), wrong.question
        finding = AuditFinding(
            exercise.name, MISTAKES, wrong.id, AuditOutcome.SURVIVED, file, diff, task
        )
        yield Trial(exercise.name, answered(exercise, right | {task: wrong.answer}), finding)


def answered(exercise: Exercise, answers: Mapping[str, str]) -> str:
    """Return the text of a ``questions.md`` in which the questions are answered by `answers`."""
    parts = [exercise_mark(exercise.name)]
    for question in exercise.questions:
        parts += [f"## {question.id}:", ANSWER_HEADING, answers[question.id]]
    return "\n\n".join(parts) + "\n"


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
