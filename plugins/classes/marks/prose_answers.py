"""Answers in prose of a run, each once: equal answers of several students get points together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

from autograder.public.reports import CheckResult, WrittenAnswer
from framework.errors import BadInputError
from plugins.classes.collecting.collection import locked
from plugins.classes.marks.class_results import ClassResults
from plugins.classes.marks.manual_points import (
    FILE,
    ManualEntries,
    ManualEntry,
    read_entries,
    write_entries,
)


@dataclass(frozen=True)
class ProseAnswer:
    """An answer in prose.

    Attributes:
        check: the question: title and points, with the answer as its finding.
        written: the answer, with the model answer and the rubric.
        entries: a row of ``points.csv`` for each student who gave this answer.
    """

    check: CheckResult
    written: WrittenAnswer
    entries: tuple[ManualEntry, ...]

    @property
    def question(self) -> str:
        """Exercise and question, as in ``lm_questions/bottleneck``."""
        return f"{self.entries[0].exercise}/{self.entries[0].part}"

    @property
    def key(self) -> str:
        """Question and digest: no other answer has this key."""
        return f"{self.question}/{self.entries[0].work}"

    @property
    def given(self) -> ManualEntry | None:
        """The row with the points that the answer has; None for none."""
        return next((entry for entry in self.entries if entry.points is not None), None)

    @property
    def is_open(self) -> bool:
        """Whether it has no points, or a regrade request without a comment."""
        return any(entry.why_open for entry in self.entries)


def prose_answers(results: ClassResults, entries: ManualEntries) -> list[ProseAnswer]:
    """Return the answers in prose of a run, by question, in the order of the students."""
    found: dict[tuple[str, str, str], tuple[CheckResult, WrittenAnswer]] = {}
    rows: dict[tuple[str, str, str], list[ManualEntry]] = defaultdict(list)
    for outcome in results.outcomes.values():
        about = {entry.place: entry for entry in entries.about(outcome.student, outcome.exercise)}
        for check in outcome.work.checks if outcome.work is not None else ():
            for written in check.of(WrittenAnswer):
                new = ManualEntry(
                    outcome.student, outcome.exercise, check.task, written.digest,
                    about="prose", possible=f"{check.points:g}",
                )  # fmt: skip
                found.setdefault(new.place[1:], (check, written))
                rows[new.place[1:]].append(about.get(new.place, new))
    answers = [ProseAnswer(*found[place], tuple(rows[place])) for place in found]
    order = {question: i for i, question in enumerate(dict.fromkeys(a.question for a in answers))}
    return sorted(answers, key=lambda answer: order[answer.question])


def give(folder: Path, answer: ProseAnswer, points: float, comment: str) -> None:
    """Write points and a comment for an answer into ``points.csv``, for each of its students."""
    if not 0 <= points <= answer.check.points:
        most = f"{answer.check.points:g}"
        raise BadInputError(f"{answer.question}: points must be from 0 to {most}, not {points:g}")
    with locked(folder):
        rows = {entry.place: entry for entry in read_entries(folder / FILE).all}
        for entry in answer.entries:
            row = rows.get(entry.place, entry)
            rows[entry.place] = replace(row, points=points, comment=comment)
        write_entries(folder / FILE, rows.values())


class ReusableComment(NamedTuple):
    """A comment: the number of answers that have it, and their median points."""

    text: str
    uses: int
    points: float


def reusable(answers: Iterable[ProseAnswer], question: str) -> list[ReusableComment]:
    """Return the comments given to answers to a question, the most frequent first."""
    points: dict[str, list[float]] = defaultdict(list)
    rows = (answer.given for answer in answers if answer.question == question)
    for row in filter(None, rows):
        for line in lines_of_comment(row.comment):
            points[line].append(row.points or 0.0)
    listed = [ReusableComment(text, len(own), median(own)) for text, own in points.items()]
    return sorted(listed, key=lambda comment: -comment.uses)


def lines_of_comment(comment: str) -> Iterator[str]:
    """Yield the lines of a comment: each can be used again."""
    yield from filter(None, map(str.strip, comment.splitlines()))


def next_open(answers: Sequence[ProseAnswer], after: str) -> ProseAnswer | None:
    """Return the next open answer after the one with the key `after`, round to the first."""
    keys = [answer.key for answer in answers]
    start = keys.index(after) + 1 if after in keys else 0
    return next((a for a in (*answers[start:], *answers[:start]) if a.is_open), None)
