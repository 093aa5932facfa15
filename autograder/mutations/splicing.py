"""Replacement of one node in a source; all other characters stay unchanged."""

from __future__ import annotations

import ast
from functools import lru_cache
from itertools import accumulate

_COMPOUND = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda)
#: An expression inside one of these nodes needs its own brackets.
_BINDING = (*_COMPOUND, ast.Attribute)


def splice(source: str, node: ast.AST, replacement: ast.AST, parent: ast.AST) -> str:
    """Return `source` with `node`, a child of `parent`, replaced by `replacement`."""
    data = source.encode()  # columns of the syntax tree count bytes
    starts = _line_starts(source)
    start = starts[_number(node, "lineno") - 1] + _number(node, "col_offset")
    end = starts[_number(node, "end_lineno") - 1] + _number(node, "end_col_offset")
    text = _indented(ast.unparse(replacement), node)
    if _needs_brackets(replacement, parent, node) and not _has_brackets(data, start, end):
        text = f"({text})"
    return (data[:start] + text.encode() + data[end:]).decode()


def _number(node: ast.AST, name: str) -> int:
    value: int = getattr(node, name)
    return value


@lru_cache(maxsize=4)
def _line_starts(source: str) -> list[int]:
    """Return the byte offset of each line, cached: one source is used thousands of times."""
    lengths = (len(line.encode()) + 1 for line in source.split("\n"))
    return list(accumulate(lengths, initial=0))


def _indented(text: str, node: ast.AST) -> str:
    return text.replace("\n", "\n" + " " * _number(node, "col_offset"))


def _needs_brackets(replacement: ast.AST, parent: ast.AST, node: ast.AST) -> bool:
    is_compound = isinstance(replacement, (*_COMPOUND, ast.Tuple)) or (
        isinstance(replacement, ast.Constant) and ast.unparse(replacement).startswith("-")
    )
    is_head = isinstance(parent, ast.Subscript | ast.Call) and node is not getattr(
        parent, "slice", None
    )
    is_value = is_head and node is getattr(parent, "value", getattr(parent, "func", None))
    return is_compound and (isinstance(parent, _BINDING) or is_value)


def _has_brackets(data: bytes, start: int, end: int) -> bool:
    """Return whether the text is in one pair of brackets, whose content is balanced."""
    return data[start - 1 : start] == b"(" and data[end : end + 1] == b")"
