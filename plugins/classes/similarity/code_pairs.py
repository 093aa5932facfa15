"""Shares of common token sequences, each code with each.

Tokens stay the same when names, numbers, comments and formatting change. All sequences of
tokens are compared; winnowing would sample them. The code of a task has some hundred sequences, so
that a class of 1,000 is one product of matrices."""

from __future__ import annotations

import builtins
import io
import keyword
import textwrap
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
#: Functions of NumPy keep their names: a copy cannot rename them.
_LIBRARIES = frozenset({"np", "numpy"})
_LAYOUT = frozenset(
    {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT}
)
#: Consecutive tokens that are compared as one: code in common is at least as long.
LENGTH = 10


class Token(NamedTuple):
    """A token: its normal form, and its line, from 1."""

    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """Return the tokens of `source`, without docstrings; code that breaks off, as far as it goes.

    A name becomes ``n``, a number ``0`` and a text ``s``. Keywords, built-in names, operators and
    functions of NumPy stay. Parentheses are left out: more of them change nothing.
    """
    found, before, last = [], ["", ""], tokenize.NEWLINE
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(textwrap.dedent(source)).readline):
            is_docstring = token.type == tokenize.STRING and last in _LAYOUT
            if token.type not in _LAYOUT and not is_docstring and token.string:
                if token.string not in "()":
                    found.append(Token(_normal(token, before), token.start[0]))
                before = [before[1], token.string]
            last = token.type
    return found


def _normal(token: tokenize.TokenInfo, before: list[str]) -> str:
    if token.type == tokenize.NAME:
        is_library = before[1] == "." and before[0] in _LIBRARIES
        return token.string if token.string in _KEPT or is_library else "n"
    return {tokenize.NUMBER: "0", tokenize.STRING: "s"}.get(token.type, token.string)


def grams(listed: Sequence[Token]) -> dict[tuple[str, ...], list[Token]]:
    """Return every `LENGTH` consecutive tokens -> the tokens of all their places."""
    places: dict[tuple[str, ...], list[Token]] = {}
    for i in range(len(listed) - LENGTH + 1):
        part = listed[i : i + LENGTH]
        places.setdefault(tuple(token.text for token in part), []).extend(part)
    return places


def common_lines(first: str, second: str, skeleton: str) -> tuple[set[int], set[int]]:
    """Return the numbers of common lines in both codes, without lines of the skeleton."""
    first_grams, second_grams = grams(tokens(first)), grams(tokens(second))
    shared = (first_grams.keys() & second_grams.keys()) - grams(tokens(skeleton)).keys()
    first_lines = {token.line for gram in shared for token in first_grams[gram]}
    return first_lines, {token.line for gram in shared for token in second_grams[gram]}


#: Pairs with a lower share are left out.
LOWEST = 0.1
#: Tokens beyond the skeleton that code needs to be compared: short tasks look alike in any class.
MIN_TOKENS = 40

#: Ids of two codes and their share, from 0 to 1.
Pair = tuple[str, str, float]


@dataclass(frozen=True)
class CodeComparison:
    """The code of one task.

    Attributes:
        code: id -> code; an id names no student.
        skeleton: the code of the stub.
        sources: ids of code from outside of the class, which is not compared with its like.
    """

    exercise: str
    task: str
    code: Mapping[str, str]
    skeleton: str = ""
    sources: frozenset[str] = frozenset()

    @cached_property
    def long_enough(self) -> dict[str, frozenset[tuple[str, ...]]]:
        """Id -> sequences beyond the skeleton, of code that is long enough to be compared."""
        given = grams(tokens(self.skeleton)).keys()
        code = self.code.items()
        beyond = {id: frozenset(grams(tokens(text)).keys() - given) for id, text in code}
        return {id: own for id, own in beyond.items() if len(own) + LENGTH - 1 >= MIN_TOKENS}


def similar_pairs(comparison: CodeComparison) -> Iterator[Pair]:
    """Yield similar pairs; the share is twice the common part divided by the sum of both sizes."""
    own_grams = comparison.long_enough
    ids = sorted(own_grams, key=comparison.sources.__contains__)  # those of the class first
    if len(ids) < 2:
        return
    common = _common([own_grams[id] for id in ids])
    sizes = np.array([len(own_grams[id]) for id in ids], dtype=np.float32)
    shares = 2 * common / (sizes[:, None] + sizes[None, :])
    for i, j in np.argwhere(np.triu(shares >= LOWEST, k=1)):
        if ids[i] not in comparison.sources:
            yield ids[i], ids[j], float(shares[i, j])


def _common(own_grams: Sequence[frozenset[tuple[str, ...]]]) -> np.ndarray:
    """Return a `(N, N)` array: the number of sequences that each two have in common."""
    counts = Counter(gram for own in own_grams for gram in own)
    columns = {gram: i for i, gram in enumerate(g for g, count in counts.items() if count > 1)}
    table = np.zeros((len(own_grams), len(columns)), dtype=np.float32)
    for row, own in enumerate(own_grams):
        table[row, [columns[gram] for gram in own if gram in columns]] = 1
    return table @ table.T
