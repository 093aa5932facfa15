"""`grade --watch`: what is saved is graded again, whatever state it is saved in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from repository import ROOT

from autograder.commands import watch
from autograder.commands.watch import grade_on_change, stamps
from autograder.course.reading import find_course
from framework.errors import BadInputError, UsageError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rnn.py").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


@pytest.fixture
def watched(folder, monkeypatch):
    """`watched(*edits)`: how often is graded when one edit after the other is made."""
    monkeypatch.setattr(watch, "INTERVAL", 0.0)

    def watched(*edits, grade=lambda: 0):
        pending, calls = list(edits), []

        def counted():
            calls.append(1)
            return grade()

        def sleep(seconds):
            if seconds == watch.SAVING:
                return
            if not pending:
                raise KeyboardInterrupt
            pending.pop(0)()

        monkeypatch.setattr(watch.time, "sleep", sleep)
        return grade_on_change(counted, folder), len(calls)

    return watched


def test_it_grades_at_once_and_ends_with_the_last_code(watched):
    assert watched(grade=lambda: 1) == (1, 1)


def test_edits_new_files_and_removals_are_noticed(watched, folder):
    edits = [
        lambda: (folder / "rnn.py").write_text("x = 22\n"),
        lambda: (folder / "word2vec.ipynb").write_text("{}"),
        (folder / "rnn.py").unlink,
        lambda: os.utime(folder / "word2vec.ipynb", (1, 1)),
    ]
    assert watched(*edits) == (0, 5)


def test_a_file_that_is_being_written_is_graded_once_it_is_whole(folder, monkeypatch):
    texts = ["", "half", "all of it"]

    def sleep(seconds):
        if texts:
            (folder / "rnn.py").write_text(texts.pop(0))
        elif seconds == watch.INTERVAL:
            raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", sleep)
    graded = []
    grade_on_change(lambda: graded.append((folder / "rnn.py").read_text()) or 0, folder)
    assert graded == ["x = 1\n", "all of it"]


def test_other_files_do_not_matter(watched, folder):
    edits = [
        lambda: (folder / "notes.txt").write_text("longer"),
        lambda: (folder / ".hidden.py").write_text("x"),
    ]
    assert watched(*edits) == (0, 1)


def test_what_is_saved_while_grading_is_graded_too(watched, folder):
    calls = []

    def grade():
        calls.append(1)
        if len(calls) == 1:
            (folder / "rnn.py").write_text("x = 'saved meanwhile'\n")
        return 0

    assert watched(grade=grade) == (0, 2)


def test_a_half_saved_file_does_not_end_it(watched, folder, capsys):
    codes = iter([0, UsageError("rnn.py is not UTF-8"), 1])

    def grade():
        code = next(codes)
        if isinstance(code, Exception):
            raise code
        return code

    edits = [
        lambda: (folder / "rnn.py").write_text("half"),
        lambda: (folder / "rnn.py").write_text("all of it"),
    ]
    assert watched(*edits, grade=grade) == (1, 3)
    assert "grade: rnn.py is not UTF-8" in capsys.readouterr().err


def test_what_cannot_be_graded_from_the_first_is_said(watched):
    def grade():
        raise BadInputError("nothing there")

    with pytest.raises(BadInputError):
        watched(grade=grade)


def test_a_file_is_watched_as_it_is(folder):
    path = folder / "rnn.py"
    assert list(stamps(path)) == [path]
    path.unlink()
    assert stamps(path) == {}
    assert stamps(folder / "gone") == {}


def test_the_command_notices_an_edit_and_ends_cleanly(tmp_path, real_solution):
    points = find_course(ROOT).exercise("activations").points
    path = tmp_path / "activations.py"
    path.write_text(real_solution("activations"), "utf-8")
    script = "from autograder.cli import main; main()"
    command = [sys.executable, "-c", script, str(path), "--watch", "--sandbox", "process"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        seen = read_until(process, "Watching")
        assert f"{points}/{points} points" in seen
        path.write_text(path.read_text("utf-8").replace("np.tanh(z)", "np.sin(z)"), "utf-8")
        seen = read_until(process, "Watching")
        assert "Tanh" in seen
        assert f"{15 / 18 * points:g}/{points} points" in seen
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (1, "", "")


def read_until(process, word):
    lines, deadline = [], time.monotonic() + 30
    while time.monotonic() < deadline:
        lines.append(process.stdout.readline())
        if word in lines[-1]:
            break
    return "".join(lines)
