"""A kit: what is in it, what it says, and that a build which would not work writes nothing."""

import json
import shutil
import sys
import zipfile

import pytest
from repository import text_of

from autograder.conversations.recording import content, read_recording
from autograder.course.kit_folder import Kit, kit_of, seed_in
from autograder.course.reading import Course, find_course
from autograder.reports.json_report import render_json
from autograder.reports.junit import render_junit
from autograder.verdicts import Verdict
from framework.errors import BadInputError, ConflictError, UsageError
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.kits.building import SEED, build_kit, move_kit, summary
from plugins.authoring.kits.contents import write_contents
from plugins.authoring.kits.proof import quotations, solution_lines
from plugins.authoring.kits.recorder import write_recording

EXERCISE = "exercises/neural_networks/activations"
SECRET = ("solutions", "_hidden.py", "mistakes.toml", "equivalents.toml", "__pycache__")


def test_a_kit_holds_what_a_student_needs_and_no_more(built):
    files = {file.relative_to(built.place).as_posix() for file in built.place.rglob("*")}
    wanted = {
        *("README.md", "GUIDE.md", "pytest.ini", ".vscode/settings.json", "exercises/course.toml"),
        *(f"{EXERCISE}/{name}" for name in ("README.md", "exercise.toml", "activations.py")),
        *(f"{EXERCISE}/test_activations.py", "kit/manifest.json", "kit/stubs/activations.py"),
        *("kit/recordings/activations.recording", "exercises/primer.md"),
    }
    assert wanted <= files
    assert [name for name in files if any(secret in name for secret in SECRET)] == []
    assert "    gradus show primer\n" in (built.place / "README.md").read_text("utf-8")
    settings = json.loads((built.place / ".vscode/settings.json").read_text("utf-8"))
    assert settings["python.testing.pytestEnabled"] is True
    *_, last = summary(built)
    assert "1 exercise, 18 of 18 public points (0.0% need the course's grader)" in last


def test_a_zip_holds_one_folder(built, tmp_path):
    move_kit(built.place, tmp_path / "week1.zip")
    names = zipfile.ZipFile(tmp_path / "week1.zip").namelist()
    assert {name.partition("/")[0] for name in names} == {"week1"}
    assert "week1/.vscode/settings.json" in names


def test_lines_of_solutions_are_quoted_by_the_courses_own_texts_alone(built):
    course = find_course()
    activations = course.exercise("activations")
    lines = solution_lines([activations], [activations])
    assert len(lines) > 10
    recording = content(built.place / "kit/recordings/activations.recording")
    assert [line for line in lines if line.encode() in recording] == []
    result = quotations(built.place, course, [activations])
    texts = {"README.md", "exercise.toml", "test_activations.py"}
    assert {quotation.file.name for quotation in result} <= texts
    assert {quotation.file.parent.name for quotation in built.quoted} <= {"activations"}


def test_a_stub_gets_nothing_and_a_right_answer_every_point(kit_root, graded, write, real_solution):
    (result,) = graded(kit_root).exercises
    assert (result.earned, result.possible) == (0, 18)
    assert {check.verdict for check in result.checks} == {Verdict.NOT_STARTED}
    write(kit_root, real_solution("activations"))
    report = graded(kit_root)
    (result,) = report.exercises
    assert (result.earned, result.possible, report.exit_code) == (18, 18, 0)
    assert report.provenance.course_hash == kit_of(kit_root).course


def test_the_listed_mistake_is_named_without_its_list(kit_root, graded, write, real_solution):
    wrong = "return grad_output * self.y"
    text = real_solution("activations").replace(f"{wrong} * (1.0 - self.y)", wrong)
    write(kit_root, text.replace("np.tanh(z)", "np.tanh(z) + 1.0"))
    checks = {check.id.partition("::")[2]: check for check in graded(kit_root).exercises[0].checks}
    failed = checks["test_sigmoid_backward"]
    assert (failed.verdict, failed.method) == (Verdict.FAILED, "Sigmoid.backward")
    assert failed.diagnosis.id == "sigmoid-half-of-the-derivative"
    assert checks["test_relu_backward"].verdict is Verdict.PASSED


