"""A form of a backend, or a shared network, shares no block of lines with the solution.

Two independent forms check each other; a copy checks nothing, and has to be changed twice.
Lines are compared without their indentation, docstrings and comments included; empty lines,
imports, signatures and constructors are left out, which may say the same twice.
"""

import ast
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from repository import ROOT

#: Lines that may follow each other in both.
LONGEST = 6

PLUGINS = ROOT / "plugins"
PAIRS = [
    (form, solution)
    for form in sorted([*PLUGINS.glob("torch_backend/*/*.py"), *PLUGINS.glob("networks/*/*.py")])
    for solution in (ROOT / "solutions").glob(f"*/{form.stem}/{form.name}")
]


def free_to_repeat(node):
    """The lines of a node that may stand in both forms: first and last, from 1."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return node.lineno, node.end_lineno
    if isinstance(node, ast.FunctionDef):
        constructor = node.name == "__init__"
        return node.lineno, node.end_lineno if constructor else node.body[0].lineno - 1
    return 1, 0


def compared_lines(source):
    """The lines that are compared, in order."""
    lines = [line.strip() for line in source.splitlines()]
    for node in ast.walk(ast.parse(source)):
        first, last = free_to_repeat(node)
        lines[first - 1 : last] = [""] * (last - first + 1)
    return [line for line in lines if line]


def longest_block(one, other):
    """The longest run of lines that two sources have in common."""
    ours, theirs = compared_lines(one), compared_lines(other)
    match = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
    return ours[match.a : match.a + match.size]


def test_every_form_has_its_solution():
    assert len(PAIRS) > 40


@pytest.mark.parametrize(("form", "solution"), PAIRS, ids=[form.stem for form, _ in PAIRS])
def test_no_block_of_lines_stands_in_both(form: Path, solution: Path):
    block = longest_block(form.read_text("utf-8"), solution.read_text("utf-8"))
    assert len(block) <= LONGEST, "\n".join(["these lines stand in both:", *block])


def test_a_copy_is_found_however_it_is_indented():
    body = "\n".join(f"    x = x + {i}" for i in range(LONGEST + 1))
    first, other = (
        f"def f(x):\n{body}\n",
        f"class A:\n  def g(self, y):\n{body.replace('    ', '      ')}\n",
    )
    assert len(longest_block(first, other)) == LONGEST + 1


def test_signatures_and_constructors_may_repeat():
    source = "class A:\n  def __init__(\n    self,\n    size,\n  ):\n    self.size = size\n"
    assert compared_lines(source) == ["class A:"]
