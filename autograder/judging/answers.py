"""The rules over the answer to a written question: the key decides, or an instructor's points."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder.judging.decision import decided
from autograder.results.report import MAX_MESSAGE, CheckResult, Diagnosis
from autograder.sandbox.session.process import shown
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class AnswerEvidence:
    """What is known about an answer.

    Attributes:
        problem: why it cannot be read; empty if it can.
        is_there: whether anything is written.
        is_prose: whether a person reads it.
        has_key: whether the course's answers are here; a student's kit has none.
        difference: from the key, in one sentence; empty if there is none.
        diagnosis: the mistake that the key names for this answer.
        quoted: its first line.
        points: what an instructor gave; None if nothing yet.
        comment: of the instructor.
        changed: tells that an earlier answer had points.
    """

    problem: str = ""
    is_there: bool = True
    is_prose: bool = False
    has_key: bool = True
    difference: str = ""
    diagnosis: Diagnosis | None = None
    quoted: str = ""
    points: float | None = None
    comment: str = ""
    changed: str = ""


def answered(check: CheckResult, evidence: AnswerEvidence) -> CheckResult:
    """Return `check`, a blank one of a written question, with its verdict."""
    if evidence.problem:
        message = shown(evidence.problem, MAX_MESSAGE)
        return decided(check, "answer", Verdict.FAILED, message)
    if not evidence.is_there:
        return decided(check, "answer", Verdict.NOT_STARTED, "there is no answer yet")
    if evidence.is_prose:
        if evidence.points is not None:
            return with_points(check, evidence.points, evidence.comment)
        message = "an instructor reads it and gives the points"
        details = (evidence.changed,) if evidence.changed else ()
        return decided(check, "answer", Verdict.FOR_A_PERSON, message, details=details)
    if not evidence.has_key:
        message = "the course's grader compares it: this copy of the course has no key"
        return decided(check, "answer", Verdict.NEEDS_GRADER, message)
    if not evidence.difference:
        return decided(check, "answer", Verdict.PASSED, "", hint="")
    message = shown(evidence.difference, MAX_MESSAGE)
    details = (f"your answer: {evidence.quoted}",)
    check = replace(check, details=details, diagnosis=evidence.diagnosis)
    return decided(check, "answer", Verdict.FAILED, message)


def with_points(check: CheckResult, points: float, comment: str) -> CheckResult:
    """Return the check of an answer in prose with what an instructor gave."""
    verdict = Verdict.PASSED if points >= check.points else Verdict.FAILED
    message = f"an instructor gave {points:g} of {check.points:g}"
    if comment:
        message = f"{message}: {shown(comment, MAX_MESSAGE)}"
    return decided(check, "points", verdict, message, awarded=points)
