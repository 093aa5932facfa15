"""Importing submitted files, finding the parts that networks ask for, describing exceptions."""

import sys

import pytest
from repository import text_of

from autograder.sandbox.worker.loading import (
    MAX_FRAMES,
    MAX_MESSAGE,
    NotDefinedError,
    PartMissingError,
    SubmittedModule,
    describe,
)

PARTS = {"cell": ("cells_file", "Cell"), "gate": ("cells_file", "Gate"), "lost": ("no_file", "X")}


@pytest.fixture
def module(tmp_path, monkeypatch):
    files = {
        "net_file": "raise_later = 1\ndef answer():\n    return 42\n",
        "cells_file": "count = []\nclass Cell: pass\ncount.append(1)\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.setitem(sys.modules, name, None)
    return SubmittedModule(tmp_path, "net_file", PARTS)


def test_names_come_from_the_graded_file(module):
    assert module.attribute("answer")() == 42


def test_a_name_that_is_not_defined(module):
    with pytest.raises(NotDefinedError, match=r"net_file\.py does not define question"):
        module.attribute("question")


def test_parts_come_from_the_other_files_imported_once(module):
    assert module.part("cell") is module.part("cell")
    assert sys.modules["cells_file"].count == [1]


@pytest.mark.parametrize(
    ("part", "needed"), [("lost", "no_file"), ("gate", "cells_file"), ("unheard_of", "unheard_of")]
)
def test_a_part_that_is_not_there_names_the_exercise_it_comes_from(module, part, needed):
    with pytest.raises(PartMissingError, match=f"needs '{needed}'"):
        module.part(part)


CALLS = text_of("texts/loading/calls.py")


def test_tasks_that_run_are_noted_whatever_calls_them(module, tmp_path):
    (tmp_path / "cells_file.py").write_text(CALLS)
    cell = module.part("cell")
    assert cell.__doc__ == "A cell."
    assert module.tasks_called() == []
    assert cell().run().line == 11
    assert module.tasks_called() == ["cells_file.Cell", "cells_file.Gate"]
    assert module.tasks_called() == []


def test_a_part_that_is_missing_counts_as_called(module):
    with pytest.raises(PartMissingError):
        module.part("lost")
    assert module.tasks_called() == ["no_file.X"]


@pytest.mark.parametrize("deep", ["x" + "()" * 50_000, "-" * 50_000 + "1", "(" * 150 + "-" * 9999])
def test_deep_nesting_is_a_syntax_error_on_its_line(module, tmp_path, deep):
    (tmp_path / "net_file.py").write_text(f"x = 1\ny = {deep}\n")
    with pytest.raises(SyntaxError) as caught:
        module.load()
    assert (caught.value.lineno, caught.value.filename) == (2, str(tmp_path / "net_file.py"))


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_message_is_cut():
    result = describe(raised(ValueError("x" * 10_000)), "")
    assert result["message"] == "x" * MAX_MESSAGE


def test_a_message_that_cannot_be_shown_is_no_fault_of_ours():
    class Nasty(Exception):
        def __str__(self):
            raise SystemExit

    result = describe(raised(Nasty()), "")
    assert (result["type"], result["message"]) == ("Nasty", "(its message cannot be shown)")


def test_the_temporary_folder_is_not_told():
    error = raised(FileNotFoundError("no file /tmp/gradus-x1/data.txt"))
    assert describe(error, "/tmp/gradus-x1")["message"] == "no file data.txt"


def test_a_syntax_error_points_at_its_line():
    with pytest.raises(SyntaxError) as caught:
        compile("x = 1\ny = (\n", "/place/tiny.py", "exec")
    assert describe(caught.value, "/place")["frames"] == [["tiny.py", 2, "<module>"]]


def test_a_recursion_tells_its_last_frames_only():
    namespace = {}
    exec(compile("def f(n):\n    return f(n + 1)\n", "/place/tiny.py", "exec"), namespace)
    with pytest.raises(RecursionError) as caught:
        namespace["f"](0)
    assert describe(caught.value, "/place")["frames"] == [["tiny.py", 2, "f"]] * MAX_FRAMES


def test_a_provider_has_no_folder_and_its_message_stays():
    result = describe(raised(ZeroDivisionError("1/0")), "")
    assert (result["message"], result["frames"]) == ("1/0", [])
