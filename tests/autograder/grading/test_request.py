"""Answering a request: in turn or side by side, heard on the way, with all that it rests on."""

import platform

import pytest
from printed_text import printed
from repository import text_of

from autograder.grading import request
from autograder.verdicts import Verdict


class Ears:
    """Remembers what it hears."""

    def __init__(self):
        self.checks, self.exercises = [], []

    def check_done(self, exercise, result):
        self.checks.append((exercise.name, result))

    def exercise_done(self, result):
        self.exercises.append(result)


#: Every check of the exercise prints.
PRINTS = text_of("texts/request/prints.py")


@pytest.fixture
def files(real_solution):
    return {"losses": real_solution("losses"), "rnn": "x = 1\n"}


def test_checks_and_exercises_are_heard_as_they_end(graded, files):
    ears = Ears()
    report = graded(files, listener=ears)
    assert ears.exercises == list(report.exercises)
    heard = [result.id for name, result in ears.checks if name == "losses"]
    told = {check.id for check in report.exercises[0].checks}
    assert len(heard) == len(told)
    assert set(heard) == told


def test_exercises_keep_the_courses_order_for_every_order_of_ends(graded, files):
    """Of `rnn` no name is defined, and `bag_of_vectors` was not handed in."""
    ears = Ears()
    report = graded(files, "losses", "rnn", "bag_of_vectors", jobs=2, listener=ears)
    assert [e.name for e in report.exercises] == ["losses", "rnn", "bag_of_vectors"]
    assert {e.name for e in ears.exercises} == {"losses", "rnn", "bag_of_vectors"}
    _, undefined, absent = report.exercises
    assert (absent.verdict, absent.file, absent.earned) == (Verdict.NOT_STARTED, "", 0)
    assert {check.message for check in absent.checks} == {"there is no bag_of_vectors.py"}
    assert {check.verdict for check in undefined.checks} == {Verdict.NOT_STARTED}
    assert {check.message for check in undefined.checks} == {
        "rnn.py does not define RNNStep",
        "rnn.py does not define RNN",
    }
    assert report.exit_code == 1


def test_a_report_holds_a_maximum_number_of_printed_characters(graded, files, monkeypatch):
    monkeypatch.setattr(request, "MAX_PRINTED", 5000)
    talking = files["losses"] + PRINTS
    result = graded({"losses": talking}, "losses").exercises[0]
    texts = [printed(check) for check in result.checks if printed(check)]
    whole = [text for text in texts if "left out" not in text]
    assert 0 < len("".join(whole)) <= 5000 and len(whole) < len(texts)
    assert set(texts) - set(whole) == {"left out: a report has at most 5,000 characters"}


def test_the_provenance_tells_how_to_get_the_same_report(graded, files):
    provenance = graded(files, "losses", seed=5).provenance
    assert (provenance.seed, provenance.backend, provenance.device) == (5, "numpy", "cpu")
    assert (provenance.sandbox, provenance.provider) == ("process", "")
    assert provenance.submission == "handed_in"
    assert len(provenance.submission_hash) == 64
    assert provenance.versions["python"] == platform.python_version()
    assert set(provenance.versions) == {"python", "gradus", "numpy"}


def test_a_secret_draws_the_same_seed_for_the_same_files_and_another_for_others(graded, files):
    first, again = (graded(files, "rnn", secret=5).provenance for _ in range(2))
    assert (again.seed, again.submission_hash) == (first.seed, first.submission_hash)
    assert graded(files, "rnn", secret=6).provenance.seed != first.seed
    files["rnn"] += "\n"
    other = graded(files, "rnn", secret=5).provenance
    assert other.seed != first.seed
    assert other.submission_hash != first.submission_hash


def test_an_interrupt_before_the_grader_leaves_nothing_behind(graded, files, tmp_path, monkeypatch):
    def interrupted():
        assert any(location.iterdir())
        raise KeyboardInterrupt

    location = tmp_path / "temporary"
    location.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(location))
    monkeypatch.setattr("autograder.grading.request.load_grader", interrupted)
    with pytest.raises(KeyboardInterrupt):
        graded(files, "losses")
    assert not any(location.iterdir())


def test_nothing_is_left_behind(graded, files, tmp_path, monkeypatch):
    location = tmp_path / "temporary"
    location.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(location))
    graded(files, jobs=2)
    assert list(location.iterdir()) == []
