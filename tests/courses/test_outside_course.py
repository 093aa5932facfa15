"""A course outside of this repository has parts of its own, whatever their names are."""

from __future__ import annotations

import numpy as np
import pytest
from grading import fork_or_process, graded_folder
from repository import ROOT, text_of

from autograder.course.reading import Course, find_course
from framework.course.solutions import solution_module
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins

HERE = ROOT / "tests/data/courses/outside"

#: A layer that has nothing in common with the exercise `lstm` of the public course but its names.
NAMESAKE = text_of("texts/outside_course/namesake.py")
CHECK = text_of("texts/outside_course/check.py")
TOML = text_of("texts/outside_course/toml.toml")


def report_on(course: Course, folder: str, *names: str):
    """The report on the files in `folder` of `course`."""
    return graded_folder(course, course.root / folder, names, sandbox=fork_or_process())


@pytest.fixture
def namesake(tmp_path) -> Course:
    """A course whose only exercise is called like one of the public course."""
    files = {
        "exercises/course.toml": (
            '[[units]]\nname = "gated_rnns"\ntitle = "Doubles"\nexercises = ["lstm"]\n'
        ),
        "exercises/gated_rnns/lstm/exercise.toml": TOML,
        "exercises/gated_rnns/lstm/test_lstm.py": CHECK,
        "solutions/gated_rnns/lstm/lstm.py": NAMESAKE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return find_course(tmp_path)


def test_its_reference_is_a_backend_with_the_parts_of_the_course():
    backend = Backend(Plugins(course=find_course(HERE)).registry, "numpy")
    model = backend.build("shifted_classifier", 2, 3, kind="model", rng=np.random.default_rng(0))
    shift = solution_module(HERE, "layers", "shift")
    assert type(model.shift).__module__ == shift


def test_courses_with_exercises_of_the_same_names_never_mix(namesake):
    public = find_course(ROOT)
    for _ in range(2):
        assert report_on(namesake, "solutions").exit_code == 0
        assert report_on(public, "solutions", "lstm").exit_code == 0
    theirs, ours = (
        Plugins(course=course).registry.get("lstm", "numpy") for course in (namesake, public)
    )
    assert theirs.__doc__ == "y = 2x."
    assert theirs is not ours
