import time

import pytest

from autograder.course.generated_stubs import available_stub
from autograder.course.identity import course_hash
from autograder.course.questions.answer_keys import (
    POINTS,
    difference,
    load_key,
    read_answer,
    sample,
)
from autograder.course.questions.description import Choice, Formula, Number, Prose, Range
from autograder.course.questions.expressions import UnreadableAnswerError
from autograder.course.reading import find_course
from framework.errors import BadInputError
from plugins.authoring.stub_files import stub_files, write_stubs

NUMBER = Number("n", 1, "hint", 0.01, {"GB": 1.0, "MB": 0.001})
PLAIN = Number("p", 1, "hint")
FORMULA = Formula("f", 1, "hint", {"x": Range(-2.0, 2.0, False), "n": Range(1, 5, True)})
CHOICE = Choice("c", 1, "hint", ("a", "b", "c"))


@pytest.fixture
def exercise(asked_course):
    return asked_course.exercise("asked")


def change(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_stub_has_placeholders_and_no_answer(exercise):
    stub = available_stub(exercise)
    assert stub.count("### Answer\n\n<!-- your answer -->\n") == 4
    for secret in ("0.5 m", "2*x", "power rule", "secret reason", "ubric", "SOLUTION"):
        assert secret not in stub
    assert "- b) the second" in stub
    assert exercise.stub.read_text("utf-8") == stub


def test_the_key_has_answers_rubrics_and_wrong_answers(exercise):
    key = load_key(exercise)
    assert key.sections["why"].rubric == "- 3 points: the hidden rubric"
    assert [(wrong.id, wrong.question) for wrong in key.wrong] == [("factor-left-out", "square")]


def test_edited_answers_are_no_stub_and_are_kept(asked_course, exercise):
    change(exercise.stub, "<!-- your answer -->", "1 m")
    (asked,) = [file for file in stub_files(asked_course) if file.exercise.name == "asked"]
    assert asked.drifted
    assert write_stubs(asked_course).kept == (exercise.stub,)
    assert "1 m" in exercise.stub.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## letter:", "## leter:", "the heading '## letter: ...' is missing"),
        ("## half: How long is half a metre?", "## half", "'## half:' has no title"),
        ("0.5 m\n", "", "question 'half' has no model answer"),
        ("2*x\n", "2x\n", "the model answer of 'square': `2x` is not a formula"),
        ("2*x\n", "2*log(x)\n", "the formula of 'square' has no value in its ranges"),
        ("### Rubric", "### Points", "question 'why' has no part '### Rubric'"),
        ("<!-- END SOLUTION -->", "", "BEGIN SOLUTION inside the region of line 11"),
        ("<!-- BEGIN SOLUTION -->", "", "END SOLUTION without BEGIN SOLUTION"),
        ("<!-- BEGIN SOLUTION -->", "<!-- BEGIN SOLUTION --> now", "expected a line with only a"),
        ("<!-- exercise: asked -->", "", "expected the line <!-- exercise: asked -->"),
    ],
)
def test_a_wrong_source_is_refused_with_file_and_line(exercise, old, new, message):
    change(exercise.solution, old, new)
    with pytest.raises(BadInputError) as caught:
        available_stub(exercise)
    assert message in str(caught.value)
    assert f"{exercise.solution}:" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('answer = "x"', 'answer = "x*2"', "answer is the right answer to 'square'"),
        ('answer = "x"', 'answer = "y"', "answer cannot be read: `y` is not known"),
        ('question = "square"', 'question = "why"', "'why' is no question that a program"),
        ('id = "factor-left-out"', "", "id is missing"),
    ],
)
def test_a_wrong_list_of_wrong_answers_is_refused(exercise, old, new, message):
    change(exercise.solution.parent / "mistakes.toml", old, new)
    with pytest.raises(BadInputError) as caught:
        load_key(exercise)
    assert message in str(caught.value)


def test_a_source_that_the_course_does_not_list_is_an_error(asked_course):
    change(asked_course.root / "exercises/course.toml", ', "asked"', "")
    with pytest.raises(BadInputError, match="does not list 'asked'"):
        stub_files(find_course(asked_course.root))


def test_the_key_counts_for_the_hash_of_the_course(asked_course, exercise):
    before = course_hash(asked_course)
    change(exercise.solution, "0.5 m", "0.6 m")
    assert course_hash(asked_course) != before
    before = course_hash(asked_course)
    change(exercise.solution.parent / "mistakes.toml", 'answer = "x"', 'answer = "3*x"')
    assert course_hash(asked_course) != before


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
        (PLAIN, "x", "as in 0.25 or 3/4, not `x`"),
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
        (NUMBER, 2.02, 2.0, "2.02 GB is not the right number"),
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
    result = difference(FORMULA, read_answer(FORMULA, text), key, seed=0)
    assert (result == "") if told == "" else (told in result)


def test_the_points_lie_in_the_ranges_and_depend_on_the_seed():
    points = list(sample(FORMULA, 1))
    assert len(points) == POINTS
    assert all(-2 <= point["x"] <= 2 and point["n"] in {1, 2, 3, 4, 5} for point in points)
    assert points == list(sample(FORMULA, 1)) != list(sample(FORMULA, 2))


def test_prose_is_compared_by_no_program():
    with pytest.raises(TypeError, match="'p'"):
        read_answer(Prose("p", 1, ""), "a text")
