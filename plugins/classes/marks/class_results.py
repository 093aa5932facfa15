"""The results of a run as frozen data: students × exercises, with tasks and checks.

    ClassResults          one run:
    └── StudentOutcome        one student at one exercise: the attempt that counts, and
        └── WorkFacts             what grading found; equal work shares one record
            └── TaskFacts             one task:
                └── CheckFacts            one check

Reports are large, so that `report_of` reads them one by one."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from autograder.public.reports import (
    CheckResult,
    Report,
    TaskResult,
    Verdict,
    WrittenAnswer,
    read_report,
)
from plugins.classes.collecting.attempts import Standing
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.roster import Student
from plugins.classes.runs.store import ResultKey
from plugins.classes.runs.stored_runs import EntryResult, Run, StoredResult, find_result, points_of


class State(StrEnum):
    """How far the points of a student at an exercise are known.

    `WAITS_FOR_PERSON`: answers in prose have no points yet. `NOT_GRADED`: a fault of the grader
    stayed, or grading was interrupted; no zero. `NO_WORK`: no attempt. `ALL_LATE`: attempts, none
    of which counts. `LATER`: attempts that were collected after the run; no zero.
    """

    GRADED = "graded"
    WAITS_FOR_PERSON = "waits for a person"
    NOT_GRADED = "not graded"
    NO_WORK = "nothing handed in"
    ALL_LATE = "no attempt counts: all are late"
    LATER = "handed in after this run: grade again"


#: States of a student whom the run has not graded at all.
WITHOUT_RESULT = (State.NO_WORK, State.ALL_LATE, State.LATER)


@dataclass(frozen=True)
class CheckFacts:
    """One check.

    Attributes:
        diagnosis: id of the mistake behind it, as in ``no-bias``; empty if none is certain.
        sentence: what the mistake is, or else the message of the check.
        blocked_by: the exercise or task that the check waits for; may be empty.
        answer: digest of an answer in prose; empty for another check.
    """

    id: str
    title: str
    hidden: bool
    verdict: Verdict
    points: float
    earned: float
    possible: float
    diagnosis: str = ""
    sentence: str = ""
    blocked_by: str = ""
    answer: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class TaskFacts:
    """One task with its checks."""

    name: str
    verdict: Verdict
    earned: float
    possible: float
    checks: tuple[CheckFacts, ...]

    @property
    def waiting(self) -> Mapping[str, float]:
        """Exercise or task -> number of points that wait for it."""
        points: dict[str, float] = {}
        for check in self.checks:
            if check.blocked_by:
                points[check.blocked_by] = points.get(check.blocked_by, 0.0) + check.points
        return points


@dataclass(frozen=True)
class WorkFacts:
    """The result of one piece of work, for each student who handed it in.

    Attributes:
        seconds: how long it took.
        repeated: whether it was repeated alone on the machine.
    """

    unit: str
    title: str
    verdict: Verdict
    earned: float
    possible: float
    for_a_person: float
    tasks: tuple[TaskFacts, ...]
    seconds: float = 0.0
    repeated: bool = False

    @property
    def checks(self) -> Iterator[tuple[TaskFacts, CheckFacts]]:
        """Each check with its task."""
        return ((task, check) for task in self.tasks for check in task.checks)


@dataclass(frozen=True)
class StudentOutcome:
    """One student at one exercise.

    Attributes:
        standing: how the attempt relates to the due date; None if it is no longer collected.
        key: names the result in the store.
        work: None if it was not graded.
    """

    student: str
    exercise: str
    attempt: str
    standing: Standing | None
    key: ResultKey
    work: WorkFacts | None

    @property
    def state(self) -> State:
        """How far its points are known."""
        if self.work is None:
            return State.NOT_GRADED
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
            if outcome.work is not None and not tasks[outcome.exercise]:
                tasks[outcome.exercise] = tuple(task.name for task in outcome.work.tasks)
        return tasks

    def of(self, student: str) -> dict[str, StudentOutcome]:
        """Return exercise -> outcome of a student."""
        outcomes = ((name, self.outcomes.get((student, name))) for name in self.exercises)
        return {name: outcome for name, outcome in outcomes if outcome is not None}

    def state(self, student: str, exercise: str) -> State:
        """Return how far the points of a student at an exercise are known."""
        outcome = self.outcomes.get((student, exercise))
        return self.absent.get(student, State.NO_WORK) if outcome is None else outcome.state


def read_results(connection: Connection, collection: Collection, run: Run) -> ClassResults:
    """Return the results of every student in `run`; of several attempts, those of the best.

    A student with an attempt and no result is *not graded*; one who is no longer in the
    collection is left out.
    """
    points = points_of(connection, run)
    work: dict[ResultKey, WorkFacts | None] = {}
    for graded in points.values():
        if graded.key not in work:
            work[graded.key] = None if graded.result is None else facts_of(graded.result)
    standings = _standings(collection)
    outcomes = {
        student_exercise: _outcome(graded, work[graded.key], standings)
        for student_exercise, graded in points.items()
        if student_exercise[0] in collection.students
    }
    exercises = tuple(dict.fromkeys(name for _, name in points))
    absent = dict(_absent(collection, {student for student, _ in outcomes}))
    return ClassResults(run, collection.students, exercises, outcomes, absent)


def _absent(collection: Collection, graded: Names[str]) -> Iterator[tuple[str, State]]:
    """Yield each student with an attempt whom the run has not graded, and why."""
    for student, counting in collection.counting().items():
        if student not in graded and collection.attempts_of(student):
            yield student, State.LATER if counting else State.ALL_LATE


def report_of(connection: Connection, key: ResultKey) -> Report | None:
    """Return the report of a result, with the details of hidden checks; None if there is none."""
    result = find_result(connection, key)
    return None if result is None else read_report(result.report)


def _standings(collection: Collection) -> dict[tuple[str, str], Standing]:
    return {
        (student, attempt.id): collection.policy.standing(student, attempt)
        for attempt in collection.attempts
        for student in attempt.students
    }


def _outcome(
    graded: EntryResult, work: WorkFacts | None, standings: dict[tuple[str, str], Standing]
) -> StudentOutcome:
    entry = graded.entry
    standing = standings.get((entry.student, entry.attempt))
    return StudentOutcome(entry.student, entry.exercise, entry.attempt, standing, graded.key, work)


def facts_of(result: StoredResult) -> WorkFacts:
    """Return the facts in the report of `result`."""
    (exercise,) = read_report(result.report).exercises
    return WorkFacts(
        unit=exercise.unit,
        title=exercise.title,
        verdict=exercise.verdict,
        earned=result.earned,
        possible=result.possible,
        for_a_person=result.for_a_person,
        tasks=tuple(map(_task, exercise.tasks)),
        seconds=result.seconds,
        repeated=result.repeated,
    )


def _task(task: TaskResult) -> TaskFacts:
    checks = tuple(map(_check, task.checks))
    return TaskFacts(task.name, task.verdict, task.earned, task.possible, checks)


def _check(check: CheckResult) -> CheckFacts:
    diagnosis = check.diagnosis
    return CheckFacts(
        id=check.id,
        title=check.title,
        hidden=check.hidden,
        verdict=check.verdict,
        points=check.points,
        earned=check.earned,
        possible=check.possible,
        diagnosis=diagnosis.id if diagnosis is not None else "",
        sentence=diagnosis.sentence if diagnosis is not None else check.message,
        blocked_by=check.blocked_by,
        answer=next((answer.digest for answer in check.of(WrittenAnswer)), ""),
        seconds=check.seconds,
    )
