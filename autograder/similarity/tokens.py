"""Tokens of code that stay the same when names, numbers, comments and formatting change."""

from __future__ import annotations

import builtins
import io
import keyword
import textwrap
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
#: A function of NumPy keeps its name: a copy cannot rename it.
_LIBRARIES = frozenset({"np", "numpy"})
_LAYOUT = frozenset(
    {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT}
)
#: Consecutive tokens that are compared as one: code in common is at least as long.
LENGTH = 10


@dataclass(frozen=True)
class Token:
    """A token: what stands for it, and its line, from 1."""

    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """Return the tokens of `source`, without docstrings; code that breaks off, as far as it goes.

    A name becomes ``n``, a number ``0`` and a text ``s``. Keywords, built-in names, operators and
    functions of NumPy stay. Parentheses are left out: more of them change nothing.
    """
    return list(_tokens(textwrap.dedent(source)))


def _tokens(source: str) -> Iterator[Token]:
    before, last = ["", ""], tokenize.NEWLINE
    for one in _read(source):
        is_docstring = one.type == tokenize.STRING and last in _LAYOUT
        if one.type not in _LAYOUT and not is_docstring and one.string:
            if one.string not in "()":
                yield Token(_normal(one, before), one.start[0])
            before = [before[1], one.string]
        last = one.type


def _read(source: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(source).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def _normal(one: tokenize.TokenInfo, before: list[str]) -> str:
    if one.type == tokenize.NAME:
        is_library = before[1] == "." and before[0] in _LIBRARIES
        return one.string if one.string in _KEPT or is_library else "n"
    return {tokenize.NUMBER: "0", tokenize.STRING: "s"}.get(one.type, one.string)


def grams(found: Iterable[Token]) -> dict[tuple[str, ...], list[Token]]:
    """Return every `LENGTH` consecutive tokens -> the tokens of all their places."""
    listed = list(found)
    places: dict[tuple[str, ...], list[Token]] = {}
    for i in range(len(listed) - LENGTH + 1):
        part = listed[i : i + LENGTH]
        places.setdefault(tuple(token.text for token in part), []).extend(part)
    return places


def common_lines(first: str, second: str, skeleton: str) -> tuple[set[int], set[int]]:
    """Return the lines of both codes that hold what they have in common beyond the skeleton."""
    one, other = grams(tokens(first)), grams(tokens(second))
    shared = (one.keys() & other.keys()) - grams(tokens(skeleton)).keys()
    lines = ({token.line for gram in shared for token in found[gram]} for found in (one, other))
    first_lines, second_lines = lines
    return first_lines, second_lines
