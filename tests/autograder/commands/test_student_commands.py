"""The commands of a student's day, as somebody at a terminal sees them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from autograder.commands.hint import hint
from autograder.commands.list_exercises import list_exercises
from autograder.commands.notebook import notebook
from autograder.commands.reset import reset
from autograder.commands.show import show
from autograder.commands.stubs import stubs
from autograder.course.stub_files import write_stubs
from framework.errors import BadInputError, ConflictError, UnknownNameError


@pytest.fixture
def gradus(course_root, monkeypatch):
    """Run a command in the tiny course: (exit code, output); errors of ours are raised."""
    monkeypatch.chdir(course_root)
    app = typer.Typer()
    app.command("list")(list_exercises)
    for command in (show, hint, reset, stubs, notebook):
        app.command()(command)

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run


@pytest.fixture
def written(tiny_course):
    """The tiny course with its stubs."""
    write_stubs(tiny_course)
    return tiny_course


def _lines(output):
    return [line.rstrip() for line in output.strip("\n").split("\n")]


def test_list_shows_units_points_and_progress(gradus, written, solved):
    stub = written.exercise("squash").stub
    stub.write_text(solved["squash"].replace("return 2 * x", "raise NotImplementedError"))
    code, output = gradus("list")
    assert code == 0
    assert _lines(output) == [
        "unit, exercise   title             points   tasks",
        "──────────────────────────────────────────────────────────",
        "first_unit       The first unit",
        "  squash         Squashing              5   1 of 2 written",
        "second_unit      The second unit",
        "  sums           Sums                   1   not started",
    ]


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (None, "no file"),
        (b"\xff", "unreadable"),
        (b"def total(", "begun"),
        (b"def total(v): return 1", "all written"),
    ],
)
def test_list_copes_with_any_file(gradus, written, content, state):
    stub = written.exercise("sums").stub
    stub.unlink()
    if content is not None:
        stub.write_bytes(content)
    assert state in gradus("list", "sums")[1]


def test_show_renders_the_text_and_names_the_file(gradus, written):
    code, output = gradus("show", "squash", "--pager")
    assert code == 0
    assert "The equation" in output
    assert "*equation*" not in output
    path = Path("exercises/first_unit/squash/squash.py")
    assert output.endswith(f"\nWrite in {path}, then `grade squash`.\n")


def test_show_without_text_is_an_error(gradus, written):
    with pytest.raises(BadInputError, match=r"README\.md is missing"):
        gradus("show", "sums")


@pytest.mark.parametrize("command", ["show", "hint", "reset", "notebook"])
def test_unknown_exercise_suggests_one(gradus, written, command):
    with pytest.raises(UnknownNameError, match="no exercise 'squach': did you mean 'squash'"):
        gradus(command, "squach")


def test_hints_come_one_by_one(gradus, written):
    assert _lines(gradus("hint", "squash")[1]) == [
        "Hint 1 of 3",
        "a nudge",
        "",
        "2 more: `gradus hint squash`",
    ]
    second = gradus("hint", "squash")[1]
    assert "a push [with brackets]" in second
    assert "a nudge" not in second
    assert "That was the last" in gradus("hint", "squash")[1]
    again = gradus("hint", "squash")[1]
    assert "nearly the answer" in again
    assert "There are no more" in again
    assert "Hint 1 of 3" in gradus("hint", "squash", "--restart")[1]
    assert "Hint 2 of 3" in gradus("hint", "squash")[1]
    assert "Hint 1 of 1" in gradus("hint", "sums")[1]


def test_all_hints_at_once_leave_the_count_alone(gradus, written):
    output = gradus("hint", "squash", "--all")[1]
    assert [f"Hint {i} of 3" in output for i in (1, 2, 3)] == [True] * 3
    assert "Hint 1 of 3" in gradus("hint", "squash")[1]


@pytest.mark.parametrize("damage", ["", "[]", '{"squash": "many"}'])
def test_damaged_memory_starts_again(gradus, written, course_root, damage):
    gradus("hint", "squash")
    (course_root / ".gradus/hints.json").write_text(damage)
    assert "Hint 1 of 3" in gradus("hint", "squash")[1]


def test_reset_keeps_numbered_backups(gradus, written, course_root):
    stub = written.exercise("squash").stub
    pristine = stub.read_text("utf-8")
    assert "nothing to do" in gradus("reset", "squash")[1]
    for number in (1, 2):
        stub.write_text(f"work = {number}\n")
        output = gradus("reset", "squash")[1]
        copy = Path(f".gradus/backups/squash/squash.{number}.py")
        assert f"Your file is kept as {copy}\n" in output
        assert (course_root / copy).read_text() == f"work = {number}\n"
        assert stub.read_text("utf-8") == pristine
    stub.unlink()
    assert gradus("reset", "squash")[0] == 0
    assert stub.read_text("utf-8") == pristine


def test_reset_without_solutions_touches_nothing(gradus, written):
    exercise = written.exercise("squash")
    exercise.solution.unlink()
    exercise.stub.write_text("work = 1\n")
    with pytest.raises(BadInputError, match="take a fresh stub from where you got the course"):
        gradus("reset", "squash")
    assert exercise.stub.read_text() == "work = 1\n"


def test_stubs_are_written_checked_and_protected(gradus, tiny_course):
    code, output = gradus("stubs", "--check")
    assert code == 1
    assert "the file is missing" in output
    assert "2 of 2 stubs are out of date" in output
    assert "wrote exercises" in gradus("stubs")[1].replace("\\", "/")
    assert gradus("stubs", "--check") == (0, "All 2 stubs are up to date.\n")
    assert gradus("stubs") == (0, "All stubs are up to date.\n")
    stub = tiny_course.exercise("sums").stub
    stub.write_text("# my work\n")
    with pytest.raises(ConflictError, match=r"sums\.py. `gradus stubs --force` does"):
        gradus("stubs")
    assert stub.read_text() == "# my work\n"
    assert "edits are kept as" in gradus("stubs", "--force")[1]
    assert gradus("stubs", "--check")[0] == 0


def test_check_shows_a_short_diff(gradus, written):
    stub = written.exercise("sums").stub
    stub.write_text(stub.read_text().replace("Sums.", "Sumz.") + "x = 1\n" * 100)
    code, output = gradus("stubs", "--check")
    assert code == 1
    assert '-"""Sumz."""\n+"""Sums."""' in output
    assert "more lines" in output
    assert len(output.splitlines()) < 30


def test_check_writes_nothing(gradus, tiny_course, course_root):
    gradus("stubs", "--check")
    assert not tiny_course.exercise("sums").stub.exists()
    assert not (course_root / ".gradus").exists()


def test_notebook_is_written_once_and_carries_work_along(gradus, written, course_root):
    stub = written.exercise("squash").stub
    stub.write_text(stub.read_text("utf-8") + "\n\nMINE = 3\n", "utf-8")
    assert "then `grade squash.ipynb`" in gradus("notebook", "squash")[1]
    text = (course_root / "squash.ipynb").read_text("utf-8")
    assert json.loads(text)["metadata"]["gradus"] == {"exercise": "squash"}
    assert "MINE = 3" in text
    with pytest.raises(ConflictError, match=r"squash\.ipynb exists"):
        gradus("notebook", "squash")
    assert gradus("notebook", "squash", "--out", "b.ipynb")[0] == 0
    assert "grade b.ipynb" in (course_root / "b.ipynb").read_text("utf-8")
    assert gradus("notebook", "squash", "--force")[0] == 0


def test_notebook_of_a_broken_or_missing_file_says_what_to_do(gradus, written):
    stub = written.exercise("squash").stub
    stub.write_text("x = (\n")
    with pytest.raises(BadInputError, match=r"squash\.py:1: .*`gradus reset squash`"):
        gradus("notebook", "squash")
    stub.unlink()
    with pytest.raises(BadInputError, match="`gradus reset squash` writes it"):
        gradus("notebook", "squash")


def test_course_can_be_named(gradus, written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "Squashing" in gradus("list", "--course", str(written.root))[1]
