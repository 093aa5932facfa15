"""The result of an exercise of written questions: each answer is compared with the key, or kept."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

from autograder.course.generated_stubs import available_stub
from autograder.course.mathematics.formulas import with_plain_formulas
from autograder.course.questions.answer_keys import (
    AnswerKey,
    first_line,
    load_key,
    read_answer,
)
from autograder.course.questions.description import Prose, Question
from autograder.course.questions.expressions import UnreadableAnswerError
from autograder.course.questions.sealed_key import SealedKey, read_sealed_key
from autograder.course.questions.sections import QuestionSection, read_sections
from autograder.course.reading import Exercise
from autograder.judging.decision import absent, decided, unreadable
from autograder.results.findings.check_texts import WrittenAnswer, shortened
from autograder.results.report import (
    MAX_MESSAGE,
    CheckResult,
    Diagnosis,
    ExerciseResult,
    TaskResult,
)
from autograder.sandbox.session.faults import NOT_WRITTEN
from autograder.sandbox.session.process import shown
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict

#: Characters of an answer that a message repeats.
MAX_QUOTED = 80
#: The message of an answer in prose, and of an answer in a course without a key that is no kit.
PROSE = "an instructor reads it and gives the points"
NO_KEY = "the course's grader compares it: this copy of the course has no key"


def grade_answers(exercise: Exercise, submission: Submission | None, seed: int) -> ExerciseResult:
    """Grade the answers to the questions of `exercise`; a provider, without a submission, has none.

    The random points at which formulas are compared follow from `seed`.
    """
    started = time.perf_counter()
    if submission is None:
        message = "a provider answers no written questions"
        checks = [
            decided(_blank(exercise, question), "answer", Verdict.SKIPPED, message)
            for question in exercise.questions
        ]
        return _result(exercise, checks)
    file = submission.files.get(exercise.name)
    if file is None:
        return absent(exercise, submission)
    key = load_key(exercise) if exercise.solution.is_file() else None
    comparing = key or read_sealed_key(exercise)
    sections = read_sections(file.source, exercise.task_names)
    handed_out = read_sections(available_stub(exercise) or file.source, exercise.task_names)
    checks = []
    for question in exercise.questions:
        section = sections[question.id]
        check = _blank(exercise, question, with_plain_formulas(handed_out[question.id].title))
        if section.problem:
            check = unreadable(check, section.problem)
        elif not section.answer:
            check = decided(check, "answer", Verdict.NOT_STARTED, NOT_WRITTEN)
        elif isinstance(question, Prose):
            digest = digest_of(exercise.name, question.id, section.answer)
            own = key.sections[question.id] if key is not None else QuestionSection()
            answer, rubric = map(with_plain_formulas, (own.answer, own.rubric))
            finding = WrittenAnswer(shortened(section.answer), answer, rubric, digest)
            check = decided(check, "answer", Verdict.FOR_A_PERSON, PROSE, findings=(finding,))
        else:
            check = _compared(check, question, section.answer, comparing, seed)
        checks.append(check)
    return _result(exercise, checks, file.inner, time.perf_counter() - started)


def _result(
    exercise: Exercise, checks: list[CheckResult], file: str = "", seconds: float = 0.0
) -> ExerciseResult:
    tasks = tuple(TaskResult(check.task, (check,)) for check in checks)
    names = exercise.name, exercise.unit, exercise.title
    return ExerciseResult(*names, tasks, file=file, seconds=seconds)


def _blank(exercise: Exercise, question: Question, title: str = "") -> CheckResult:
    return CheckResult(
        id=f"{exercise.stub.name}::{question.id}",
        title=title or question.id,
        task=question.id,
        hidden=False,
        points=float(question.points),
        verdict=Verdict.NOT_STARTED,
    )


def digest_of(exercise: str, question: str, answer: str) -> str:
    """Return the name of an answer: the same for the same text, spaces at line ends aside."""
    text = "\n".join(line.rstrip() for line in answer.strip().split("\n"))
    return hashlib.sha256("\0".join((exercise, question, text)).encode()).hexdigest()[:16]


def _compared(
    check: CheckResult,
    question: Question,
    answer: str,
    key: AnswerKey | SealedKey | None,
    seed: int,
) -> CheckResult:
    """Return `check` of `answer`, compared with the key; whether it can be read needs no key."""
    check = replace(check, hint=question.hint if key is not None else "")
    try:
        given = read_answer(question, answer)
    except UnreadableAnswerError as error:
        return unreadable(check, f"cannot be read: {error}")
    if key is None:
        return decided(check, "answer", Verdict.NEEDS_GRADER, NO_KEY)
    difference, wrong = key.judged(question, given, seed)
    if not difference:
        return decided(check, "answer", Verdict.PASSED, "", hint="")
    return decided(
        check,
        "answer",
        Verdict.FAILED,
        shown(difference, MAX_MESSAGE),
        details=(f"your answer: {shown(first_line(answer), MAX_QUOTED)}",),
        diagnosis=Diagnosis(wrong.id, wrong.sentence, wrong.hint) if wrong else None,
    )
