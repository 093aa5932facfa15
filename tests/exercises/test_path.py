"""The path through the course: the core, expected minutes, uses, and hints of tasks."""

import shlex

import pytest
from repository import ROOT

from autograder.commands.hint import task_of_hint
from autograder.course.reading import find_course
from framework.training.recipes import exercise_recipes

COURSE = find_course(ROOT)
EVERY = COURSE.select()


def test_the_core_is_closed_under_requirements():
    core = [exercise for exercise in EVERY if exercise.core]
    assert 15 <= len(core) < len(EVERY) / 2
    assert all(needed.core for needed in COURSE.with_required(core))
    assert {exercise.unit for exercise in core} == {unit.name for unit in COURSE.units}


def test_every_exercise_has_expected_minutes():
    assert all(5 <= exercise.minutes <= 180 for exercise in EVERY)


@pytest.mark.parametrize("exercise", [e for e in EVERY if e.use], ids=lambda e: e.name)
def test_a_use_is_a_command_of_a_student(exercise):
    text, command = exercise.use.text, exercise.use.command
    assert text.endswith(":")
    program, name, what, *options = shlex.split(command)
    assert program == "gradus"
    assert options[-2:] == ["--provider", "student"] or "student" in options or what == "--provider"
    if name == "train":
        assert what in dict(exercise_recipes())


@pytest.mark.parametrize("exercise", [e for e in EVERY if len(e.tasks) > 1], ids=lambda e: e.name)
def test_hints_name_tasks(exercise):
    named = {task_of_hint(exercise, number) for number in range(len(exercise.hints))}
    assert named - {""}
