"""`gradus plugins`: lists what each plugin offers, and its source."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer
from rich.text import Text

from framework.commands.groups import commands_of_plugins
from framework.commands.options import BlockOption, PluginOption
from framework.commands.output import console, shown
from framework.commands.setup import load_plugins
from framework.course.folder import course_file
from framework.errors import ConflictError, PluginError, UnknownNameError
from framework.providers.installed_courses import courses_of_plugin
from framework.providers.loaded_plugins import COURSE, Plugins
from framework.providers.plugin_sources import Source

#: Hooks whose result is a mapping from names, with the word for them.
NAMED = {
    "register_sandboxes": "sandboxes",
    "register_reporters": "report formats",
    "register_gradebooks": "gradebooks",
}

#: Hooks whose offers the list shows; of other hooks it shows only the names.
SHOWN = (
    *NAMED,
    *("register_implementations", "register_courses", "register_corpora", "add_commands"),
)


def plugins(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PLUGIN", help="Plugins to show. Default: the course and all plugins."
        ),
    ] = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """List what the course and every plugin offer, with their sources.

    With NAMES, explain these plugins: what they say about themselves, and what each hook does.

    `--plugin` adds a plugin that is not installed, and `--block` leaves one out.
    """
    loaded = load_plugins(plugin, block)
    output = console()
    lines = list(describe(loaded, output.width, names or ()))  # errors come before any output
    for line in lines:
        output.print(line, soft_wrap=True)


def describe(plugins: Plugins, width: int, names: Sequence[str] = ()) -> Iterator[Text]:
    """Yield the lines of the list, at most `width` characters each where words allow.

    Args:
        names: the plugins to list; none for the course and all plugins.

    Raises:
        UnknownNameError: there is no plugin of one of the `names`.
    """
    _check_names(plugins, names)
    commands = _commands(plugins)
    if not names:
        yield Text.assemble((COURSE, "bold"), f"  {shown(course_file(plugins.course.root))}")
        yield from _table([*_implementations(plugins, plugins.course_origin)], width)
    for source in _named(plugins.sources, names):
        yield _title(source)
        rows = [*_implementations(plugins, source.label), *_names(plugins, source)]
        if names:
            yield from _explanation(plugins, source, width)
        if commands[source.name]:
            rows.append(("commands", commands[source.name]))
        others = [] if names else [hook for hook in plugins.hooks_of(source) if hook not in SHOWN]
        if others:
            rows.append(("hooks", others))
        yield from _table(rows, width)
    for source in _named(plugins.blocked, names):
        yield _title(source).append(": blocked")
    reasons = dict(plugins.failures)
    for source in _named(reasons, names):
        yield _title(source)
        yield Text.assemble("  ", ("not loaded", "red"), f": {reasons[source]}")
    yield from _conflicts(plugins)


def _conflicts(plugins: Plugins) -> Iterator[Text]:
    """Yield which corpora cannot be used: two owners offer one name, or an entry is malformed."""
    try:
        plugins.corpora  # noqa: B018 - reads all of them
    except (ConflictError, PluginError) as error:
        yield Text.assemble(("corpora cannot be used", "red"), f": {error}")


def _explanation(plugins: Plugins, source: Source, width: int) -> Iterator[Text]:
    """Yield what one plugin says about itself, and each of its hooks with its first sentence."""
    if about := plugins.about(source):
        yield Text(f"  {about}")
    hooks = [(hook, [plugins.sentence_of(source, hook)]) for hook in plugins.hooks_of(source)]
    yield from _table(hooks, width)


def _check_names(plugins: Plugins, names: Sequence[str]) -> None:
    sources = [*plugins.sources, *plugins.blocked, *(source for source, _ in plugins.failures)]
    known = [source.name for source in sources]
    for name in names:
        if name not in known:
            raise UnknownNameError("plugin", name, known, "gradus plugins")


def _named(sources: Iterable[Source], names: Sequence[str]) -> list[Source]:
    """Return the `sources` with one of `names`; all without names."""
    return [source for source in sources if not names or source.name in names]


def _title(source: Source) -> Text:
    return Text.assemble((source.label, "bold"), f"  {source.place}")


def _table(rows: list[tuple[str, list[str]]], width: int) -> Iterator[Text]:
    if not rows:
        yield Text("  offers nothing")
        return
    column = max(len(what) for what, _ in rows) + 4
    for what, names in rows:
        indent = f"  {what}".ljust(column)
        wrapped = textwrap.wrap(
            ", ".join(names),
            max(width, column + 20),
            initial_indent=indent,
            subsequent_indent=" " * column,
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from map(Text, wrapped)


def _implementations(plugins: Plugins, origin: str) -> Iterator[tuple[str, list[str]]]:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in plugins.registry:
        if entry.origin == origin:
            names[entry.provider, entry.kind].append(entry.name)
    for (provider, kind), offered in sorted(names.items()):
        yield f"{kind}@{provider}", sorted(offered)


def _names(plugins: Plugins, source: Source) -> Iterator[tuple[str, list[str]]]:
    courses = sorted(course.name for course in courses_of_plugin(plugins, source))
    if courses:
        yield "courses", courses
    corpora = sorted(entry.name for entry in plugins.corpora_of(source))
    if corpora:
        yield "corpora", corpora
    for hook, word in NAMED.items():
        names = plugins.names_of(source, hook)
        if names:
            yield word, names


def _commands(plugins: Plugins) -> dict[str, list[str]]:
    """Return the commands of each plugin, by the plugin's name."""
    commands = defaultdict(list)
    for name, (source, _) in commands_of_plugins(plugins).items():
        commands[source.name].append(name)
    return commands
