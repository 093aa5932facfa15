"""On a CI server, the course of the working directory may be a student's: it has to be named."""

import inspect

import pytest
from graded_class import GradedClass, check, exercise
from gradus_command import gradus
from repository import ROOT

from framework.errors import UsageError
from plugins.classes.commands.app import classes

#: Commands that load plugins of the course -> their arguments.
LOADING = {
    "grade": ("lab1",),
    "gradebook": ("0", "grades.csv", "--as", "csv", "--in", "lab1", "-o", "filled.csv"),
    "feedback": ("0", "pages", "--in", "lab1"),
    "similarity": ("0", "pages", "--in", "lab1"),
}


@pytest.fixture
def lab1(tmp_path, monkeypatch):
    for name in ("exercises", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    GradedClass(tmp_path / "lab1").grade({("s1", "a"): [exercise("one_hot", check())]})


def test_every_command_that_takes_plugins_is_listed():
    functions = [command.callback for command in classes.registered_commands]
    taking = {
        function.__name__
        for function in functions
        if "plugin" in inspect.signature(function).parameters
    }
    assert taking == LOADING.keys()


@pytest.mark.parametrize("command", LOADING)
def test_a_course_that_was_found_on_a_ci_server_loads_no_plugin(command, lab1, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(UsageError, match="Name the course with `--course DIR`"):
        gradus("class", command, *LOADING[command])
