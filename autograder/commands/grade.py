"""`grade`: grades a submission, shows and writes the report, and repeats it with --watch."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace

from autograder.course.reading import Course, Exercise
from autograder.grading.course_choice import chosen_course
from autograder.grading.options import GradeOptions
from autograder.grading.request import GradeRequest
from autograder.grading.setting import Setting
from autograder.grading.workers import WarmState
from autograder.grading.written.manual_points import NO_POINTS, ManualPoints, read_manual_points
from autograder.isolation.sandboxes import Sandbox, choose
from autograder.isolation.sandboxes.choose import BUILT_IN
from autograder.record.results import Report
from autograder.reports.files import check_files, write_files
from autograder.submissions.submission import Submission
from framework.importing import load_target
from framework.providers.hook_calls import invalid_return
from framework.providers.plugins import Plugins


def grade(options: GradeOptions, *, watch: bool = False) -> int:
    """Grade as `options` say; return the exit code.

    Args:
        watch: grade again after every change of the submission, until interrupted.
    """
    course = chosen_course(options)
    plugins = Plugins(options.plugins, course, options.blocked)
    for warning in plugins.warnings:
        sys.stderr.write(f"grade: {warning}\n")
    check_files(options, plugins)
    setting = _setting(options, course, plugins)
    setting.reference_backend()  # an unknown backend or a missing GPU is reported before grading
    if not watch:
        return _grade_once(options, setting).exit_code
    from autograder.commands.watch import grade_on_change

    with closing(WarmState(course)) as warm:
        place = options.place(course)
        return grade_on_change(lambda: _grade_once(options, setting, warm).exit_code, place)


def _setting(options: GradeOptions, course: Course, plugins: Plugins) -> Setting:
    return Setting(
        course=course,
        plugins=plugins,
        sandbox=_sandbox(options.sandbox, plugins),
        backend=options.backend,
        provider=options.provider,
        device=options.device,
        seed=options.seed,
    )


def _sandbox(name: str, plugins: Plugins) -> Sandbox:
    if name == "auto" or name in BUILT_IN:
        return choose(name)
    targets = plugins.named("register_sandboxes")
    return choose(name, {key: load_target(target) for key, target in targets.items()})


def _grade_once(options: GradeOptions, setting: Setting, warm: WarmState | None = None) -> Report:
    if options.provider:
        return _graded(options, setting, None, setting.course.select(options.what))
    if warm is not None:
        warm.submission, exercises = options.find(setting.course, warm.submission)
        report = _graded(options, setting, warm.submission, exercises, warm)
        warm.start_workers()  # after the report is shown
        return report
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


def _graded(
    options: GradeOptions,
    setting: Setting,
    submission: Submission | None,
    exercises: list[Exercise],
    warm: WarmState | None = None,
) -> Report:
    from autograder.reports.live import GradingDisplay

    folder = str(options.submission or "exercises")
    commands = options.commands(setting.course)
    screen = GradingDisplay(folder=folder, commands=commands, show_hidden=options.show_hidden)
    points = _manual_points(options, setting.course)
    request = GradeRequest(
        setting, submission, tuple(exercises), options.jobs, screen, warm, points
    )
    with screen:
        report = _answered(setting.plugins, request)
    report = replace(report, commands=commands)
    screen.finish(report)
    write_files(report, options, setting.plugins)
    setting.plugins.call("submission_graded", report=report)
    return report
