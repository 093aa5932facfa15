"""Final points of students: each change after grading with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter

from autograder.public.reports import ExerciseResult, TaskResult, Verdict, WrittenAnswer
from framework.errors import BadInputError, PluginError, UnknownNameError
from framework.providers.hook_calls import expect
from framework.providers.loaded_plugins import Plugins
from plugins.classes.collecting.attempts import Timing
from plugins.classes.collecting.collection import Collection
from plugins.classes.marks import manual_points
from plugins.classes.marks.class_results import (
    UNGRADED,
    WITHOUT_RESULT,
    ClassResults,
    State,
    StudentOutcome,
    read_results,
)
from plugins.classes.marks.manual_points import ManualEntries, ManualEntry, by_part, comments
from plugins.classes.marks.point_rules import Rules, read_rules
from plugins.classes.rosters.roster import Student
from plugins.classes.runs.course_parts import WithParts
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
        weight: factor of its points in the sum; 0 leaves it out.
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
    changes: tuple[PointsChange, ...] = ()
    comments: tuple[str, ...] = ()

    @property
    def is_dropped(self) -> bool:
        """Whether it is left out of the sum."""
        return self.weight == 0

    def changed(self, earned: float, why: str) -> ExercisePoints:
        """Return the exercise with other points, and the reason among its changes."""
        if earned == self.earned:
            return self
        changes = (*self.changes, PointsChange(self.earned, earned, why))
        return replace(self, earned=earned, changes=changes)


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
        order = (*UNGRADED, State.WAITS_FOR_PERSON)
        return next((state for state in order if state in states), State.GRADED)

    @property
    def waiting(self) -> float:
        """Number of points that wait for another part, and for the decision of an instructor."""
        return sum(sum(exercise.waiting.values()) for exercise in self.counted)


#: Characters of a digest in the table of manual points.
DIGEST = 16


def settle(
    results: ClassResults,
    rules: Rules,
    entries: ManualEntries,
    adjust: Callable[[StudentPoints], StudentPoints] = lambda points: points,
) -> dict[str, StudentPoints]:
    """Return key of each student -> points; `adjust` comes after the rules, before `final`."""
    # Any graded work of an exercise says what the exercise is worth.
    worth = {item.exercise: item.work for item in results.outcomes.values() if item.work}
    settled = {}
    for key, student in results.students.items():
        about = {name: entries.about(key, name) for name in results.exercises}
        exercises = (
            _exercise_points(results, rules, about[name], key, name, worth.get(name))
            for name in results.exercises
        )
        points = StudentPoints(student, tuple(exercises))
        points = adjust(_without_lowest(points, rules.lowest))
        finals = []
        for exercise in points.exercises:
            given = [entry.final for entry in about[exercise.name] if entry.final is not None]
            finals.append(_replaced(exercise, given[0] if given else None))
        settled[key] = replace(points, exercises=tuple(finals))
    return settled


def _exercise_points(
    results: ClassResults,
    rules: Rules,
    entries: list[ManualEntry],
    key: str,
    name: str,
    example: ExerciseResult | None,
) -> ExercisePoints:
    """Return the points at one exercise, with manual points and rules."""
    outcome = results.outcomes.get((key, name))
    own = outcome.work if outcome is not None else None
    work = own or example
    listed = work.tasks if work is not None else ()
    tasks = [task for task in listed if (name, task.name) not in rules.dropped_tasks]
    points = ExercisePoints(
        name=name,
        unit=work.unit if work is not None else "",
        title=work.title if work is not None else name,
        state=results.state(key, name),
        earned=0.0,
        possible=sum(task.possible for task in tasks),
        days_late=_days_late(outcome),
        weight=rules.weights.get(name, 1.0),
    )
    given = by_part(entries, digests(outcome) if outcome is not None else {})
    if own is not None:
        points = _with_tasks(points, tasks, given, rules)
    elif "" in given:
        points = replace(points, comments=tuple(comments([given[""]])))
    return _late(_replaced(points, given[""].points if "" in given else None), rules)


def _days_late(outcome: StudentOutcome | None) -> int | None:
    """Return the days that no late day covers; None if the other system says only 'late'."""
    standing = outcome.standing if outcome is not None else None
    if standing is None:
        return 0
    if standing.days_late is None:
        return None if standing.timing is Timing.LATE else 0
    return standing.days_late - standing.spent


def digests(outcome: StudentOutcome) -> dict[str, str]:
    """Return part -> digest of the work for manual points; key '' is the whole exercise."""
    own = outcome.key.submission[:DIGEST]
    digest = {"": own}
    for task in outcome.tasks:
        answers = [answer for check in task.checks for answer in check.of(WrittenAnswer)]
        digest[task.name] = next((item.digest for item in answers if item.digest), own)
    return digest


def _waiting(tasks: Iterable[TaskResult]) -> dict[str, float]:
    """Return exercise or task -> number of points of `tasks` that wait for it."""
    points: dict[str, float] = defaultdict(float)
    for check in (check for task in tasks for check in task.checks if check.blocked_by):
        points[check.blocked_by] += check.points
    return points


def _with_tasks(
    points: ExercisePoints, tasks: list[TaskResult], given: dict[str, ManualEntry], rules: Rules
) -> ExercisePoints:
    """Return `points` with the sum of the tasks, where an entry or a rule may decide."""
    points = replace(points, earned=sum(task.earned for task in tasks))
    undecided = []
    for task in tasks:
        entry = given.get(task.name)
        if (points.name, task.name) in rules.full_tasks:
            why = f"{task.name}: counts as right for all"
            points = points.changed(points.earned + task.possible - task.earned, why)
        elif entry is not None and entry.points is not None:
            if entry.points > task.possible:
                raise BadInputError(
                    f"{manual_points.FILE}, line {entry.line}: {entry.points:g} points for a part "
                    f"that is worth {task.possible:g}. For a bonus, add a row without 'part'"
                )
            why = f"{task.name}: an instructor gave {entry.points:g} of {task.possible:g}"
            points = points.changed(points.earned + entry.points - task.earned, why)
        else:
            undecided.append(task)
    state = State.WAITS_FOR_PERSON if any(map(_is_prose, undecided)) else State.GRADED
    told = tuple(comments(given.values()))
    return replace(points, waiting=_waiting(undecided), state=state, comments=told)


def _replaced(points: ExercisePoints, given: float | None) -> ExercisePoints:
    """Return `points` with the number that an instructor gave for the whole exercise, if any."""
    if given is None:
        return points
    changed = points.changed(given, f"an instructor gave {given:g} of {points.possible:g}")
    return replace(changed, state=State.GRADED, waiting={})


def _late(points: ExercisePoints, rules: Rules) -> ExercisePoints:
    days = points.days_late
    if not rules.per_day or not days or points.state in (*UNGRADED, *WITHOUT_RESULT):
        return points
    share = min(rules.per_day * days, rules.at_most) / 100
    word = "day" if days == 1 else "days"
    return points.changed(points.earned * (1 - share), f"{days} {word} late: -{share:.0%}")


def _without_lowest(points: StudentPoints, count: int) -> StudentPoints:
    """Leave out the exercises with the smallest shares of points; never all of them."""
    counted = [exercise for exercise in points.counted if exercise.possible]
    ranked = sorted(counted, key=lambda exercise: exercise.earned / exercise.possible)
    dropped = {exercise.name for exercise in ranked[: min(count, len(ranked) - 1)]}
    kept = (
        replace(exercise, weight=0.0) if exercise.name in dropped else exercise
        for exercise in points.exercises
    )
    return replace(points, exercises=tuple(kept)) if dropped else points


def asked(
    results: ClassResults,
    entries: ManualEntries,
    with_parts: WithParts | None = None,
) -> Iterator[ManualEntry]:
    """Yield a row for each decision of the instructor.

    These are answers in prose, points that wait, points that a part costs although it passes its
    own checks, and requests in `entries` about work of the run.
    """
    for outcome in results.outcomes.values():
        work = digests(outcome)
        about = entries.about(outcome.student, outcome.exercise)
        requests = {r.part: r for r in about if r.request and r.work == work.get(r.part)}
        yield from requests.values()
        exchanged = (with_parts or {}).get((outcome.attempt, outcome.exercise), ())
        others = [(part, task) for part, exercise in exchanged for task in exercise.tasks]
        for task in outcome.tasks:
            waiting, is_prose = _waiting([task]), _is_prose(task)
            tried = [(part, other) for part, other in others if other.name == task.name]
            costly = [p for p, other in tried if not waiting and other.earned > task.earned]
            if (waiting or is_prose or costly) and task.name not in requests:
                best = max((other for _, other in tried), key=attrgetter("earned"), default=None)
                yield ManualEntry(
                    outcome.student, outcome.exercise, task.name, work[task.name],
                    about="prose" if is_prose else "blocked" if waiting else "part",
                    earned="" if is_prose else f"{task.earned:g}",
                    possible=f"{task.possible:g}",
                    waits_for=" ".join(waiting or costly),
                    with_course_part=f"{best.earned:g}/{best.possible:g}" if best else "",
                )  # fmt: skip


def _is_prose(task: TaskResult) -> bool:
    return any(check.verdict is Verdict.FOR_A_PERSON for check in task.checks)


HOOK = "adjust_points"


@dataclass(frozen=True)
class RunPoints:
    """A run with its final points."""

    results: ClassResults
    entries: ManualEntries
    rules: Rules
    points: Mapping[str, StudentPoints]

    @property
    def not_graded(self) -> int:
        """Number of results that are missing by a fault of the grader, or not there yet."""
        listed = (exercise for points in self.points.values() for exercise in points.exercises)
        return sum(exercise.state in UNGRADED for exercise in listed)

    @property
    def unused_rows(self) -> list[str]:
        """Rows of points.csv that match no student, exercise or part of the run."""
        tasks = self.results.tasks
        parts = {(key, name): tasks[name] for key in self.points for name in tasks}
        return list(manual_points.unused(self.entries, parts))

    @property
    def late_unknown(self) -> list[str]:
        """Keys of students who are late by an unknown number of days: no penalty."""
        return [
            key
            for key, points in self.points.items()
            if self.rules.per_day and None in (part.days_late for part in points.exercises)
        ]

    def only(self, names: frozenset[str]) -> RunPoints:
        """Return it for some exercises alone."""
        for name in sorted(names):
            if name not in self.results.exercises:
                raise UnknownNameError("exercise of the run", name, self.results.exercises)
        points = {
            key: replace(own, exercises=tuple(e for e in own.exercises if e.name in names))
            for key, own in self.points.items()
        }
        return replace(self, points=points) if names else self


def points_of_run(store: Store, collection: Collection, run: Run, plugins: Plugins) -> RunPoints:
    """Return the final points of `run`."""
    results = store.transaction(partial(read_results, collection=collection, run=run))
    rules = read_rules(collection.folder, results.tasks)
    entries = manual_points.read_entries(collection.folder / manual_points.FILE)
    points = settle(results, rules, entries, partial(_adjusted, plugins))
    return RunPoints(results, entries, rules, points)


def _adjusted(plugins: Plugins, points: StudentPoints) -> StudentPoints:
    """Return `points` after the changes of each plugin."""
    names = [exercise.name for exercise in points.exercises]
    for source in plugins.sources:
        for value in plugins.ask(source, HOOK, points=points):
            changed: StudentPoints = expect(
                source, HOOK, "the points it got, or a copy", StudentPoints, value
            )
            same_student = changed.student == points.student
            if not same_student or [exercise.name for exercise in changed.exercises] != names:
                raise PluginError(
                    f"plugin {source.label}: hook '{HOOK}': it must return the points of the same "
                    "student and the same exercises"
                )
            points = changed
    return points
