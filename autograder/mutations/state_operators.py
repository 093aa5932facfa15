"""Operators for state that instances share, and for arrays that several calls share."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.array_operators import is_own_attribute
from autograder.mutations.sites import CodeSite, Mutate, changed, parsed


def class_state(site: CodeSite) -> Iterator[ast.AST]:
    """``self.x = y`` becomes ``type(self).x = y``: all instances share it."""
    if is_own_attribute(node := site.node) and isinstance(node.ctx, ast.Store):
        yield changed(node, value=parsed("type(self)"))


def module_state(site: CodeSite) -> Iterator[ast.AST]:
    """``self.x = y`` copies the array y into an array of the module, one for each shape."""
    match site.node:
        case ast.Assign(targets=[ast.Attribute(attr=name) as target], value=value):
            if is_own_attribute(target):
                yield changed(site.node, value=_kept(value, name))


def kept_result(site: CodeSite) -> Iterator[ast.AST]:
    """``return y`` returns an array that the next call fills again, one for each shape.

    Private functions stay: what they return is used at once.
    """
    if not (isinstance(node := site.node, ast.Return) and node.value and site.function):
        return
    name = site.qualified_name
    if site.function.name.startswith("_"):
        return
    match site.function.returns, node.value:
        case ast.Name("Array"), value:
            yield changed(node, value=_kept(value, name))
        case ast.Subscript(slice=ast.Tuple(kinds)), ast.Tuple(parts):
            for i, (kind, part) in enumerate(zip(kinds, parts, strict=False)):
                if ast.unparse(kind) == "Array":
                    others = [*parts[:i], _kept(part, f"{name}[{i}]"), *parts[i + 1 :]]
                    yield changed(node, value=changed(node.value, elts=others))


def _kept(value: ast.expr, name: str) -> ast.expr:
    """Return an expression that copies `value` into an array of the module, and is that array."""
    key = f"{name!r}, np.shape(kept), np.result_type(kept)"
    array = f"globals().setdefault('_kept', {{}}).setdefault(({key}), np.empty_like(kept))"
    return parsed(f"np.concatenate([kept := {ast.unparse(value)}], out={array})")


STATE: dict[str, Mutate] = {
    "state on the class": class_state,
    "state in the module": module_state,
    "kept result": kept_result,
}
