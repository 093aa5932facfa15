"""The group `gradus new`."""

from __future__ import annotations

from framework.commands.groups import new_app
from plugins.authoring.new.exercise import exercise, questions
from plugins.authoring.new.new_course import course
from plugins.authoring.new.new_plugin import backend, plugin

new = new_app(
    help="Write the first files of a course, an exercise, a plugin or a backend.",
    no_args_is_help=True,
)
for command in (backend, course, exercise, plugin, questions):
    new.command()(command)
