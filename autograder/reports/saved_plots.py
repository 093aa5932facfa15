"""The plots of a report as pictures in a folder, drawn with Matplotlib."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.record.findings.plots import Plot
from autograder.record.results import Report
from autograder.reports.hiding import for_student
from framework.plotting.figures import new_figure, save_figure

WIDTH, HEIGHT = 6.4, 4.0  # inches


def save_plots(report: Report, folder: Path, *, show_hidden: bool = False) -> list[Path]:
    """Write each plot of `report` as ``EXERCISE-TITLE.png`` into `folder`.

    Args:
        show_hidden: those of hidden checks too.

    Returns:
        the files, in the order of the checks.

    Raises:
        UsageError: Matplotlib is not installed.
        BadInputError: a file cannot be written.
    """
    paths = []
    for exercise, plot in _plots(report if show_hidden else for_student(report)):
        path = folder / f"{exercise}-{_file_name(plot.title)}.png"
        _draw(plot, path)
        paths.append(path)
    return paths


def _plots(report: Report) -> Iterator[tuple[str, Plot]]:
    for exercise in report.exercises:
        for check in exercise.checks:
            yield from ((exercise.name, plot) for plot in check.of(Plot))


def _file_name(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _draw(plot: Plot, path: Path) -> None:
    figure = new_figure(WIDTH, HEIGHT)
    axes = figure.add_subplot()
    for line in plot.curves:
        axes.plot(line.x, line.y, label=line.name)
    for place, name in plot.points.items():
        (dot,) = axes.plot(*place, "o")
        axes.annotate(
            name, place, (0, 7), textcoords="offset points", ha="center", color=dot.get_color()
        )
    if plot.log:
        axes.set_yscale("log")
    axes.set(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label)
    axes.spines[["top", "right"]].set_visible(False)
    if plot.curves:
        axes.legend(frameon=False)
    if plot.points:
        axes.margins(0.15)  # room for their names
    save_figure(figure, path)
