"""The audit: grades every mistake and mutant of some exercises and classifies the result."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.course.generated_stubs import require_tasks
from autograder.course.mistakes import common_length, load_mistakes, mistakes_file
from autograder.course.questions.answer_keys import load_key
from autograder.course.questions.sections import ANSWER_HEADING, exercise_mark
from autograder.course.reading import Exercise
from autograder.grading.parallel import in_parallel
from autograder.grading.setting import GradingSetting
from autograder.mutations.mutants import OPERATORS, Mutant, draw_mutants
from autograder.mutations.sites import Mutate
from plugins.authoring.audit.equivalents import load_equivalents
from plugins.authoring.audit.findings import MISTAKES, Audit, AuditFinding, AuditOutcome
from plugins.authoring.audit.trials import AuditTrials, Trial


def audit(
    setting: GradingSetting,
    exercises: Sequence[Exercise],
    *,
    mistakes_only: bool = False,
    jobs: int = 0,
    on_finding: Callable[[int, int], None] | None = None,
) -> Audit:
    """Try the mistakes of `exercises`, and unless `mistakes_only` mutants of their solutions."""
    started = time.perf_counter()
    trials = [trial for exercise in exercises for trial in _trials(exercise, mistakes_only)]
    made = in_parallel(AuditTrials(setting).attempt, trials, jobs)
    findings: list[AuditFinding] = []
    for done, finding in enumerate(made, start=1):
        findings += [finding] if finding is not None else []
        if on_finding is not None:
            on_finding(done, len(trials))
    stale = () if mistakes_only else tuple(_stale(exercises, findings))
    return Audit(tuple(findings), stale, time.perf_counter() - started)


def _trials(exercise: Exercise, mistakes_only: bool) -> Iterator[Trial]:
    if exercise.questions:
        yield from _question_trials(exercise)
        return
    name, file, solution = exercise.name, exercise.solution, exercise.solution_source()
    require_tasks(exercise, solution)
    yield Trial(name, solution)
    for mistake in load_mistakes(exercise):
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
    if mistakes_only:
        return
    reasons = load_equivalents(exercise)
    for mutant in make_mutants(solution, file, OPERATORS):
        reason = reasons.get(mutant.id, "")
        outcome = AuditOutcome.EQUIVALENT if reason else AuditOutcome.SURVIVED
        change = _difference(file, solution, mutant.source)
        finding = AuditFinding(name, mutant.operator, mutant.id, outcome, *change, note=reason)
        yield Trial(name, mutant.source, finding)


def make_mutants(source: str, file: Path, operators: Mapping[str, Mutate]) -> list[Mutant]:
    """Return the different mutants of `source`, the text of `file`, in the order of its lines."""
    seen = {ast.dump(ast.parse(source))}
    mutants: list[Mutant] = []
    for mutant in draw_mutants(source, file, operators):
        with suppress(SyntaxError):
            program = ast.dump(ast.parse(mutant.source))
            if program not in seen:
                seen.add(program)
                mutants.append(mutant)
    return sorted(mutants, key=lambda mutant: mutant.line)


def _question_trials(exercise: Exercise) -> Iterator[Trial]:
    """Yield the model answers, and each listed wrong answer among them."""
    key = load_key(exercise)
    right = {name: section.answer for name, section in key.sections.items()}
    yield Trial(exercise.name, answered(exercise, right))
    file = str(mistakes_file(exercise))
    for wrong in key.wrong:
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
    start = common_length(old, new)
    end = common_length(old[start:][::-1], new[start:][::-1])
    taken = [f"- {line.strip()}" for line in old[start : len(old) - end][:1]]
    put = [f"+ {line.strip()}" for line in new[start : len(new) - end][:1]]
    return f"{file}:{start + 1}", (*taken, *put)


def _stale(
    exercises: Sequence[Exercise], findings: Sequence[AuditFinding]
) -> Iterator[tuple[str, str]]:
    """Yield the listed equivalents that no operator makes any more; they must be removed."""
    made = {(finding.exercise, finding.id) for finding in findings}
    for exercise in exercises:
        for listed in load_equivalents(exercise):
            if (exercise.name, listed) not in made:
                yield exercise.name, listed
