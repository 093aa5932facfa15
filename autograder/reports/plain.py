"""Untrusted text, made safe for display.

What a submission prints or raises may hold escape sequences that repaint a terminal, characters
that turn the direction of writing, commands that a CI server obeys, and no end of lines.
"""

from __future__ import annotations

import re
import unicodedata

#: Control and format characters, surrogates, line and paragraph separators.
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}

#: What a CI server reads in a log as a command: ``##vso[`` of Azure and ``##teamcity[`` anywhere.
_COMMAND = re.compile(r"#(?=#\w*\[)")
#: The start of a command for GitHub, ``::error::``. It stands at the start of a line, which
#: wrapping can make of any place; without its end, ``::`` is no command.
_GITHUB, _END = re.compile(r":(?=:[A-Za-z])"), "::"


def clean(text: str) -> str:
    """Return `text` with every character that does something else than show, written as an escape.

    Commands for a CI server are broken by a space.
    """
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    plain = text if text.isprintable() else "".join(map(_shown, text))
    return "\n".join(map(_without_commands, plain.split("\n")))


def _without_commands(line: str) -> str:
    """Return `line` without commands of CI servers: ``##vso[`` becomes ``# #vso[``."""
    before, end, after = line.rpartition(_END)
    return _COMMAND.sub("# ", _GITHUB.sub(": ", before) + end + after)


def _shown(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")


#: Where a spreadsheet sees the start of a formula, also where semicolons or tabs separate cells.
#: Smileys are no formulas.
_FORMULA = re.compile(r"^(?=[\t\r\n])|(?:^|(?<=[;\t]))(?=[=+@＝＋－＠-](?!\)))")
_GUARD = re.compile(r"(?:^|(?<=[;\t]))'")


def for_spreadsheet(cell: str) -> str:
    """Return `cell` such that no spreadsheet runs it: a quote stands before a possible formula."""
    is_number = cell.replace(".", "", 1).removeprefix("-").isdecimal()
    return cell if is_number else _FORMULA.sub("'", cell)


def from_spreadsheet(cell: str) -> str:
    """Return `cell` without the quotes of `for_spreadsheet`."""
    plain = _GUARD.sub("", cell)
    return plain if for_spreadsheet(plain) == cell else cell
