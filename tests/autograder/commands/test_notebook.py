"""`gradus notebook`: a notebook from the stub of an exercise."""

import base64
import json

import pytest

from framework.errors import BadInputError, ConflictError


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
