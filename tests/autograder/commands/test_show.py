"""`gradus show`: the text of an exercise."""

from pathlib import Path

import pytest

from framework.errors import BadInputError, UsageError


def test_show_renders_the_text_and_names_the_file(gradus, written):
    code, output = gradus("show", "squash")
    assert code == 0
    assert "The equation" in output
    assert "*equation*" not in output
    path = Path("exercises/first_unit/squash/squash.py")
    assert not [line for line in output.splitlines() if line.endswith(" ")]
    assert output.endswith(f"\nWrite your code in {path}, then run `grade squash`.\n")


def test_a_text_in_a_pipe_fits_80_columns(gradus, written):
    readme = written.exercise("squash").readme
    readme.write_text(f"# Squash\n\n{'squash ' * 40}\n", "utf-8")
    text, _ = gradus("show", "squash")[1].split("Write your code")
    assert 70 < max(map(len, text.splitlines())) <= 80


def test_show_without_text_is_an_error(gradus, written):
    with pytest.raises(BadInputError, match=r"README\.md is missing"):
        gradus("show", "sums")


@pytest.mark.parametrize("command", ["show", "notebook"])
def test_a_text_in_another_encoding_is_named_with_its_line(gradus, written, command):
    written.exercise("squash").readme.write_bytes(b"# One\n\nna\xefve\n")
    with pytest.raises(BadInputError, match=r"README\.md, line 3, is not UTF-8 text \(byte 0xef\)"):
        gradus(command, "squash")


def test_a_figure_is_named_with_its_file(gradus, written):
    readme = written.exercise("squash").readme
    readme.write_text("# Squash\n\n![A curve](curve.svg)\n\n![Lost](lost.svg)\n", "utf-8")
    (readme.parent / "curve.svg").write_text("<svg/>", "utf-8")
    output = gradus("show", "squash")[1]
    path = Path("exercises/first_unit/squash/curve.svg")
    assert f"Figure: A curve. {path}" in output
    assert "lost.svg" not in output and "Lost" in output


def test_mathematics_is_plain_text_and_wrong_latex_its_source(gradus, written):
    text = (
        "# Squash\n\nThe *state* $h_t$ of $x_{t-1}$:\n\n$$h_t = \\tanh(x_t W)$$\n\nand $\\foo$.\n"
    )
    written.exercise("squash").readme.write_text(text, "utf-8")
    output = gradus("show", "squash")[1]
    assert "The state h_t of x_{t−1}:" in output
    assert "h_t = tanh(x_t W)" in output
    assert r"and $\foo$." in output


def test_the_primer_of_a_course_is_shown(gradus, written, course_root):
    with pytest.raises(UsageError, match="no exercise 'primer'"):
        gradus("show", "primer")
    (course_root / "exercises/primer.md").write_text("# First\n\nThe *state* $h_t$.\n", "utf-8")
    output = gradus("show", "primer")[1]
    assert "The state h_t." in output
    assert output.endswith("\nNext: `gradus notebook primer`, `gradus show squash`.\n")
