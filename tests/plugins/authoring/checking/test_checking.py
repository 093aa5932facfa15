"""`gradus check` finds what an author got wrong, and says what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from grading import setting_of
from typer.testing import CliRunner

from autograder.cli import grade
from autograder.course.reading import Course, find_course
from autograder.grading.setting import GradingSetting
from autograder.verdicts import Verdict
from framework.cli import app
from plugins.authoring.checking import checking, exercise_files
from plugins.authoring.checking.checking import checked
from plugins.authoring.checking.exercise_files import Checked, Problem
from plugins.authoring.commands.check import described

EXERCISE = Path("exercises/first_steps/linear")
SOLUTION = Path("solutions/first_steps/linear")
ALTERNATE = Path("tests/data/alternates/first_steps/linear/with_einsum.py")


def setting(root: Path) -> GradingSetting:
    course = find_course(root)
    return setting_of(course)


def linear(root: Path):
    return find_course(root).exercise("linear")


def told(problems) -> str:
    """Return the texts of the problems that fail, with their fixes."""
    return "\n".join(f"{p.text} -> {p.fix}" for p in problems if not p.is_advice)


def test_a_new_exercise_is_sound(new):
    steps = checked(setting(new), "linear")
    assert [step.step for step in steps if not step.is_sound or step.left_out] == []
    assert len(steps) == 15
    advised = [problem.text for step in steps for problem in step.problems]
    assert len(advised) == 1 and "is chosen, not measured" in advised[0]


def test_grading_waits_for_files_that_are_missing(root):
    (root / SOLUTION / "test_linear_hidden.py").unlink()
    steps = checked(setting(root), "linear")
    assert "test_linear_hidden.py is missing: the hidden checks" in told(steps[0].problems)
    assert [step.step for step in steps if step.left_out] == ["solution", "grading"]
    assert "  - solution: left out, what is wrong above comes first" in described("linear", steps)


README, TOML = EXERCISE / "README.md", EXERCISE / "exercise.toml"
MISTAKES, EQUIVALENTS = SOLUTION / "mistakes.toml", SOLUTION / "equivalents.toml"


@pytest.mark.parametrize(
    ("step", "file", "before", "after", "expected"),
    [
        ("files", MISTAKES, "grad_output.sum(axis=0)", "nowhere", "occurs 0 times"),
        ("files", MISTAKES, 'task = "Linear"', 'task = "Liner"', "is no task of linear"),
        ("files", EQUIVALENTS, 'reason = "The', 'reason = "" # "', "reason is empty"),
        ("files", TOML, 'name = "Linear"', 'name = "Liner"', "did you mean 'Linear'"),
        ("stub up to date", EXERCISE / "linear.py", "raise NotImplementedError", "return x",
         "`gradus stubs` writes it"),
        ("text", README, "# Linear", "Linear", "has no title -> begin with '# Linear'"),
        ("text", README, "grade linear", "grade", "does not name the command `grade linear`"),
        ("text", README, "gradus hint linear", "gradus", "the command `gradus hint linear`"),
        ("text", README, "## Backward", "![Figure](figure.svg)", "figure.svg, which is missing"),
        ("mathematics", README, "# Linear", r"# $\foo$", r"README.md:1: unknown macro \foo in $"),
        ("hints", TOML, '    "forward is one', '    # "forward is one', "2 hints; expected"),
        ("promises", README, "promise: unchanged", "promise: same",
         "no text has the promise 'unchanged'"),
        ("examples", README, "[[3.5, 7.5]]", "[[3.5, 8.5]]", "[[3.5, 7.5]]"),
        ("thresholds", TOML, "accuracy = 0.9", "accurracy = 0.9",
         "no check measures the metric 'accurracy'"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_files_and_texts_is_named(root, step, file, before, after, expected, edit):
    edit(root / file, before, after)
    problems = dict(checking.reading_steps(setting(root), linear(root)))[step]
    assert expected in told(problems())


def test_mathematics_of_questions_is_read_in_their_source(asked_course, edit):
    exercise = asked_course.exercise("asked")
    edit(exercise.solution, "Which letter?", r"Which $\foo$?")
    assert r"questions.md:" in told(exercise_files.mathematics(exercise))


def results(root: Path):
    result = setting(root)
    return checking.solution_results(result, result.course.exercise("linear"))


def test_points_that_do_not_add_up_and_checks_of_no_task(root, edit):
    edit(root / EXERCISE / "exercise.toml", "points = 10", "points = 11")
    edit(root / SOLUTION / "test_linear_hidden.py", "points(1)", "points(0)")
    result = told(checking.points(linear(root), results(root)))
    assert "points = 11, but its checks have 9 together -> write points = 9" in result
    assert "is worth nothing" in result


def test_a_solution_that_fails_ends_the_check(root, edit):
    edit(root / SOLUTION / "linear.py", "grad_output.sum", "grad_output.mean")
    listed = root / SOLUTION / "mistakes.toml"
    edit(listed, "grad_output.sum(axis=0)", "grad_output.mean(axis=0)")
    edit(listed, 'replace = "grad_output.mean', 'replace = "1 * grad_o')
    steps = checked(setting(root), "linear")
    wrong = told(steps[-2].problems)
    assert "the solution fails test_linear_hidden.py::test_two_uses_add_up" in wrong
    assert steps[-1].left_out


CHAIN = {"first": "x + 1", "second": 'part("first")(x) + 1', "third": 'part("second")(x) + 1'}


@pytest.fixture
def chain(tmp_path) -> Course:
    """Three exercises; the third lists the second alone, which is built from the first."""
    listed = ", ".join(f'"{name}"' for name in CHAIN)
    head = 'title = "T"\nlecture = "none"\npoints = 1\n'
    files = {
        "exercises/course.toml": f'[[units]]\nname = "u"\ntitle = "U"\nexercises = [{listed}]\n'
    }
    required = ""
    for number, (name, value) in enumerate(CHAIN.items(), 1):
        folder = f"exercises/u/{name}"
        files |= {
            f"{folder}/exercise.toml": (
                f"{head}requires = [{required}]\n[time]\ncall = 2\ntotal = 60\n"
                f'[[tasks]]\nname = "{name}"\nkind = "function"\n'
            ),
            f"{folder}/test_{name}.py": (
                f"import pytest\n\n\n@pytest.mark.points(1)\ndef test_{name}(submission):\n"
                f"    assert submission.{name}(0) == {number}\n"
            ),
            f"solutions/u/{name}/{name}.py": (
                f"from framework.models.parts import part\n\n\ndef {name}(x):\n    return {value}\n"
            ),
        }
        required = f'"{name}"'
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, "utf-8")
    return find_course(tmp_path)


def test_what_a_required_exercise_requires_is_handed_in_too(chain, tmp_path, capsys):
    (check,) = checking.solution_results(setting(chain.root), chain.exercise("third"))
    assert check.verdict is Verdict.PASSED, check.message
    folder = shutil.copytree(chain.root / "solutions", tmp_path / "work")
    for expected, told_of in ((0, ""), (1, "needs 'first'")):
        code = grade(["third", "--course", str(chain.root), "--submission", str(folder)])
        assert (code, told_of in " ".join(capsys.readouterr().out.split())) == (expected, True)
        (folder / "u/first/first.py").write_text("def first(x):\n    raise NotImplementedError\n")


#: What turns the stub of `forward` into its solution.
GIVEN = [
    ("        # BEGIN SOLUTION: keep x", "        # keep x"),
    ("\n        # END SOLUTION\n\n    def backward", "\n\n    def backward"),
]
SURVIVES = (
    "replace = 'return x @ self.parameters[\"W\"]'",
    'replace = \'return self.parameters["b"] + x @ self.parameters["W"]\'',
)


@pytest.mark.parametrize(
    ("step", "file", "edits", "expected"),
    [
        (checking.stub, SOLUTION / "linear.py", GIVEN,
         "the untouched stub passes test_linear.py::test_one_example"),
        (checking.mistakes, MISTAKES, [SURVIVES], "mistake 'forgets-the-bias': survived"),
        (checking.alternates, ALTERNATE, [('"nk->k"', '"nk->n"')],
         "with_einsum.py fails test_linear.py::test_gradients"),
    ],
)  # fmt: skip
def test_answers_that_get_other_points_than_they_should_are_named(
    root, step, file, edits, expected, edit
):
    for before, after in edits:
        edit(root / file, before, after)
    assert expected in told(step(setting(root), linear(root)))


def test_checks_that_fail_with_one_message_are_one_problem(root, edit):
    edit(root / ALTERNATE, "def forward(self", "def forwards(self")
    result = setting(root)
    (problem,) = checking.alternates(result, result.course.exercise("linear"))
    assert "test_linear.py::test_one_example, test_linear.py::test_gradients" in problem.text


def test_advice_fails_nothing_and_can_be_left_out():
    steps = [Checked("hints", (Problem("text", "fix", is_advice=True),))]
    assert list(described("one", steps)) == [
        "one: sound",
        "  ✓ hints",
        "    advice: text",
        "      fix",
    ]
    assert list(described("one", steps, advice=False)) == ["one: sound"]
    wrong = [*steps, Checked("text", (Problem("no title", "begin with '# T'"),))]
    shown = list(described("one", wrong, advice=False))
    assert shown[:3] == ["one: 1 of 2 steps found something", "  ✓ hints", "  ✗ text"]
    assert shown[4] == "      begin with '# T'"


def test_the_command_ends_with_1_where_something_is_wrong(root, edit):
    edit(root / EXERCISE / "exercise.toml", "points = 10", "points = 'ten'")
    arguments = ["check", "--course", str(root), "--jobs", "1"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "linear: 1 of 1 steps found something" in done.output
    assert "points must be a whole number, not 'ten'" in done.output


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", find_course().exercise_names)
def test_the_exercises_of_the_public_course_are_sound(name):
    steps = checked(setting(find_course().root), name)
    assert [told(step.problems) for step in steps if not step.is_sound] == []


def test_written_questions_are_checked_too():
    course: Course = find_course()
    steps = checked(setting(course.root), "convolution_questions")
    assert [told(step.problems) for step in steps if not step.is_sound] == []
    assert "examples" not in [step.step for step in steps]
