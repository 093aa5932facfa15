"""Courses are found and read, and a wrong line in a TOML file is named."""

from pathlib import Path

import pytest
from programs import completed_python

from autograder.course.generated_stubs import available_stub
from autograder.course.reading import Course, find_course
from autograder.course.thresholds import Threshold
from autograder.submissions.submission import load_submission
from framework.course.tasks import Task
from framework.errors import BadInputError, UnknownNameError

SQUASH = "exercises/first_unit/squash/exercise.toml"


def changed(root, old, new, name=SQUASH):
    """Replace `old` in a file of the course; returns the course, read again."""
    file = root / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return find_course(root)


def test_exercise_is_read_with_its_paths(tiny_course, course_root):
    exercise = tiny_course.exercise("squash")
    assert exercise.tasks == (
        Task("Sigmoid", "model", "sigmoid"),
        Task("double", "function", "double"),
    )
    assert exercise.points == 5
    assert exercise.time.call == 1.0
    assert exercise.thresholds == {"loss": Threshold(0.5)}
    assert exercise.train.defaults == {"hidden_size": 8}
    folder = course_root.resolve() / "exercises/first_unit/squash"
    assert (exercise.stub, exercise.tests) == (folder / "squash.py", folder / "test_squash.py")
    solution = course_root.resolve() / "solutions/first_unit/squash"
    assert exercise.solution == solution / "squash.py"
    assert exercise.hidden_tests == solution / "test_squash_hidden.py"
    hash(exercise)


def test_the_course_of_a_folder_is_found(course_root, monkeypatch, tmp_path):
    monkeypatch.chdir(course_root / "exercises/first_unit/squash")
    assert find_course().root == course_root.resolve()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert (find_course().root / "exercises/course.toml").is_file()  # the installed course
    with pytest.raises(BadInputError, match=r"no course at .*`--course DIR`"):
        find_course(elsewhere)


def test_select_takes_exercises_and_units_in_course_order(tiny_course):
    def chosen(*names):
        return [exercise.name for exercise in tiny_course.select(names)]

    assert chosen() == ["squash", "sums"]
    assert chosen("sums", "first_unit", "squash") == ["squash", "sums"]
    assert chosen("second_unit") == ["sums"]


@pytest.mark.parametrize("text", ["", '[[units]]\nname = "one"\ntitle = "One"\n'])
def test_a_course_without_exercises_says_how_to_list_one(course_root, text):
    (course_root / "exercises/course.toml").write_text(text, "utf-8")
    course = find_course(course_root)
    message = r"exercises/course\.toml lists no exercise: expected at least one \[\[units\]\] table"
    with pytest.raises(BadInputError, match=message):
        course.select()
    work = course_root / "work.py"
    work.write_text("x = 1\n", "utf-8")
    for submission in (work, course_root / "exercises"):
        with pytest.raises(BadInputError, match=message):
            load_submission(submission, course)


def test_unknown_name_suggests_near_misses(tiny_course):
    for name, message in (
        ("sqash", r"^no exercise 'sqash': did you mean 'squash'\? `gradus list` shows all$"),
        ("secondunit", "second_unit"),
        ("zzz", r"choose one of first_unit, second_unit, squash, sums\. `gradus list`"),
    ):
        with pytest.raises(UnknownNameError, match=message):
            tiny_course.select([name])


def test_an_exercise_is_read_only_when_asked_for(course_root):
    (course_root / "exercises/second_unit/sums/exercise.toml").write_text("points five\n")
    course = find_course(course_root)
    assert course.exercise("squash").points == 5
    with pytest.raises(BadInputError, match=r"sums.exercise\.toml cannot be read: .*line 1"):
        course.exercise("sums")


