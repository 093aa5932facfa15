"""``gradus class gradebook``: points go into the gradebook of a learning system."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands.classes.points import listed, plugins_of, points_to_show, show_doubts
from autograder.commands.classes.runs import RunArgument
from autograder.commands.classes.stores import (
    ExercisesOption,
    InOption,
    NamesOption,
    StoreOption,
    shown_students,
)
from autograder.reports.wording import counted
from framework.commands.options import BlockOption, CourseOption, PluginOption
from framework.commands.output import say
from framework.errors import PluginError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from autograder.classes.collecting.collection import Collection
    from autograder.classes.collecting.pseudonyms import Shown
    from autograder.classes.gradebooks.request import Filled
    from autograder.classes.settling.of_run import RunPoints


def gradebook(
    number: RunArgument,
    export: Annotated[
        Path, typer.Argument(metavar="EXPORT", help="The file that your learning system exported.")
    ],
    system: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="SYSTEM",
            help="canvas, moodle-worksheet, moodle-gradebook, blackboard, csv, or a plugin's.",
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The filled file.")],
    column: Annotated[
        str, typer.Option(metavar="NAME", help="Column to fill: its title, or its number.")
    ] = "",
    exercise: ExercisesOption = None,
    scale: Annotated[
        bool, typer.Option("--scale", help="Scale points to the maximum of the column.")
    ] = False,
    comments: Annotated[
        str, typer.Option(metavar="NAME", help="Column for comments and reasons of changes.")
    ] = "",
    new: Annotated[
        bool, typer.Option("--new", help="Add the column if it is missing: csv and Moodle's.")
    ] = False,
    zero_missing: Annotated[
        bool,
        typer.Option("--zero-missing", help="0, not blank, where no attempt counts."),
    ] = False,
    partial_: Annotated[
        bool, typer.Option("--partial", help="Fill, even if some results are not graded yet.")
    ] = False,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Fill the points of a run into the gradebook that your learning system exported.

    Only the cells of the chosen column change, for students who are found by an identifier. A
    student whose points are not known gets a blank, and no zero: not graded by a fault of the
    grader, an answer that waits for a person, nothing handed in. What was left blank is listed.

      gradus class gradebook 0 grades.csv --as canvas --column "Lab 1" -o filled.csv

    Points are those of `gradus class totals`: with manual points, rules and plugins.
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.collecting.private_files import write_private
    from autograder.classes.gradebooks.request import Filled, FillRequest
    from autograder.classes.rosters.roster import Roster
    from framework.importing import load_target

    found = read_collection(inside)
    plugins = plugins_of(course, plugin, block)
    if system not in (known := plugins.named("register_gradebooks")):
        raise UnknownNameError("gradebook", system, known)
    _require_other_file(export, out)
    settled = points_to_show(found, store, number, plugins).only(frozenset(exercise or ()))
    require_all_graded(settled, found, is_partial=partial_)
    request = FillRequest(
        export, settled.points, Roster(found.students.values()), found.name,
        column, comments, scale, new, zero_missing,
    )  # fmt: skip
    filled = load_target(known[system])(request)
    if not isinstance(filled, Filled):
        raise PluginError(f"gradebook '{system}' must return a Filled, not {type(filled).__name__}")
    write_private(out, filled.data)
    _show(filled, settled, out, shown_students(found, names))
    show_doubts(settled, shown_students(found, names), inside)


def _exercises(settled: RunPoints) -> list[str]:
    """Return the exercises whose points were filled in: a run may have graded some alone."""
    found = next(iter(settled.points.values()), None)
    return [one.name for one in found.exercises] if found is not None else []


def require_all_graded(settled: RunPoints, found: Collection, *, is_partial: bool) -> None:
    """Refuse a run with results that are missing, unless the instructor wants it as it is.

    Raises:
        UsageError: some are missing.
    """
    if settled.not_graded and not is_partial:
        raise UsageError(
            f"missing in this run: {counted(settled.not_graded, 'result')}. `gradus class grade "
            f"{found.folder}` tries again. With `--partial`, these students stay blank"
        )


def _require_other_file(export: Path, out: Path) -> None:
    if out.exists() and export.exists() and out.samefile(export):
        raise UsageError(f"{out} is the export itself: name another file, so that it is kept")


def _show(filled: Filled, settled: RunPoints, out: Path, shown: Shown) -> None:
    """Print what was filled, and all that an instructor has to look at."""
    count = len(filled.written)
    run = settled.results.run
    say(f"{out}: run {run.id}, column '{filled.column}', points of {counted(count, 'student')}")
    say(f"exercises: {', '.join(_exercises(settled))}")
    parts: list[tuple[str, Iterable[str]]] = [
        ("had other points before", map(shown, filled.replaced)),
        ("blank", (f"{shown(key)}: {why}" for key, why in filled.blank.items())),
        ("left as it was", (f"{shown(key)}: {why}" for key, why in filled.kept.items())),
        ("have points, but no row in the file", map(shown, filled.absent)),
        ("rows of people who are not in the class", (f"line {n}" for n in filled.unknown)),
    ]
    for title, lines in parts:
        listed(title, [*lines])
