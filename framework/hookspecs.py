"""Every hook of gradus, on one page.

A plugin is a module with functions of these names marked ``@hookimpl``. It is found by entry point
(group ``gradus``), by ``--plugin module-or-path``, or in the course's own ``plugins`` list.

    from framework.hookspecs import hookimpl
    from framework.providers.registry import Implementation

    @hookimpl
    def register_implementations():
        return [Implementation("optimizer", "lion", "week3", "week3.lion:Lion")]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

if TYPE_CHECKING:
    from pathlib import Path

    import typer

    from framework.course.catalogue import Catalogue
    from framework.data.corpus_entry import CorpusEntry
    from framework.providers.registry import Implementation


class GradedExercise(Protocol):
    """One exercise of a report."""

    name: str
    unit: str
    title: str

    @property
    def earned(self) -> float:
        """Points earned."""

    @property
    def possible(self) -> float:
        """Points that can be earned."""


class ReportOrigin(Protocol):
    """How a report came about."""

    seed: int
    submission: str
    submission_hash: str
    course: str
    course_hash: str
    course_version: str
    course_revision: str


class GradedReport(Protocol):
    """What `grade_submission` returns: the grading of one submission, as frozen data."""

    notes: tuple[str, ...]
    seconds: float

    @property
    def provenance(self) -> ReportOrigin:
        """How the report came about: submission, course, seed."""

    @property
    def exercises(self) -> Sequence[GradedExercise]:
        """The graded exercises, in the order of the course."""

    @property
    def earned(self) -> float:
        """Points earned."""

    @property
    def possible(self) -> float:
        """Points that can be earned."""

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 something did not, 3 something could not be graded."""


class NamedExercise(Protocol):
    """One exercise that is to be graded."""

    name: str
    unit: str
    title: str
    points: int


class GradingRequest(Protocol):
    """What `grade_submission` is called with.

    ``setting`` has the course, the seed and the sandbox; ``submission`` is None where a provider is
    graded; ``jobs`` is the number of exercises side by side, 0 for one per processor.
    """

    setting: Any
    submission: Any
    jobs: int

    @property
    def exercises(self) -> Sequence[NamedExercise]:
        """The exercises that are to be graded."""


class StudentInClass(Protocol):
    """A student, by the key in collections and stores."""

    key: str
    name: str
    group: str


class SettledExercise(Protocol):
    """The points of a student at one exercise.

    ``state`` is a text: ``graded``, ``waits for a person``, ``not graded``, ``nothing handed in``.
    ``days_late`` are days that no late day covers; None if only "late" is known. `changed` returns
    it with other points and the reason, which the student reads.
    """

    name: str
    unit: str
    state: str
    earned: float
    possible: float
    days_late: int | None

    def changed(self, earned: float, why: str) -> SettledExercise:
        """Return it with other points, and the reason among its changes."""


class SettledStudent(Protocol):
    """The points of a student in a run, as frozen data: `dataclasses.replace` changes them."""

    @property
    def student(self) -> StudentInClass:
        """The student."""

    @property
    def exercises(self) -> Sequence[SettledExercise]:
        """The exercises of the run, in the order of the course."""


class CodeOfTask(Protocol):
    """The code of one task in a class.

    ``code`` maps an id, which names no student, to code; ``skeleton`` is what all were given;
    ``sources`` are the ids of code from outside of the class.
    """

    exercise: str
    task: str
    code: Mapping[str, str]
    skeleton: str
    sources: frozenset[str]


hookspec = pluggy.HookspecMarker("gradus")
hookimpl = pluggy.HookimplMarker("gradus")


@hookspec
def register_implementations(  # type: ignore[empty-body]
    course: Catalogue,
) -> Iterable[Implementation]:
    """Offer implementations as data: strings with the location of the code.

    One of the kind ``task`` is a kind of run of ``gradus train``, see `framework.training.task`.
    The solutions of `course` already offer the tasks of its exercises, as ``numpy``.
    """


@hookspec
def register_courses() -> Iterable[Path]:  # type: ignore[empty-body]
    """Offer installed courses: folders that hold ``exercises/course.toml``, with a ``name`` in it.

    ``gradus --course NAME`` and ``grade --course NAME`` choose one; ``base = "NAME"`` in a
    ``course.toml`` lets a course use the parts of another one.
    """


@hookspec
def register_corpora() -> Iterable[CorpusEntry]:  # type: ignore[empty-body]
    """Offer corpora of any kind, as data: see `framework.data.corpus_entry.CorpusEntry`.

    The function of a corpus is called when the corpus is loaded, and its result is checked.
    """


@hookspec
def register_sandboxes() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer sandboxes: name -> ``module:Class``."""


@hookspec
def register_reporters() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer report formats: name -> ``module:function``, for ``grade --report NAME=FILE``.

    The function is called as ``function(report, show_hidden=...)`` and returns text; without
    `show_hidden` it must not contain the facts of hidden checks.
    """


@hookspec
def student_implementations(  # type: ignore[empty-body]
    folder: Path, course: Catalogue
) -> Iterable[Implementation]:
    """Offer the implementations that a student wrote in `folder`, as ``student``.

    They are tasks of `course`; their targets are paths.
    """


@hookspec
def add_commands(app: typer.Typer) -> None:
    """Add commands to ``gradus``."""


@hookspec(firstresult=True)
def grade_submission(request: GradingRequest) -> GradedReport:  # type: ignore[empty-body]
    """Grade one submission; wrap it to change the report, for example for a late penalty.

    The report is frozen data: a wrapper returns another one, made by `dataclasses.replace`.
    """


@hookspec
def submission_graded(report: GradedReport) -> None:
    """Use a finished report, for example send it; it has been shown and written already."""


@hookspec
def register_gradebooks() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer gradebooks: name -> ``module:function``, for ``gradus class gradebook --as NAME``.

    The function gets an `plugins.classes.gradebooks.fill_request.FillRequest` and returns a
    `Filled`: the bytes of the file, and what became of each student.
    """


@hookspec
def adjust_points(points: SettledStudent) -> SettledStudent:  # type: ignore[empty-body]
    """Change the points of one student, as for a late penalty or a bonus of a course.

    Plugins are called one after the other, after manual points and ``rules.toml``, and before the
    column ``final`` of ``points.csv``. Nothing in the store changes: each call starts from what
    grading found.
    """


@hookspec(firstresult=True)
def similar_pairs(  # type: ignore[empty-body]
    comparison: CodeOfTask,
) -> Iterable[tuple[str, str, float]]:
    """Compare the code of a task, for ``gradus class similarity``: a reason to look, no grade.

    The result are ids of two codes and what they have in common, from 0 to 1. Pairs with little in
    common may be left out. None leaves the task to the next plugin, and to gradus itself.
    """
