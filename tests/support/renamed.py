"""A solution with other names for its local variables, and the original names back."""

import ast
import io
import re
import tokenize

SUFFIX = "_renamed"


def renamed(source):
    """The same program: each variable that a function assigns gets `SUFFIX`, in the same layout."""
    lines = source.split("\n")
    tree = ast.parse(source)
    nodes = [*tree.body, *(n for c in tree.body if isinstance(c, ast.ClassDef) for n in c.body)]
    for function in nodes:
        if isinstance(function, ast.FunctionDef):
            names = assigned(function)
            for row, column, name in sorted(uses(source, function, names), reverse=True):
                line, end = lines[row - 1], column + len(name)
                lines[row - 1] = line[:end] + SUFFIX + line[end:]
    return "\n".join(lines)


def original(source):
    """The text with the names that it had before."""
    return source.replace(SUFFIX, "")


def assigned(function):
    """The names of variables that are no parameters."""
    nodes = list(ast.walk(function))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored - {n.arg for n in nodes if isinstance(n, ast.arg)}


def uses(source, function, names):
    """Row, column and name of each use of one of `names`."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    depth = 0
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        depth += (token.string in tuple("([{")) - (token.string in tuple(")]}"))
        (row, column), text = token.start, token.string
        if not function.lineno <= row <= function.end_lineno:
            continue
        is_keyword = depth and after.string == "=" and before.string in ("(", ",")
        if token.type == tokenize.NAME and text in names:
            if before.string != "." and not is_keyword:
                yield row, column, text
        elif token.type == tokenize.STRING and text.lower().startswith("f"):  # Python 3.11
            for part in re.finditer(r"\{[^{}]*\}", text):
                for name in re.finditer(r"(?<![\w.])[^\W\d]\w*", part[0]):
                    if name[0] in names:
                        yield row, column + part.start() + name.start(), name[0]
