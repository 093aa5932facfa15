"""An exercise's README stays short enough to be read before the work starts."""

import pytest

from autograder.course.reading import find_course

MOST_WORDS = 1100


@pytest.mark.parametrize("exercise", find_course().select(), ids=lambda exercise: exercise.name)
def test_a_readme_has_at_most_1100_words(exercise):
    words = len(exercise.readme.read_text("utf-8").split())
    assert words <= MOST_WORDS, (
        f"{exercise.readme}: {words} words: cut what the lecture or another exercise explains, "
        f"to at most {MOST_WORDS}"
    )
