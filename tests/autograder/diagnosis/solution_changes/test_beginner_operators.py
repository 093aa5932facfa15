"""What beginners make of a line: the changes that a diagnosis tries, and the audit does not."""

import pytest
from mutated import mutated

from autograder.diagnosis.solution_changes.beginner_operators import (
    BEGINNER_MUTATIONS,
    MANY_MUTATIONS,
)

MUTATIONS = BEGINNER_MUTATIONS | MANY_MUTATIONS
CASES = {
    "unused result": [("x = g(x, 1)", ["g(x, 1)"]), ("y = g(x)", [])],
    "dropped choice": [("np.where(x > 0, x, y)", ["x", "y"]), ("np.where(x)", [])],
    "dropped limit": [("np.maximum(x, y)", ["x", "y"]), ("max(x, 1)", ["x", "1"]), ("x.max()", [])],
    "finite": [("-np.inf", ["-0.0"])],
    "dropped default": [
        ("x.get(y, [])", ["x[y]"]),
        ("x.setdefault(y, []).append(1)", ["x[y].append(1)"]),
    ],
    "another kind": [("x.any(axis=0)", ["x.all(axis=0)"]), ("np.std(x)", ["np.var(x)"])],
    "another order": [
        ("np.concatenate([x, y])", ["np.concatenate([y, x])"]),
        ("x, y = g()", ["(y, x) = g()"]),
        ("x[0, 1]", []),
    ],
    "another axis": [
        ("x[:, ::-1]", ["x", "x[::-1,]", "x[..., ::-1]"]),
        ("x[:, -1]", ["x[-1,]", "x[..., -1]"]),
        ("x[0, 1]", []),
        ("x[0]", []),
    ],
    "another end": [
        ("x[:2]", ["x[-2:]", "x[2:]"]),
        ("x[-2:]", ["x[:2]", "x[:-2]"]),
        ("x[::-1]", []),
    ],
    "another power": [
        ("x / y", ["x / y ** 2", "x / np.sqrt(y)"]),
        ("x * y", ["x * y ** 2"]),
        ("x * 2", []),
    ],
    "parentheses": [
        ("1 / (1 + x)", ["1 / 1 + x"]),
        ("x * y + z", ["x * (y + z)"]),
        ("(x - y) * z", ["x - y * z"]),
        ("x + y / z", ["(x + y) / z"]),
        ("x * y * z", []),
    ],
    "negated term": [("x - y", ["-x - y"]), ("1 - x", []), ("x * y", [])],
    "another size": [("len(x)", ["x.size", "x.shape[-1]"]), ("x.size", ["len(x)"])],
    "root of variance": [
        ("x * variance", ["x * np.sqrt(variance)"]),
        ("self.running_var + 1", ["np.sqrt(self.running_var) + 1"]),
        ("x.var(axis=0)", []),
        ("x * y", []),
    ],
    "shared start": [
        ("x, y = g(1), g(2)", ["x = y = g(1)"]),
        ("x, y = g(1), f(1)", []),
        ("x, y = f(1)", []),
    ],
    "floor division": [("x / y", ["x // y"]), ("x * y", [])],
    "square of difference": [("1 - x**2", ["(1 - x) ** 2"]), ("2 - x**2", [])],
    "all rows": [("x[np.arange(3), y]", ["x[:, y]"]), ("x[0, y]", [])],
    "one iteration": [
        (
            "for t in range(3):\n    pass",
            ["for t in list(range(3))[:1]:\n    pass", "for t in list(range(3))[-1:]:\n    pass"],
        ),
        ("[t for t in x]", ["[t for t in list(x)[:1]]", "[t for t in list(x)[-1:]]"]),
    ],
    "complement": [
        ("x = x * y", ["x = 1 - x * y", "x = (1 - x) * y", "x = x * (1 - y)"]),
        ("g(x)", ["g(1 - x)"]),
        ("x**2", ["(1 - x)**2"]),
        ("np.zeros(x)", []),
    ],
    "exchanged weights": [
        ("x * y + (1 - x) * z", ["(1 - x) * y + x * z"]),
        ("(1.0 - x) * y + x * z", ["x * y + (1.0 - x) * z"]),
        ("x * y + (1 - y) * z", []),
    ],
    "whole mask": [("x > 0", ["(x > 0) | True"]), ("y if x > 0 else z", [])],
    "inverted mask": [("y[x]", ["y[~x]"]), ("y[x:]", [])],
    "size of axis": [("x.sum(axis=1, keepdims=True)", ["x.shape[1]"]), ("x.sum()", [])],
    "reshaped": [("y @ x.T", ["y @ np.reshape(x, np.shape(x.T))"])],
    "off by one": [
        ("x // 3", ["(x + 1) // 3", "(x - 1) // 3"]),
        ("z < len(x)", ["z < (len(x) + 1)", "z < (len(x) - 1)"]),
        ("[g(t) for t in x]", ["[g(t + 1) for t in x]", "[g(t - 1) for t in x]"]),
        ("g(x)", []),
    ],
    "first index": [
        (
            "for t in range(3):\n    y[t] = g(t)",
            ["for t in range(3):\n    y[0] = g(t)", "for t in range(3):\n    y[t] = g(0)"],
        ),
        ("y[x]", []),
    ],
    "another base": [
        ("np.log(x)", ["np.log2(x)", "np.log10(x)"]),
        ("math.exp(x)", ["math.exp2(x)"]),
        ("x.exp()", []),
    ],
    "moved term": [
        ("np.tanh(x + y)", ["np.tanh(x) + y"]),
        ("np.sqrt(x) + y", ["np.sqrt(x + y)"]),
        ("np.tanh(x - y)", []),
    ],
    "another variable": [
        ("x - 1", ["y - 1"]),
        ("z = x", ["z = y", "z = z"]),
        ("self.a - self.b", ["self.b - self.b", "self.a - self.a"]),
        ("x(1)", []),
    ],
}


def test_every_habit_is_here():
    assert set(CASES) == set(MUTATIONS)


@pytest.mark.parametrize(
    ("habit", "code", "expected"),
    [(habit, code, made) for habit, cases in CASES.items() for code, made in cases],
)
def test_what_a_habit_makes_of_a_line(habit, code, expected):
    _, mutate = MUTATIONS[habit]
    assert mutated(code, {habit: mutate}) == expected
