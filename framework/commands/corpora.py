"""`gradus corpora`: every corpus, with its kind, best possible score, files, licence and owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from framework.commands.options import BlockOption, PluginOption
from framework.commands.output import console
from framework.commands.setup import load_plugins
from framework.data.corpus_entry import CORPUS_KINDS, CorpusEntry
from framework.data.corpus_registry import best_possible_score
from framework.errors import GradusError

#: Width of output that goes to a file or a pipe: each corpus stays on one line.
PIPED_WIDTH = 400


def corpora(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="CORPUS", help="Describe only this corpus, with all its file names."
        ),
    ] = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """List every corpus: its kind, the best possible score, number of files, and licence.

    A corpus with files is read from the folder `--data`. Generated corpora have a known best
    possible score.
    """
    known = load_plugins(plugin, block).corpora
    output = console(PIPED_WIDTH)
    if name is None:
        output.print(corpus_table(known))
    else:
        for line in corpus_description(known.find(name, *CORPUS_KINDS)):
            output.print(line, soft_wrap=True)


def corpus_table(entries: Iterable[CorpusEntry]) -> Table:
    """Return a row for each corpus, sorted by kind as in `CORPUS_KINDS`."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for column in ("corpus", "kind"):
        table.add_column(column, no_wrap=True)
    table.add_column("best score")
    table.add_column("files", justify="right")
    table.add_column("licence", no_wrap=True)
    for entry in sorted(entries, key=lambda entry: list(CORPUS_KINDS).index(entry.kind)):
        files = str(len(entry.files) or "")
        cells = (entry.name, entry.kind, described_score(entry), files, entry.licence)
        table.add_row(*map(Text, cells))
    return table


def corpus_description(entry: CorpusEntry) -> Iterator[Text]:
    """Yield the lines that describe one corpus."""
    yield Text.assemble((entry.name, "bold"), f"  {entry.description}")
    facts = {
        "kind": f"{entry.kind}: {CORPUS_KINDS[entry.kind].title}",
        "best possible score": described_score(entry),
        **{f"file `{file.part}`": " or ".join(file.names) for file in entry.files},
        "licence": entry.licence,
        "owner": entry.owner,
        "loaded by": entry.target,
    }
    width = max(map(len, facts)) + 2
    for what, fact in facts.items():
        yield Text(f"  {what:<{width}}{fact or 'not stated'}")


def described_score(entry: CorpusEntry) -> str:
    """Return the best possible score with its measure, or the reason why it is unknown."""
    try:
        score = best_possible_score(entry)
    except GradusError as error:
        return str(error)
    return "" if score is None else f"{CORPUS_KINDS[entry.kind].measure} {score:.4f}"
