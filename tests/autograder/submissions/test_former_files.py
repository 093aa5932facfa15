"""Work from before an exercise was renamed or split is still found, with a note for its author."""

from __future__ import annotations

import pytest

from autograder.course.reading import find_course
from autograder.submissions.submission import load_submission

BOTH = "def total(values):\n    return sum(values)\n\n\ndef mean(values):\n    return 1\n"
ALONE = "def total(values):\n    return 0\n"
OPEN = "def total(values):\n    raise NotImplementedError\n"
NOTE = "also graded as 'sums', an exercise of its own now: move its tasks to sums.py"


@pytest.fixture
def course(course_root):
    """`course("squash")`: the tiny course, in which `sums` was once a part of that exercise."""

    def course(former):
        toml = course_root / "exercises/second_unit/sums/exercise.toml"
        text = toml.read_text("utf-8")
        toml.write_text(f'formerly = ["{former}"]\n{text}', "utf-8")
        return find_course(course_root)

    return course


@pytest.fixture
def folder(tmp_path):
    """`folder(old=text)`: a submission of these files."""

    def folder(**files):
        made = tmp_path / "handed_in"
        made.mkdir()
        for name, text in files.items():
            (made / f"{name}.py").write_text(text, "utf-8")
        return made

    return folder


def test_a_file_of_an_exercise_that_was_split_serves_both(course, folder):
    submission = load_submission(folder(squash=BOTH), course("squash"))
    assert list(submission.files) == ["squash", "sums"]
    assert submission.files["sums"].source == BOTH
    assert submission.files["sums"].notes == (NOTE,)
    assert submission.files["squash"].notes == ()
    assert (submission.folder / "sums.py").read_text("utf-8") == BOTH


def test_it_serves_the_new_exercise_where_that_alone_is_graded(course, folder):
    submission = load_submission(folder(squash=BOTH), course("squash"), ["sums"])
    assert list(submission.files) == ["sums"]


def test_a_file_of_an_exercise_that_was_renamed_is_found(course, folder):
    made, renamed = folder(adding=BOTH), course("adding")
    for handed_in in (made, made / "adding.py"):
        submission = load_submission(handed_in, renamed)
        assert {name: file.notes for name, file in submission.files.items()} == {"sums": (NOTE,)}


def test_a_file_of_its_own_counts_as_soon_as_it_is_begun(course, folder):
    submission = load_submission(folder(squash=BOTH, sums=ALONE), course("squash"))
    assert (submission.files["sums"].source, submission.files["sums"].notes) == (ALONE, ())


def test_an_untouched_file_of_its_own_does_not_hide_the_work(course, folder):
    made = folder(squash=BOTH, sums=OPEN)
    assert load_submission(made, course("squash")).files["sums"].source == BOTH


def test_a_former_file_without_work_on_the_exercise_is_not_used(course, folder):
    made = folder(squash="def squash(x):\n    return x\n")
    assert list(load_submission(made, course("squash")).files) == ["squash"]


def test_a_file_without_work_under_a_former_name_is_no_exercise(course, folder):
    submission = load_submission(folder(adding=OPEN), course("adding"))
    assert not submission.files
    assert "holds no exercise" in submission.notes[0]


def test_an_ngram_file_of_before_the_split_gets_full_marks_in_both(graded):
    """Its KneserNey derives from its own NgramLM: see tests/data/alternates."""
    from repository import ROOT

    folder = ROOT / "tests/data/alternates/language_models"
    counts, smoothed = (
        (folder / name / "dicts.py").read_text("utf-8") for name in ("ngram", "kneser_ney")
    )
    old = counts + smoothed.replace('part("ngram_lm")', "NgramLM")
    report = graded({"ngram": old}, "ngram", "kneser_ney")
    assert [result.earned for result in report.exercises] == [
        result.possible for result in report.exercises
    ]
    assert any("also graded as 'kneser_ney'" in note for note in report.notes)
