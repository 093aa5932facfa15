"""`grade`: grades a submission, shows and writes the report, and repeats it with --watch."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.identity import course_files
from autograder.course.reading import Exercise
from autograder.course.working_directory import from_here
from autograder.grading.request import GradeRequest
from autograder.grading.setting import GradeOptions, GradingSetting, chosen_course, open_setting
from autograder.reports.report_files import check_files, write_files
from autograder.results.progress import following, is_own, note_progress, use_of
from autograder.results.report import FINE, Report
from autograder.submissions.candidates import is_archive
from autograder.submissions.submission import Submission
from framework.commands.output import say, stopped_with, write_error
from framework.errors import UsageError
from framework.providers.hook_calls import invalid_return
from framework.providers.loaded_plugins import Plugins

if TYPE_CHECKING:
    from autograder.grading.watching import WatchState
    from autograder.reports.grading_display import WatchedScreen


def grade(options: GradeOptions) -> int:
    """Grade as `options` say; return the exit code."""
    course = chosen_course(options)
    plugins = Plugins(options.plugins, course, options.blocked)
    for warning in plugins.warnings:
        write_error(f"grade: {warning}")
    check_files(options, plugins)
    setting = open_setting(options, course, plugins)
    return _watched(setting) if options.watch else _grade_once(setting).exit_code


def _watched(setting: GradingSetting) -> int:
    """Grade after every change of the submission; start again where the course has changed.

    Once a single exercise has passed, the next one is graded.
    """
    from autograder.commands.watch import grade_on_change, start_again
    from autograder.grading.watching import WatchState
    from autograder.reports.grading_display import WatchedScreen

    plugins = (Path(name) for name in setting.options.plugins if name.endswith(".py"))
    courses = (setting.course, *setting.course.bases)
    course = [*plugins, *(file for base in courses for file in course_files(base))]
    watch, screen = WatchState(setting.course), WatchedScreen()

    def grade_again() -> int:
        nonlocal setting
        report = _grade_once(setting, watch, screen)
        if report.following is not None and len(report.exercises) == 1:
            setting = setting.with_options(what=(report.following.name,))
            screen.go_on()
        return report.exit_code

    code = grade_on_change(grade_again, setting.options.place(setting.course), course)
    if code is None:
        return start_again()
    say(f"\n{screen.summary()}")
    return code


def _grade_once(
    setting: GradingSetting,
    watch: WatchState | None = None,
    watched: WatchedScreen | None = None,
) -> Report:
    options, course = setting.options, setting.course
    if options.provider:
        exercises = course.select(options.what)
        _require_offers(setting, exercises)
        return _graded(setting, None, exercises)
    submission, exercises = options.find(course)
    with submission:
        return _graded(setting, submission, exercises, watch, watched)


def _require_offers(setting: GradingSetting, exercises: list[Exercise]) -> None:
    """Raise a `UsageError` if the graded provider offers no task of `exercises`."""
    registry, provider = setting.plugins.registry, setting.options.provider
    setting.graded_backend()  # an unknown name has an error of its own
    tasks = [task.registry_name for exercise in exercises for task in exercise.tasks]
    if not any(registry.offers(name, provider) for name in tasks):
        names = ", ".join(exercise.name for exercise in exercises[:3])
        more = ", ..." if len(exercises) > 3 else ""
        raise UsageError(
            f"nothing to grade: '{provider}' offers no task of {names}{more}. `gradus plugins` "
            "shows what each provider offers"
        )


def _graded(
    setting: GradingSetting,
    submission: Submission | None,
    exercises: list[Exercise],
    watch: WatchState | None = None,
    watched: WatchedScreen | None = None,
) -> Report:
    from autograder.reports.grading_display import GradingDisplay

    if watched is not None and submission is not None:
        watched.note(submission)
    options, course, plugins = setting.options, setting.course, setting.plugins
    named = options.named_submission(course)
    folder = from_here(course.root / "exercises")  # as its author would write it
    if named is not None:
        folder = str(named if named.is_dir() or is_archive(named) else named.parent)
    commands = options.commands(course)
    screen = GradingDisplay(
        folder=folder,
        commands=commands,
        show_hidden=options.show_hidden,
        watched=watched,
        is_alone=len(exercises) == 1,
    )
    request = GradeRequest(setting, submission, tuple(exercises), options.jobs, screen, watch)
    stopped = stopped_with(lambda: f"{screen.so_far(len(exercises))}; no report is written")
    # A watched submission has a summary of its own.
    with stopped if watched is None else nullcontext(), screen:
        report = plugins.hook.grade_submission(request=request)
    if not isinstance(report, Report):
        hook = "grade_submission"
        others = [source for source in plugins.sources if hook in plugins.hooks_of(source)]
        raise invalid_return(others[-1], hook, "the report that it got or a copy", report)
    report = replace(report, commands=commands)
    if submission is not None and is_own(course, named):
        note_progress(course, submission, report)
        if report.verdict in FINE:
            use = use_of(course, report) if named is None else None
            hidden = sum(each.points - each.available_points for each in exercises)
            report = replace(
                report, following=following(course, report), use=use, hidden_points=hidden
            )
    screen.finish(report)
    write_files(report, options, plugins)
    plugins.call("submission_graded", report=report)
    return report
