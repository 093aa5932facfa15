"""The results of a run as frozen data: students × exercises.

    ClassResults          one run:
    └── StudentOutcome        one student at one exercise: the attempt that counts, and
        └── ExerciseResult        what grading found; equal work shares one

Reports are large, so that `report_of` reads them one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import Connection

from autograder.public.reports import (
    CheckResult,
    ExerciseResult,
    Report,
    TaskResult,
    WrittenAnswer,
    read_report,
)
from plugins.classes.collecting.attempts import Standing
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.roster import Student
from plugins.classes.runs.store import ResultKey
from plugins.classes.runs.stored_runs import Run, StoredResult, find_result, points_of


class State(StrEnum):
    """How far the points of a student at an exercise are known.

    `WAITS_FOR_PERSON`: answers in prose have no points yet. `QUEUED`: the run has not ended.
    `NOT_GRADED`: a fault of the grader stayed; no zero. `NO_WORK`: no attempt. `ALL_LATE`:
    attempts, none of which counts. `UNREADABLE`: attempts of which no file can be read; no zero.
    `LATER`: attempts that were collected after the run; no zero.
    """

    GRADED = "graded"
    WAITS_FOR_PERSON = "waits for a person"
    QUEUED = "waits to be graded"
    NOT_GRADED = "not graded"
    NO_WORK = "nothing handed in"
    ALL_LATE = "no attempt counts: all are late"
    UNREADABLE = "handed in, and not readable"
    LATER = "handed in after this run: grade again"


#: States of work that was handed in, and has no result: no zero.
UNGRADED = (State.NOT_GRADED, State.QUEUED)
#: States of a student whom the run has not graded at all.
WITHOUT_RESULT = (State.NO_WORK, State.ALL_LATE, State.UNREADABLE, State.LATER)


@dataclass(frozen=True)
class StudentOutcome:
    """One student at one exercise.

    Attributes:
        standing: how the attempt relates to the due date; None if it is no longer collected.
        work: what grading found, without details of its checks; None if it was not graded.
        fault: of the grader, why there is no result; empty if there is none, or not yet.
        is_queued: whether the run will still grade it.
    """

    student: str
    exercise: str
    attempt: str
    standing: Standing | None
    key: ResultKey
    work: ExerciseResult | None
    repeated: bool
    fault: str = ""
    is_queued: bool = False

    @property
    def tasks(self) -> tuple[TaskResult, ...]:
        """What grading found of each task; nothing if it was not graded."""
        return self.work.tasks if self.work is not None else ()

    @property
    def checks(self) -> list[CheckResult]:
        """What each check found; nothing if it was not graded."""
        return [check for task in self.tasks for check in task.checks]

    @property
    def state(self) -> State:
        """How far its points are known."""
        if self.work is None:
            return State.QUEUED if self.is_queued else State.NOT_GRADED
        return State.WAITS_FOR_PERSON if self.work.for_a_person else State.GRADED


@dataclass(frozen=True)
class ClassResults:
    """One run.

    Attributes:
        students: key -> student: those of the collection, in its order.
        exercises: those that the run graded, in the order of the course.
        outcomes: (student, exercise) -> outcome; missing where the run has graded nothing.
        absent: key of a student without an outcome, who has an attempt -> why there is none.
    """

    run: Run
    students: Mapping[str, Student]
    exercises: tuple[str, ...]
    outcomes: Mapping[tuple[str, str], StudentOutcome]
    absent: Mapping[str, State] = field(default_factory=dict, hash=False)

    @property
    def tasks(self) -> dict[str, tuple[str, ...]]:
        """Exercise -> names of its tasks; empty for an exercise that was not graded."""
        tasks: dict[str, tuple[str, ...]] = dict.fromkeys(self.exercises, ())
        for outcome in self.outcomes.values():
            if not tasks[outcome.exercise]:
                tasks[outcome.exercise] = tuple(task.name for task in outcome.tasks)
        return tasks

    def of(self, student: str) -> dict[str, StudentOutcome]:
        """Return exercise -> outcome of a student."""
        names = (name for name in self.exercises if (student, name) in self.outcomes)
        return {name: self.outcomes[student, name] for name in names}

    def state(self, student: str, exercise: str) -> State:
        """Return how far the points of a student at an exercise are known."""
        outcome = self.outcomes.get((student, exercise))
        return self.absent.get(student, State.NO_WORK) if outcome is None else outcome.state


def read_results(connection: Connection, collection: Collection, run: Run) -> ClassResults:
    """Return the results of every student in `run`; of several attempts, those of the best.

    A student with an attempt and no result is *not graded*; one who is no longer in the
    collection is left out.
    """
    standings = {
        (student, attempt.id): collection.policy.standing(student, attempt)
        for attempt in collection.attempts
        for student in attempt.students
    }
    work: dict[ResultKey, ExerciseResult | None] = {}
    outcomes: dict[tuple[str, str], StudentOutcome] = {}
    points = points_of(connection, run)
    for (student, exercise), graded in points.items():
        key, result, attempt = graded.key, graded.result, graded.entry.attempt
        if key not in work:
            work[key] = work_of(result) if result is not None else None
        if student in collection.students:
            repeated = result is not None and result.repeated
            standing = standings.get((student, attempt))
            is_queued = result is None and not graded.fault and run.ended is None
            outcomes[student, exercise] = StudentOutcome(
                *(student, exercise, attempt, standing, key, work[key], repeated),
                graded.fault,
                is_queued,
            )
    with_outcome = {student for student, _ in outcomes}
    absent = {}
    for student, counting in collection.counting().items():
        attempts = collection.attempts_of(student)
        if attempts and student not in with_outcome:
            is_readable = any(attempt.is_readable for attempt in attempts)
            why_none = State.ALL_LATE if is_readable else State.UNREADABLE
            absent[student] = State.LATER if counting else why_none
    exercises = tuple(dict.fromkeys(name for _, name in points))
    return ClassResults(run, collection.students, exercises, outcomes, absent)


def report_of(connection: Connection, key: ResultKey) -> Report | None:
    """Return the report of a result, with the details of hidden checks; None if there is none."""
    result = find_result(connection, key)
    return None if result is None else read_report(result.report)


def work_of(result: StoredResult) -> ExerciseResult:
    """Return the exercise in the report of `result`, without the details of its checks."""
    exercise = result.exercise
    tasks = (replace(task, checks=tuple(map(_brief, task.checks))) for task in exercise.tasks)
    return replace(exercise, tasks=tuple(tasks), seconds=result.seconds)


def _brief(check: CheckResult) -> CheckResult:
    return CheckResult(
        *(check.id, check.title, check.task, check.hidden, check.points, check.verdict),
        findings=check.of(WrittenAnswer),
        diagnosis=check.diagnosis,
        blocked_by=check.blocked_by,
        awarded=check.awarded,
        seconds=check.seconds,
    )
