"""Commands of a report can be pasted: they are complete, and quoted."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.setting import GradeOptions
from autograder.results.commands import Commands
from autograder.results.report import CheckResult
from autograder.verdicts import Verdict

CHECK = CheckResult("test_rnn.py::test_a[x y]", "A", "RNN", False, 1, Verdict.FAILED)


@pytest.mark.parametrize(
    ("options", "grade", "replay"),
    [
        (GradeOptions(), "grade squash", "gradus replay 'test_rnn.py::test_a[x y]'"),
        (
            GradeOptions(submission=Path("my work.zip"), seed=3),
            "grade --submission 'my work.zip' --seed 3 squash",
            "gradus replay 'test_rnn.py::test_a[x y]' --submission 'my work.zip' --seed 3",
        ),
        (
            GradeOptions(what=("a b.ipynb",), backend="torch", course=Path("c d")),
            "grade --backend torch --course 'c d' 'a b.ipynb'",
            "gradus replay 'test_rnn.py::test_a[x y]' --submission 'a b.ipynb' --backend torch "
            "--course 'c d'",
        ),
        (
            GradeOptions(sandbox="fork", allow_weaker=True),
            "grade --sandbox fork --allow-weaker squash",
            "gradus replay 'test_rnn.py::test_a[x y]' --sandbox fork --allow-weaker",
        ),
        (GradeOptions(provider="torch"), "grade --provider torch squash", ""),
        (
            GradeOptions(submission=Path("a b.ipynb"), in_notebook="saved"),
            "%grade squash",
            "!gradus replay 'test_rnn.py::test_a[x y]' --submission 'a b.ipynb'",
        ),
        (GradeOptions(in_notebook="cells"), "%grade squash --cells", ""),
    ],
)
def test_commands_name_what_was_graded(tiny_course, tmp_path, monkeypatch, options, grade, replay):
    monkeypatch.chdir(tmp_path)
    Path("a b.ipynb").touch()
    commands = options.commands(tiny_course)
    assert commands.grade("squash") == grade
    assert commands.replay(CHECK) == replay


@pytest.mark.parametrize(
    "changes",
    [{"hidden": True}, {"verdict": Verdict.PASSED}, {"verdict": Verdict.NOT_STARTED}, {"id": ""}],
)
def test_only_failed_public_checks_are_replayed(changes):
    assert Commands().replay(replace(CHECK, **changes)) == ""


def test_commands_of_gradus_name_the_course():
    assert Commands(course=("--course", "a b")).gradus("hint", "rnn") == (
        "gradus hint rnn --course 'a b'"
    )
    assert Commands(in_notebook="saved").gradus("hint", "rnn") == "%hint rnn"
    assert Commands(in_notebook="saved").gradus("show", "rnn") == "!gradus show rnn"
