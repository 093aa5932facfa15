"""``gradus class``: its commands."""

from __future__ import annotations

from autograder.commands.classes.collect import collect
from framework.commands.on_demand import new_app

classes = new_app(
    help="""Collect the submissions of a class, grade them, and compare runs.

  gradus class collect export.zip --as moodle --roster worksheet.csv --into lab1

A collection is a folder for one assignment. It holds data of students: its owner alone can
read it.""",
    no_args_is_help=True,
)
classes.command()(collect)
