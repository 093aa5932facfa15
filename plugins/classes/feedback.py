"""Feedback: one page for each student, in a folder or in the zip of feedback files of Moodle.

Moodle finds the student by the number in the name of the folder, as in the download of all
submissions: ``Ana García_1007_assignsubmission_file/report.html``."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection

from autograder.public.grading import with_points
from autograder.public.reports import (
    Report,
    TaskResult,
    Verdict,
    report_templates,
    without_keys,
)
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.plotting.svg import chart_css
from plugins.classes.collecting.attempt_files import Places, safe_path
from plugins.classes.collecting.collection import Collection
from plugins.classes.marks.class_results import report_of
from plugins.classes.marks.final_points import RunPoints, digests
from plugins.classes.marks.manual_points import ManualEntry, by_part
from plugins.classes.rosters.privacy import Shown, private_folder, write_private
from plugins.classes.rosters.roster import Student
from plugins.classes.runs.store import Store

#: For each student: key, page, and the reason if the page is empty.
Pages = Iterable[tuple[str, str, str]]


class Hidden(StrEnum):
    """What the page of a student shows of hidden checks.

    With `NOTHING`, points are those of public checks alone: the sum would tell the rest.
    """

    NOTHING = "nothing"
    VERDICTS = "titles, verdicts and hints"
    DETAILS = "everything that they found"


def hidden_results(
    collection: Collection, releases: Sequence[str], attempts: int | None, now: datetime
) -> dict[str, Hidden]:
    """Return key of each student -> what the page shows of hidden checks.

    Args:
        releases: who sees details: ``all``, ``due`` for those whose last day is over, or
            ``student=KEY``.
        attempts: number of attempts up to which the others see verdicts; None for any number.
    """
    for release in releases:
        kind, _, key = release.partition("=")
        if release == "due" and collection.policy.due is None:
            raise UsageError(f"{collection.folder} has no due date: `--release all` needs none")
        if kind == "student" and key not in collection.students:
            raise UnknownNameError("student", key, ())
        if release not in ("all", "due") and kind != "student":
            raise UsageError(f"'{release}' cannot be released: expected all, due or student=KEY")

    def of(student: str) -> Hidden:
        end = collection.policy.end(student)
        is_over = "due" in releases and end is not None and end < now
        if is_over or "all" in releases or f"student={student}" in releases:
            return Hidden.DETAILS
        own = sum(attempt.is_readable for attempt in collection.attempts_of(student))
        return Hidden.VERDICTS if attempts is None or own <= attempts else Hidden.NOTHING

    return {student: of(student) for student in collection.students}


def student_pages(
    store: Store,
    settled: RunPoints,
    assignment: str,
    shown: Shown,
    hidden: Mapping[str, Hidden],
) -> Iterator[tuple[str, str, str]]:
    """Yield key and page of each student, as HTML that needs no other file.

    Without any result, there is no page: the third text says why.
    """
    template = report_templates().get_template("feedback.html")
    for key, points in settled.points.items():
        with_hidden = hidden[key] is not Hidden.NOTHING
        report = store.transaction(_report, settled, key, with_hidden=with_hidden)
        if report is None:
            yield key, "", points.state.value
            continue
        page = template.render(
            report=without_keys(report),
            points=points,
            hidden=hidden[key].name,
            assignment=assignment,
            student=shown(key),
            chart_css=chart_css(),
        )
        yield key, page, ""


def _report(
    connection: Connection, settled: RunPoints, key: str, *, with_hidden: bool
) -> Report | None:
    """Return one report on all exercises of a student; None if there is no result."""
    names = {part.name for part in settled.points[key].exercises}
    reports, exercises = [], []
    for name, outcome in settled.results.of(key).items():
        if name in names and (report := report_of(connection, outcome.key)) is not None:
            given = by_part(settled.entries.about(key, name), digests(outcome))
            (graded,) = report.exercises
            tasks = (
                _task(task, given.get(task.name), with_hidden=with_hidden) for task in graded.tasks
            )
            reports.append(report)
            exercises.append(replace(graded, tasks=tuple(task for task in tasks if task.checks)))
    return replace(reports[0], exercises=tuple(exercises), notes=()) if reports else None


def _task(task: TaskResult, entry: ManualEntry | None, *, with_hidden: bool) -> TaskResult:
    """Return `task` with the points and comment of an instructor at an answer in prose."""
    shown = (check for check in task.checks if with_hidden or not check.hidden)
    if entry is None or entry.points is None:
        return replace(task, checks=tuple(shown))
    checks = (
        with_points(check, min(entry.points, check.points), entry.comment)
        if check.verdict is Verdict.FOR_A_PERSON
        else check
        for check in shown
    )
    return replace(task, checks=tuple(checks))


#: The file of a student in Moodle's zip.
PAGE = "report.html"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|_\s\x00-\x1f\x7f]+')


def write_folder(pages: Pages, folder: Path, name_of: Callable[[str], str]) -> dict[str, str]:
    """Write a file for each student to a new or empty folder that only its owner can open.

    Return key -> why there is no page; empty for one with a page. `name_of` returns the name of a
    student's file, without its ending.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInputError(f"{folder} exists and is not empty: name a new folder")
    private_folder(folder)
    reasons: dict[str, str] = {}
    places = Places()
    for key, page, why in pages:
        reasons[key] = why
        if page:
            path = safe_path(PurePosixPath(name_of(key).replace("/", "_")))
            name = _NOT_IN_NAMES.sub("_", path.name).strip(". ") or "student"
            file = folder / places.free(PurePosixPath(f"{name}.html"))
            write_private(file, page.encode("utf-8", "replace"))
    return reasons


def write_moodle_zip(pages: Pages, collection: Collection, file: Path) -> dict[str, str]:
    """Write the zip that Moodle reads under "Upload multiple feedback files in a zip".

    Return key -> why there is no page; empty for one with a page.
    """
    reasons, data = {}, BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, page, why in pages:
            folder = _moodle_folder(collection.students[key])
            reasons[key] = why if why or folder else "no participant number in the roster"
            if page and folder:
                member = zipfile.ZipInfo(f"{folder}/{PAGE}")
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, page.encode("utf-8", "replace"))
    write_private(file, data.getvalue())
    return reasons


def _moodle_folder(student: Student) -> str:
    """Return a folder that Moodle reads as that of a student; empty without a number."""
    number = student.identifiers.get("participant", "")
    if not number.isascii() or not number.isdigit():
        return ""
    # In the names of Moodle's folders, ``_`` parts the fields.
    plain = _NOT_IN_NAMES.sub(" ", safe_path(PurePosixPath(student.name.replace("/", " "))).name)
    return f"{plain.strip('. ~') or 'Participant'}_{number}_assignsubmission_file"
