"""A kit of one exercise, built once, and grading in a copy of it."""

import shutil

import pytest
from grading import graded_folder

from autograder.course.reading import Course, find_course
from plugins.authoring.kits.building import build_kit


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """What the build of a kit of the activations returns; tests must not change the kit."""
    location = tmp_path_factory.mktemp("kits") / "kit"
    return build_kit(find_course(), location, ["activations"], 1, lambda line: None)


@pytest.fixture
def kit_root(built, tmp_path):
    """The folder of a kit in which a student may work."""
    return shutil.copytree(built.place, tmp_path / "kit")


@pytest.fixture
def graded():
    """`graded(root, name, seed)`: the result of an exercise in the course at `root`."""

    def graded(root, name="activations", submission=None, seed=None, **options):
        folder = submission or root / "exercises"
        return graded_folder(Course.read(root), folder, [name], seed=seed, **options)

    return graded


@pytest.fixture
def write():
    """`write(root, text)`: the student's file of the activations."""

    def write(root, text):
        file = root / "exercises/neural_networks/activations/activations.py"
        file.write_text(text, "utf-8")
        return file

    return write
