"""Formulas in Markdown: which there are, how they become text, and what is wrong with them."""

from __future__ import annotations

import pytest

from autograder.course.mathematics.formulas import (
    formula_problems,
    plain_mathematics,
    with_plain_formulas,
)


def test_formulas_in_sentences_are_escaped_text() -> None:
    assert plain_mathematics("The *score* $a_i * b_i$ of\n$i$.") == (
        "The *score* a\\_i \\* b\\_i of\ni."
    )


def test_formulas_that_are_paragraphs_are_one_block_of_code() -> None:
    text = "Two:\n\n$$a = b$$\n\n$$\nc_{t-1}\n$$\n\n- In a list:\n\n  $$d$$\n\nEnd."
    assert plain_mathematics(text) == (
        "Two:\n\n```text\na = b\nc_{t−1}\n```\n\n- In a list:\n\n  ```text\n  d\n  ```\n\nEnd."
    )


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ grade lstm\n$x$\n```",
        "Run:\n\n    $ grade lstm\n    echo $x$\n\nthen",
        "the variables `$HOME` and ``$`$``",
        "<!-- $x$ -->",
        r"costs \$5 or \$6",
    ],
)
def test_code_comments_and_escaped_signs_are_no_mathematics(text: str) -> None:
    assert plain_mathematics(text) == with_plain_formulas(text) == text
    assert list(formula_problems(text)) == []


def test_a_formula_that_cannot_be_read_is_shown_as_it_is_written() -> None:
    assert with_plain_formulas(r"If $\sigmoid(x)$ and $x_i$:") == r"If $\sigmoid(x)$ and x_i:"
    assert plain_mathematics("$$\n\\frac{1}{\n$$") == "```text\n$$ \\frac{1}{ $$\n```"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("One $x$.\n\nTwo $y.", 3, "a $ that begins or ends no formula"),
        ("It costs 5$.", 1, "a $ that begins or ends no formula"),
        ("$ x$", 1, "a $ that begins or ends no formula"),
        ("Then $$x$$ follows.", 1, "$$ without its partner"),
        ("$$a$$\n\n$$b", 3, "$$ without its partner"),
        ("A\n\n$$x$$\n\n$$\\foo$$", 5, r"unknown macro \foo in $\foo$"),
        ("a\n$\\{ x$", 2, r"Markdown drops the backslash of \{ in $\{ x$"),
        ("$a \\\\ b$", 1, r"Markdown drops the backslash of \\ in"),
        ("$$\na\n\nb\n$$", 1, "an empty line in"),
        ("| a | b |\n| --- | --- |\n| $|x|$ | 1 |", 3, "| ends the cell of a table in $|x|$"),
    ],
)
def test_a_problem_is_named_with_its_line(text: str, line: int, message: str) -> None:
    problem, *_ = formula_problems(text)
    assert problem.line == line
    assert message in problem.text


def test_sound_mathematics_has_no_problem() -> None:
    text = "With $W_{\\mathrm{hh}}$:\n\n$$h_t = \\tanh(z_t)$$\n\n| $x$ | $\\lvert x \\rvert$ |\n"
    assert list(formula_problems(text)) == []
