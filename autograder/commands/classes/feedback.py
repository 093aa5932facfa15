"""``gradus class feedback``: one page for each student."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.classes.gradebook import require_all_graded
from autograder.commands.classes.points import listed, plugins_of
from autograder.commands.classes.runs import RunArgument, find_run_of
from autograder.commands.classes.stores import (
    ExercisesOption,
    InOption,
    NamesOption,
    StoreOption,
    open_store,
    shown_students,
)
from autograder.reports.wording import counted
from framework.commands.options import BlockOption, CourseOption, PluginOption
from framework.commands.output import say
from framework.errors import UnknownNameError

#: The forms of feedback.
FORMS = ("folder", "moodle")


def feedback(
    number: RunArgument,
    out: Annotated[
        Path, typer.Argument(metavar="DIR|ZIP", help="New folder; with --as moodle, a zip.")
    ],
    form: Annotated[
        str,
        typer.Option("--as", metavar="FORM", help="folder, or moodle: its zip of feedback files."),
    ] = "folder",
    exercise: ExercisesOption = None,
    partial_: Annotated[
        bool, typer.Option("--partial", help="Write, even if some results are not graded yet.")
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Pages and files have pseudonyms, no names.")
    ] = False,
    names: NamesOption = None,
    inside: InOption = Path(),
    store: StoreOption = "",
    course: CourseOption = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Write one HTML page for each student: points, reasons of changes, comments, the report.

    Students see of hidden checks what `grade` shows them: titles, verdicts and hints. A page needs
    no other file, no script and no network. Files have the keys of students as names.

      gradus class feedback 0 feedback.zip --as moodle --in lab1

    Moodle reads the zip under "Upload multiple feedback files in a zip".
    """
    from autograder.classes.collecting.collection import read_collection
    from autograder.classes.collecting.listing import named
    from autograder.classes.collecting.pseudonyms import pseudonyms
    from autograder.classes.feedback.files import Feedback, write_folder, write_moodle_zip
    from autograder.classes.settling.of_run import points_of_run

    if form not in FORMS:
        raise UnknownNameError("form of feedback", form, FORMS)
    found = read_collection(inside)
    plugins = plugins_of(course, plugin, block)
    shown = pseudonyms(found.folder) if anonymous else named(found)
    with open_store(found, store) as opened:
        run = find_run_of(opened, found.name, number)
        settled = points_of_run(opened, found, run, plugins).only(frozenset(exercise or ()))
        require_all_graded(settled, found, is_partial=partial_)
        pages = Feedback(opened, found, settled, shown)
        if form == "moodle":
            written = write_moodle_zip(pages, out)
        else:
            written = write_folder(pages, out, shown if anonymous else str)
    say(f"{out}: run {run.id}, pages of {counted(len(written.students), 'student')}")
    on_screen = shown_students(found, names)
    lines = [f"{on_screen(key)}: {why}" for key, why in written.without.items()]
    listed("without a page", lines)
