"""Answers in prose of a run, each once, and the page of a server that gives them points."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

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
from plugins.classes.pages.site import ANSWERS, Live, RunSite

#: Maximum bytes of a form that is sent.
MAX_FORM = 1 << 16


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
        for check in outcome.checks:
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


def answers_page(site: RunSite, live: Live, wanted: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        wanted: ``answer``, the key of an answer; or ``after`` or ``question`` for the next open
            one; without any, the first open one is shown.
    """
    answers = _answers(site)
    key, question = wanted.get("answer", ""), wanted.get("question", "")
    own = [answer for answer in answers if answer.question == question] or answers
    chosen = next((answer for answer in answers if answer.key == key), None)
    chosen = chosen or next_open(own, wanted.get("after", ""))
    counts = Counter(answer.question for answer in answers)
    is_open = Counter(answer.question for answer in answers if answer.is_open)
    given = chosen.given if chosen is not None else None
    known = reusable(answers, chosen.question) if chosen is not None else []
    lines = [*lines_of_comment(given.comment)] if given is not None else []
    return site.page(
        ANSWERS, live, counts=counts, open=is_open, chosen=chosen, given=given, known=known,
        lines=lines, own=[a for a in answers if chosen and a.question == chosen.question],
    )  # fmt: skip


def save_answer(site: RunSite, form: Mapping[str, Sequence[str]]) -> str:
    """Write what a form gives, and return the address of the next open answer.

    It has ``answer``, ``points``, ``comment``, and each reused comment as ``again``.
    """
    key = form.get("answer", [""])[0]
    answers = {answer.key: answer for answer in _answers(site)}
    if key not in answers:
        raise BadInputError("this answer is not in the run any more: open the page again")
    try:
        points = float(form.get("points", [""])[0].replace(",", "."))
    except ValueError:
        raise BadInputError(f"{answers[key].question}: points must be a number") from None
    texts = (*form.get("again", ()), *form.get("comment", ()))
    lines = dict.fromkeys(line for text in texts for line in lines_of_comment(text))
    give(_folder(site), answers[key], points, "\n".join(lines))
    return f"/{ANSWERS}?question={quote(answers[key].question)}&after={quote(key)}"


def _answers(site: RunSite) -> list[ProseAnswer]:
    entries = read_entries(_folder(site) / FILE)
    return prose_answers(site.view.results, entries)


def _folder(site: RunSite) -> Path:
    return site.view.collection.folder