def test_a_call_that_was_not_recorded_needs_the_graders_course(
    kit_root, graded, write, real_solution
):
    write(kit_root, real_solution("activations"))
    file = kit_root / "kit/recordings/activations.recording"
    forget_one_answer(file)
    report = graded(kit_root)
    (result,) = report.exercises
    needing = [check for check in result.checks if check.verdict is Verdict.NEEDS_GRADER]
    assert [check.id for check in needing] == ["test_activations.py::test_sigmoid_forward"]
    assert (result.earned, result.possible, result.not_graded) == (16.5, 18, 1.5)
    assert report.exit_code == 0
    table = json.loads(render_json(report))
    assert table["exercises"][0]["tasks"][0]["verdict"] == "needs the course's grader"
    assert 'skipped type="needs the course\'s grader"' in render_junit(report)


def forget_one_answer(file):
    recording = read_recording(file)
    recording.tapes["test_activations.py::test_sigmoid_forward"].exchanges.pop()
    write_recording(file, recording)


def test_what_a_kit_has_not_recorded_is_refused_with_the_way_out(
    kit_root, graded, write, real_solution
):
    write(kit_root, real_solution("activations"))
    with pytest.raises(UsageError, match="recorded the seed 1, not 5"):
        graded(kit_root, seed=5)
    manifest = kit_root / "kit/manifest.json"
    before = manifest.read_text("utf-8")
    manifest.write_text(json.dumps(json.loads(before) | {"course": "e" * 64}), "utf-8")
    with pytest.raises(BadInputError, match=r"of the course .*, expected 'activations' of eeeee"):
        graded(kit_root)
    manifest.write_text(before, "utf-8")
    tests = kit_root / EXERCISE / "test_activations.py"
    tests.write_text(tests.read_text("utf-8") + "\n# mine\n", "utf-8")
    with pytest.raises(BadInputError, match="is not the file of checks that this kit has"):
        graded(kit_root)
    (kit_root / "kit/recordings/activations.recording").unlink()
    with pytest.raises(BadInputError, match="is missing, the recording of 'activations'"):
        graded(kit_root)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no json", "is damaged"),
        ('{"format": 9, "gradus": "2.0"}', "has the format 9.*version 2.0"),
        ('{"format": 1, "gradus": "2.0"}', r"is damaged \(.* required field `course`"),
        ('{"format": 1, "gradus": 2, "course": ""}', r"got `int` - at `\$.gradus`.*kit update"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_reported(kit_root, text, reason):
    (kit_root / "kit/manifest.json").write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=reason):
        kit_of(kit_root)


@pytest.fixture
def small_course(tmp_path, real_course):
    """A course of its own, with the activations alone."""
    for name in ("exercises", "solutions"):
        part = f"{name}/neural_networks/activations"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(real_course.root / part, tmp_path / part, ignore=ignored)
    (tmp_path / "exercises/course.toml").write_text(
        '[[units]]\nname = "neural_networks"\ntitle = "x"\nexercises = ["activations"]\n'
    )
    return Course.read(tmp_path)


PLUGIN = text_of("texts/building/plugin.py")


@pytest.fixture
def local_plugin(small_course, tmp_path):
    """The course with a plugin in its folder, which the process has loaded."""
    listing = tmp_path / "exercises/course.toml"
    listing.write_text('plugins = ["loud_relu.py"]\n' + listing.read_text("utf-8"), "utf-8")
    (tmp_path / "loud_relu.py").write_text(PLUGIN, "utf-8")
    return Course.read(tmp_path)


