"""`grade`: grades a submission, shows and writes the report, and repeats it with --watch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.identity import course_files
from autograder.course.reading import Course, Exercise
from autograder.course.working_directory import from_here
from autograder.grading.manual_points import read_manual_points
from autograder.grading.request import GradeRequest
from autograder.grading.setting import GradeOptions, GradingSetting, chosen_course, open_setting
from autograder.reports.report_files import check_files, write_files
from autograder.results.progress import following, is_own, note_progress
from autograder.results.report import Report
from autograder.submissions.candidates import is_archive
from autograder.submissions.submission import Submission
from framework.commands.output import stopped_with, write_error
from framework.providers.hook_calls import invalid_return
from framework.providers.plugins import Plugins

if TYPE_CHECKING:
    from autograder.grading.watching import WatchState
    from autograder.reports.grading_display import GradingDisplay, WatchedScreen


def grade(options: GradeOptions, *, watch: bool = False) -> int:
    """Grade as `options` say; return the exit code.

    Args:
        watch: grade again after every change of the submission, until interrupted.
    """
    course = chosen_course(options)
    plugins = Plugins(options.plugins, course, options.blocked)
    for warning in plugins.warnings:
        write_error(f"grade: {warning}")
    check_files(options, plugins)
    setting = open_setting(options, course, plugins)
    return _watched(options, setting) if watch else _grade_once(options, setting).exit_code


def _watched(options: GradeOptions, setting: GradingSetting) -> int:
    """Grade after every change of the submission; start again where the course has changed."""
    from autograder.commands.watch import grade_on_change, start_again
    from autograder.grading.watching import WatchState
    from autograder.reports.grading_display import WatchedScreen

    plugins = (Path(name) for name in options.plugins if name.endswith(".py"))
    courses = (setting.course, *setting.course.bases)
    course = [*plugins, *(file for base in courses for file in course_files(base))]
    with closing(WatchState(setting)) as watch:
        folder, screen = options.place(setting.course), WatchedScreen()
        code = grade_on_change(
            lambda: _grade_once(options, setting, watch, screen).exit_code,
            folder,
            watch.prepare,
            course,
        )
    if code is None:
        return start_again()
    sys.stdout.write(f"\n{screen.summary()}\n")
    return code


def _grade_once(
    options: GradeOptions,
    setting: GradingSetting,
    watch: WatchState | None = None,
    watched: WatchedScreen | None = None,
) -> Report:
    if options.provider:
        return _graded(options, setting, None, setting.course.select(options.what))
    if watch is not None:
        watch.submission, exercises = options.find(setting.course, watch.submission)
        return _graded(options, setting, watch.submission, exercises, watch, watched)
    submission, exercises = options.find(setting.course)
    with submission:
        return _graded(options, setting, submission, exercises)


def _answered(plugins: Plugins, request: GradeRequest) -> Report:
    """Return the report on `request`, from the plugins.

    Raises:
        PluginError: a plugin returned something else.
    """
    report = plugins.hook.grade_submission(request=request)
    if not isinstance(report, Report):
        hook = "grade_submission"
        others = [source for source in plugins.sources if hook in plugins.hooks_of(source)]
        raise invalid_return(others[-1], hook, "the report that it got or a copy", report)
    return report


def _folder(options: GradeOptions, course: Course) -> str:
    """Return the folder or the archive that holds what is graded, as its author would write it."""
    named = options.named_submission(course)
    if named is None:
        return from_here(course.root / "exercises")
    return str(named if named.is_dir() or is_archive(named) else named.parent)


def _for_reader(
    report: Report, options: GradeOptions, course: Course, submission: Submission | None
) -> Report:
    """Return `report` with the commands to propose; remember what a student has passed."""
    report = replace(report, commands=options.commands(course))
    if submission is None or not is_own(course, options.named_submission(course)):
        return report
    note_progress(course, submission, report)
    return replace(report, following=following(course, report))


def _graded(
    options: GradeOptions,
    setting: GradingSetting,
    submission: Submission | None,
    exercises: list[Exercise],
    watch: WatchState | None = None,
    watched: WatchedScreen | None = None,
) -> Report:
    from autograder.reports.grading_display import GradingDisplay

    if watched is not None and submission is not None:
        watched.note(submission)

    folder = _folder(options, setting.course)
    commands = options.commands(setting.course)
    screen = GradingDisplay(
        folder=folder, commands=commands, show_hidden=options.show_hidden, watched=watched
    )
    points = read_manual_points(options.manual_points, setting.course)
    request = GradeRequest(
        setting,
        submission,
        tuple(exercises),
        options.jobs,
        screen,
        watch,
        manual_points=points,
    )
    with _told_at_end(screen, len(exercises), watched), screen:
        report = _answered(setting.plugins, request)
    report = _for_reader(report, options, setting.course, submission)
    screen.finish(report)
    write_files(report, options, setting.plugins)
    setting.plugins.call("submission_graded", report=report)
    return report


@contextmanager
def _told_at_end(
    screen: GradingDisplay, total: int, watched: WatchedScreen | None
) -> Iterator[None]:
    """End the block, when it is interrupted, with what was graded; a watched one has a summary.

    Raises:
        StoppedError: it was interrupted.
    """
    if watched is not None:
        yield
        return
    with stopped_with(lambda: f"{screen.so_far(total)}; no report is written"):
        yield
