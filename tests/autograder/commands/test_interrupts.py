"""What Ctrl-C leaves of slow commands."""

import pytest
from gradus_command import gradus

from autograder.grading import parallel
from framework.errors import StoppedError


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
    from plugins.authoring.kits import building

    monkeypatch.setattr(building, "in_parallel", interrupted(["recorded squash: 2 checks"]))
    told = r"recorded: 1 exercise, proved: 0\. .*kit\.zip is not written"
    with pytest.raises(StoppedError, match=told):
        gradus("kit", "build", tmp_path / "kit.zip", "--course", written.root)
    assert not (tmp_path / "kit.zip").exists()
