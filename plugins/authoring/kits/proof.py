"""Proves that a kit works without solutions, that stubs get nothing, and that no solution leaks.

Texts that the instructor wrote for students may quote lines of a solution, and a plugin single
lines: these are counted. No other file may hold one, recordings included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from autograder.conversations.recording import content
from autograder.course.exercise_texts import primer_of
from autograder.course.generated_stubs import available_stub
from autograder.course.reading import Course, Exercise
from autograder.course.source import find_regions
from autograder.grading.checks_run import only
from autograder.grading.grader import Grader
from autograder.grading.request import TRIES
from autograder.grading.setting import GradingSetting
from autograder.grading.written_answers import grade_answers
from autograder.judging.rules import judged
from autograder.results.report import CheckResult
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from plugins.authoring.kits.contents import plugin_files
from plugins.authoring.kits.solution_recording import RIGHT, until_right


class Proof(NamedTuple):
    """What the checks of one exercise are worth in the kit.

    Attributes:
        open_checks: checks that need the course's grader -> their points.
        for_a_person: points of answers in prose.
    """

    exercise: str
    points: float
    open_checks: dict[str, float]
    for_a_person: float


def prove(
    setting: GradingSetting, solutions: Submission, stubs: Submission, exercise: Exercise
) -> Proof:
    """Grade the solution and the stub of `exercise` in the kit of `setting`.

    `BadInputError` says that the solution does not pass, or that the stub passes a check.
    """
    right = _graded(setting, solutions, exercise)
    for check in right:
        if check.verdict not in RIGHT:
            raise BadInputError(
                f"in the kit, the solution of {exercise.name} fails {check.id}: {check.message}"
            )
    for check in _graded(setting, stubs, exercise, tries=1):
        if check.verdict is Verdict.PASSED:
            raise BadInputError(f"in the kit, the stub of {exercise.name} passes {check.id}")
    needing = [check for check in right if check.verdict is Verdict.NEEDS_GRADER]
    return Proof(
        exercise.name,
        points=sum(check.points for check in right),
        open_checks={check.id: check.points for check in needing},
        for_a_person=sum(check.for_a_person for check in right),
    )


def _graded(
    setting: GradingSetting, submission: Submission, exercise: Exercise, tries: int = TRIES
) -> list[CheckResult]:
    if exercise.questions:
        return list(grade_answers(exercise, submission, setting.seed).checks)

    def run(ids: list[str]) -> tuple[CheckResult, ...]:
        return judged(grader.grade(exercise, select=only(ids) if ids else None)).checks

    with closing(Grader(setting, submission)) as grader:
        return until_right(run, tries)


#: Shorter lines, as ``return x``, stand in any code.
SHORTEST = 12
_TEXT = re.compile(rb"[\x20-\x7e\x80-\xff]{%d,}" % SHORTEST)


class Quotation(NamedTuple):
    """A line of a solution in a file of the kit."""

    file: Path
    line: str


def solution_lines(exercises: Iterable[Exercise], handed_out: Iterable[Exercise]) -> set[str]:
    """Return the lines of answers of `exercises` that no stub shows, of theirs or `handed_out`."""
    answers: set[str] = set()
    for exercise in exercises:
        lines, stub = exercise.solution_source().split("\n"), available_stub(exercise) or ""
        if not exercise.questions:  # else all that the stub leaves out
            regions = find_regions(lines, exercise.solution)
            lines = [line for each in regions for line in lines[each.first : each.last - 1]]
        answers |= {line for line in map(str.strip, lines) if line not in stub}
    shown = "\n".join(available_stub(exercise) or "" for exercise in handed_out)
    kept = (line for line in answers if len(line) >= SHORTEST and not line.startswith("#"))
    return {line for line in kept if line not in shown}


def quotations(root: Path, course: Course, exercises: Sequence[Exercise]) -> list[Quotation]:
    """Return the lines of solutions in the texts that the instructor wrote for students.

    `BadInputError` says that another file of the kit at `root` holds one.
    """
    every_exercise = [e for source in (course, *course.bases) for e in source.select()]
    solved = [exercise for exercise in every_exercise if exercise.solution.is_file()]
    lines = solution_lines(solved, exercises)
    public = {
        root / file.relative_to(exercise.root)
        for exercise in exercises
        for file in (exercise.readme, exercise.toml, exercise.tests, exercise.stub)
    }
    if primer := primer_of(course):
        public.add(root / primer.relative_to(course.root))
    public |= {file for file in plugin_files(root, course) if not _copies(file, lines)}
    every = [
        Quotation(file, line)
        for file in sorted(root.rglob("*"))
        if file.is_file()
        for text in ["\n".join(_texts(file))]
        for line in sorted(lines)
        if line in text
    ]
    leaked = [quotation for quotation in every if quotation.file not in public]
    if leaked:
        shown = "; ".join(f"{file.relative_to(root)}: {line}" for file, line in leaked[:3])
        raise BadInputError(
            f"the kit would hold {len(leaked)} lines of solutions, and is not written: {shown}. "
            "Remove them from the course's public files"
        )
    return every


def _copies(plugin: Path, lines: set[str]) -> bool:
    """Return whether adjacent lines of a plugin stand in solutions; single ones are common code."""
    found = [line.strip() in lines for line in plugin.read_text("utf-8", "replace").split("\n")]
    return any(first and second for first, second in pairwise(found))


def _texts(file: Path) -> Iterator[str]:
    """Yield the texts in a file; of a recording those in its tapes."""
    data = content(file) if file.suffix == ".recording" else file.read_bytes()
    for match in _TEXT.finditer(data):
        yield match[0].decode("utf-8", "replace")
