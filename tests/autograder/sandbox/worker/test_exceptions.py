"""Exceptions of a submission as text and numbers, whatever the exception does."""

import pytest

from autograder.sandbox.worker.loading import MAX_FRAMES, MAX_MESSAGE, describe


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_message_is_cut():
    found = describe(raised(ValueError("x" * 10_000)), "")
    assert found["message"] == "x" * MAX_MESSAGE


def test_a_message_that_cannot_be_shown_is_no_fault_of_ours():
    class Nasty(Exception):
        def __str__(self):
            raise SystemExit

    found = describe(raised(Nasty()), "")
    assert (found["type"], found["message"]) == ("Nasty", "(its message cannot be shown)")


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
    assert describe(raised(ZeroDivisionError("1/0")), "")["message"] == "1/0"
