"""Numbers about a run: pass rates, mistakes, distribution of points, slow work, the heat map."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, timedelta
from statistics import median
from typing import NamedTuple

from autograder.public.reports import CheckResult, TaskResult, Verdict, number
from plugins.classes.marks.class_results import State, StudentOutcome
from plugins.classes.pages.view import RunView
from plugins.classes.rosters.dates import time_zone

#: Verdicts of a check that show wrong code.
WRONG = (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY)
#: Verdicts that do not judge the code of a task.
OPEN = (Verdict.BLOCKED, Verdict.NOT_GRADED, Verdict.FOR_A_PERSON, Verdict.NEEDS_GRADER)
#: Examples of a mistake that the pages show.
EXAMPLES = 3
#: Parts of the distribution below full marks.
PARTS = 10
#: Bars of a chart over time; more days than this are shown by week.
MAX_BARS = 42


@dataclass(frozen=True)
class TaskRate:
    """How many students solved a task.

    Attributes:
        open: those whose points wait for another task, a person or the grader.
        attempts: median number of attempts of those who passed; None if no student did.
    """

    exercise: str
    task: str
    passed: int
    partly: int
    wrong: int
    not_started: int
    open: int
    attempts: float | None

    @property
    def decided(self) -> int:
        """Number of students whose code was judged."""
        return self.passed + self.partly + self.wrong + self.not_started

    @property
    def rate(self) -> float:
        """Share of these students who passed, from 0 to 1."""
        return self.passed / self.decided if self.decided else 0.0


def task_rates(view: RunView) -> list[TaskRate]:
    """Return the rate of each task, the lowest one first."""
    kinds: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    attempts: dict[tuple[str, str], list[int]] = defaultdict(list)
    handed_in = Counter(
        student for attempt in view.collection.attempts for student in attempt.students
    )
    for (student, exercise), outcome in view.results.outcomes.items():
        for task in outcome.tasks:
            kind = _kind(task)
            kinds[exercise, task.name][kind] += 1
            if kind == "passed":
                attempts[exercise, task.name].append(handed_in[student])
    rates = [
        TaskRate(*key, counts["passed"], counts["partly"], counts["wrong"], counts["not started"],
                 counts["open"], median(attempts[key]) if attempts[key] else None)
        for key, counts in kinds.items()
    ]  # fmt: skip
    return sorted(rates, key=lambda rate: (rate.decided == 0, rate.rate))


def _kind(task: TaskResult) -> str:
    if task.verdict in (Verdict.PASSED, Verdict.SKIPPED):
        return "passed"
    if task.verdict in OPEN:
        return "open"
    if task.verdict is Verdict.NOT_STARTED:
        return "not started"
    return "partly" if task.earned else "wrong"


@dataclass(frozen=True)
class CommonMistake:
    """A mistake that students made in one task.

    Attributes:
        id: the diagnosis, as in ``no-bias``; empty where none is known.
        sentence: a description of the mistake; without a diagnosis, the check that failed.
        outcomes: an outcome of each student with this mistake.
        examples: outcomes of different work, with the check that showed it.
    """

    exercise: str
    task: str
    id: str
    sentence: str
    outcomes: tuple[StudentOutcome, ...]
    examples: tuple[tuple[StudentOutcome, CheckResult], ...]


def mistakes(view: RunView) -> list[CommonMistake]:
    """Return the mistakes, those of most students first; diagnosed ones before others."""
    by_mistake: dict[tuple[str, str, str, str], dict[str, tuple[StudentOutcome, CheckResult]]] = {}
    for outcome in view.results.outcomes.values():
        for check in outcome.checks:
            if check.verdict in WRONG:
                cause = check.diagnosis
                told = cause.sentence if cause else f"{check.title}: {check.verdict}"
                mistake = outcome.exercise, check.task, cause.id if cause else "", told
                by_mistake.setdefault(mistake, {}).setdefault(outcome.student, (outcome, check))
    listed = []
    for mistake, students in by_mistake.items():
        by_work = {example[0].key: example for example in reversed(students.values())}
        examples = tuple(reversed(by_work.values()))[:EXAMPLES]
        outcomes = tuple(outcome for outcome, _ in students.values())
        listed.append(CommonMistake(*mistake, outcomes, examples))
    return sorted(listed, key=lambda m: (not m.id, -len(m.outcomes), m.exercise, m.task))


class Bar(NamedTuple):
    """A bar of a chart, from `label` to `end`; `note` marks it, as for a due date."""

    label: str
    height: int
    end: str = ""
    note: str = ""


def shares(view: RunView) -> dict[str, float]:
    """Return student -> share of the points, from 0 to 1; of all exercises that were graded.

    An exercise without work counts as 0, one that was not graded does not count.
    """
    possible: dict[str, float] = defaultdict(float)
    for outcome, work in view.works.values():
        possible[outcome.exercise] = max(work.possible, possible[outcome.exercise])
    by_student = {}
    for student, outcomes in view.with_work():
        graded = [outcome.work for outcome in outcomes.values() if outcome.work is not None]
        not_graded = {name for name, outcome in outcomes.items() if outcome.work is None}
        total = sum(points for name, points in possible.items() if name not in not_graded)
        if total:
            by_student[student] = sum(work.earned for work in graded) / total
    return by_student


def distribution(by_student: dict[str, float]) -> list[Bar]:
    """Return the number of students by share of the points: ten parts, and full marks."""
    counted = Counter(min(int(share * PARTS + 1e-9), PARTS) for share in by_student.values())
    step = 100 // PARTS
    parts = [Bar(f"{i * step}", counted[i], f"{(i + 1) * step}") for i in range(PARTS)]
    return [*parts, Bar("100", counted[PARTS])]


def by_time(view: RunView) -> list[Bar]:
    """Return the number of attempts by day, or by week where there are many days."""
    zone = time_zone(view.collection.zone) if view.collection.zone else UTC
    moments = [attempt.submitted for attempt in view.collection.attempts]
    days = Counter(moment.astimezone(zone).date() for moment in moments if moment is not None)
    due = view.collection.policy.due
    ends = [*days, *([due.astimezone(zone).date()] if due is not None else [])]
    if not days:
        return []
    step = 1 if (max(ends) - min(ends)).days < MAX_BARS else 7
    bars, start = [], min(ends)
    while start <= max(ends):
        part = [start + timedelta(days=i) for i in range(step)]
        note = "due" if due is not None and due.date() in part else ""
        bars.append(Bar(f"{start:%b} {start.day}", sum(days[day] for day in part), note=note))
        start += timedelta(days=step)
    return bars


def slow_checks(view: RunView, most: int) -> list[tuple[str, str, float, float]]:
    """Return exercise, check, median and longest seconds of the checks that take most time."""
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for outcome, work in view.works.values():
        for check in work.checks:
            times[outcome.exercise, check.title].append(check.seconds)
    listed = [(*check_key, median(seconds), max(seconds)) for check_key, seconds in times.items()]
    return sorted(listed, key=lambda row: -row[2])[:most]


#: Levels of a cell: none of the points, three parts, nearly all, all.
LEVELS = 5


class HeatCell(NamedTuple):
    """A cell of the heat map: its class, ``c0`` to ``c5`` or another one, text, and link."""

    level: str
    text: str
    page: str = ""


def columns(view: RunView, exercise: str = "") -> list[tuple[str, str]]:
    """Return exercise and task of the columns of a page: all exercises, or the tasks of one.

    The task is empty in the column of a whole exercise.
    """
    if not exercise:
        return [(name, "") for name in view.results.exercises]
    return [(exercise, task) for task in view.results.tasks[exercise] or ("",)]


def cells(view: RunView, student: str, chosen: list[tuple[str, str]]) -> list[HeatCell]:
    """Return the cells of a student in the chosen columns."""
    outcomes = view.results.of(student)
    return [_cell(view, outcomes.get(exercise), task) for exercise, task in chosen]


def _cell(view: RunView, outcome: StudentOutcome | None, task: str) -> HeatCell:
    if outcome is None:
        return HeatCell("none", "–")
    page = view.work_page(outcome.key)
    if outcome.work is None:
        return HeatCell("open", "…" if outcome.state is State.QUEUED else "?", page)
    part = next((part for part in outcome.work.tasks if part.name == task), outcome.work)
    if part.for_a_person:
        return HeatCell("open", f"{number(part.earned)}…", page)
    return HeatCell(f"c{level(part.earned, part.possible)}", number(part.earned), page)


def level(earned: float, possible: float) -> int:
    """Return the level of points, from 0 for none to 5 for all."""
    if possible <= 0 or earned >= possible:
        return LEVELS
    return 0 if earned <= 0 else min(1 + int(earned / possible * (LEVELS - 1)), LEVELS - 1)
