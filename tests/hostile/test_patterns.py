"""Regular expressions that meet text of a submission take linear time, whatever the text is.

They run in the grader's process, outside of every limit. Each pattern is read from the source and
meets long runs of characters that it looks for: a quadratic pattern takes seconds for them.
"""

import ast
import re
import re._constants as ops
import re._parser as parser
import time
from itertools import product

import pytest
from repository import ROOT

#: Folders and files whose patterns meet text of students.
ROOMS = (
    *(f"autograder/{room}" for room in ("diagnosis", "grading", "judging", "notebook", "replays")),
    *(f"autograder/{room}" for room in ("reports", "results", "sandbox", "submissions")),
    *("autograder/course/questions/answer_keys.py", "autograder/course/questions/expressions.py"),
    *("autograder/course/questions/sections.py", "plugins/classes", "plugins/authoring/services"),
)
#: Files whose patterns meet names of files, identifiers and cells of tables alone.
NAMES = (
    *("autograder/submissions/recognition.py", "plugins/classes/collecting/readers.py"),
    *("plugins/classes/collecting/attempt_files.py", "plugins/classes/feedback.py"),
    *("plugins/classes/rosters", "plugins/classes/gradebooks"),
)
#: Files that match single lines from their start, and files that meet no text of students.
LINES = ("autograder/submissions/notebooks.py",)
OURS = ("autograder/sandbox/confine/",)
#: Length of names, of which the longest have twice as many characters, and of other texts.
NAME, TEXT = 2048, 65_536
#: Length of a text -> seconds of processor time. A linear pattern takes milliseconds for a text,
#: a quadratic one seconds; for a name, a quadratic one takes 0.08 s and a cubic one 1.5 s or more.
LIMITS = {NAME: 0.8, TEXT: 0.5}

AT_START = ("match", "fullmatch")
FUNCTIONS = {"compile", "sub", "match", "search", "findall", "fullmatch", "split", "finditer"}
FLAGS = {"MULTILINE": re.M, "DOTALL": re.S, "IGNORECASE": re.I}


def patterns():
    """Yield a pattern, its place, and the length of the texts that it meets."""
    for room in ROOMS:
        path = ROOT / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            inner = str(file.relative_to(ROOT))
            if inner.startswith(OURS):
                continue
            text = file.read_text("utf-8")
            if "import re\n" not in text:
                continue
            length = NAME if inner.startswith(NAMES) else TEXT
            tree = ast.parse(text)
            named = names(tree)
            for node in ast.walk(tree):
                if is_pattern(node):
                    used = ast.unparse(node)
                    flags = sum(flag for name, flag in FLAGS.items() if f"re.{name}" in used)
                    methods = uses(tree, named.get(node, "re")) if inner not in LINES else AT_START
                    parameters = (node.args[0].value, flags, length, methods)
                    yield pytest.param(*parameters, id=f"{inner}:{node.lineno}")


def names(tree):
    """Return call of `re.compile` -> the name of the variable that the pattern is assigned to."""
    assigned = (node for node in ast.walk(tree) if isinstance(node, ast.Assign))
    return {node.value: ast.unparse(node.targets[0]) for node in assigned}


def uses(tree, name):
    """Return the methods of a pattern that are used: at the start of a text, or anywhere."""
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    named = (node for node in attributes if isinstance(node.value, ast.Name | ast.Attribute))
    used = {node.attr for node in named if ast.unparse(node.value) == name}
    return AT_START if used and used <= set(AT_START) else (*AT_START, "findall")


def is_pattern(node):
    """Return whether a node of a program calls a function of `re` with a text."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in FUNCTIONS
        and ast.unparse(node.func.value) == "re"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def characters(parsed):
    """Yield a character for each element of a parsed pattern."""
    for op, value in parsed:
        if op is ops.LITERAL:
            yield chr(value)
        elif op is ops.IN:
            yield from (chr(v[0] if o is ops.RANGE else v) for o, v in value if o in SINGLE)
            yield from (CATEGORIES.get(v, "-") for o, v in value if o is ops.CATEGORY)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from characters(branch)
        else:
            yield "x"
            parts = value if isinstance(value, (list, tuple, parser.SubPattern)) else ()
            for part in (parts,) if isinstance(parts, parser.SubPattern) else parts:
                if isinstance(part, parser.SubPattern):
                    yield from characters(part)


SINGLE = (ops.LITERAL, ops.RANGE)
CATEGORIES = {ops.CATEGORY_SPACE: " ", ops.CATEGORY_WORD: "a", ops.CATEGORY_DIGIT: "1"}


def texts(pattern, length):
    """Yield long texts of what `pattern` looks for, without an end that it could match."""
    sought = list(dict.fromkeys(characters(parser.parse(pattern))))[:10]
    start = "".join(sought)
    for run, before in product(["\n", " ", *sought, start, start[:-1] or "a"], ["", start]):
        yield (before + run * (length // len(run)))[:length] + "\0"


@pytest.mark.parametrize(("pattern", "flags", "length", "methods"), list(patterns()))
def test_a_pattern_takes_linear_time(pattern, flags, length, methods):
    compiled = re.compile(pattern, flags)
    for text in texts(pattern, length):
        started = time.process_time()
        for method in methods:
            getattr(compiled, method)(text)
        seconds = time.process_time() - started
        assert seconds < LIMITS[length], f"{seconds:.2f} s for {text[:40]!r}..."
