"""The result of an exercise of written questions: each answer is compared with the key, or kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from autograder.course.questions.answers import (
    AnswerKey,
    difference,
    first_line,
    load_key,
    read_answer,
)
from autograder.course.questions.description import Prose, Question
from autograder.course.questions.expressions import UnreadableAnswerError
from autograder.course.questions.sections import QuestionSection, read_sections
from autograder.course.reading import Exercise
from autograder.grading.manual_points import ManualPoints, digest_of
from autograder.judging.not_started import not_started
from autograder.results.findings.texts import WrittenAnswer, shortened
from autograder.results.report import (
    MAX_MESSAGE,
    CheckResult,
    Diagnosis,
    ExerciseResult,
    TaskResult,
)
from autograder.sandbox.session.process import shown
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict

#: Characters of an answer that a message repeats.
MAX_QUOTED = 80
#: The message of an answer without points.
WAITING = "an instructor reads it and gives the points"


@dataclass(frozen=True)
class _Grading:
    """What all answers of one exercise are graded with; without a key, in a student's kit."""

    exercise: Exercise
    key: AnswerKey | None
    points: ManualPoints
    submission: str
    seed: int


def grade_answers(
    exercise: Exercise, submission: Submission | None, seed: int, points: ManualPoints
) -> ExerciseResult:
    """Grade the answers to the questions of `exercise`.

    Args:
        submission: None when a provider is graded, which answers no question.
        seed: of the random points at which formulas are compared.
        points: what instructors gave for answers in prose.

    Raises:
        BadInputError: the key is wrong; the message names its file and line.
    """
    started = time.perf_counter()
    file = submission.files.get(exercise.name) if submission is not None else None
    if submission is None:
        return _skipped(exercise)
    if file is None:
        return not_started(exercise, submission)
    key = load_key(exercise) if exercise.solution.is_file() else None
    grading = _Grading(exercise, key, points, submission.label, seed)
    sections = read_sections(file.source, exercise.task_names)
    checks = [_graded(grading, question, sections[question.id]) for question in exercise.questions]
    seconds = time.perf_counter() - started
    return replace(_result(exercise, checks), file=file.inner, seconds=seconds)


def _skipped(exercise: Exercise) -> ExerciseResult:
    message = "a provider answers no written questions"
    checks = [
        replace(_blank(exercise, question), verdict=Verdict.SKIPPED, message=message)
        for question in exercise.questions
    ]
    return _result(exercise, checks)


def _result(exercise: Exercise, checks: list[CheckResult]) -> ExerciseResult:
    tasks = tuple(TaskResult(check.task, (check,)) for check in checks)
    return ExerciseResult(exercise.name, exercise.unit, exercise.title, tasks)


def _blank(exercise: Exercise, question: Question) -> CheckResult:
    return CheckResult(
        id=f"{exercise.stub.name}::{question.id}",
        title=question.id,
        task=question.id,
        hidden=False,
        points=float(question.points),
        verdict=Verdict.NOT_STARTED,
    )


def _graded(grading: _Grading, question: Question, section: QuestionSection) -> CheckResult:
    own = grading.key.sections[question.id] if grading.key is not None else section
    check = replace(_blank(grading.exercise, question), title=own.title or question.id)
    if section.problem:
        return _failed(check, section.problem)
    if not section.answer:
        return replace(check, message="there is no answer yet")
    if isinstance(question, Prose):
        return _prose(grading, check, section.answer)
    if grading.key is None:
        message = "the course's grader compares it: this copy of the course has no key"
        return replace(check, verdict=Verdict.NEEDS_GRADER, message=message)
    return _compared(grading, question, check, section.answer, grading.key)


def _compared(
    grading: _Grading, question: Question, check: CheckResult, answer: str, key: AnswerKey
) -> CheckResult:
    check = replace(check, hint=question.hint)
    try:
        given = read_answer(question, answer)
    except UnreadableAnswerError as error:
        return _failed(check, f"cannot be read: {error}")
    expected = read_answer(question, key.sections[question.id].answer)
    told = difference(question, given, expected, grading.seed)
    if not told:
        return replace(check, verdict=Verdict.PASSED, hint="")
    wrong = key.named(question, given, grading.seed)
    diagnosis = Diagnosis(wrong.id, wrong.sentence, wrong.hint) if wrong else None
    quoted = f"your answer: {shown(first_line(answer), MAX_QUOTED)}"
    return replace(_failed(check, told), details=(quoted,), diagnosis=diagnosis)


def _failed(check: CheckResult, message: str) -> CheckResult:
    return replace(check, verdict=Verdict.FAILED, message=shown(message, MAX_MESSAGE))


def _prose(grading: _Grading, check: CheckResult, answer: str) -> CheckResult:
    """Return an answer for a person: the points of an instructor, or none yet."""
    digest = digest_of(grading.exercise.name, check.task, answer)
    entry = grading.points.find(grading.exercise.name, check.task, digest, grading.submission)
    section = grading.key.sections[check.task] if grading.key is not None else QuestionSection()
    comment = entry.comment if entry is not None else ""
    finding = WrittenAnswer(shortened(answer), section.answer, section.rubric, digest, comment)
    check = replace(check, findings=(finding,))
    if entry is None or entry.points is None:
        changed = grading.points.is_changed(
            grading.exercise.name, check.task, digest, grading.submission
        )
        return replace(check, verdict=Verdict.FOR_A_PERSON, message=WAITING, details=tuple(changed))
    return with_points(check, entry.points, entry.comment)


def with_points(check: CheckResult, points: float, comment: str) -> CheckResult:
    """Return the check of an answer in prose with what an instructor gave."""
    verdict = Verdict.PASSED if points >= check.points else Verdict.FAILED
    message = f"an instructor gave {points:g} of {check.points:g}"
    if comment:
        message = f"{message}: {shown(comment, MAX_MESSAGE)}"
    return replace(check, verdict=verdict, awarded=points, message=message)
