"""Final points of students: each change after grading with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from autograder.public.reports import Verdict
from framework.errors import PluginError, UnknownNameError
from framework.providers.hook_calls import expect
from framework.providers.plugins import Plugins
from plugins.classes.collecting.collection import Collection
from plugins.classes.marks import manual_points
from plugins.classes.marks.class_results import (
    WITHOUT_RESULT,
    ClassResults,
    State,
    StudentOutcome,
    TaskFacts,
    read_results,
)
from plugins.classes.marks.manual_points import (
    ManualEntries,
    ManualEntry,
    by_part,
    comments,
    given_points,
)
from plugins.classes.marks.rules import Rules, read_rules
from plugins.classes.rosters.roster import Student
from plugins.classes.runs.store import Store
from plugins.classes.runs.stored_runs import Run


@dataclass(frozen=True)
class PointsChange:
    """A change of the points at an exercise, and why."""

    before: float
    after: float
    why: str


@dataclass(frozen=True)
class ExercisePoints:
    """The points of a student at an exercise.

    Attributes:
        waiting: exercise or task -> number of points that wait for it; an instructor decides.
        days_late: days begun after the due date that no late day covers; None if not known.
        weight: factor of its points in the sum.
        is_dropped: whether it is left out of the sum.
        changes: what was changed after grading, in this order.
        comments: what an instructor wrote for the student.
    """

    name: str
    unit: str
    title: str
    state: State
    earned: float
    possible: float
    waiting: Mapping[str, float] = field(default_factory=dict, hash=False)
    days_late: int | None = 0
    weight: float = 1.0
    is_dropped: bool = False
    changes: tuple[PointsChange, ...] = ()
    comments: tuple[str, ...] = ()

    def changed(self, earned: float, why: str) -> ExercisePoints:
        """Return the exercise with other points, and the reason among its changes."""
        if earned == self.earned:
            return self
        return replace(
            self, earned=earned, changes=(*self.changes, PointsChange(self.earned, earned, why))
        )


@dataclass(frozen=True)
class StudentPoints:
    """The points of a student at all exercises of a run."""

    student: Student
    exercises: tuple[ExercisePoints, ...]

    @property
    def counted(self) -> tuple[ExercisePoints, ...]:
        """The exercises in the sum."""
        return tuple(exercise for exercise in self.exercises if not exercise.is_dropped)

    @property
    def earned(self) -> float:
        """The weighted sum of the points earned."""
        return sum(exercise.earned * exercise.weight for exercise in self.counted)

    @property
    def possible(self) -> float:
        """The weighted sum of the points that can be earned."""
        return sum(exercise.possible * exercise.weight for exercise in self.counted)

    @property
    def state(self) -> State:
        """How far the sum is known."""
        states = {state.state for state in self.counted}
        if states and states <= {*WITHOUT_RESULT}:
            return next(state for state in reversed(WITHOUT_RESULT) if state in states)
        order = (State.NOT_GRADED, State.WAITS_FOR_PERSON)
        return next((state for state in order if state in states), State.GRADED)

    @property
    def waiting(self) -> float:
        """Number of points that wait for another part, and for the decision of an instructor."""
        return sum(sum(exercise.waiting.values()) for exercise in self.counted)

    def only(self, names: frozenset[str]) -> StudentPoints:
        """Return it for some exercises alone."""
        kept = tuple(exercise for exercise in self.exercises if exercise.name in names)
        return replace(self, exercises=kept)


#: Characters of a digest in the table of manual points.
DIGEST = 16
#: Returns the points of a student as a plugin wants them.
Adjust = Callable[[StudentPoints], StudentPoints]


def _unchanged(points: StudentPoints) -> StudentPoints:
    return points


@dataclass(frozen=True)
class Settling:
    """The values that change points after grading.

    Attributes:
        adjust: called after the rules, before `final` points.
    """

    rules: Rules = field(default_factory=Rules)
    entries: ManualEntries = field(default_factory=ManualEntries)
    adjust: Adjust = _unchanged


def settle(results: ClassResults, settling: Settling) -> dict[str, StudentPoints]:
    """Return key of each student of the class -> points."""
    worth = _worth(results)
    return {
        key: _settled(results, settling, student, worth)
        for key, student in results.students.items()
    }


def _worth(results: ClassResults) -> dict[str, StudentOutcome]:
    """Return exercise -> any graded outcome: it holds the number of points of the exercise."""
    graded = (outcome for outcome in results.outcomes.values() if outcome.work is not None)
    return {outcome.exercise: outcome for outcome in graded}


def _settled(
    results: ClassResults, settling: Settling, student: Student, worth: Mapping[str, StudentOutcome]
) -> StudentPoints:
    points = StudentPoints(
        student,
        tuple(
            _exercise_points(settling, results, student.key, name, worth)
            for name in results.exercises
        ),
    )
    points = settling.adjust(_without_lowest(points, settling.rules.lowest))
    finals = (
        _final(exercise, settling.entries.about(student.key, exercise.name))
        for exercise in points.exercises
    )
    return replace(points, exercises=tuple(finals))


def _exercise_points(
    settling: Settling,
    results: ClassResults,
    key: str,
    name: str,
    worth: Mapping[str, StudentOutcome],
) -> ExercisePoints:
    """Return the points at one exercise, with manual points and rules."""
    outcome = results.outcomes.get((key, name))
    entries, rules = settling.entries.about(key, name), settling.rules
    example = outcome if outcome is not None and outcome.work is not None else worth.get(name)
    work = example.work if example is not None else None
    points = ExercisePoints(
        name=name,
        unit=work.unit if work is not None else "",
        title=work.title if work is not None else name,
        state=results.state(key, name),
        earned=0.0,
        possible=_possible(rules, name, work.tasks) if work is not None else 0.0,
        days_late=_days_late(outcome),
        weight=rules.weights.get(name, 1.0),
        is_dropped=name in rules.dropped_exercises,
    )
    if outcome is not None and outcome.work is not None:
        points = _with_tasks(points, outcome, outcome.work.tasks, entries, rules)
    return _late(_whole(points, entries, outcome), rules)


def _possible(rules: Rules, name: str, tasks: tuple[TaskFacts, ...]) -> float:
    kept = (task for task in tasks if (name, task.name) not in rules.dropped_tasks)
    return sum(task.possible for task in kept)


def _days_late(outcome: StudentOutcome | None) -> int | None:
    """Return the days that no late day covers; None if the other system says only 'late'."""
    standing = outcome.standing if outcome is not None else None
    if standing is None:
        return 0
    if standing.days_late is None:
        return None if standing.timing.value == "late" else 0
    return standing.days_late - standing.spent


def digests(outcome: StudentOutcome) -> dict[str, str]:
    """Return part -> digest of the work for manual points; key '' is the whole exercise."""
    tasks = outcome.work.tasks if outcome.work is not None else ()
    own = outcome.key.submission[:DIGEST]
    by_task = {task.name: _answer(task) or own for task in tasks}
    return {"": own, **by_task}


def _answer(task: TaskFacts) -> str:
    return next((check.answer for check in task.checks if check.answer), "")


def _with_tasks(
    points: ExercisePoints,
    outcome: StudentOutcome,
    tasks: tuple[TaskFacts, ...],
    entries: list[ManualEntry],
    rules: Rules,
) -> ExercisePoints:
    """Return `points` with the sum of the tasks, where an entry or a rule may decide."""
    given = by_part(entries, digests(outcome))
    kept = [task for task in tasks if (points.name, task.name) not in rules.dropped_tasks]
    points = replace(points, earned=sum(task.earned for task in kept))
    waiting: dict[str, float] = {}
    is_open = False
    for task in kept:
        entry = given.get(task.name)
        if (points.name, task.name) in rules.full_tasks:
            why = f"{task.name}: counts as right for all"
            points = points.changed(points.earned + task.possible - task.earned, why)
        elif entry is not None and entry.points is not None:
            given_now = given_points(entry, task.possible)
            why = f"{task.name}: an instructor gave {given_now:g} of {task.possible:g}"
            points = points.changed(points.earned + given_now - task.earned, why)
        else:
            is_open |= any(check.verdict is Verdict.FOR_A_PERSON for check in task.checks)
            for name, count in task.waiting.items():
                waiting[name] = waiting.get(name, 0.0) + count
    state = State.WAITS_FOR_PERSON if is_open else State.GRADED
    return replace(points, waiting=waiting, state=state, comments=tuple(comments(given.values())))


def _whole(
    points: ExercisePoints, entries: list[ManualEntry], outcome: StudentOutcome | None
) -> ExercisePoints:
    """Return `points` as an entry about the whole exercise says."""
    entry = by_part(entries, digests(outcome) if outcome is not None else {}).get("")
    if outcome is None or outcome.work is None:
        points = replace(points, comments=tuple(comments([entry] if entry is not None else [])))
    if entry is None or entry.points is None:
        return points
    why = f"an instructor gave {entry.points:g} of {points.possible:g}"
    return replace(points.changed(entry.points, why), state=State.GRADED, waiting={})


def _late(points: ExercisePoints, rules: Rules) -> ExercisePoints:
    days = points.days_late
    if not rules.per_day or not days or points.state in (State.NOT_GRADED, *WITHOUT_RESULT):
        return points
    share = rules.late_share(days)
    word = "day" if days == 1 else "days"
    return points.changed(points.earned * (1 - share), f"{days} {word} late: -{share:.0%}")


def _without_lowest(points: StudentPoints, count: int) -> StudentPoints:
    """Leave out the exercises with the smallest shares of points; never all of them."""
    counted = [
        exercise for exercise in points.exercises if not exercise.is_dropped and exercise.possible
    ]
    ranked = sorted(counted, key=lambda exercise: exercise.earned / exercise.possible)
    dropped = {exercise.name for exercise in ranked[: min(count, len(ranked) - 1)]}
    kept = (
        replace(exercise, is_dropped=True) if exercise.name in dropped else exercise
        for exercise in points.exercises
    )
    return replace(points, exercises=tuple(kept)) if dropped else points


def _final(points: ExercisePoints, entries: list[ManualEntry]) -> ExercisePoints:
    """Return `points` with the final number of an entry, which no rule changes."""
    final = next((entry.final for entry in entries if entry.final is not None), None)
    if final is None:
        return points
    changed = points.changed(final, f"an instructor gave {final:g} of {points.possible:g}")
    return replace(changed, state=State.GRADED, waiting={})


def asked(results: ClassResults) -> Iterator[ManualEntry]:
    """Yield a row for each decision of the instructor: answers in prose, and points that wait."""
    for outcome in results.outcomes.values():
        work = digests(outcome)
        for task in outcome.work.tasks if outcome.work is not None else ():
            about = _about(task)
            if about:
                yield ManualEntry(
                    outcome.student, outcome.exercise, task.name, work[task.name],
                    about=about,
                    earned="" if about == "prose" else f"{task.earned:g}",
                    possible=f"{task.possible:g}",
                    waits_for=" ".join(task.waiting),
                )  # fmt: skip


def _about(task: TaskFacts) -> str:
    if any(check.verdict is Verdict.FOR_A_PERSON for check in task.checks):
        return "prose"
    return "blocked" if task.waiting else ""


HOOK = "adjust_points"


@dataclass(frozen=True)
class RunPoints:
    """A run with its final points.

    Attributes:
        entries: the manual points among them.
        rules: the rules among them.
        points: key of each student of the class -> final points.
    """

    results: ClassResults
    entries: manual_points.ManualEntries
    rules: Rules
    points: Mapping[str, StudentPoints]

    @property
    def not_graded(self) -> int:
        """Number of results that are missing by a fault of the grader."""
        states = (
            exercise.state for points in self.points.values() for exercise in points.exercises
        )
        return sum(state is State.NOT_GRADED for state in states)

    @property
    def unused_rows(self) -> list[str]:
        """Rows of points.csv that match no student, exercise or part of the run."""
        parts = self.results.tasks
        parts_of = {
            (key, name): parts[name] for key in self.points for name in self.results.exercises
        }
        return list(manual_points.unused(self.entries, parts_of))

    @property
    def late_unknown(self) -> list[str]:
        """Keys of students who are late by an unknown number of days: no penalty."""
        if not self.rules.per_day:
            return []
        return [
            key
            for key, points in self.points.items()
            if any(exercise.days_late is None for exercise in points.exercises)
        ]

    def only(self, names: frozenset[str]) -> RunPoints:
        """Return it for some exercises alone.

        Raises:
            UnknownNameError: the run did not grade one of them.
        """
        for name in sorted(names):
            if name not in self.results.exercises:
                raise UnknownNameError("exercise of the run", name, self.results.exercises)
        points = (
            {key: own.only(names) for key, own in self.points.items()} if names else self.points
        )
        return replace(self, points=points)


def points_of_run(store: Store, collection: Collection, run: Run, plugins: Plugins) -> RunPoints:
    """Return the final points of `run`.

    Raises:
        BadInputError: a table or the rules of the collection are wrong.
        PluginError: a plugin returns something else than points of the same student.
    """
    results = store.transaction(partial(read_results, collection=collection, run=run))
    rules = read_rules(collection.folder, results.tasks)
    entries = manual_points.read_entries(collection.folder / manual_points.FILE)
    settling = Settling(rules, entries, partial(_adjusted, plugins))
    return RunPoints(results, entries, rules, settle(results, settling))


def _adjusted(plugins: Plugins, points: StudentPoints) -> StudentPoints:
    """Return `points` after the changes of each plugin."""
    for source in plugins.sources:
        for value in plugins.ask(source, HOOK, points=points):
            changed: StudentPoints = expect(
                source, HOOK, "the points it got, or a copy", StudentPoints, value
            )
            if changed.student != points.student or _names(changed) != _names(points):
                raise PluginError(
                    f"plugin {source.label}: hook '{HOOK}': it must return the points of the same "
                    "student and the same exercises"
                )
            points = changed
    return points


def _names(points: StudentPoints) -> list[str]:
    return [exercise.name for exercise in points.exercises]
