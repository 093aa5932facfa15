"""The code that a task consists of, and shares of common token sequences, each code with each.

A copy may wrap every function in a decorator, or move its code to a function beside it. So the
functions and classes of the file that a task uses belong to its code, and wrappers do not.

Tokens stay the same when names, numbers, comments and formatting change. All sequences of
tokens are compared; winnowing would sample them. The code of a task has some hundred sequences, so
that a class of 1,000 is one product of matrices."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import textwrap
import tokenize
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from autograder.public.courses import definitions, lines_of, parse

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
#: What a forwarding function may pass on: names, their attributes, and all of ``*args``.
_PASSED = ast.Name | ast.Attribute | ast.Starred | ast.expr_context


def own_code(source: str, task: str, tasks: Collection[str], most: int) -> str:
    """Return the first `most` lines of the code that `task` consists of.

    Args:
        tasks: of the exercise: one that uses another does not consist of it.

    Returns:
        its definition and those that it uses, in the order of the file; empty for code that is no
        Python, or does not define it.
    """
    try:
        by_name = definitions(parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if task not in by_name:
        return ""
    names = [task]
    for name in names:  # the list grows during the loop
        others = (node.id for node in _nodes(by_name[name]) if isinstance(node, ast.Name))
        names += [
            other
            for other in dict.fromkeys(others)
            if other in by_name and other not in tasks and other not in names
        ]
    statements = dict.fromkeys(by_name[name] for name in names)  # one may bind several names
    used = sorted(statements, key=lambda node: node.lineno)
    code = [node for node in used if isinstance(node, _Definition) and not _is_wrapper(node)]
    lines = lines_of(source)
    kept = [lines[i - 1] for node in code or used[:1] for i in _lines_of(node)]
    return "\n".join([*kept[:most], *(["    ..."] if len(kept) > most else [])])


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes of a statement but those of decorators."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        left_out = current.decorator_list if isinstance(current, _Definition) else []
        waiting += [child for child in ast.iter_child_nodes(current) if child not in left_out]


def _lines_of(node: ast.stmt) -> list[int]:
    """Return the numbers of the lines of a statement, without decorators and wrappers in it."""
    dropped: set[int] = set()
    for inner in _nodes(node):
        if isinstance(inner, _Definition):
            dropped.update(i for each in inner.decorator_list for i in _span(each))
            if inner is not node and _is_wrapper(inner):
                dropped.update(_span(inner))
    return [i for i in _span(node) if i not in dropped]


def _span(node: ast.expr | ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _is_wrapper(node: ast.stmt) -> bool:
    """Return whether `node` is a function that only forwards a call, or makes one that does."""
    if not isinstance(node, _Function):
        return False
    body = [each for each in node.body if not _is_docstring(each)] or [node.body[0]]
    *before, last = body
    returned = last.value if isinstance(last, ast.Return) else None
    name = returned.id if isinstance(returned, ast.Name) else ""
    if name and any(isinstance(each, _Function) and each.name == name for each in before):
        return True  # a decorator
    if before:  # one value is assigned, and returned
        target = before[0].targets[0] if isinstance(before[0], ast.Assign) else None
        if len(before) > 1 or not isinstance(target, ast.Name) or target.id != name:
            return False
    call = getattr(body[0], "value", None)
    return isinstance(call, ast.Call) and _forwards(call)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _forwards(call: ast.Call) -> bool:
    """Return whether a call passes on names alone, and is no call of a library."""
    given = [call.func, *call.args, *(node.value for node in call.keywords)]
    parts = [part for node in given for part in ast.walk(node)]
    libraries = {part.id for part in parts if isinstance(part, ast.Name)} & {"np", "numpy"}
    return not libraries and all(isinstance(part, _PASSED) for part in parts)


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
