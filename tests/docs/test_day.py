"""The page about a student's day shows what happens; CI plays the day again, which is slow."""

import re

import pytest

from autograder.course.reading import find_course
from docs.day.page import PAGE, page
from docs.day.play import EXERCISES, MODEL, Day


def test_every_exercise_is_wrong_and_then_right():
    text = PAGE.read_text("utf-8")
    for name in EXERCISES:
        exercise = find_course().exercise(name)
        first, second = (text.split(f"$ grade {name}\n")[at].splitlines()[0] for at in (1, 2))
        assert first.startswith(f"✗ {name}  {exercise.title}")
        assert second.startswith(f"✓ {name}  {exercise.title}")


def test_the_page_shows_every_kind_of_command_and_no_path_of_a_machine():
    text = PAGE.read_text("utf-8")
    for command in ("list", "show", "hint", "replay", "notebook", f"train {MODEL}"):
        assert f"$ gradus {command}" in text
    for command in ("grade losses.ipynb", "grade losses --watch", "pytest -q"):
        assert f"$ {command}" in text
    assert not re.search(r"(?<![\w.])/(?:tmp|home|root|opt)/", text)


def test_the_model_is_trained_once_all_its_parts_are_the_students():
    refused, trained = PAGE.read_text("utf-8").split(f"$ gradus train {MODEL}")[1:]
    assert "is not written" in refused
    assert re.search(r"from your code: .*\n", trained)[0].count(",") >= 5
    assert "from the NumPy reference" not in trained
    assert "Saved checkpoints/" in trained


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_page_is_current(tmp_path):
    assert page(Day(find_course(), tmp_path).play()) == PAGE.read_text("utf-8")
