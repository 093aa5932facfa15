"""The group `gradus new`."""

from __future__ import annotations

from framework.commands.groups import LazyGroup, new_app

_HERE = "plugins.authoring.new"
COMMANDS = {
    "backend": f"{_HERE}.plugin:backend",
    "course": f"{_HERE}.course:course",
    "exercise": f"{_HERE}.exercise:exercise",
    "plugin": f"{_HERE}.plugin:plugin",
    "questions": f"{_HERE}.exercise:questions",
}


class New(LazyGroup):
    """The group, which imports one of its commands when that is called."""

    lazy_subcommands = COMMANDS


new = new_app(
    cls=New,
    help="Write the first files of a course, an exercise, a plugin or a backend.",
    no_args_is_help=True,
)
