"""The plots of a report as pictures in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from autograder.record.findings.plots import Plot
from autograder.record.results import Report
from autograder.reports.hiding import for_student
from framework.plotting.svg import save_chart


def save_plots(report: Report, folder: Path, *, show_hidden: bool = False) -> list[Path]:
    """Write each plot of `report` as ``EXERCISE-TITLE.svg`` into `folder`.

    Args:
        show_hidden: those of hidden checks too.

    Returns:
        the files, in the order of the checks.

    Raises:
        BadInputError: a file cannot be written.
    """
    paths = []
    for exercise, plot in _plots(report if show_hidden else for_student(report)):
        path = folder / f"{exercise}-{_file_name(plot.title)}.svg"
        save_chart(plot, path)
        paths.append(path)
    return paths


def _plots(report: Report) -> Iterator[tuple[str, Plot]]:
    for exercise in report.exercises:
        for check in exercise.checks:
            yield from ((exercise.name, plot) for plot in check.of(Plot))


def _file_name(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
