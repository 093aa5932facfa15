"""Reports and plots as files: whether they can be written, and writing them."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from autograder.grading.setting import GradeOptions
from autograder.reports.hiding import for_student
from autograder.reports.wording import counted
from autograder.results.report import Report
from framework.errors import GradusError, UnknownNameError, UsageError
from framework.importing import load_target
from framework.providers.loaded_plugins import Plugins


def check_files(options: GradeOptions, plugins: Plugins) -> None:
    """Fail before an hour of grading where a report cannot be written after it."""
    for name, path in _wanted(options):
        if name not in (known := plugins.named("register_reporters")):
            raise UnknownNameError("report format", name, known, "gradus plugins")
        load_target(known[name])
        folder = path.absolute().parent
        if not folder.is_dir():
            raise UsageError(f"cannot write {path}: there is no folder {folder}")
        if path.is_dir():
            raise UsageError(f"cannot write {path}: it is a folder; name a file in it")
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise UsageError(f"cannot write {path}: its permissions forbid it")
    if options.plots is not None and options.plots.exists() and not options.plots.is_dir():
        raise UsageError(f"cannot save plots in {options.plots}: it is not a folder")


def write_files(report: Report, options: GradeOptions, plugins: Plugins) -> None:
    """Write `report` in every format that is asked for, and save its plots.

    Where some cannot be written, as on a full disk, all others are.
    """
    problems = []
    for name, path in _wanted(options):
        render = load_target(plugins.named("register_reporters")[name])
        text = render(report, show_hidden=options.show_hidden)
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            problems.append(f"cannot write {path}: {error.strerror}")
            if path.is_file():  # half a report could be taken for a report
                path.unlink(missing_ok=True)
    if (folder := options.plots) is not None:
        try:
            paths = save_plots(report, folder, show_hidden=options.show_hidden)
            sys.stdout.write(f"{counted(len(paths), 'plot')} saved in {folder}\n")
        except OSError as error:
            problems.append(f"cannot save plots in {folder}: {error.strerror}")
    if problems:
        raise GradusError("; ".join(problems))


def _wanted(options: GradeOptions) -> list[tuple[str, Path]]:
    return [(name, path) for name, path in options.files.items() if path is not None]


def save_plots(report: Report, folder: Path, *, show_hidden: bool = False) -> list[Path]:
    """Write each plot of `report` as ``EXERCISE-TITLE.svg`` into `folder`; return the files."""
    from autograder.results.findings.figures import Cells, Plot
    from framework.plotting.matrix_svg import save_matrix
    from framework.plotting.svg import save_chart

    paths = []
    for exercise in (report if show_hidden else for_student(report)).exercises:
        for check in exercise.checks:
            drawn: tuple[Plot | Cells, ...] = (*check.of(Plot), *check.of(Cells))
            for plot in drawn:
                name = re.sub(r"[^a-z0-9]+", "-", plot.title.lower()).strip("-")
                paths.append(folder / f"{exercise.name}-{name}.svg")
                if isinstance(plot, Plot):
                    save_chart(plot, paths[-1])
                else:
                    save_matrix(plot, paths[-1])
    return paths
