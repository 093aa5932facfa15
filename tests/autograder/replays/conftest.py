"""Submissions with one mistake, and their recorded checks."""

import numpy as np
import pytest

from autograder.course.mistakes import load_mistakes
from autograder.grading.setting import GradeOptions, open_setting
from autograder.replays import own_process
from autograder.replays.own_process import make_again, place_of_fault
from autograder.replays.recorded_calls import record
from autograder.sandbox.wire import Handle
from autograder.submissions.submission import load_submission


@pytest.fixture
def wrong_submission(real_course, tmp_path):
    """`wrong_submission("rnn", changed)`: a folder with `changed` and all that rnn requires."""

    def wrong_submission(name, source):
        folder = tmp_path / "handed_in"
        folder.mkdir(exist_ok=True)
        for needed in real_course.with_required([real_course.exercise(name)]):
            (folder / f"{needed.name}.py").write_text(needed.solution_source(), "utf-8")
        (folder / f"{name}.py").write_text(source, "utf-8")
        return folder

    return wrong_submission


@pytest.fixture
def mistaken(real_course):
    """`mistaken("rnn", id)`: the solution with a listed mistake, the first by default."""

    def mistaken(name, chosen=""):
        exercise = real_course.exercise(name)
        mistakes = load_mistakes(exercise)
        mistake = next((item for item in mistakes if item.id == chosen), mistakes[0])
        return mistake.apply(exercise.solution_source())

    return mistaken


@pytest.fixture
def process_setting(real_course):
    """The setting of the real course, in the sandbox `process`."""
    return open_setting(GradeOptions(sandbox="process"), real_course)


@pytest.fixture
def recorded(real_course, wrong_submission, process_setting):
    """`recorded(check, source)`: setting, submission and record of a check of `source`."""
    opened = []

    def recorded(check, source):
        name = check.partition("::")[0].removeprefix("test_").removesuffix(".py")
        needed = [item.name for item in real_course.with_required([real_course.exercise(name)])]
        opened.append(load_submission(wrong_submission(name, source), real_course, needed))
        return process_setting, opened[-1], record(check, process_setting, opened[-1])

    yield recorded
    for submission in opened:
        submission.close()


@pytest.fixture
def made_again(monkeypatch):
    """`made_again(setting, submission, check)`: make it again, and compare what it returns."""
    values = []
    real = own_process._result

    def result(*arguments):
        values.append(real(*arguments))
        return values[-1]

    def made_again(setting, submission, check):
        values.clear()
        code = make_again(setting, submission, check)
        for value in values:
            number, index = place_of_fault(check.exchanges, check.result)
            assert same(value, check.exchanges[number].outcomes[index].value), check.result.id
        return code

    monkeypatch.setattr(own_process, "_result", result)
    return made_again


def same(value, other):
    """Whether what a call returns here is what it has returned to the check."""
    if isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(same, value, other))
    if isinstance(other, dict):
        return set(value) == set(other) and all(same(value[key], other[key]) for key in other)
    if isinstance(other, Handle):
        return type(value).__name__ == other.type_name
    return np.array_equal(value, other, equal_nan=np.asarray(other).dtype.kind == "f")
