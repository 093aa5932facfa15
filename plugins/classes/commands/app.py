"""``gradus class``: its commands."""

from __future__ import annotations

from framework.commands.groups import new_app
from plugins.classes.commands.collect import collect, expire, forget
from plugins.classes.commands.pages import report, serve, similarity
from plugins.classes.commands.points import feedback, gradebook, points
from plugins.classes.commands.runs import diff, grade, results, runs

classes = new_app(
    help="""Collect the submissions of a class, grade them, and compare runs.

\b
  gradus class collect export.zip --as moodle --roster names.csv --into lab1
  gradus class grade lab1
  gradus class points --in lab1
  gradus class gradebook 0 grades.csv --as canvas --in lab1 -o filled.csv

A collection is a folder for one assignment. It holds data of students: its owner alone can
read it.""",
    no_args_is_help=True,
)
for command in (
    *(collect, grade, runs, results, diff),
    *(points, gradebook, feedback, report, serve, similarity, forget, expire),
):
    classes.command()(command)