def test_a_task_may_have_another_name_in_the_registry(course_root):
    course = changed(course_root, '"double"', '"double"\nregistry = "twice"')
    names = [task.registry_name for task in course.exercise("squash").tasks]
    assert names == ["sigmoid", "twice"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("points = 5", "points = '5'", "points must be a whole number, not '5'"),
        ("points = 5", "points = true", "points must be a whole number, not True"),
        ("points = 5", "points = 0", "points must be positive"),
        ("points = 5", "", "points is missing"),
        ("title", "titel", "titel is no known key: did you mean 'title'"),
        ("call = 1", "call = 11", r"time\.call = 11 must be positive and not above total = 10"),
        ("loss = 0.5", "loss = 'low'", r"thresholds\.loss must be a number"),
        ('kind = "model"', 'kind = "modle"', r"tasks\[0\]\.kind 'modle' is none of model"),
        ('name = "double"', 'name = "Sigmoid"', "tasks name 'Sigmoid' 2 times"),
        ('name = "double"', 'name = "a b"', r"tasks\[1\]\.name must be a Python name"),
        ("hints = [", "hints = [3, ", "hints must be a list of texts, not of 3"),
        ("points = 5", 'points = 5\nrequires = ["lstm"]', "requires names 'lstm'"),
        ("points = 5", "points = 5\nmemory = 64", "memory = 64 must be at least 128"),
    ],
)
def test_wrong_exercise_names_file_and_key(course_root, old, new, message):
    course = changed(course_root, old, new)
    with pytest.raises(BadInputError, match=rf"exercise\.toml(:\d+)?: {message}"):
        course.exercise("squash")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('["sums"]', '["sums", "squash"]', "units name 'squash' 2 times"),
        ('name = "first_unit"', 'name = "first-unit"', r"units\[0\]\.name must be a Python"),
        ('name = "first_unit"', "", r"units\[0\]\.name is missing: it must be text"),
        ("[[units]]", "plugin = []\n[[units]]", "plugin is no known key: did you mean 'plugins'"),
    ],
)
def test_wrong_course_names_file_and_key(course_root, old, new, message):
    with pytest.raises(BadInputError, match=rf"course\.toml:\d+: {message}"):
        changed(course_root, old, new, "exercises/course.toml")


def test_all_missing_keys_are_named_at_once(course_root):
    file = course_root / SQUASH
    file.write_text('[[tasks]]\nname = "Sigmoid"\nkind = "model"\n', "utf-8")
    with pytest.raises(BadInputError) as error:
        find_course(course_root).exercise("squash")
    assert str(error.value).endswith(
        "squash/exercise.toml: title is missing: it must be text; lecture is missing: it must be "
        "text; points is missing: it must be a whole number; time.call is missing: it must be a "
        "number; time.total is missing: it must be a number"
    )


def test_a_threshold_that_is_half_a_table_says_how_to_write_a_number(course_root):
    table = '[thresholds.loss]\nvalue = 0.5\ndirection = "lower"'
    course = changed(course_root, "[thresholds]\nloss = 0.5", table)
    message = r"thresholds\.loss\.mean is missing: .*seeds is missing: .*a line `loss = 0\.5` under"
    with pytest.raises(BadInputError, match=message):
        course.exercise("squash")


def test_a_task_that_the_solution_does_not_define_is_named(course_root):
    exercise = changed(course_root, '"Sigmoid"', '"Sigmiod"').exercise("squash")
    message = (
        r"squash/exercise\.toml: tasks names 'Sigmiod', which .*solutions/first_unit/squash/"
        r"squash\.py does not define: did you mean 'Sigmoid'\?"
    )
    with pytest.raises(BadInputError, match=message):
        available_stub(exercise)
    exercise.solution.write_text("from elsewhere import *\n", "utf-8")
    assert available_stub(exercise) is not None  # its definitions are unknown


def test_plugins_given_as_files_stand_relative_to_the_course(course_root):
    file = course_root / "exercises/course.toml"
    overrides = '[overrides]\n"sgd@week3" = "week3"\n'
    file.write_text('plugins = ["extra/week3.py", "a.module"]\n' + file.read_text() + overrides)
    course = Course.read(course_root)
    assert course.plugins == (str(course_root / "extra/week3.py"), "a.module")
    assert course.overrides == {"sgd@week3": "week3"}


def test_reading_the_course_waits_for_no_heavy_import():
    code = (
        "import sys, autograder.course.reading as c; c.find_course(); print('numpy' in sys.modules)"
    )
    done = completed_python("-c", code, check=True)
    assert done.stdout.strip() == "False"


def test_every_exercise_of_the_real_course_is_complete():
    course = find_course(Path(__file__).parent)
    for exercise in course.select():
        assert exercise.readme.is_file(), exercise.name
        assert exercise.tests.is_file() == bool(exercise.tasks), exercise.name
        assert len(exercise.hints) >= 3, exercise.name
