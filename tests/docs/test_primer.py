"""The text before the first exercise: its examples, in the terminal, as a notebook and in a kit."""

from __future__ import annotations

import doctest
import json
import re

import pytest
from repository import ROOT

from autograder.course.exercise_texts import primer_of
from autograder.course.reading import find_course
from autograder.submissions.new_notebook import text_notebook

COURSE = find_course(ROOT)
TEXT = (ROOT / "exercises/primer.md").read_text("utf-8")


def test_the_examples_print_what_the_text_shows():
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "primer", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0
    assert len(examples.examples) > 30


def test_the_cells_of_the_notebook_run_in_one_namespace():
    names: dict[str, object] = {}
    for cell in json.loads(text_notebook(TEXT, "primer"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert "Scale" in names


@pytest.mark.parametrize(
    "word", ["Model", "parameters", "gradients", "forward", "backward", "shape", "`+=`", "dtype"]
)
def test_what_stubs_take_for_granted_is_explained(word):
    assert word in TEXT


def test_it_is_the_primer_of_the_course():
    assert primer_of(COURSE) == ROOT / "exercises/primer.md"
