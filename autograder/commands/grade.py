"""`grade`: grades a submission, shows and writes the report, and repeats it with --watch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.identity import course_files
from autograder.course.kit import seed_in
from autograder.course.reading import Course, Exercise
from autograder.course.standing import from_here
from autograder.grading.course_choice import chosen_course
from autograder.grading.options import GradeOptions
from autograder.grading.request import GradeRequest
from autograder.grading.setting import Setting, sandbox_named
from autograder.grading.written.manual_points import NO_POINTS, ManualPoints, read_manual_points
from autograder.isolation.sandboxes import Sandbox
from autograder.isolation.sandboxes.bubblewrap import BubblewrapSandbox
from autograder.isolation.sandboxes.choose import begun_for
from autograder.record.progress import following, is_own, note_progress
from autograder.record.results import Report
from autograder.reports.files import check_files, write_files
from autograder.submissions.candidates import is_archive
from autograder.submissions.submission import Submission
from framework.commands.output import stopped_with, write_error
from framework.errors import UsageError
from framework.providers.hook_calls import invalid_return
from framework.providers.plugins import Plugins

if TYPE_CHECKING:
    from autograder.grading.watched.state import WarmState
    from autograder.reports.live import GradingDisplay
    from autograder.reports.watched_screen import WatchedScreen


def grade(options: GradeOptions, *, watch: bool = False) -> int:
    """Grade as `options` say; return the exit code.

    Args:
        watch: grade again after every change of the submission, until interrupted.
    """
    with begun_for(options.sandbox) as begun:
        course = chosen_course(options)
        plugins = Plugins(options.plugins, course, options.blocked)
        for warning in plugins.warnings:
            write_error(f"grade: {warning}")
        check_files(options, plugins)
        setting = _setting(options, course, plugins, begun)
    setting.reference_backend()  # an unknown backend or a missing GPU is reported before grading
    return _watched(options, setting) if watch else _grade_once(options, setting).exit_code


def _watched(options: GradeOptions, setting: Setting) -> int:
    """Grade after every change; what has read a course that changes then is started again."""
    from autograder.commands.watch import grade_on_change, start_again
    from autograder.grading.watched.state import WarmState
    from autograder.reports.watched_screen import WatchedScreen

    plugins = (Path(name) for name in options.plugins if name.endswith(".py"))
    courses = (setting.course, *setting.course.bases)
    course = [*plugins, *(file for one in courses for file in course_files(one))]
    with closing(WarmState(setting)) as warm:
        place, screen = options.place(setting.course), WatchedScreen()
        code = grade_on_change(
            lambda: _grade_once(options, setting, warm, screen).exit_code,
            place,
            warm.prepare,
            course,
        )
    if code is None:
        return start_again()
    sys.stdout.write(f"\n{screen.summary()}\n")
    return code


def _setting(
    options: GradeOptions, course: Course, plugins: Plugins, begun: BubblewrapSandbox | None
) -> Setting:
    return Setting(
        course=course,
        plugins=plugins,
        sandbox=_sandbox(options, plugins, begun),
        backend=options.backend,
        provider=options.provider,
        device=options.device,
        seed=seed_in(course.root, options.seed),
    )


def _sandbox(options: GradeOptions, plugins: Plugins, begun: BubblewrapSandbox | None) -> Sandbox:
    sandbox = sandbox_named(
        options.sandbox, plugins, allow_weaker=options.allow_weaker, begun=begun
    )
    if options.device != "cpu" and not sandbox.drives_devices:
        raise UsageError(
            f"--sandbox {options.sandbox} has no GPU: choose another one, or `--device cpu`"
        )
    return sandbox


def _grade_once(
    options: GradeOptions,
    setting: Setting,
    warm: WarmState | None = None,
    watched: WatchedScreen | None = None,
) -> Report:
    if options.provider:
        return _graded(options, setting, None, setting.course.select(options.what))
    if warm is not None:
        warm.submission, exercises = options.find(setting.course, warm.submission)
        return _graded(options, setting, warm.submission, exercises, warm, watched)
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
        others = [one for one in plugins.sources if hook in plugins.hooks_of(one)]
        raise invalid_return(others[-1], hook, "the report that it got or a copy", report)
    return report


def _manual_points(options: GradeOptions, course: Course) -> ManualPoints:
    if options.manual_points is None:
        return NO_POINTS
    return read_manual_points(options.manual_points, course)


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
    setting: Setting,
    submission: Submission | None,
    exercises: list[Exercise],
    warm: WarmState | None = None,
    watched: WatchedScreen | None = None,
) -> Report:
    from autograder.reports.live import GradingDisplay

    if watched is not None and submission is not None:
        watched.note(submission)

    folder = _folder(options, setting.course)
    commands = options.commands(setting.course)
    screen = GradingDisplay(
        folder=folder, commands=commands, show_hidden=options.show_hidden, watched=watched
    )
    points = _manual_points(options, setting.course)
    request = GradeRequest(
        setting, submission, tuple(exercises), options.jobs, screen, warm, points
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
