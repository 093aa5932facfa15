"""A change reaches what it changes and what names that; nothing else is left out."""

import pytest

from autograder.audit.trials import Reached, affected_names

SOURCE = """
import numpy as np

LIMIT = 3

def square(x):
    return x * x

class Base:
    def forward(self, x):
        return square(x)

class Layer(Base):
    pass

def alone(x):
    return x + LIMIT

def by_name(x):
    return build("alone", x)
"""


@pytest.mark.parametrize(
    ("old", "new", "affected"),
    [
        ("x * x", "x ** 3", {"square", "Base", "Layer"}),
        ("return square(x)", "return 0", {"Base", "Layer"}),
        ("x + LIMIT", "x - LIMIT", {"alone", "by_name"}),
        ("\ndef square", "\n# a comment\n\ndef square", set()),
        ("LIMIT = 3", "LIMIT = 4", None),
        ("def alone", "def other", None),
        ("LIMIT = 3", "LIMIT = 3\nsquare(2)", None),
        ("x * x", "x *", None),
    ],
)
def test_what_a_change_can_reach(old, new, affected):
    found = affected_names(SOURCE, SOURCE.replace(old, new))
    assert found == (None if affected is None else frozenset(affected))


def test_what_runs_at_the_import_of_the_file_reaches_everything():
    source = SOURCE + "\nTABLE = square(2)\n"
    assert affected_names(source, source.replace("x * x", "x ** 3")) is None


@pytest.fixture
def reached():
    reached = Reached({"course/alone": "alone"})
    reached.note("t.py::test_square", frozenset({"square"}), ())
    reached.note("t.py::test_alone", frozenset({"Other", "forward"}), ("course/alone",))
    reached.note("t.py::test_of_texts", frozenset(), ())
    return reached


def test_checks_that_reach_no_changed_name_are_unaffected(reached):
    assert reached.unaffected(frozenset({"square"})) == {"t.py::test_alone"}
    assert reached.unaffected(frozenset({"alone"})) == {"t.py::test_square"}


def test_nothing_is_left_out_where_nothing_is_known(reached):
    assert reached.unaffected(None) == frozenset()
    assert reached.unaffected(frozenset({"unknown"})) == frozenset()
