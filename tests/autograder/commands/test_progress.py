"""What slow commands show first, and what Ctrl-C leaves."""

from __future__ import annotations

import sys

import pytest
from gradus_command import gradus

from autograder import cli
from autograder.commands import grade
from autograder.grading import parallel
from framework.commands.output import announce, stopped_with
from framework.errors import StoppedError


def test_a_first_line_is_for_terminals_alone(capsys, monkeypatch):
    announce("checking")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    announce("checking")
    assert capsys.readouterr() == ("", "checking\n")


def test_ctrl_c_ends_with_what_was_done():
    done = []
    with (
        pytest.raises(StoppedError, match=r"^interrupted: 1 done$") as stopped,
        stopped_with(lambda: f"{len(done)} done"),
    ):
        done.append("one")
        raise KeyboardInterrupt
    assert stopped.value.exit_code == 130


def interrupted(results):
    """A function in place of `in_parallel`, which is interrupted after `results`."""

    def in_parallel(function, arguments, jobs, as_they_end=False):
        yield from results
        raise KeyboardInterrupt

    return in_parallel


def test_check_says_how_many_exercises_were_checked(written, monkeypatch):
    monkeypatch.setattr(parallel, "in_parallel", interrupted([[]]))
    with pytest.raises(StoppedError, match="1 of 2 exercises are checked, 0 have problems"):
        gradus("check", "--course", written.root)


def test_a_kit_that_is_interrupted_is_not_written(written, monkeypatch, tmp_path):
    from autograder.kits import building

    monkeypatch.setattr(building, "in_parallel", interrupted(["recorded squash: 2 checks"]))
    told = r"recorded: 1 exercise, proved: 0\. .*kit\.zip is not written"
    with pytest.raises(StoppedError, match=told):
        gradus("kit", "build", tmp_path / "kit.zip", "--course", written.root)
    assert not (tmp_path / "kit.zip").exists()


def test_a_grading_that_is_interrupted_says_how_far_it_was(written, monkeypatch):
    def interrupted(plugins, request):
        raise KeyboardInterrupt

    monkeypatch.setattr(grade, "_answered", interrupted)
    told = r"^interrupted: 0 of \d+ exercises graded, 0 passed; no report is written$"
    with pytest.raises(StoppedError, match=told):
        cli.grade(["--course", str(written.root), "--submission", str(written.root / "solutions")])
