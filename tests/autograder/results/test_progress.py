"""Progress of a student: remembered per course folder, and what comes next."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.commands.list_exercises import written_state
from autograder.course.student_state import load_state
from autograder.results.commands import Commands
from autograder.results.progress import (
    following,
    is_own,
    note_progress,
    read_progress,
    state_words,
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
    return state_words(exercise, course, read_progress(course), written_state(exercise))


def test_results_are_remembered_until_the_file_changes(written, note, solved):
    stub = written.exercise("squash").stub
    assert state(written) == "not started"
    stub.write_text(solved["squash"])
    assert state(written) == "started: all written"
    note(Verdict.FAILED)
    assert state(written) == "failed"
    note(Verdict.PASSED)
    assert state(written) == "passed"
    assert read_progress(written)["squash"].earned == 5
    stub.write_text(solved["squash"] + "\n# edited\n")
    assert state(written) == "started: edited since it passed"
    note(Verdict.NOT_STARTED)
    assert state(written) == "started: all written"


def test_a_notebook_of_the_course_counts(written, note, make_notebook, solved):
    notebook = written.root / "squash.ipynb"
    notebook.write_bytes(make_notebook(solved["squash"], name="squash"))
    note(Verdict.PASSED, notebook)
    assert state(written) == "passed"
    notebook.unlink()
    assert state(written) == "not started"


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
    assert state(written) == "started: edited since it was graded"


@pytest.mark.parametrize("damage", ["[]", '{"squash": 3}', '{"squash": {"verdict": "passed"}}'])
def test_damaged_progress_is_none(written, note, solved, damage):
    written.exercise("squash").stub.write_text(solved["squash"])
    note(Verdict.PASSED)
    (written.root / ".gradus/progress.json").write_text(damage)
    assert state(written) == "started: all written"


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
    found = advice(replace(report, following=following(written, report)))
    assert found.sentence == "All passed. Next: sums, in exercises/second_unit/sums/sums.py"
    assert [command for command, _ in found.commands] == ["gradus show sums", "grade sums"]
    assert advice(report).commands == ()
    alone = Commands(submission="squash.ipynb", is_alone=True, options=("--seed", "3"))
    found = advice(replace(report, following=following(written, report), commands=alone))
    assert [command for command, _ in found.commands] == ["gradus show sums", "grade --seed 3 sums"]
    inside = Commands(submission="squash.ipynb", in_notebook="saved")
    found = advice(replace(report, following=following(written, report), commands=inside))
    assert [one for one, _ in found.commands] == ["!gradus show sums", "!gradus notebook sums"]


def test_a_folder_that_cannot_be_written_is_no_error(written, note, monkeypatch):
    def refuse(*arguments):
        raise OSError("read-only")

    monkeypatch.setattr("autograder.results.progress.save_state", refuse)
    note(Verdict.PASSED)
    assert load_state(written, "progress") == {}
    assert Path(written.root).is_dir()
