import pytest

from autograder.course.questions.description import Choice, Formula, Number, Prose
from autograder.course.reading import find_course
from framework.errors import BadInputError


def test_an_exercise_has_questions_in_place_of_tasks(asked_course):
    exercise = asked_course.exercise("asked")
    assert [type(question) for question in exercise.questions] == [Number, Formula, Choice, Prose]
    assert (exercise.tasks, exercise.task_names) == ((), ("half", "square", "letter", "why"))
    assert [exercise.points_of(name) for name in exercise.task_names] == [2, 2, 2, 3]
    assert exercise.stub.name == exercise.solution.name == "questions.md"
    assert exercise.hints[0] == "half: Half of one."
    assert [item.name for item in asked_course.code_exercises] == ["squash", "sums"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("points = 9", "points = 8", "points = 8, but its questions have 9 points"),
        ('id = "square"', 'id = "half"', "id 'half' 2 times"),
        ('id = "half"', 'id = "Half a"', "id must be small letters"),
        (
            'kind = "number"',
            'kind = "nummer"',
            "'nummer' is none of number, formula, choice, prose",
        ),
        ("points = 3", "points = 0", "points must be positive, not 0"),
        ("tolerance = 0.01", "tolerance = -1", "tolerance must be a number from 0 on"),
        ("tolerance = 0.01", "tolernce = 1", "did you mean 'tolerance'?"),
        ("x = [-2.0, 2.0]", "x = [2.0, 2.0]", "x must be the ends of a range"),
        ("x = [-2.0, 2.0]", "exp = [1, 2]", "exp cannot be the name of a variable"),
        ("variables = { x = [-2.0, 2.0] }", "", "variables is missing"),
        ('options = ["a", "b"]', 'options = ["a", "a"]', "at least two different letters"),
        ('hint = "Twice."', "", "hint is missing"),
        (
            'Begin with a reason."',
            'Begin."\n[time]\ncall = 1\ntotal = 1\n[[tasks]]\nname = "f"\nkind = "function"',
            "cannot stand beside [[tasks]]",
        ),
    ],
)
def test_a_wrong_description_names_file_and_key(asked_course, old, new, message):
    file = asked_course.exercise("asked").toml
    text = file.read_text("utf-8")
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInputError) as caught:
        find_course(asked_course.root).exercise("asked")
    assert message in str(caught.value)
    assert str(file) in str(caught.value)
