"""Answers to `gradient_clipping` in many styles, as students who work alone write it.

A style is drawn for each step of the function. Two students seldom share two steps in a row, so
that shared code stands out.
"""

from __future__ import annotations

import random
import re
import textwrap

_CHECKS = (
    'if not threshold > 0:\n    raise ValueError(f"a threshold is positive, not {threshold}")',
    'if np.isnan(threshold) or threshold <= 0:\n    raise ValueError("give a positive threshold")',
    'if threshold > 0:\n    pass\nelse:\n    raise ValueError("threshold", threshold)',
    'is_fine = bool(threshold > 0)\nif not is_fine:\n    raise ValueError("no such threshold")',
    "if threshold != threshold or not 0 < threshold:\n    raise ValueError(threshold)",
)
_FINITE = (
    "if not all(np.isfinite(g).all() for g in gradients.values()):\n"
    '    raise ValueError("a gradient is not finite")',
    "for name, g in gradients.items():\n"
    "    if np.any(np.isnan(g)) or np.any(np.isinf(g)):\n"
    '        raise ValueError(f"{name} holds NaN or infinity")',
    "bad = [name for name in gradients if not np.isfinite(gradients[name]).all()]\n"
    'if bad:\n    raise ValueError(", ".join(bad))',
    "wrong = sum(int(np.count_nonzero(~np.isfinite(g))) for g in gradients.values())\n"
    'if wrong > 0:\n    raise ValueError(f"{wrong} entries are not finite")',
    "for g in gradients.values():\n    for entry in np.ravel(g):\n"
    "        if entry != entry or abs(entry) == np.inf:\n            raise ValueError(entry)",
    "everything = np.concatenate([np.zeros(1)] + [np.ravel(g) for g in gradients.values()])\n"
    "if np.isnan(everything.sum()) or np.isinf(np.abs(everything).max()):\n"
    "    raise ValueError(everything)",
)
_SCALES = (
    "scale = max([1.0] + [float(np.max(np.abs(g))) for g in gradients.values() if g.size])",
    "scale = 1.0\nfor g in gradients.values():\n    if g.size:\n"
    "        scale = max(scale, float(np.abs(g).max()))",
    "scale = 1.0\nfor g in gradients.values():\n    for entry in g.flat:\n"
    "        if abs(entry) > scale:\n            scale = float(abs(entry))",
    "sizes = [np.linalg.norm(np.ravel(g), np.inf) for g in gradients.values() if g.size > 0]\n"
    "scale = float(max(sizes, default=0.0)) or 1.0",
    "peaks = np.array([np.abs(g).max(initial=0) for g in gradients.values()])\n"
    "scale = float(peaks.max(initial=1.0))",
    "highest = max((g.max(initial=0.0) for g in gradients.values()), default=0.0)\n"
    "lowest = min((g.min(initial=0.0) for g in gradients.values()), default=0.0)\n"
    "scale = float(max(highest, -lowest, 1.0))",
)
_NORMS = (
    "squares = 0.0\nfor g in gradients.values():\n"
    "    squares += float(np.sum((g.astype(float) / scale) ** 2))\nnorm = scale * squares**0.5",
    "squares = [np.sum(np.square(g.astype(float) / scale)) for g in gradients.values()]\n"
    "norm = scale * float(np.sqrt(sum(squares)))",
    "vector = np.concatenate([np.zeros(1), *(np.ravel(g) / scale for g in gradients.values())])\n"
    "norm = float(np.linalg.norm(vector)) * scale",
    "entries = [float(entry) / scale for g in gradients.values() for entry in np.ravel(g)]\n"
    "norm = math.hypot(*entries) * scale",
    "norm = 0.0\nfor g in gradients.values():\n    for entry in g.reshape(-1).tolist():\n"
    "        norm = math.hypot(norm, entry / scale)\nnorm *= scale",
    "lengths = [np.linalg.norm(np.ravel(g).astype(float) / scale) for g in gradients.values()]\n"
    "norm = scale * float(np.linalg.norm(np.array([0.0, *lengths])))",
    "products = (np.vdot(g / scale, g.astype(float) / scale) for g in gradients.values())\n"
    "norm = scale * math.sqrt(sum(map(float, products)))",
)
_RESULTS = (
    "if norm <= threshold:\n    return {name: g.copy() for name, g in gradients.items()}\n"
    "return {name: g * float(threshold / norm) for name, g in gradients.items()}",
    "factor = 1.0\nif norm > threshold:\n    factor = float(threshold / norm)\nclipped = {}\n"
    "for name in gradients:\n    clipped[name] = factor * gradients[name]\nreturn clipped",
    "factor = min(1.0, float(threshold) / max(norm, 1e-300))\n"
    "return dict(zip(gradients, [factor * g for g in gradients.values()]))",
    "clipped = {name: np.array(g) for name, g in gradients.items()}\nif norm > threshold:\n"
    "    for g in clipped.values():\n        g *= float(threshold) / norm\nreturn clipped",
    "return {\n    name: (g if norm <= threshold else g / norm * threshold).astype(g.dtype)\n"
    "    for name, g in gradients.items()\n}",
    "ratio = norm / float(threshold)\ndef shorter(g):\n    return g / ratio if ratio > 1 else +g\n"
    "return {key: shorter(value) for key, value in gradients.items()}",
)
_EXTRAS = (
    "if not gradients:\n    return {}",
    "count = sum(g.size for g in gradients.values())\nif count == 0:\n"
    "    return {name: np.zeros_like(g) for name, g in gradients.items()}",
    "shapes = {name: g.shape for name, g in gradients.items()}\n"
    "assert len(shapes) == len(gradients)",
)
#: Ways to write the same expression; one is drawn for each place where the first of them stands.
_WAYS: tuple[tuple[str, ...], ...] = (
    ("gradients.values()", "list(gradients.values())", "(gradients[k] for k in gradients)",
     "[v for _, v in gradients.items()]", "map(gradients.get, gradients)"),
    ("gradients.items()", "list(gradients.items())", "zip(gradients, gradients.values())",
     "((k, gradients[k]) for k in gradients)"),
    ("np.ravel(g)", "g.ravel()", "g.flatten()", "g.reshape(-1)", "np.reshape(g, (-1,))"),
    ("np.abs(g)", "abs(g)", "np.absolute(g)", "np.fabs(g)"),
    ("raise ValueError(", "raise ValueError(__name__, ", "raise ValueError(\"clip\", "),
    ("np.zeros(1)", "[0.0]", "np.array([0.0])"),
    ("(threshold / norm)", "(threshold) / norm", "(1 / norm * threshold)"),
    (".all()", ".ravel().all()", ".all(axis=None)"),
    ("scale = 1.0\n", "scale = float(1)\n", "scale, _ = 1.0, None\n"),
    ("**2", "**2.0", "** (1 + 1)"),
)  # fmt: skip
#: Steps in which each wrong answer differs: what takes their place.
_WRONG: tuple[dict[int, str], ...] = (
    {2: "scale = 1.0", 3: _NORMS[0]},
    {1: ""},
    {0: ""},
    {4: "return {name: g * float(threshold / norm) for name, g in gradients.items()}"},
    {4: "return {name: np.clip(g, -threshold, threshold) for name, g in gradients.items()}"},
)
_STEPS = (_CHECKS, _FINITE, _SCALES, _NORMS, _RESULTS)
_OTHER_NAMES = {"norm": "length", "scale": "biggest", "g": "array", "name": "key", "factor": "f",
                "squares": "total", "clipped": "shorter_ones", "entry": "number"}  # fmt: skip


