"""What `grade` does with its arguments: find, grade, show, write, and perhaps again."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.reading import Course, Exercise, find_course
from autograder.grading.grader import Setting
from autograder.grading.request import GradeRequest
from autograder.isolation.sandboxes import Sandbox, choose
from autograder.isolation.sandboxes.choose import BUILT_IN
from autograder.record.results import Report
from autograder.submissions.submission import Submission, load_submission
from framework.errors import UnknownNameError, UsageError
from framework.importing import load_target
from framework.providers.plugins import Plugins


@dataclass(frozen=True)
class Order:
    """The arguments of `grade`."""

    what: tuple[str, ...] = ()
    submission: Path | None = None
    backend: str = "numpy"
    provider: str = ""
    device: str = "cpu"
    sandbox: str = "auto"
    seed: int = 0
    jobs: int = 0
    show_hidden: bool = False
    files: Mapping[str, Path | None] = field(default_factory=dict)
    plots: Path | None = None
    course: Path | None = None
    plugins: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


def carry_out(order: Order, *, watch: bool = False) -> int:
    """Grade what `order` asks for; returns the exit code."""
    course = Course.read(order.course) if order.course else find_course()
    plugins = Plugins(order.plugins, course, order.blocked)
    for warning in plugins.warnings:
        sys.stderr.write(f"grade: {warning}\n")
    _check_output(order, plugins)
    setting = Setting(
        course=course,
        plugins=plugins,
        sandbox=_sandbox(order.sandbox, plugins),
        backend=order.backend,
        provider=order.provider,
        device=order.device,
        seed=order.seed,
    )
    setting.reference_backend()  # an unknown backend or a missing GPU is said at once
    if not watch:
        return _once(order, setting).exit_code
    from autograder.commands.watch import grade_on_change

    return grade_on_change(lambda: _once(order, setting).exit_code, _place(order, course))


def _sandbox(name: str, plugins: Plugins) -> Sandbox:
    if name == "auto" or name in BUILT_IN:
        return choose(name)
    targets = plugins.named("register_sandboxes")
    return choose(name, {key: load_target(target) for key, target in targets.items()})


def _check_output(order: Order, plugins: Plugins) -> None:
    """Find out that a report cannot be written before an hour of grading, not after."""
    for name, path in order.files.items():
        if path is None:
            continue
        if name not in (known := plugins.named("register_reporters")):
            raise UnknownNameError("report format", name, known, "gradus plugins")
        _check_writable(path)

    if order.plots is not None and order.plots.exists() and not order.plots.is_dir():
        raise UsageError(f"cannot save plots in {order.plots}: it is not a folder")


def _check_writable(path: Path) -> None:
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"cannot write {path}: there is no folder {folder}")
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder; name a file in it")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"cannot write {path}: its permissions forbid it")


def _once(order: Order, setting: Setting) -> Report:
    if order.provider:
        exercises = setting.course.select(order.what)
        return _graded(order, setting, None, exercises, f"grade --provider {order.provider}")
    submission, exercises = find_submission(order, setting.course)
    with submission:
        return _graded(order, setting, submission, exercises, _command(order))


def _command(order: Order) -> str:
    return f"grade --submission {order.submission}" if order.submission else "grade"


def _graded(
    order: Order,
    setting: Setting,
    submission: Submission | None,
    exercises: list[Exercise],
    command: str,
) -> Report:
    from autograder.reports.live import Screen

    folder = str(order.submission or "exercises")
    screen = Screen(folder=folder, command=command, show_hidden=order.show_hidden)
    request = GradeRequest(setting, submission, tuple(exercises), order.jobs, screen)
    with screen:
        report: Report = setting.plugins.hook.grade_submission(request=request)
    screen.finish(report)
    _write(order, setting.plugins, report)
    if order.plots is not None:
        from autograder.reports.saved_plots import save_plots

        paths = save_plots(report, order.plots, show_hidden=order.show_hidden)
        sys.stdout.write(f"{len(paths)} plots saved in {order.plots}\n")
    setting.plugins.call("submission_graded", report=report)
    return report


def _write(order: Order, plugins: Plugins, report: Report) -> None:
    wanted = {name: path for name, path in order.files.items() if path is not None}
    if not wanted:
        return
    for name, path in wanted.items():
        render = load_target(plugins.named("register_reporters")[name])
        path.write_text(render(report, show_hidden=order.show_hidden), encoding="utf-8")


def find_submission(order: Order, course: Course) -> tuple[Submission, list[Exercise]]:
    """What is graded, and which exercises of it.

    A path among the arguments is the submission, and what it holds is graded. Names choose
    exercises of ``--submission``, by default of the course's own folder; without names, all.
    """
    paths = [name for name in order.what if _is_path(name, course)]
    names = [name for name in order.what if name not in paths]
    if paths and (order.submission is not None or len(paths) > 1):
        raise UsageError(
            f"more than one submission: {', '.join([*paths, str(order.submission or '')])}. "
            "Grade them one after the other"
        )
    if paths:
        submission = load_submission(Path(paths[0]), course)
        return submission, course.select(names or submission.files)
    exercises = course.select(names)
    needed = {name for e in exercises for name in (e.name, *e.requires)} if names else None
    return load_submission(_place(order, course), course, needed), exercises


def _place(order: Order, course: Course) -> Path:
    """Where the submission is."""
    paths = [Path(name) for name in order.what if _is_path(name, course)]
    return paths[0] if paths else order.submission or course.root / "exercises"


def _is_path(name: str, course: Course) -> bool:
    known = (*course.exercise_names, *(unit.name for unit in course.units))
    looks_like_one = "/" in name or name.endswith((".py", ".ipynb", ".zip"))
    return name not in known and (looks_like_one or Path(name).exists())
