import ast

import pytest
from mutated import mutated

from autograder.mutations.mutants import OPERATORS


def mutants(operator, code):
    """What `operator` makes of the body `code`."""
    return mutated(code, {operator: OPERATORS[operator]})


def kept(value, name):
    """`value` as it is in an array of the module."""
    key = f"({name!r}, np.shape(kept), np.result_type(kept))"
    arrays = "globals().setdefault('_kept', {})"
    return f"np.concatenate([kept := {value}], out={arrays}.setdefault({key}, np.empty_like(kept)))"


CASES = [
    ("dropped statement", "a = x\nreturn a", ["pass\nreturn a", "a = x\npass"]),
    ("dropped target", "a, b = x, y", ["a = x", "b = y"]),
    ("swapped parts", "return x, y", ["return (y, x)"]),
    ("dropped part", "return x, y", ["return x"]),
    ("axis", "x.sum(axis=-1)", ["x.sum(axis=0)", "x.sum(axis=1)", "x.sum()"]),
    ("axis", "np.argsort(x, axis=-1)", ["np.argsort(x, axis=0)", "np.argsort(x, axis=1)"]),
    ("axis", "x.sum(axis=(0, 1))", ["x.sum(axis=0)", "x.sum(axis=1)", "x.sum()"]),
    ("axis", "x.sum(axis=k)", ["x.sum(axis=0)", "x.sum(axis=1)", "x.sum(axis=-1)", "x.sum()"]),
    ("dropped argument", "x.sum(keepdims=True)", ["x.sum()"]),
    ("transpose", "x @ y.T", ["x @ y"]),
    ("transpose", "np.swapaxes(x, 0, 1)", ["x"]),
    ("transpose", "x.transpose(1, 0)", ["x"]),
    ("max and min", "np.maximum(x, 0)", ["np.minimum(x, 0)"]),
    ("sum and mean", "x.sum() + y.mean()", ["x.mean() + y.mean()", "x.sum() + y.sum()"]),
    ("overwrite", "x += y", ["x = y"]),
    ("overwrite", "x['a'] += y", ["x['a'] = y", "x['a'][...] = y"]),
    ("rebinding", "x -= y", ["x = x - y"]),
    ("rebinding", "x['a'] -= y", ["x['a'] = x['a'] - y"]),
    ("rebinding", "x[...] = y", ["x = y"]),
    ("in place", "x = x * y", ["x *= y"]),
    ("np.add.at", "np.add.at(x, [1], y)", ["x[[1]] += y"]),
    ("shifted slice", "x[:, 1:]", ["x[1:, 1:]", "x[:-1, 1:]", "x[:, 0:]", "x[:, 2:]", "x[:, :]"]),
    ("shifted index", "for t in range(3):\n    x[t] = 0", [
        "for t in range(3):\n    x[t - 1] = 0", "for t in range(3):\n    x[t + 1] = 0",
    ]),
    ("key", "x['W'] + x['b']", ["x['b'] + x['b']", "x['W'] + x['W']"]),
    ("attribute", "self.a - self.b", ["self.b - self.b", "self.a - self.a"]),
    ("variable", "z = x", ["z = y"]),
    ("function", "np.exp(x)", ["np.log(x)"]),
    ("function", "np.tanh(x)", ["np.arctan(x)", "1 / (1 + np.exp(-x))"]),
    ("dropped call", "np.exp(x)", ["x"]),
    ("dropped call", "x = float(y)", ["x = y"]),
    ("dropped call", "return float(x)", ["return x"]),  # may be a text
    ("dropped call", "return float(x) / y", ["return x / y"]),
    ("dropped call", "for t in reversed(x):\n    pass", ["for t in x:\n    pass"]),
    ("dropped copy", "x.copy()", ["x"]),
    ("dropped copy", "np.array(x)", ["x"]),
    ("dropped copy", "np.asarray(x)", ["x"]),
    ("swapped arguments", "np.outer(x, y)", ["np.outer(y, x)"]),
    ("swapped arguments", "max(x, y, key=f)", ["max(y, x, key=f)"]),
    ("dropped argument", "np.zeros(3, x)", ["np.zeros(3)"]),
    ("dropped argument", "f(x, scale=2)", ["f(x)"]),
    ("loop bounds", "range(x)", ["range(0 + 1, x)", "range(0, x - 1)"]),
    ("arithmetic", "x - y", ["x + y"]),
    ("arithmetic", "x *= y", ["x /= y"]),
    ("dropped operand", "2 * (x + y)", ["2", "x + y", "2 * x", "2 * y"]),
    ("swapped operands", "x @ (y - 1)", ["(y - 1) @ x", "x @ (1 - y)"]),
    ("comparison", "x > 0", ["x >= 0", "x <= 0"]),
    ("condition", "if x:\n    pass", [
        "if not x:\n    pass", "if True:\n    pass", "if False:\n    pass",
    ]),
    ("boolean", "x and y", ["x or y", "y", "x"]),
    ("constant", "x * 2", ["x * 0", "x * 1", "x * -2", "x * 3"]),
    ("constant", "x[-1]", ["x[0]", "x[1]"]),
    ("dropped minus", "-x", ["x"]),
    ("added minus", "return x * y", ["return -(x * y)"]),
    ("added minus", "z = np.empty(3, dtype=bool)", ["z = -np.empty(3, dtype=bool)"]),
    ("state on the class", "self.a, b = x, self.c", ["type(self).a, b = x, self.c"]),
    ("state in the module", "self.a = x", [f"self.a = {kept('x', 'a')}"]),
    ("kept result", "def g() -> Array:\n    return x", [
        f"def g() -> Array:\n    return {kept('x', 'Layer.f.g')}",
    ]),
    ("kept result", "def g() -> tuple[Array, int]:\n    return x, 1", [
        f"def g() -> tuple[Array, int]:\n    return {kept('x', 'Layer.f.g[0]')}, 1",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "code", "expected"), CASES, ids=lambda value: str(value)[:40])
def test_operator(operator, code, expected):
    def program(body):
        return ast.dump(ast.parse(body))

    assert list(map(program, mutants(operator, code))) == list(map(program, expected))


def test_every_operator_has_a_case():
    assert {operator for operator, _, _ in CASES} == set(OPERATORS)
    assert len(OPERATORS) >= 15


@pytest.mark.parametrize(
    ("operator", "code"),
    [
        ("constant", "x.sum(axis=1)"),  # an axis has an operator of its own
        ("constant", "raise ValueError(f'{x + 1}')"),  # messages are for people
        ("variable", "print"),  # no variable of the function
        ("added minus", "x = 'text'"),
        # The same for every program:
        ("function", "x = np.empty(3)"),
        ("added minus", "x = np.empty_like(y)"),
        ("swapped arguments", "x.swapaxes(0, 1)"),
        ("swapped arguments", "np.maximum(x, 0)"),
        ("swapped arguments", "max(x, 0)"),
        ("dropped call", "return -float(x.mean())"),
        ("dropped copy", "np.asarray(x + y)"),
        ("rebinding", "x[:, 1] += y"),
        ("rebinding", "x[1:] += y"),
        ("rebinding", "x['W'][y] += 1"),
        ("state on the class", "a = self.b"),
        ("state in the module", "a = x"),
        ("kept result", "return x"),  # it is not said that it is an array
        ("kept result", "def _g() -> Array:\n    return x"),
    ],
)
def test_operators_leave_alone_what_is_not_theirs(operator, code):
    assert mutants(operator, code) == []


def test_a_mutant_keeps_every_other_character():
    code = "a = (x  +  1.50)  # α, not a\nreturn  a * y"
    assert "a = (x  +  1.50)  # α, not a\nreturn  a / y" in mutants("arithmetic", code)
