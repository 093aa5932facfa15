"""Code that students wrote independently of each other, and copies of it."""

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


def varied(rng, head="def f(x):", indent="    "):
    """Return code of an author whose statements and expressions are drawn."""

    def expression(depth):
        if depth == 0 or rng.random() < 0.2:
            return f"v{rng.randrange(9)}" + rng.choice(("", "", "[0]", ".T", "[:, 1]"))
        inner = [expression(depth - 1) for _ in range(2)]
        forms = ("{0} + {1}", "{0} * {1}", "{0} @ {1}", "np.exp({0})", "np.sum({0}, axis=1)",
                 "f({0}, {1})", "{0} - {1}", "np.dot({0}, {1})", "({0}) / {1}")  # fmt: skip
        return rng.choice(forms).format(*inner)

    heads = ("v{i} = {e}", "v{i} += {e}", "self.v{i} = {e}", "if v{i} > 0: v{i} = {e}")
    lines = [rng.choice(heads).format(i=i, e=expression(3)) for i in range(rng.randrange(10, 20))]
    return f"{head}\n" + "".join(f"{indent}{line}\n" for line in lines)


#: The same step in three forms, as students write it after one lecture.
_STEPS = (
    ("v{i} = np.{f}(v{j}) * {n}", "v{i} = np.multiply(np.{f}(v{j}), {n})", "v{i} = {n} * f(v{j})"),
    ("v{i} = v{j} @ v{k}", "v{i} = np.dot(v{j}, v{k})", "v{i} = np.einsum(s, v{j}, v{k})"),
    ("v{i} = v{j}[:, {n}]", "v{i} = np.take(v{j}, {n}, axis=1)", "v{i} = [r[{n}] for r in v{j}]"),
    ("v{i} += v{j}", "v{i} = v{i} + v{j}", "np.add(v{i}, v{j}, out=v{i})"),
)


def alike(rng, head="def f(x):", indent="    "):
    """Return code of an author whose class writes the same steps, each in one of three forms."""
    functions = ("exp", "log", "sum", "dot", "tanh")
    lines = [
        rng.choice(_STEPS[i % len(_STEPS)]).format(
            i=i, j=i % 5, k=i % 7, n=i % 3, f=functions[i % len(functions)]
        )
        for i in range(20)
    ]
    return f"{head}\n" + "".join(f"{indent}{line}\n" for line in lines)


def reordered(code, every=4):
    """Return a copy with other names, in which two lines of each `every` have changed places."""
    head, *lines = disguised(code).splitlines(keepends=True)
    for i in range(1, len(lines) - 1, every):
        lines[i], lines[i + 1] = lines[i + 1], lines[i]
    return "".join((head, *lines))


def padded(code, every=5):
    """Return a copy with other names, and a statement without an effect after some lines."""
    head, *lines = disguised(code).splitlines(keepends=True)
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
    for i in range(len(lines) - 1, 0, -every):
        lines.insert(i, f"{indent}unused = [0, 1]\n")
    return "".join((head, *lines))
