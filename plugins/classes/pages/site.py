"""The pages of a run: path -> content, for files and for a server alike."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from importlib import resources
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

from autograder.public.courses import lines_of
from autograder.public.reports import report_templates
from framework.errors import BadInputError
from framework.plotting.svg import chart_css
from plugins.classes.marks.class_results import State, StudentOutcome, report_of
from plugins.classes.pages import statistics
from plugins.classes.pages.view import CodeReader, RunView
from plugins.classes.rosters.dates import shown_moment
from plugins.classes.rosters.privacy import private_folder, write_private
from plugins.classes.rosters.roster import folded
from plugins.classes.rosters.tables import written_csv
from plugins.classes.runs.store import Store

if TYPE_CHECKING:
    from jinja2 import Environment

#: Pages may load files beside them, and no script or style inside of them.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)

_HERE = "plugins.classes.pages"


def render(template: str, **values: Any) -> str:
    """Return a page of the folder ``templates``."""
    return _environment().get_template(template).render(security=POLICY, **values)


@cache
def _environment() -> Environment:
    made = report_templates(_HERE)
    made.filters.update(percent=percent, moment=moment)
    return made


def percent(share: float | None) -> str:
    """Return a share as ``78 %``; a dash for none. Less than all is never 100 %."""
    if share is None:
        return "–"
    return f"{100 if share >= 1 else min(round(100 * share), 99)} %"


def moment(value: datetime | float | None, zone: str = "") -> str:
    """Return a time as ``2026-03-02 10:15 CET``, in a time zone or in UTC."""
    if value is None:
        return "time unknown"
    if isinstance(value, float):
        value = datetime.fromtimestamp(value, UTC)
    return shown_moment(value, zone)


def asset(name: str) -> bytes:
    """Return a file of the folder ``assets``."""
    return resources.files(_HERE).joinpath("assets", name).read_bytes()


@cache
def stylesheet() -> bytes:
    """Return the style of all pages: styles of reports and charts, and their own."""
    reports = resources.files("autograder.reports").joinpath("templates", "page.css")
    parts = (reports.read_text("utf-8"), chart_css(), asset("pages.css").decode())
    return "\n".join(parts).encode()


#: Lists the files of the pages, so that the next report removes them and no others.
_LISTING = "pages.json"


#: Path -> makes the page or file at it.
Pages = Mapping[str, Callable[..., str | bytes]]


def encoded(page: str | bytes) -> bytes:
    """Return the bytes of a page or file."""
    return page if isinstance(page, bytes) else page.encode("utf-8", "replace")


def write_site(pages: Pages, folder: Path) -> int:
    """Write all pages into `folder` in place of those of an earlier report; return how many."""
    if folder.exists():
        for former in _listed(folder):
            (folder / former).unlink(missing_ok=True)
    private_folder(folder)
    write_private(folder / _LISTING, json.dumps(sorted(pages), indent=1).encode())
    for path, make in pages.items():
        private_folder((folder / path).parent)
        write_private(folder / path, encoded(make()), is_durable=False)
    return len(pages)


def _listed(folder: Path) -> list[Path]:
    """Return the paths of an earlier report: those below its folder alone."""
    file = folder / _LISTING
    if not folder.is_dir() or (any(folder.iterdir()) and not file.is_file()):
        raise BadInputError(f"{folder} holds other files: name a new folder for the pages")
    if not file.is_file():
        return []
    try:
        paths = [Path(str(path)) for path in json.loads(file.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise BadInputError(
            f"{file} is damaged: remove the folder of the pages ({error})"
        ) from None
    return [path for path in paths if not path.is_absolute() and ".." not in path.parts]


POINTS_COLUMNS = ("student", "exercise", "task", "verdict", "earned", "possible", "diagnosis")


def points_csv(view: RunView) -> str:
    """Return a row for each student and task; ungraded work has one row without points."""
    rows: list[tuple[object, ...]] = [POINTS_COLUMNS]
    for student, outcomes in view.with_work():
        name = view.shown(student)
        for exercise, outcome in outcomes.items():
            if outcome.work is None:
                rows.append((name, exercise, "", outcome.state.value, "", "", ""))
                continue
            for task in outcome.work.tasks:
                why = " ".join(dict.fromkeys(c.diagnosis.id for c in task.checks if c.diagnosis))
                points = task.verdict.value, task.earned, task.possible
                rows.append((name, exercise, task.name, *points, why))
    return written_csv(rows)


#: Rows of the lists of slow work.
MAX_SLOW = 20

#: Path -> title of the pages that the menu shows.
MENU = {
    "index.html": "Overview", "students.html": "Students", "tasks.html": "Tasks",
    "mistakes.html": "Mistakes", "grading.html": "Grading", "export.html": "Export",
}  # fmt: skip
#: The page for points of answers in prose, which a server alone shows.
ANSWERS = "answers.html"


@dataclass(frozen=True)
class Live:
    """The state of a run, for a page of a server; `query` is the search text of the reader."""

    done: int = 0
    total: int = 0
    ended: float | None = None
    query: str = ""


@dataclass(frozen=True)
class RunSite:
    """The pages of a run; its store has the reports."""

    view: RunView
    store: Store
    code: CodeReader

    @cached_property
    def pages(self) -> Pages:
        """Path -> makes the page or file at it; a server gives it the state of the run."""
        view = self.view
        export = partial(self.page, "export.html")
        menu = (self._overview, self._students, self._tasks, self._mistakes, self._grading, export)
        exercises = view.results.exercises
        return {
            **dict(zip(MENU, menu, strict=True)),
            "points.csv": lambda _=None: points_csv(view),
            "datasette.json": lambda _=None: asset("datasette.json"),
            "pages.css": lambda _=None: stylesheet(),
            "pages.js": lambda _=None: asset("pages.js"),
            **{f"exercises/{e}.html": partial(self._students, exercise=e) for e in exercises},
            **{path: partial(self._student, path) for path in view.pages_of_students},
            **{path: partial(self._work, path) for path in view.pages_of_work},
        }

    @cached_property
    def _shares(self) -> dict[str, float]:
        return statistics.shares(self.view)

    def _overview(self, live: Live | None = None) -> str:
        shares, outcomes = self._shares.values(), self.view.results.outcomes.values()
        states = Counter(outcome.state for outcome in outcomes)
        facts = {
            "with_work": len({outcome.student for outcome in outcomes}),
            "mean": mean(shares) if shares else None,
            "median": median(shares) if shares else None,
            "full": sum(share >= 1 for share in shares),
            "not_graded": states[State.NOT_GRADED],
            "waiting": states[State.WAITS_FOR_PERSON],
            "queued": states[State.QUEUED],
        }
        return self.page("index.html", live, facts=facts,
                          distribution=statistics.distribution(self._shares),
                          over_time=statistics.by_time(self.view),
                          rates=statistics.task_rates(self.view)[:8],
                          mistakes=statistics.mistakes(self.view)[:8])  # fmt: skip

    def _students(self, live: Live | None = None, exercise: str = "") -> str:
        columns = statistics.columns(self.view, exercise)
        wanted = folded(live.query) if live is not None else ""
        rows = [
            (student, self._shares.get(student), statistics.cells(self.view, student, columns))
            for student in self.view.results.students
            if wanted in folded(self.view.shown(student))
        ]
        path = f"exercises/{exercise}.html" if exercise else "students.html"
        return self.page(path, live, "students.html", columns=columns, rows=rows,
                          exercise=exercise)  # fmt: skip

    def _tasks(self, live: Live | None = None) -> str:
        return self.page("tasks.html", live, rates=statistics.task_rates(self.view))

    def _mistakes(self, live: Live | None = None) -> str:
        listed = statistics.mistakes(self.view)
        return self.page("mistakes.html", live, mistakes=listed, code=self.code)

    def _grading(self, live: Live | None = None) -> str:
        view = self.view
        timed = sorted(view.works.values(), key=lambda pair: -pair[1].seconds)
        missing: dict[str, list[StudentOutcome]] = defaultdict(list)
        for outcome in view.results.outcomes.values():
            if outcome.state is State.NOT_GRADED:
                missing[outcome.fault or "the run ended before it was graded"].append(outcome)
        states = [outcome.state for outcome in view.results.outcomes.values()]
        return self.page("grading.html", live, missing=missing, queued=states.count(State.QUEUED),
                          slowest=[outcome for outcome, _ in timed[:MAX_SLOW]],
                          slow_checks=statistics.slow_checks(view, MAX_SLOW),
                          repeated=[outcome for outcome, _ in view.works.values()
                                    if outcome.repeated])  # fmt: skip

    def _student(self, path: str, live: Live | None = None) -> str:
        student = self.view.pages_of_students[path]
        outcomes = self.view.results.of(student)
        return self.page(path, live, "student.html", student=student,
                          share=self._shares.get(student),
                          outcomes=outcomes,
                          attempts=self.view.collection.attempts_of(student),
                          counting={outcome.attempt for outcome in outcomes.values()},
                          policy=self.view.collection.policy)  # fmt: skip

    def _work(self, path: str, live: Live | None = None) -> str:
        outcomes = self.view.pages_of_work[path]
        first = outcomes[0]
        report = self.store.transaction(partial(report_of, key=first.key))
        code = self.code.of(first.attempt, first.exercise)
        return self.page(path, live, "work.html", outcomes=outcomes, first=first,
                          report=report, code=lines_of(code))  # fmt: skip

    def page(self, path: str, live: Live | None = None, template: str = "", **values: Any) -> str:
        """Return a page as HTML, from the template of its name or another one."""
        root, menu = "../" * path.count("/"), dict(MENU)
        if live is not None and self.view.has_prose:
            menu[ANSWERS] = "Answers"
        named = {"path": path, "root": root, "live": live, "menu": menu}
        return render(template or path, view=self.view, run=self.view.run, **named, **values)
