"""The mathematics of all pages can be shown, in a terminal and as MathML.

`tests/exercises/test_every_exercise.py` reads the texts of exercises.
"""

from __future__ import annotations

import pytest
from repository import ROOT

from docs.pages.mathematics import mathml
from plugins.authoring.checking.formula_problems import formula_problems

TEXTS = [
    path.relative_to(ROOT).as_posix()
    for folder in ("exercises", "docs")
    for path in sorted((ROOT / folder).glob("*.md"))
]


@pytest.mark.parametrize("text", ["README.md", *TEXTS])
def test_every_formula_can_be_shown(text: str) -> None:
    problems = formula_problems((ROOT / text).read_text("utf-8"))
    assert [f"{text}:{line}: {problem}" for line, problem in problems] == []


def test_a_formula_has_its_latex_for_readers() -> None:
    drawn = mathml(r"a < \alpha", "block")
    assert r'alttext="a &lt; \alpha"' in drawn.partition(">")[0]
    assert 'display="block"' in drawn


@pytest.mark.parametrize(
    ("latex", "mark", "count"),
    [
        *((latex, 'form="prefix"', 0) for latex in ("-x", "(y) - x", "y - x")),
        *((latex, 'form="prefix"', 1) for latex in ("(-x)", "y = -x")),
        *((latex, "mspace", 1) for latex in (r"\log P", r"\max_i c_i")),
        *((latex, "mspace", 0) for latex in (r"\log(P)", r"\operatorname{ReLU}(x)", "x y")),
    ],
)
def test_a_space_stands_after_functions_without_brackets_and_after_no_sign(
    latex: str, mark: str, count: int
) -> None:
    assert mathml(latex, "inline").count(mark) == count


def test_bars_stand_close_and_a_condition_has_spaces() -> None:
    assert mathml(r"\lvert z \rvert", "inline").count('rspace="0"') == 2
    assert 'rspace="0"' not in mathml(r"P(a \mid b)", "inline")
