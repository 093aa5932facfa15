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


def test_a_part_that_is_not_written_is_the_references(course):
    done = python("-c", OWNER, cwd=stub(course).parent)
    assert done.stdout.endswith(".layers.shift.shift [1. 1.]\n"), done.stderr


def test_the_course_around_the_file_that_asks_counts_too(course, tmp_path):
    stub(course).write_text(WRITTEN)
    asks = course / "exercises/models/shifted_classifier/shifted_classifier.py"
    asks.write_text(OWNER)
    assert "the student's" in python(asks, cwd=tmp_path).stdout


def test_without_any_course_around_the_installed_one_offers_the_parts(tmp_path):
    code = OWNER.replace("'shift'", "'sigmoid'").replace("(2)", "()")
    done = python("-c", code, cwd=tmp_path)
    assert done.stdout.endswith(".neural_networks.activations.activations 0.7310585786300049\n")


def test_a_part_that_a_kit_does_not_hold_says_what_is_missing(course):
    shutil.rmtree(course / "solutions")
    done = python("-c", OWNER, cwd=course)
    assert "shift@numpy cannot be used:" in done.stderr
    assert "solutions/layers/shift/shift.py is missing" in done.stderr


def test_an_unknown_part_is_named_with_near_misses(course):
    done = python("-c", OWNER.replace("'shift'", "'shitf'"), cwd=course)
    assert "no implementation 'shitf': did you mean 'shift'?" in done.stderr
