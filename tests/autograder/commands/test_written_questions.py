"""What the commands of a student make of written questions."""

import json

import pytest

from autograder.commands.grade import grade
from autograder.course.kit_folder import Kit, manifest_of
from autograder.grading.setting import GradeOptions
from autograder.submissions.submission import load_submission
from plugins.authoring.kits.building import write_manifest

ANSWERED = "\n<!-- your answer -->\n0.5 m\n"


@pytest.fixture
def stub(asked_course):
    return asked_course.exercise("asked").stub


def answer_first(stub):
    text = stub.read_text("utf-8").replace("\n<!-- your answer -->\n", ANSWERED, 1)
    stub.write_text(text, "utf-8")


def test_list_counts_answers(gradus, stub):
    def row():
        return next(line for line in gradus("list")[1].splitlines() if "asked" in line)

    assert row().split() == ["asked", "Asked", "9", "not", "started"]
    answer_first(stub)
    assert row().rstrip().endswith("1 of 4 written")


def test_an_answer_that_waits_for_a_verdict_is_not_passed(
    gradus, stub, asked_course, answers, right_answers
):
    asked_course.exercise("asked").solution.unlink()
    stub.write_text(answers(**right_answers), "utf-8")
    assert grade(GradeOptions(what=("asked",), sandbox="process")) == 0
    listed = gradus("list", "asked")[1].splitlines()
    row = next(line for line in listed if line.startswith("  asked"))
    assert row.split() == ["asked", "Asked", "0/9", "needs", "the", "course's", "grader"]
    assert listed[-1].split() == ["total", "0/9", "0", "of", "1", "passed"]


def test_show_has_the_questions_and_no_answer(gradus, stub):
    _, output = gradus("show", "asked")
    assert "half: How long is half a metre? (2 points)" in output
    assert "Write your answers in exercises/second_unit/asked/questions.md" in output
    assert "0.5 m" not in output and "secret" not in output and "SOLUTION" not in output


def test_show_works_without_solutions(gradus, asked_course):
    exercise = asked_course.exercise("asked")
    kit = Kit(exercise.root, "hash", "0.1")
    for file in (manifest_of(kit.root), kit.stub("asked", ".md")):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_manifest(kit)
    kit.stub("asked", ".md").write_bytes(exercise.stub.read_bytes())
    exercise.solution.unlink()
    exercise.stub.write_text("the student has removed the headings", "utf-8")
    assert "Which letter?" in gradus("show", "asked")[1]


def test_hints_belong_to_questions(gradus, asked_course):
    assert "half: Half of one." in gradus("hint", "asked")[1]
    assert "square: Twice." in gradus("hint", "asked")[1]


def test_reset_saves_the_answers(gradus, stub, course_root):
    before = stub.read_text("utf-8")
    answer_first(stub)
    _, output = gradus("reset", "asked")
    assert "saved as" in output
    assert stub.read_text("utf-8") == before
    (backup,) = (course_root / ".gradus/backups/asked").glob("questions.1.md")
    assert ANSWERED in backup.read_text("utf-8")


def test_stubs_say_that_a_source_has_changed(gradus, asked_course):
    source = asked_course.exercise("asked").solution
    source.write_text(source.read_text("utf-8").replace("In m.", "In metres."), "utf-8")
    code, output = gradus("stubs", "--check")
    assert code == 1 and "+In metres." in output
    assert gradus("stubs")[0] == 0
    assert gradus("stubs", "--check")[0] == 0


def test_a_notebook_has_a_cell_for_each_answer_and_is_read_back(gradus, stub, asked_course):
    answer_first(stub)
    assert gradus("notebook", "asked")[0] == 0
    path = asked_course.root / "asked.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    assert {cell["cell_type"] for cell in notebook["cells"]} == {"markdown"}
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert [cell.startswith("### Answer") for cell in cells].count(True) == 4
    assert "exercise: asked" not in "".join(cells)
    with load_submission(path, asked_course) as submission:
        states = submission.files["asked"].progress(asked_course.exercise("asked"))
    assert [state.value for state in states.values()] == ["written", *["untouched"] * 3]
