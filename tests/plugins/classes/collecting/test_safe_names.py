"""Names that students chose, on every file system, and the numbers that systems add to them."""

from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plugins.classes.collecting.attempt_files import (
    MAX_DEPTH,
    MAX_NAME,
    Places,
    safe_path,
    without_counters,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("src/rnn.py", "src/rnn.py"),
        ("Übung 1/wörter.py", "Übung 1/wörter.py"),
        ("U\u0308bung.py", "Übung.py"),
        ("作业/循环.py", "作业/循环.py"),
        ("rnn\u200e.py", "rnn.py"),
        ("\u202enr.py", "nr.py"),
        ('a"b:c.py', "a_b_c.py"),
        ("../../rnn.py", "rnn.py"),
        ("/etc/rnn.py", "etc/rnn.py"),
        ("\x1b[31m.py", "[31m.py"),
        ("..", "file"),
        ("a./con/LPT1.py", "a/_con/_LPT1.py"),
        ("icon.py", "icon.py"),
        ("console.py. ", "console.py"),
        (f"{'x' * 300}.py", f"{'x' * 97}.py"),
    ],
)
def test_a_name_keeps_its_letters_alone(name, expected):
    assert str(safe_path(PurePosixPath(name))) == expected


@example("//")
@given(st.text(max_size=400))
def test_every_name_becomes_one_that_stays_inside(name):
    path = safe_path(PurePosixPath(name))
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert 1 <= len(path.parts) <= MAX_DEPTH
    assert all(0 < len(part.encode()) <= MAX_NAME for part in path.parts)


def test_names_that_differ_in_capitals_alone_are_both_kept():
    places = Places()
    results = [str(places.free(PurePosixPath(name))) for name in ("a/rnn.py", "a/RNN.py", "A/x.py")]
    assert results == ["a/rnn.py", "a/RNN~2.py", "a/x.py"]


def corrected(*names):
    result = without_counters(map(PurePosixPath, names), ["rnn", "lstm"])
    return {str(path): str(target) for path, target in result.items()}


def test_a_number_is_removed_where_the_expected_name_is_absent():
    assert corrected("rnn-1.py", "x/lstm (2).ipynb") == {
        "rnn-1.py": "rnn.py",
        "x/lstm (2).ipynb": "x/lstm.ipynb",
    }
    assert corrected("rnn-9.py", "rnn-10.py", "rnn.ipynb") == {"rnn-10.py": "rnn.py"}
    assert corrected("rnn.py", "other-1.py") == {}
    assert corrected("rnn.py", "rnn-1.py", "other-1.py", "lstm-x.py") == {}
