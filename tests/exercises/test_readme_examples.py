"""The examples in the exercises' READMEs run on the solutions, and print what they show."""

from __future__ import annotations

import doctest
import importlib
import re

import numpy as np
import pytest

from autograder.course.reading import find_course
from framework.course.solutions import solution_module
from framework.models.parts import parts_from
from framework.providers.backends import REFERENCE, part_source
from framework.providers.plugins import Plugins

EXERCISES = find_course().select()
#: These show their numbers in prose and formulas, which tests of their own hold against the code.
IN_PROSE = {"rnn", "rnn_lm", "bag_of_vectors"}


def blocks(exercise):
    return re.findall(r"```python\n(.*?)```", exercise.readme.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize(
    "exercise",
    [exercise for exercise in EXERCISES if exercise.name not in IN_PROSE],
    ids=lambda exercise: exercise.name,
)
def test_examples_run_and_print_what_they_show(exercise):
    module = solution_module(exercise.root, exercise.unit, exercise.name)
    names = {**vars(importlib.import_module(module)), "np": np}
    text = "\n".join(blocks(exercise))
    examples = doctest.DocTestParser().get_doctest(text, names, exercise.name, None, 0)
    report: list[str] = []
    with parts_from(part_source(Plugins().registry, [REFERENCE])):
        result = doctest.DocTestRunner(verbose=False).run(examples, out=report.append)
    assert result.attempted > 0, "a README shows a worked example as a ```python session"
    assert result.failed == 0, "".join(report)
