"""Formulas in Markdown: which there are, and how they become text."""

from __future__ import annotations

import pytest

from autograder.course.mathematics.formulas import (
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


def test_a_formula_that_cannot_be_read_is_shown_as_it_is_written() -> None:
    assert with_plain_formulas(r"If $\sigmoid(x)$ and $x_i$:") == r"If $\sigmoid(x)$ and x_i:"
    assert plain_mathematics("$$\n\\frac{1}{\n$$") == "```text\n$$ \\frac{1}{ $$\n```"
