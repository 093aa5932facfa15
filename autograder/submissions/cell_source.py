"""The text of a cell as Python: without what the kernel of a notebook adds to the language.

Every line keeps its number, so that a line of the result is that line of the cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course.source import parse

#: Cell magics whose body is Python that runs among the other cells.
_PYTHON_CELLS = {"time", "capture", "prun", "grade"}
_DEFINITION = re.compile(r"^(?:class|def|async[ \t]+def)[ \t]+(\w+)", re.MULTILINE)
#: Prompts that are copied with code, by what its first line begins with.
_PROMPTS = (
    (re.compile(r">>>(?: |$)"), re.compile(r"(?:>>>|\.\.\.)(?: |$)")),
    (re.compile(r"In \[\d+\]: "), re.compile(r"^(?:In \[\d+\]: |\s*+\.{3,}+: ?)")),
)
#: What `%pylab` binds, as far as graded code can import it.
_PYLAB = (
    "from numpy.fft import *; from numpy.random import *; from builtins import bytes; "
    "from numpy.linalg import *; from numpy import *; import numpy as np"
)
#: A line with a magic, and what stands in its place.
_MAGICS = (
    (re.compile(r"^(\s*+)%time\s++(\S.*)"), r"\1\2"),
    (re.compile(r"^(\s*+)%pylab\b.*"), rf"\1{_PYLAB}"),
    (re.compile(r"^(\s*+[\w.,\[\] ]++=\s*+)[%!].*"), r"\1None"),
    (re.compile(r"^(\s*+)([%!?].*|\S.*\?)"), r"\1pass"),
)


@dataclass
class ParseBudget:
    """Characters that may be parsed again: a hostile notebook could ask for it without end."""

    characters: int = 4 << 20


def cell_magic(source: str) -> str:
    """Return the magic of a cell that is not Python, as ``%%bash``; empty if it is Python."""
    first = source.lstrip().split("\n", 1)[0]
    name = first[2:].split(" ")[0].strip()
    return f"%%{name}" if first.startswith("%%") and name not in _PYTHON_CELLS else ""


def meant_names(source: str) -> list[str]:
    """Return the names that the lines of a cell define at the top level; it may not parse."""
    return _DEFINITION.findall("\n".join(_plain_lines(source)))


def python_source(source: str, budget: ParseBudget) -> str:
    """Return a cell's text without prompts and common indentation, with every magic neutralised.

    Only a line at which Python stumbles is looked at for magics, shell commands and ``?``: ``% 3``
    may well continue a sum, and a magic inside a text is text. Other syntax errors are raised.
    """
    lines = _plain_lines(source)
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        lines[first] = ""
    while True:
        try:
            parse("\n".join(lines))
        except SyntaxError as error:
            if not _replace_magic(lines, (error.lineno or 1) - 1):
                raise
            budget.characters -= len(source)
            if budget.characters < 0:
                raise
        else:
            return "\n".join(lines)


def _plain_lines(source: str) -> list[str]:
    """Return the lines of a cell as a kernel reads them: without indentation and prompts."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if indentation := first[: len(first) - len(first.lstrip(" \t"))]:
        lines = [line.removeprefix(indentation) for line in lines]
        first = first.lstrip(" \t")
    for start, prompt in _PROMPTS:
        if start.match(first):
            return [
                line[match.end() :] if (match := prompt.match(line)) else line for line in lines
            ]
    return lines


def _replace_magic(lines: list[str], index: int) -> bool:
    """Replace the magic in line `index` and lines that continue it; False without a magic."""
    line = lines[index].rstrip() if 0 <= index < len(lines) else ""
    matches = ((pattern.fullmatch(line), plain) for pattern, plain in _MAGICS)
    plain = next((match.expand(plain) for match, plain in matches if match), None)
    if plain is None:
        return False
    while lines[index].endswith("\\") and index + 1 < len(lines):
        lines[index], plain, index = plain, "", index + 1
    lines[index] = plain
    return True