def right(stub: str, rng: random.Random) -> str:
    """Return an answer in a style that `rng` draws."""
    return _answer(stub, _drawn(rng))


def wrong(stub: str, rng: random.Random) -> str:
    """Return a wrong answer in such a style."""
    steps = _drawn(rng)
    for number, code in rng.choice(_WRONG).items():
        steps[number] = code
    return _answer(stub, steps)


def _drawn(rng: random.Random) -> list[str]:
    """Return the steps of a right answer."""
    steps = [_in_own_words(rng.choice(variants), rng) for variants in _STEPS]
    if rng.random() < 0.4:
        steps[1] = f"{rng.choice(_EXTRAS)}\n{steps[1]}"
    return steps


def _in_own_words(code: str, rng: random.Random) -> str:
    for first, *others in _WAYS:
        parts = code.split(first)
        ways = [rng.choice((first, *others)) for _ in parts[1:]]
        code = parts[0] + "".join(way + part for way, part in zip(ways, parts[1:], strict=True))
    return code


def _answer(stub: str, steps: list[str]) -> str:
    """Return the stub with the steps in place of its TODO."""
    head, _, _ = stub.partition("    # TODO")
    body = textwrap.indent("\n".join(filter(None, steps)), "    ")
    return head.replace("import numpy", "import math\n\nimport numpy", 1) + body + "\n"


def renamed(source: str) -> str:
    """Return `source` with other names and comments: the same code for a reader of its tokens."""
    head, mark, body = source.partition('    """\n')
    for name, other in _OTHER_NAMES.items():
        body = re.sub(rf"(?<![\w.]){name}\b", other, body)
    lines = [f"{line}  # my own" if "=" in line else line for line in body.splitlines()]
    comment = "    # First we check what we got, then we make it shorter."
    return "\n".join([head + mark + comment, *lines, ""])
