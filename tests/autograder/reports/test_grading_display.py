"""A watched submission: the changed file is named, and the verdict is in the last line."""

import io

import pytest
from terminal import on_terminal

from autograder.reports import grading_display
from autograder.reports.grading_display import GradingDisplay, WatchedScreen
from autograder.results.report import Report
from autograder.submissions.submission import load_submission


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_changed_file_is_known(tiny_course, tmp_path, solved):
    file, screen = tmp_path / "work/squash.py", WatchedScreen()
    file.parent.mkdir()
    file.write_text(solved["squash"])
    with load_submission(file.parent, tiny_course) as first:
        screen.note(first)
    assert (screen.changed, screen.is_old) == ((), False)
    file.write_text(solved["squash"] + "\n# more\n")
    with load_submission(file.parent, tiny_course) as second:
        screen.note(second)
    assert (screen.changed, screen.is_old) == (("squash.py",), True)


def test_the_screen_is_cleared_when_something_new_is_there(report, monkeypatch):
    stream = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(grading_display.sys, "stdout", stream)
    screen = WatchedScreen()
    screen.changed, screen.is_old = ("rnn.py",), True
    display = GradingDisplay(watched=screen)
    assert "\x1b[2J" not in stream.getvalue()
    display.exercise_done(report.exercises[0])
    cleared, shown = stream.getvalue().split("\x1b[2J", 1)
    assert cleared == ""
    assert shown.index("rnn.py changed") < shown.index(report.exercises[0].title)
    display.finish(report)
    assert stream.getvalue().count("\x1b[2J") == 1


@pytest.mark.parametrize("width", [40, 80])
def test_the_last_line_is_the_verdict(report, wrong, width):
    screen = WatchedScreen()
    screen.changed = ("rnn.py",)
    screen.finished(Report(report.provenance, (wrong,)))
    assert on_terminal(screen, width=width) == "\n! crashed, 2/9 points, after rnn.py\n"


def test_the_summary_counts_gradings(report, wrong, passed):
    screen = WatchedScreen()
    assert screen.summary() == "Stopped: nothing was graded."
    screen.finished(Report(report.provenance, (passed,)))
    screen.finished(Report(report.provenance, (wrong,)))
    assert screen.summary() == "Stopped after 2 gradings; the last one: crashed, 2/9 points."


def test_a_grading_that_is_stopped_says_how_far_it_was(wrong, passed, monkeypatch):
    monkeypatch.setattr(grading_display.sys, "stdout", io.StringIO())
    display = GradingDisplay()
    display.exercise_done(wrong)
    display.exercise_done(passed)
    assert display.so_far(3) == "2 of 3 exercises graded, 1 passed"


def test_several_exercises_are_counted(report, wrong, passed):
    screen = WatchedScreen()
    screen.finished(Report(report.provenance, (wrong, passed)))
    assert "1 of 2 exercises passed" in on_terminal(screen)


def test_lines_of_a_pipe_have_no_end(report, wrong, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(grading_display.sys, "stdout", stream)
    display = GradingDisplay()
    display.exercise_done(wrong)
    display.finish(report)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "! rnn  A recurrent layer  2/9 points  0.42 s"
    assert not [line for line in lines if line.endswith(("...", " "))]
    (name,) = [line for line in lines if "replay" in line and "small_steps" in line]
    assert name.endswith(
        "::test_the_gradients_are_those_of_your_own_forward,_measured_by_small_steps"
    )


@pytest.mark.parametrize("is_alone", [True, False])
def test_of_several_exercises_those_not_started_are_not_shown(
    untouched, passed, monkeypatch, is_alone
):
    stream = io.StringIO()
    monkeypatch.setattr(grading_display.sys, "stdout", stream)
    display = GradingDisplay(is_alone=is_alone)
    display.exercise_done(untouched)
    assert (untouched.title in stream.getvalue()) is is_alone
    display.exercise_done(passed)
    assert passed.title in stream.getvalue()
    assert display.so_far(3) == "2 of 3 exercises graded, 1 passed"


def test_another_exercise_is_new_and_not_removed(tiny_course, tmp_path, solved):
    screen = WatchedScreen()
    for name in ("squash", "sums"):
        (tmp_path / f"{name}.py").write_text(solved[name])
        with load_submission(tmp_path, tiny_course, [name]) as submission:
            screen.note(submission)
        assert (screen.changed, screen.is_old) == ((), name == "sums")
        screen.go_on()
