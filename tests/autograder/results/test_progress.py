"""Progress of a student: remembered per course folder, and what comes next."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.student_state import load_state
from autograder.results.commands import Commands
from autograder.results.progress import (
    following,
    is_own,
    note_progress,
    read_progress,
    state_word,
    use_of,
)
from autograder.results.report import (
    CheckResult,
    ExerciseResult,
    Provenance,
    Report,
    TaskResult,
)
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict

PROVENANCE = Provenance(seed=0, backend="numpy", device="cpu", sandbox="none")


def report_of(name, verdict):
    check = CheckResult("test_x.py::test", "x", "double", False, 5, verdict)
    result = ExerciseResult(name, "first_unit", "", (TaskResult("double", (check,)),))
    return Report(PROVENANCE, (result,))


@pytest.fixture
def note(written):
    """Remember a verdict of squash, as it is in the folder now."""

    def note(verdict, place=None):
        with load_submission(place or written.root / "exercises", written) as submission:
            note_progress(written, submission, report_of("squash", verdict))

    return note


@pytest.fixture
def written(tiny_course):
    from plugins.authoring.stub_files import write_stubs

    write_stubs(tiny_course)
    return tiny_course


def state(course):
    exercise = course.exercise("squash")
    return state_word(exercise, course, read_progress(course))


def test_results_are_remembered_until_the_file_changes(written, note, solved):
    stub = written.exercise("squash").stub
    assert state(written) == "not started"
    stub.write_text(solved["squash"])
    assert state(written) == "written"
    note(Verdict.FAILED)
    assert state(written) == "failed"
    note(Verdict.PASSED)
    assert state(written) == "passed"
    assert read_progress(written)["squash"].earned == 5
    stub.write_text(solved["squash"] + "\n# edited\n")
    assert state(written) == "edited"
    note(Verdict.NOT_STARTED)
    assert state(written) == "written"


def test_a_notebook_of_the_course_counts(written, note, make_notebook, solved):
    notebook = written.root / "squash.ipynb"
    notebook.write_bytes(make_notebook(solved["squash"], name="squash"))
    note(Verdict.PASSED, notebook)
    assert state(written) == "passed, squash.ipynb"
    assert not read_progress(written)["squash"].is_used, "other exercises use `exercises` alone"
    notebook.unlink()
    assert state(written) == "not started"


def test_a_notebook_that_fails_leaves_a_right_file_passed(written, note, make_notebook, solved):
    stub, notebook = written.exercise("squash").stub, written.root / "squash.ipynb"
    stub.write_text(solved["squash"])
    note(Verdict.PASSED)
    notebook.write_bytes(make_notebook(solved["squash"], name="squash"))
    note(Verdict.FAILED, notebook)
    assert state(written) == "passed"
    stub.write_text(solved["squash"] + "\n# edited\n")
    note(Verdict.FAILED, notebook)
    assert state(written) == "failed, squash.ipynb"


@pytest.mark.parametrize("verdict", [Verdict.FOR_A_PERSON, Verdict.NEEDS_GRADER])
def test_what_waits_for_a_verdict_is_done_and_not_passed(written, note, solved, verdict):
    stub = written.exercise("squash").stub
    stub.write_text(solved["squash"])
    note(verdict)
    graded = read_progress(written)["squash"]
    assert (graded.is_done, graded.is_passed) == (True, False)
    assert state(written) == verdict.value
    assert following(written, report_of("sums", Verdict.PASSED)) is None, "nothing is left to do"
    stub.write_text(solved["squash"] + "\n# edited\n")
    assert state(written) == "edited"


@pytest.mark.parametrize("damage", ["[]", '{"squash": 3}', '{"squash": {"verdict": "passed"}}'])
def test_damaged_progress_is_none(written, note, solved, damage):
    written.exercise("squash").stub.write_text(solved["squash"])
    note(Verdict.PASSED)
    (written.root / ".gradus/progress.json").write_text(damage)
    assert state(written) == "written"


def test_only_ones_own_files_count(written, tmp_path):
    (tmp_path / "other.py").touch()
    (written.root / "own.py").touch()
    (written.root / "others.zip").touch()
    assert is_own(written, None)
    assert is_own(written, written.root / "own.py")
    assert not is_own(written, written.root / "others.zip")
    assert not is_own(written, tmp_path / "other.py")
    assert not is_own(written, written.root / "solutions")


def test_the_next_exercise_is_the_first_that_has_not_passed(written, note, solved, monkeypatch):
    monkeypatch.chdir(written.root)
    report = report_of("squash", Verdict.PASSED)
    assert following(written, report).name == "sums"
    assert following(written, report).file == "exercises/second_unit/sums/sums.py"
    assert following(written, report_of("sums", Verdict.PASSED)).name == "squash"
    written.exercise("squash").stub.write_text(solved["squash"])
    note(Verdict.PASSED)
    assert following(written, report_of("sums", Verdict.PASSED)) is None


def test_advice_after_a_pass_names_what_comes_next(written, monkeypatch):
    from autograder.reports.advice import advice

    monkeypatch.chdir(written.root)
    report = report_of("squash", Verdict.PASSED)
    result = advice(replace(report, following=following(written, report)))
    assert result.sentence == "All passed. Next: sums, in exercises/second_unit/sums/sums.py"
    assert [command for command, _ in result.commands] == ["gradus show sums"]
    assert advice(report).commands == ()
    inside = Commands(submission="squash.ipynb", in_notebook="saved")
    result = advice(replace(report, following=following(written, report), commands=inside))
    assert [item for item, _ in result.commands] == ["!gradus show sums", "!gradus notebook sums"]


def test_a_folder_that_cannot_be_written_is_no_error(written, note, monkeypatch):
    def refuse(*arguments):
        raise OSError("read-only")

    monkeypatch.setattr("autograder.results.progress.save_state", refuse)
    note(Verdict.PASSED)
    assert load_state(written, "progress") == {}
    assert Path(written.root).is_dir()


def test_an_unfinished_exercise_keeps_its_points_and_its_word(written, note, solved):
    stub = written.exercise("squash").stub
    stub.write_text(solved["squash"].replace("return 2 * x", "raise NotImplementedError"))
    assert state(written) == "unfinished"
    checks = (
        CheckResult("test_x.py::test", "x", "double", False, 2, Verdict.NOT_STARTED),
        CheckResult("test_x.py::test_2", "x", "Squash", False, 3, Verdict.PASSED),
    )
    tasks = tuple(TaskResult(check.task, (check,)) for check in checks)
    report = Report(PROVENANCE, (ExerciseResult("squash", "first_unit", "", tasks),))
    with load_submission(written.root / "exercises", written) as submission:
        note_progress(written, submission, report)
    assert state(written) == "unfinished"
    assert read_progress(written)["squash"].earned == 3
    assert read_progress(written)["squash"].passed_tasks == ["Squash"]


@pytest.fixture
def with_use(written):
    """The tiny course, whose exercise squash has a use."""
    toml = written.exercise("squash").toml
    text = toml.read_text("utf-8")
    table = '[use]\ntext = "It can train:"\ncommand = "gradus train sums --provider student"\n\n'
    toml.write_text(text.replace("[time]", table + "[time]"), "utf-8")
    return type(written).read(written.root)


def test_a_passed_exercise_has_a_use(with_use):
    from autograder.reports.advice import advice

    report = report_of("squash", Verdict.PASSED)
    use = use_of(with_use, report)
    assert use.command == "gradus train sums --provider student"
    assert advice(replace(report, use=use)).use == use
    both = replace(report, exercises=report.exercises * 2)
    assert use_of(with_use, both) is None


def test_a_kit_needs_all_exercises_of_a_use(with_use, monkeypatch):
    monkeypatch.setattr("autograder.results.progress.kit_of", lambda root: object())
    report = report_of("squash", Verdict.PASSED)
    assert use_of(with_use, report) is None
    monkeypatch.setattr("autograder.results.progress.passes_now", lambda *arguments: True)
    assert use_of(with_use, report) is not None
