"""Plain Python gets the student's own parts, then the reference's, with nothing to set up."""

import shutil
import sys

import pytest
from programs import completed
from repository import ROOT, text_of

OUTSIDE = ROOT / "tests/data/courses/outside"
OWNER = """
from framework.models.parts import part
print(part('shift').__module__, part('shift')(2).forward(1))
"""
WRITTEN = text_of("texts/default_parts/written.py")


@pytest.fixture
def course(tmp_path):
    shutil.copytree(OUTSIDE, tmp_path / "course")
    return tmp_path / "course"


def stub(course):
    return course / "exercises/layers/shift/shift.py"


def python(*arguments, cwd):
    command = [sys.executable, *map(str, arguments)]
    return completed(*command, cwd=cwd)


def test_a_written_part_of_the_course_around_the_working_directory_is_the_students(course):
    stub(course).write_text(WRITTEN)
    done = python("-c", OWNER, cwd=stub(course).parent)
    assert done.stdout.endswith(" the student's\n"), done.stderr
    assert done.stdout.startswith("_gradus_shift_")


@pytest.mark.parametrize(
    ("is_kit", "name", "said"),
    [
        (False, "shift", ".layers.shift.shift [1. 1.]\n"),
        (True, "shift", "solutions/layers/shift/shift.py is missing"),
        (False, "shitf", "no implementation 'shitf': did you mean 'shift'?"),
    ],
)
def test_a_part_that_is_not_written_is_the_references_or_its_absence_is_said(
    course, is_kit, name, said
):
    if is_kit:
        shutil.rmtree(course / "solutions")
    done = python("-c", OWNER.replace("'shift'", f"'{name}'"), cwd=stub(course).parent)
    assert said in done.stdout + done.stderr


def test_the_course_around_the_file_that_asks_counts_too(course, tmp_path):
    stub(course).write_text(WRITTEN)
    asks = course / "exercises/models/shifted_classifier/shifted_classifier.py"
    asks.write_text(OWNER)
    assert "the student's" in python(asks, cwd=tmp_path).stdout


def test_without_any_course_around_the_installed_one_offers_the_parts(tmp_path):
    code = OWNER.replace("'shift'", "'sigmoid'").replace("(2)", "()")
    done = python("-c", code, cwd=tmp_path)
    assert done.stdout.endswith(".neural_networks.activations.activations 0.7310585786300049\n")
