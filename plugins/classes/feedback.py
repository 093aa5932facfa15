"""Feedback: one page for each student, in a folder or in the zip of feedback files of Moodle.

Moodle finds the student by the number in the name of the folder, as in the download of all
submissions: ``Ana García_1007_assignsubmission_file/report.html``."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from autograder.public.grading import with_points
from autograder.public.reports import (
    ExerciseResult,
    Report,
    TaskResult,
    Verdict,
    report_templates,
    without_keys,
)
from framework.errors import BadInputError
from framework.plotting.svg import chart_css
from plugins.classes.collecting.attempt_files import safe_path
from plugins.classes.collecting.collection import Collection
from plugins.classes.marks.class_results import StudentOutcome, report_of
from plugins.classes.marks.final_points import RunPoints, digests
from plugins.classes.marks.manual_points import ManualEntry, by_part
from plugins.classes.rosters.privacy import Shown, private_folder, write_private
from plugins.classes.rosters.roster import Student
from plugins.classes.runs.store import Store


def student_page(store: Store, settled: RunPoints, key: str, student: str) -> str:
    """Return the page of a student as HTML that needs no other file; empty without any result.

    Args:
        key: of the student.
        student: what the page calls the student; may be empty.
    """
    report = store.transaction(partial(_report, settled=settled, key=key))
    if report is None:
        return ""
    page = report_templates().get_template("feedback.html")
    return page.render(
        report=without_keys(report),
        points=settled.points[key],
        assignment=settled.results.run.assignment,
        student=student,
        chart_css=chart_css(),
    )


def _report(connection: Connection, settled: RunPoints, key: str) -> Report | None:
    """Return one report on all exercises of a student; None if there is no result."""
    names = {part.name for part in settled.points[key].exercises}
    reports = [
        (outcome, report)
        for name, outcome in settled.results.of(key).items()
        if name in names and (report := report_of(connection, outcome.key)) is not None
    ]
    if not reports:
        return None
    exercises = (
        _with_manual_points(exercise, outcome, settled.entries.about(key, outcome.exercise))
        for outcome, report in reports
        for exercise in report.exercises
    )
    return replace(reports[0][1], exercises=tuple(exercises), notes=())


def _with_manual_points(
    result: ExerciseResult, outcome: StudentOutcome, entries: list[ManualEntry]
) -> ExerciseResult:
    """Return `result` with the points and comments of an instructor at its answers in prose."""
    given = by_part(entries, digests(outcome))
    tasks = tuple(_task(task, given.get(task.name)) for task in result.tasks)
    return replace(result, tasks=tasks)


def _task(task: TaskResult, entry: ManualEntry | None) -> TaskResult:
    if entry is None or entry.points is None:
        return task
    checks = (
        with_points(check, min(entry.points, check.points), entry.comment)
        if check.verdict is Verdict.FOR_A_PERSON
        else check
        for check in task.checks
    )
    return replace(task, checks=tuple(checks))


#: The file of a student in Moodle's zip.
PAGE = "report.html"
_FOLDER = re.compile(r"(?P<folder>[^/_]*_(?P<number>\d+)_assignsubmission_[a-z]+_?)(?:/|$)")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|_\s\x00-\x1f\x7f]+')


@dataclass
class WrittenFeedback:
    """The pages that were written.

    Attributes:
        students: keys of those with a page.
        without: keys of students without a page -> why.
    """

    students: list[str] = field(default_factory=list)
    without: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Feedback:
    """The sources of all pages.

    Attributes:
        shown: what a page calls a student; None for no name at all.
    """

    store: Store
    collection: Collection
    settled: RunPoints
    shown: Shown | None = None

    def pages(self, written: WrittenFeedback) -> Iterator[tuple[str, str]]:
        """Yield key and page of each student with a result."""
        for key in self.settled.points:
            student = self.shown(key) if self.shown is not None else ""
            page = student_page(self.store, self.settled, key, student)
            if page:
                yield key, page
            else:
                written.without[key] = self.settled.points[key].state.value


def write_folder(
    feedback: Feedback, folder: Path, name_of: Callable[[str], str]
) -> WrittenFeedback:
    """Write a file for each student into a new or empty folder that its owner alone can enter.

    Args:
        name_of: returns the name of a student's file, without its ending.

    Raises:
        BadInputError: the folder holds something, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInputError(f"{folder} exists and is not empty: name a new folder")
    private_folder(folder)
    written = WrittenFeedback()
    taken: set[str] = set()
    for key, page in feedback.pages(written):
        name = _unique(_file_name(name_of(key)), taken)
        write_private(folder / f"{name}.html", page.encode("utf-8", "replace"))
        written.students.append(key)
    return written


def _file_name(text: str) -> str:
    return _NOT_IN_NAMES.sub("_", safe_path(PurePosixPath(text.replace("/", "_"))).name).strip(". ")


def _unique(name: str, taken: set[str]) -> str:
    unique, number = name or "student", 1
    while unique.casefold() in taken:
        number += 1
        unique = f"{name}~{number}"
    taken.add(unique.casefold())
    return unique


def write_moodle_zip(feedback: Feedback, file: Path) -> WrittenFeedback:
    """Write the zip that Moodle reads under "Upload multiple feedback files in a zip".

    Raises:
        BadInputError: it cannot be written.
    """
    written, data = WrittenFeedback(), BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, page in feedback.pages(written):
            folder = moodle_folder(feedback.collection, key)
            if not folder:
                written.without[key] = "no participant number in the roster"
                continue
            member = zipfile.ZipInfo(f"{folder}/{PAGE}")
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, page.encode("utf-8", "replace"))
            written.students.append(key)
    write_private(file, data.getvalue())
    return written


def moodle_folder(collection: Collection, key: str) -> str:
    """Return the folder of a student as Moodle named it; empty without a participant number."""
    student = collection.students[key]
    number = student.identifiers.get("participant", "")
    if not number.isascii() or not number.isdigit():
        return ""
    for attempt in collection.attempts_of(key):
        for path in attempt.files.values():
            for match in _FOLDER.finditer(path):
                if match["number"] == number:
                    return match["folder"]
    return f"{_moodle_name(student)}_{number}_assignsubmission_file"


def _moodle_name(student: Student) -> str:
    """Return the name in the form of Moodle's folders, where ``_`` parts the fields."""
    plain = _NOT_IN_NAMES.sub(" ", safe_path(PurePosixPath(student.name.replace("/", " "))).name)
    return plain.strip(". ~") or "Participant"
