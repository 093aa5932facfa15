"""`gradus notebook`: a notebook from the stub of an exercise."""

import base64
import json

import pytest
from repository import text_of

from framework.errors import BadInputError, ConflictError, UsageError


def test_notebook_is_written_once_and_carries_work_along(gradus, written, course_root):
    stub = written.exercise("squash").stub
    stub.write_text(stub.read_text("utf-8") + "\n\nMINE = 3\n", "utf-8")
    assert "then `grade squash.ipynb`" in gradus("notebook", "squash")[1]
    text = (course_root / "squash.ipynb").read_text("utf-8")
    assert json.loads(text)["metadata"]["gradus"] == {"exercise": "squash"}
    assert "MINE = 3" in text
    with pytest.raises(ConflictError, match=r"squash\.ipynb exists"):
        gradus("notebook", "squash")
    assert gradus("notebook", "squash", "--out", "b.ipynb")[0] == 0
    assert "grade b.ipynb" in (course_root / "b.ipynb").read_text("utf-8")
    assert gradus("notebook", "squash", "--force")[0] == 0


def test_notebook_of_a_broken_or_missing_file_says_what_to_do(gradus, written):
    stub = written.exercise("squash").stub
    stub.write_text("x = (\n")
    with pytest.raises(BadInputError, match=r"squash\.py:1: .*`gradus reset squash`"):
        gradus("notebook", "squash")
    stub.unlink()
    with pytest.raises(BadInputError, match="`gradus reset squash` writes it"):
        gradus("notebook", "squash")


def test_a_notebook_carries_the_figures_of_the_text(gradus, written, course_root):
    readme = written.exercise("squash").readme
    readme.write_text("# Squash\n\n## Why\n\n![A curve](curve.svg)\n", "utf-8")
    (readme.parent / "curve.svg").write_text("<svg/>", "utf-8")
    gradus("notebook", "squash")
    cells = json.loads((course_root / "squash.ipynb").read_text("utf-8"))["cells"]
    title, why = cells[:2]
    assert "attachments" not in title
    (data,) = why["attachments"]["curve.svg"].values()
    assert base64.b64decode("".join(data)) == b"<svg/>"
    assert "![A curve](attachment:curve.svg)" in "".join(why["source"])


def test_mathematics_stays_latex_which_jupyter_draws(gradus, written, course_root):
    written.exercise("squash").readme.write_text("# Squash\n\n$$h_t = \\tanh(z_t)$$\n", "utf-8")
    gradus("notebook", "squash")
    first, *_ = json.loads((course_root / "squash.ipynb").read_text("utf-8"))["cells"]
    assert "".join(first["source"]) == "# Squash\n\n$$h_t = \\tanh(z_t)$$"


def test_the_text_names_the_notebook_in_place_of_the_file(gradus, written, course_root):
    written.exercise("squash").readme.write_text(
        "# Squash\n\nOpen `squash.py`, write `double`, then\n\n    grade squash\n"
        "    gradus hint squash\n\n`squash.py` has two tasks.\n",
        "utf-8",
    )
    gradus("notebook", "squash", "--out", "my work.ipynb")
    first, *_ = json.loads((course_root / "my work.ipynb").read_text("utf-8"))["cells"]
    assert "".join(first["source"]) == (
        "# Squash\n\nGo to the cells below, write `double`, then\n\n    grade 'my work.ipynb'\n"
        "    gradus hint squash\n\nthis notebook has two tasks."
    )


PRIMER = text_of("texts/notebook/primer.md")


def test_a_primer_is_written_as_a_notebook_whose_examples_run(gradus, written, course_root):
    with pytest.raises(UsageError, match="primer"):
        gradus("notebook", "primer")
    (course_root / "exercises/primer.md").write_text(PRIMER, "utf-8")
    assert "Open it in Jupyter" in gradus("notebook", "primer")[1]
    cells = json.loads((course_root / "primer.ipynb").read_text("utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in cells] == [
        "# First\n\nText.",
        "x = 1\nx + 1",
        "def double(x):\n    return 2 * x\nprint(double(x))",
        "y = x",
        "## More\n\n    gradus list",
    ]
    assert [cell["cell_type"] for cell in cells] == ["markdown", *["code"] * 3, "markdown"]
