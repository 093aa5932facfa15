"""The pages of a run: path -> content, for files and for a server alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from autograder.classes.outcomes.reading import report_of
from autograder.classes.outcomes.records import Outcome, State
from autograder.classes.pages import heat, statistics, tables
from autograder.classes.pages.code import CodeReader
from autograder.classes.pages.rendering import asset, render, stylesheet
from autograder.classes.pages.view import RunView
from autograder.classes.rosters.identifiers import folded
from autograder.classes.store.database import Store
from autograder.course.source import lines_of

#: Rows of the lists of slow work.
MAX_SLOW = 20

#: Path -> title of the pages that the menu shows.
MENU = {
    "index.html": "Overview",
    "students.html": "Students",
    "tasks.html": "Tasks",
    "mistakes.html": "Mistakes",
    "grading.html": "Grading",
    "export.html": "Export",
}


@dataclass(frozen=True)
class Live:
    """What a page of a server has in addition.

    Attributes:
        query: what a reader searches.
        done, total: results that are there, and all of the run.
        is_ended: whether the run is finished.
    """

    query: str = ""
    done: int = 0
    total: int = 0
    is_ended: bool = False


class Site:
    """The pages of a run.

    Args:
        view: the run.
        store: has the reports.
        code: reads the code of attempts.
    """

    def __init__(self, view: RunView, store: Store, code: CodeReader) -> None:
        self.view = view
        self._store = store
        self._code = code

    def paths(self) -> Iterator[str]:
        """Yield the paths of all pages and files."""
        yield from self._fixed()
        yield from self._exercises()
        yield from self.view.pages_of_students
        yield from self.view.pages_of_work

    def content(self, path: str, live: Live | None = None) -> bytes | None:
        """Return the page or file at `path`; None if there is none."""
        fixed = self._fixed() | self._exercises()
        if path in fixed:
            found = fixed[path](live)
            return found if isinstance(found, bytes) else _encoded(found)
        if path in self.view.pages_of_students:
            return _encoded(self._student(path, live))
        if path in self.view.pages_of_work:
            return _encoded(self._work(path, live))
        return None

    def _fixed(self) -> dict[str, Callable[[Live | None], str | bytes]]:
        pages = (self._overview, self._students, self._tasks, self._mistakes, self._grading)
        return {
            **dict(zip(MENU, (*pages, self._export), strict=True)),
            "points.csv": lambda _: tables.points_csv(self.view),
            "points.json": lambda _: tables.points_json(self.view),
            "datasette.json": lambda _: asset("datasette.json"),
            "pages.css": lambda _: stylesheet(),
            "pages.js": lambda _: asset("pages.js"),
        }

    def _exercises(self) -> dict[str, Callable[[Live | None], str]]:
        """Return the pages of single exercises, where their tasks do not fit on one page."""
        if heat.is_by_task(self.view):
            return {}
        return {
            f"exercises/{name}.html": partial(self._students, exercise=name)
            for name in self.view.results.exercises
        }

    def _overview(self, live: Live | None) -> str:
        shares = statistics.shares(self.view)
        outcomes = self.view.results.outcomes.values()
        full = sum(share >= 1 for share in shares.values())
        facts = {
            "with_work": len({one.student for one in outcomes}),
            "mean": sum(shares.values()) / len(shares) if shares else None,
            "median": median(shares.values()) if shares else None,
            "full": full,
            "not_graded": sum(one.state is State.NOT_GRADED for one in outcomes),
            "waiting": sum(one.state is State.WAITS_FOR_PERSON for one in outcomes),
        }
        return self._page("index.html", live, facts=facts,
                          distribution=statistics.distribution(shares),
                          over_time=statistics.by_time(self.view),
                          rates=statistics.task_rates(self.view)[:8],
                          mistakes=statistics.mistakes(self.view)[:8])  # fmt: skip

    def _students(self, live: Live | None, exercise: str = "") -> str:
        columns = heat.columns(self.view, exercise)
        rows = heat.rows(self.view, columns)
        query = live.query if live is not None else ""
        if query:
            wanted = folded(query)
            rows = [row for row in rows if wanted in folded(self.view.shown(row.student))]
        # An exercise and the number of its columns.
        groups: dict[str, int] = {}
        for column in columns:
            groups[column.exercise] = groups.get(column.exercise, 0) + 1
        path = f"exercises/{exercise}.html" if exercise else "students.html"
        return self._page(path, live, "students.html", columns=columns, rows=rows, groups=groups,
                          exercise=exercise, single=self._exercises())  # fmt: skip

    def _tasks(self, live: Live | None) -> str:
        return self._page("tasks.html", live, rates=statistics.task_rates(self.view))

    def _mistakes(self, live: Live | None) -> str:
        listed = statistics.mistakes(self.view)
        return self._page("mistakes.html", live, mistakes=listed, code=self._code)

    def _grading(self, live: Live | None) -> str:
        return self._page("grading.html", live,
                          slowest=statistics.slowest(self.view, MAX_SLOW),
                          slow_checks=statistics.slow_checks(self.view, MAX_SLOW),
                          repeated=statistics.repeated(self.view),
                          missing=_by_fault(self.view))  # fmt: skip

    def _export(self, live: Live | None) -> str:
        return self._page("export.html", live)

    def _student(self, path: str, live: Live | None) -> str:
        student = self.view.pages_of_students[path]
        outcomes = self.view.results.of(student)
        return self._page(path, live, "student.html", student=student,
                          share=statistics.shares(self.view).get(student),
                          outcomes=outcomes,
                          attempts=self.view.collection.attempts_of(student),
                          counting={one.attempt for one in outcomes.values()},
                          policy=self.view.collection.policy)  # fmt: skip

    def _work(self, path: str, live: Live | None) -> str:
        outcomes = self.view.pages_of_work[path]
        first = outcomes[0]
        report = self._store.transaction(partial(report_of, key=first.key))
        code = self._code.of(first.attempt, first.exercise)
        return self._page(path, live, "work.html", outcomes=outcomes, first=first,
                          report=report, code=lines_of(code))  # fmt: skip

    def _page(self, path: str, live: Live | None, template: str = "", **values: Any) -> str:
        root = "../" * path.count("/")
        named = {"path": path, "root": root, "live": live, "menu": MENU}
        return render(template or path, view=self.view, run=self.view.run, **named, **values)


def _by_fault(view: RunView) -> Mapping[str, list[Outcome]]:
    """Return fault -> the outcomes that it left without a grade."""
    found: dict[str, list[Outcome]] = {}
    for one in view.results.outcomes.values():
        if one.work is None:
            found.setdefault(view.faults[one.key] or "still to be graded", []).append(one)
    return found


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