def test_a_course_with_a_plugin_of_its_own_builds_a_kit(local_plugin, tmp_path):
    build_kit(local_plugin, tmp_path / "kit", (), 1, lambda line: None)
    del sys.modules["loud_relu"]  # as in a student's process
    registry = Plugins(course=Course.read(tmp_path / "kit")).registry
    assert registry.offers("relu", "loud_relu")


def test_a_plugin_may_hold_single_lines_of_a_solution_and_no_passage(
    local_plugin, tmp_path, real_solution
):
    exercises = local_plugin.select()
    (line, second) = real_solution("activations").split("# BEGIN SOLUTION\n")[2].split("\n")[:2]
    write_contents(Kit(tmp_path / "kit", "", ""), local_plugin, exercises)
    plugin = tmp_path / "kit/loud_relu.py"
    plugin.write_text(f"{PLUGIN}\n{line}\n", "utf-8")
    quoted = quotations(tmp_path / "kit", local_plugin, exercises)
    assert (plugin, line.strip()) in quoted
    plugin.write_text(f"{PLUGIN}\n{line}\n{second}\n", "utf-8")
    with pytest.raises(BadInputError, match=r"lines of solutions.*loud_relu\.py"):
        quotations(tmp_path / "kit", local_plugin, exercises)


def test_a_solution_that_fails_stops_the_build(small_course, tmp_path):
    solution = tmp_path / "solutions/neural_networks/activations/activations.py"
    solution.write_text(solution.read_text("utf-8").replace("/ (1.0 + e)", "/ (2.0 + e)"), "utf-8")
    with pytest.raises(BadInputError, match="the solution of activations does not pass"):
        build_kit(small_course, tmp_path / "kit", (), 1, lambda line: None)
    assert not (tmp_path / "kit").exists()


def test_a_place_that_is_taken_is_left_as_it_is(small_course, tmp_path):
    location = tmp_path / "mine"
    location.mkdir()
    (location / "work.txt").write_text("mine")
    with pytest.raises(ConflictError, match="mine exists"):
        build_kit(small_course, location, (), 1, lambda line: None)
    assert [file.name for file in location.iterdir()] == ["work.txt"]


def test_a_kit_has_another_seed_than_graded_work(built):
    """Inputs and answers are read off a kit: a table of them must earn nothing elsewhere."""
    assert kit_of(built.place).seed == seed_in(built.place, None) == SEED
    assert seed_in(find_course().root, None) != SEED
    assert seed_in(built.place, 5) == 5


def test_a_kit_decides_answers_without_holding_them(
    asked_course, tmp_path, graded, answers, right_answers
):
    built = build_kit(asked_course, tmp_path / "asked kit", ["asked"], 1, lambda line: None)
    assert "6 of 9 public points (0.0% need the course's grader, 3 wait" in [*summary(built)][-1]
    asked_kit = built.place
    stub = Course.read(asked_kit).exercise("asked").stub
    assert graded(asked_kit, "asked").earned == 0
    stub.write_text(answers(**right_answers), "utf-8")
    report = graded(asked_kit, "asked")
    assert (report.earned, report.for_a_person, report.possible) == (6, 3, 9)
    stub.write_text(answers(**right_answers | {"half": "7 GB", "square": "3*x - 2*x"}), "utf-8")
    half, square, letter, _ = graded(asked_kit, "asked").exercises[0].checks
    assert half.title == "How long is half a metre?", "not the heading that the student has edited"
    assert "must be one number in m or cm" in half.message
    assert square.message == "this is not the right formula"
    assert square.diagnosis.sentence == "This is the answer with the factor 2 left out."
    assert letter.verdict is Verdict.PASSED
    texts = [file.read_bytes() for file in (asked_kit / "kit").rglob("*") if file.is_file()]
    assert [b"factor 2" in text or b"2*x" in text for text in texts] == [False] * len(texts)
    (asked_kit / "kit/answers/asked.json").write_text("{}", "utf-8")
    with pytest.raises(BadInputError, match=r"asked\.json is damaged .* `gradus kit update KIT`"):
        graded(asked_kit, "asked")
