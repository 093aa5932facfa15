"""`gradus plugins`: who offers what, and where it came from."""

from __future__ import annotations

import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.text import Text

from framework.commands.options import BlockOption, PluginOption
from framework.commands.setup import load_plugins
from framework.providers.plugin_commands import add_plugin_commands
from framework.providers.plugin_sources import Source
from framework.providers.plugins import Plugins

#: Width of output that goes to a file or a pipe, where nobody knows how wide it may be.
PIPED_WIDTH = 100

#: Hooks whose result is a mapping from names, with the word for them.
NAMED = {
    "register_sandboxes": "sandboxes",
    "register_reporters": "report formats",
}

#: Hooks of which the list shows what they offer rather than that they are there.
SHOWN = (*NAMED, "register_implementations", "register_corpora", "add_commands")


def plugins(plugin: PluginOption = None, block: BlockOption = None) -> None:
    """List every plugin: what it offers, and where it came from.

    `--plugin` shows one that is not installed, `--block` what remains without one.
    """
    found = load_plugins(plugin, block)
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    console = Console(width=width, highlight=False, soft_wrap=True)
    for line in list(describe(found, console.width)):  # an error comes before half a list
        console.print(line)


def describe(found: Plugins, width: int) -> Iterator[Text]:
    """The lines of the list, at most `width` characters each where words allow."""
    commands = _commands(found)
    for source in found.sources:
        yield _title(source)
        rows = [*_implementations(found, source), *_names(found, source)]
        if commands[source.name]:
            rows.append(("commands", commands[source.name]))
        others = [hook for hook in found.hooks_of(source) if hook not in SHOWN]
        if others:
            rows.append(("hooks", others))
        yield from _table(rows, width) if rows else [Text("  offers nothing")]
    for source in found.blocked:
        yield _title(source).append(": blocked")
    for source, reason in found.failures:
        yield _title(source)
        yield Text.assemble("  ", ("not loaded", "red"), f": {reason}")


def _title(source: Source) -> Text:
    return Text.assemble((source.label, "bold"), f"  {source.place}")


def _table(rows: list[tuple[str, list[str]]], width: int) -> Iterator[Text]:
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


def _implementations(found: Plugins, source: Source) -> Iterator[tuple[str, list[str]]]:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in found.registry:
        if entry.origin == source.label:
            names[entry.provider, entry.kind].append(entry.name)
    for (provider, kind), offered in sorted(names.items()):
        yield f"{kind}@{provider}", sorted(offered)


def _names(found: Plugins, source: Source) -> Iterator[tuple[str, list[str]]]:
    corpora = sorted(entry.name for entry in found.corpora_of(source))
    if corpora:
        yield "corpora", corpora
    for hook, word in NAMED.items():
        names = found.names_of(source, hook)
        if names:
            yield word, names


def _commands(found: Plugins) -> dict[str, list[str]]:
    """The commands of each plugin, by the plugin's name."""
    commands = defaultdict(list)
    for name, source in add_plugin_commands(typer.Typer(), found).items():
        commands[source.name].append(name)
    return commands
