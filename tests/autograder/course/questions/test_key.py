import pytest

from autograder.course.identity import course_hash
from autograder.course.questions.key import load_key
from autograder.course.reading import find_course
from autograder.course.stub_files import stub_files, write_stubs
from autograder.course.stubs import pristine_stub
from framework.errors import BadInputError


@pytest.fixture
def exercise(asked_course):
    return asked_course.exercise("asked")


def change(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_stub_has_placeholders_and_no_answer(exercise):
    stub = pristine_stub(exercise)
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
        ("<!-- END SOLUTION -->", "", "<!-- BEGIN SOLUTION --> inside the answer of line 11"),
        ("<!-- BEGIN SOLUTION -->", "", "<!-- END SOLUTION --> without"),
        ("<!-- BEGIN SOLUTION -->", "<!-- BEGIN SOLUTION --> now", "expected a line with only a"),
        ("<!-- exercise: asked -->", "", "expected the line <!-- exercise: asked -->"),
    ],
)
def test_a_wrong_source_is_refused_with_file_and_line(exercise, old, new, message):
    change(exercise.solution, old, new)
    with pytest.raises(BadInputError) as caught:
        pristine_stub(exercise)
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
