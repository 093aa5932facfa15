"""`gradus plugins`: who offers what, and where it came from."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from framework.commands.options import BlockOption, PluginOption
from framework.commands.setup import load_plugins
from framework.plugin_sources import Source
from framework.plugins import Plugins

#: Width of output that goes to a file or a pipe, where nobody knows how wide it may be.
PIPED_WIDTH = 100

#: Hooks whose result is a list of names, with the word for them.
NAMED = {
    "register_corpora": "corpora",
    "register_sandboxes": "sandboxes",
    "register_reporters": "report formats",
}


def plugins(plugin: PluginOption = None, block: BlockOption = None) -> None:
    """List every plugin: what it offers, and where it came from.

    `--plugin` shows one that is not installed, `--block` what remains without one.
    """
    found = load_plugins(plugin, block)
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False)
    for line in _lines(found):
        console.print(line if isinstance(line, str) else Padding(line, (0, 0, 0, 2)))


def _lines(found: Plugins) -> Iterator[str | Table]:
    for source in found.sources:
        yield f"[bold]{escape(source.label)}[/]  {escape(source.place)}"
        yield _table(_offers(found, source))
    for source in found.blocked:
        yield f"[bold]{escape(source.label)}[/]  {escape(source.place)}: blocked"
    for source, reason in found.failures:
        yield f"[bold]{escape(source.label)}[/]  {escape(source.place)}"
        yield f"  [red]not loaded[/]: {escape(reason)}"


def _table(rows: Iterable[tuple[str, list[str]]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for what, names in rows:
        table.add_row(escape(what), escape(", ".join(names)))
    return table


def _offers(found: Plugins, source: Source) -> Iterator[tuple[str, list[str]]]:
    yield from _implementations(found, source)
    for hook, word in NAMED.items():
        names = found.names_of(source, hook)
        if names:
            yield word, names
    others = [
        hook
        for hook in found.hooks_of(source)
        if hook not in NAMED and hook != "register_implementations"
    ]
    if others:
        yield "hooks", others


def _implementations(found: Plugins, source: Source) -> Iterator[tuple[str, list[str]]]:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in found.registry:
        if entry.origin == source.label:
            names[entry.provider, entry.kind].append(entry.name)
    for (provider, kind), offered in sorted(names.items()):
        yield f"{kind}@{provider}", sorted(offered)
