"""What is wrong with the formulas of a Markdown text, each problem with its line."""

from __future__ import annotations

import pytest

from plugins.authoring.checking.formula_problems import formula_problems


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
    first, *_ = formula_problems(text)
    assert first[0] == line
    assert message in first[1]


@pytest.mark.parametrize(
    "text",
    [
        "With $W_{\\mathrm{hh}}$:\n\n$$h_t = \\tanh(z_t)$$\n\n| $x$ | $\\lvert x \\rvert$ |\n",
        "```console\n$ grade lstm\n$x$\n```",
        "Run:\n\n    $ grade lstm\n    echo $x$\n\nthen",
        "the variables `$HOME` and ``$`$``",
        "<!-- $x$ -->",
        r"costs \$5 or \$6",
    ],
)
def test_sound_mathematics_code_comments_and_escaped_signs_have_no_problem(text: str) -> None:
    assert list(formula_problems(text)) == []
