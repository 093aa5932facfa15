"""The group `gradus new`."""

from __future__ import annotations

import typer

from framework.commands.new.course import course
from framework.commands.new.exercise import exercise
from framework.commands.new.plugin import plugin
from framework.commands.quick_values import QuickCommand, QuickGroup

new = typer.Typer(
    name="new",
    cls=QuickGroup,
    help="Write the first files of a course, an exercise or a plugin.",
    no_args_is_help=True,
)

for command in (course, exercise, plugin):
    new.command(cls=QuickCommand)(command)
