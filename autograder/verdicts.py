"""The verdicts of checks and tasks, in their order, and the faults that lead to them."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What became of a check. Listed from best to worst: a task takes the worst of its checks.

    `SKIPPED` stands first: a skipped check does not change the verdict of its task.

    `NEEDS_GRADER`: a student kit has recorded answers of the reference alone, and none for what
    this check asks. It is no failure: its points are open until the course's grader decides.

    `UNFINISHED` is no verdict of a check: of a task or an exercise, some checks have passed, and
    others meet code that is not written.

    `NOT_GRADED` stands last: a fault of the grader stayed after every try, so that nothing is
    known about the submission. Its points are neither earned nor lost: reports show them apart,
    and the command ends with exit code 3. `FOR_A_PERSON` is an answer in prose that no instructor
    has given points for yet; its points are shown apart, too.
    """

    SKIPPED = "skipped"
    PASSED = "passed"
    FOR_A_PERSON = "waits for a person"
    NEEDS_GRADER = "needs the course's grader"
    BLOCKED = "blocked"
    NOT_STARTED = "not started"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    NOT_GRADED = "not graded"
