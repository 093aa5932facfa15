"""``gradus class``: its commands."""

from __future__ import annotations

from autograder.commands.classes.collect import collect
from autograder.commands.classes.data import expire, forget
from autograder.commands.classes.feedback import feedback
from autograder.commands.classes.grade import grade
from autograder.commands.classes.gradebook import gradebook
from autograder.commands.classes.pages import report, serve
from autograder.commands.classes.points import points, totals
from autograder.commands.classes.runs import diff, disagreements, faults, results, runs
from autograder.commands.classes.shards import merge
from autograder.commands.classes.similarity import similarity
from framework.commands.groups import new_app

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
    *(collect, grade, merge, runs, results, diff, faults, disagreements),
    *(points, totals, gradebook, feedback, report, serve, similarity, forget, expire),
):
    classes.command()(command)
