"""Solutions are imported from the folder of their course, and of no other."""

import importlib
import pickle
import sys

from repository import ROOT

from framework.course.solutions import missing_solution, solution_module

POINT = '''
from dataclasses import dataclass

@dataclass
class Point:
    """A point of {name}."""
    x: "int" = 0
'''


def test_courses_with_the_same_names_never_share_a_module(write_course):
    single, two = (write_course(name, sums=POINT.format(name=name)) for name in ("one", "two"))
    first, second = (
        importlib.import_module(solution_module(course.root, "unit", "sums"))
        for course in (single, two)
    )
    assert (first.Point.__doc__, second.Point.__doc__) == ("A point of one.", "A point of two.")
    assert first is not second
    again = importlib.import_module(solution_module(single.root, "unit", "sums"))
    assert again is first


def test_a_solution_is_a_module_like_any_other(write_course):
    course = write_course("one", sums=POINT.format(name="one"))
    module = importlib.import_module(solution_module(course.root, "unit", "sums"))
    assert sys.modules[module.__name__] is module
    assert pickle.loads(pickle.dumps(module.Point(3))) == module.Point(3)
    assert module.__spec__.parent == module.__name__.rpartition(".")[0]


def test_the_same_folder_gets_the_same_package_however_it_is_written(write_course, monkeypatch):
    course = write_course("one", sums=POINT.format(name="one"))
    monkeypatch.chdir(course.root.parent)
    relative = type(course.root)("one")
    assert solution_module(relative, "unit", "sums") == solution_module(course.root, "unit", "sums")


def test_a_missing_solution_is_reported_with_the_way_to_get_it(tmp_path):
    ours = missing_solution(ROOT, "gated_rnns", "lstm")
    assert f"{ROOT}/solutions/gated_rnns/lstm/lstm.py is missing" in ours
    assert "`pip install 'gradus-nlp-solutions==" in ours
    theirs = missing_solution(tmp_path, "gated_rnns", "lstm")
    assert "get the folder 'solutions' of the course at" in theirs
    assert "pip" not in theirs
