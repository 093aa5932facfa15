"""Lines of text for a page of a given width, in characters that its encoding has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.text import Text

from autograder.reports.plain import clean
from autograder.reports.wording import colour, symbol
from autograder.verdicts import Verdict

_GAPS = re.compile(r" {2,}")
#: Minimum and maximum width of a line, for any width of the terminal.
NARROWEST, WIDEST = 30, 100
#: The width of a page whose lines have no end.
ENDLESS = 1_000_000
#: The longest text that is wrapped; what a submission raises may be longer.
MAX_TEXT = 600
#: Columns that are left for a text beside what stands before it.
MIN_TEXT = 8


@dataclass(frozen=True)
class Page:
    """Where lines go: `width` in cells, and whether symbols outside of ASCII can be shown.

    Attributes:
        is_endless: whether no line is cut, wrapped or filled: a program reads them.
    """

    console: Console
    width: int
    encoding: str
    ascii_only: bool
    is_endless: bool = False

    @staticmethod
    def of(console: Console, options: ConsoleOptions) -> Page:
        """Return the page that rich renders for."""
        is_endless = options.no_wrap is True  # of a pipe: see `GradingDisplay`
        width = ENDLESS if is_endless else min(max(options.max_width, NARROWEST), WIDEST)
        return Page(console, width, options.encoding, options.ascii_only, is_endless)

    def marked(self, verdict: Verdict, text: str) -> Text:
        """Return the verdict's symbol before `text`, in its colour."""
        return Text().append(f"{symbol(verdict, self.ascii_only)} {text}", colour(verdict))

    def safe(self, text: str) -> str:
        """Return `text` without control characters; an escape for what the encoding has not."""
        return clean(text).encode(self.encoding, "backslashreplace").decode(self.encoding)

    def cut(self, text: str, width: int) -> str:
        """One line of `text`, at most `width` cells wide."""
        text = self.safe(text.replace("\n", " "))
        if cell_len(text) <= width:
            return text
        return set_cell_size(text, max(width - 3, 0)).rstrip() + "..."

    def ends(self, left: Text, right: str) -> Text:
        """Return `left` at the left margin and `right` at the right one, in a single line."""
        if self.is_endless:
            return left.copy().append("  ").append(_GAPS.sub("  ", right).strip())
        room = self.width - cell_len(right) - 2
        line = left.copy()
        if line.cell_len > room:
            line.right_crop(len(line) - len(set_cell_size(line.plain, room - 3).rstrip()))
            line.append("...")
        line.append(" " * (self.width - line.cell_len - cell_len(right))).append(right)
        line.rstrip()
        return line

    def hanging(self, first: Text, text: str, style: str = "", tail: str = "") -> Iterator[Text]:
        """Yield `text` and a plain `tail` after `first`; later lines are indented to the text.

        Where `first` leaves no room, as a long path does, the text has lines of its own.
        """
        if self.width - first.cell_len < MIN_TEXT < first.cell_len:
            yield first
            first = Text("    ")
        text = text if len(text) <= MAX_TEXT else text[:MAX_TEXT].rstrip() + " ..."
        whole = Text().append(self.safe(text), style).append(tail)
        if self.is_endless:
            yield first.copy().append(whole)
            return
        wrapped = whole.wrap(self.console, self.width - first.cell_len, overflow="fold")
        for number, line in enumerate(wrapped):
            start = first.copy() if number == 0 else Text(" " * first.cell_len)
            start.append(line).rstrip()
            yield start

    def command(self, first: Text, command: str) -> Iterator[Text]:
        """Yield a command after `first`; a broken line ends in a backslash, as shells want it."""
        words = self.safe(command).split(" ")
        longest = max(map(cell_len, words))
        indent = " " * max(min(first.cell_len, self.width - longest - 2), 0)
        line, words = first.copy().append(words[0]), words[1:]
        for word in words:
            if line.cell_len + cell_len(word) + 3 > self.width:
                yield line.append(" \\")
                line = Text(indent + word)
            else:
                line.append(f" {word}")
        yield line

    def block(self, first: Text, lines: list[str]) -> Iterator[Text]:
        """Yield `lines` under each other after `first`, each cut at the margin."""
        for number, line in enumerate(lines):
            start = first.copy() if number == 0 else Text(" " * first.cell_len)
            yield start.append(self.cut(line, self.width - first.cell_len))
