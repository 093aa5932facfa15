"""Code that students wrote independently of each other, and copies of it."""

from __future__ import annotations

_FORMS = (
    "v{i} = np.{f}(v{j}) + {n}",
    "v{i} = v{j} * v{k} - v{j}",
    "v{i} = f(v{j}, v{k})[{n}]",
    "if v{j} > {n}: v{i} = v{k}",
    "v{i} = [x for x in v{j} if x]",
    "v{i}, v{j} = v{j}, np.{f}(v{k}, axis={n})",
)


def independent(rng, head="def f(x):", indent="    "):
    """Return code of an author: statements, their number and their order are drawn."""
    functions = ("exp", "log", "sum", "dot", "tanh")
    lines = [
        rng.choice(_FORMS).format(
            i=i, j=rng.randrange(9), k=rng.randrange(9), n=rng.randrange(9), f=rng.choice(functions)
        )
        for i in range(rng.randrange(14, 25))
    ]
    return f"{head}\n" + "".join(f"{indent}{line}\n" for line in lines)


def disguised(code):
    """Return a copy with other names, numbers and comments."""
    for i in range(25):
        code = code.replace(f"v{i} ", f"value_{chr(97 + i)} ")
    return code.replace("\n", "  # mine\n").replace("+ 3", "+ 4")
