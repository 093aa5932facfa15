"""Submissions with one mistake, and their recorded checks."""

import pytest

from autograder.course.mistakes import load_mistakes
from autograder.replays.recorded_calls import record
from autograder.replays.session import Replay


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
        mistake = next((one for one in mistakes if one.id == chosen), mistakes[0])
        return mistake.apply(exercise.solution_source())

    return mistaken


@pytest.fixture
def recorded(real_course, wrong_submission):
    """`recorded(check, source)`: the replay of a check of `source`, and what was recorded."""
    opened = []

    def recorded(check, source, **settings):
        name = check.partition("::")[0].removeprefix("test_").removesuffix(".py")
        folder = wrong_submission(name, source)
        replay = Replay(
            check,
            submission=str(folder),
            course=str(real_course.root),
            sandbox="process",
            **settings,
        )
        opened.append(replay)
        return replay, record(check, replay.setting, replay.submission)

    yield recorded
    for replay in opened:
        replay.submission.close()
