import time

import pytest

from autograder.course.questions.comparison import POINTS, difference, read_answer, sample
from autograder.course.questions.description import Choice, Formula, Number, Prose, Range
from autograder.course.questions.expressions import UnreadableAnswerError

NUMBER = Number("n", 1, "hint", 0.01, {"GB": 1.0, "MB": 0.001})
PLAIN = Number("p", 1, "hint")
FORMULA = Formula("f", 1, "hint", {"x": Range(-2.0, 2.0, False), "n": Range(1, 5, True)})
CHOICE = Choice("c", 1, "hint", ("a", "b", "c"))


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (NUMBER, "2 GB", 2),
        (NUMBER, "`2gb`", 2),
        (NUMBER, "**2000 MB**\n\nbecause ...", 2),
        (NUMBER, "= 2", 2),
        (NUMBER, "```text\n2 GB\n```", 2),
        (NUMBER, "\uff12 GB", 2),
        (CHOICE, "\uff42\uff09", "b"),
        (NUMBER, "4/2 GB.", 2),
        (PLAIN, "\n\n-1e-3\n7", -0.001),
        (CHOICE, "b", "b"),
        (CHOICE, "**B)** a long reason", "b"),
        (CHOICE, "(c) and a sentence", "c"),
    ],
)
def test_the_first_line_is_the_answer(question, text, value):
    assert read_answer(question, text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("question", "text", "message"),
    [
        (NUMBER, "2 apples", "must be one number in GB or MB"),
        (PLAIN, "2 GB", "must be one number without a unit"),
        (PLAIN, "0,25", "write decimals with a point"),
        (PLAIN, "1/0", "has no finite value"),
        (PLAIN, "x", "`x` is not known"),
        (PLAIN, "1" * 500, "the first line has 500 characters"),
        (CHOICE, "d", "one of the letters a, b, c"),
        (CHOICE, "a, c", "one of the letters"),
        (CHOICE, "a or b", "one of the letters"),
        (CHOICE, "the second", "one of the letters"),
        (CHOICE, "?", "one of the letters"),
    ],
)
def test_an_unreadable_answer_says_what_is_expected(question, text, message):
    with pytest.raises(UnreadableAnswerError) as caught:
        read_answer(question, text)
    assert message in str(caught.value)


def test_a_long_line_of_signs_takes_no_time():
    started = time.process_time()
    for question in (CHOICE, NUMBER, FORMULA):
        with pytest.raises(UnreadableAnswerError):
            read_answer(question, "a," + "*" * 200_000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("question", "given", "expected", "told"),
    [
        (NUMBER, 2.01, 2.0, ""),
        (NUMBER, 2.02, 2.0, "2.02 is not the right number"),
        (PLAIN, 1 / 3, 0.333333333, ""),
        (PLAIN, 0.333, 1 / 3, "0.333 is not the right number"),
        (CHOICE, "b", "b", ""),
        (CHOICE, "a", "b", "(a) is not the right choice"),
    ],
)
def test_numbers_and_choices(question, given, expected, told):
    assert difference(question, given, expected, seed=0) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x*n + x", ""),
        ("x*(1 + n)", ""),
        ("(n**2 - 1)*x/(n - 1)", "the formula has no finite value"),
        ("x*n", "the formula gives"),
        ("sqrt(x)*sqrt(x)*(n + 1)", "the formula has no finite value, expected"),
    ],
)
def test_formulas_are_compared_at_random_points(text, told):
    key = read_answer(FORMULA, "x*(n + 1)")
    found = difference(FORMULA, read_answer(FORMULA, text), key, seed=0)
    assert (found == "") if told == "" else (told in found)


def test_the_points_lie_in_the_ranges_and_depend_on_the_seed():
    points = list(sample(FORMULA, 1))
    assert len(points) == POINTS
    assert all(-2 <= one["x"] <= 2 and one["n"] in {1, 2, 3, 4, 5} for one in points)
    assert points == list(sample(FORMULA, 1)) != list(sample(FORMULA, 2))


def test_prose_is_compared_by_no_program():
    with pytest.raises(TypeError, match="'p'"):
        read_answer(Prose("p", 1, ""), "a text")
