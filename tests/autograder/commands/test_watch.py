"""`grade --watch`: what is saved is graded again, whatever state it is saved in."""

import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import count

import pytest
from repository import ROOT

from autograder.commands import watch
from autograder.commands.grade import grade
from autograder.commands.watch import grade_on_change, stamps
from autograder.course.reading import find_course
from autograder.grading.setting import CI_VARIABLES, GradeOptions
from framework.errors import BadInputError, UsageError


@pytest.fixture(autouse=True)
def interrupts():
    """Ctrl-C as in a terminal: it is ignored in the background jobs of a script."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rnn.py").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


@pytest.fixture
def watched(folder, monkeypatch):
    """`watched(*edits)`: how often is graded when one edit after the other is made."""

    def watched(*edits, grade=lambda: 0, place=folder):
        pending, calls, looks = list(edits), [], count()

        def counted():
            calls.append(1)
            return grade()

        def sleep(seconds):
            if next(looks) % 2:  # between two edits, the files stay as they are
                if not pending:
                    raise KeyboardInterrupt
                pending.pop(0)()

        monkeypatch.setattr(watch.time, "sleep", sleep)
        return grade_on_change(counted, place), len(calls)

    return watched


def test_it_grades_at_once_and_ends_with_the_last_code(watched):
    assert watched(grade=lambda: 1) == (1, 1)


def test_a_file_that_was_gone_is_graded_when_it_is_back(watched, folder):
    file = folder / "rnn.py"
    edits = [file.unlink, lambda: file.write_text("x = 22\n"), lambda: file.write_text("x = 333\n")]
    assert watched(*edits, place=file) == (0, 4)


def test_edits_new_files_and_removals_are_noticed_and_other_files_are_not(watched, folder):
    edits = [
        lambda: (folder / "rnn.py").write_text("x = 22\n"),
        lambda: (folder / "notes.txt").write_text("longer"),
        lambda: (folder / "word2vec.ipynb").write_text("{}"),
        lambda: (folder / ".hidden.py").write_text("x"),
        (folder / "rnn.py").unlink,
        lambda: os.utime(folder / "word2vec.ipynb", (1, 1)),
    ]
    assert watched(*edits) == (0, 5)


def test_a_file_that_is_being_written_is_graded_once_it_is_whole(folder, monkeypatch):
    texts = ["", "half", "all of it"]

    def sleep(seconds):
        if texts:
            (folder / "rnn.py").write_text(texts.pop(0))
        elif len(graded) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", sleep)
    graded = []
    grade_on_change(lambda: graded.append((folder / "rnn.py").read_text()) or 0, folder)
    assert graded == ["x = 1\n", "all of it"]


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


def test_an_interrupt_while_it_grades_stops_that(folder):
    began, ended = [], []

    def grade():
        began.append(True)
        (folder / "rnn.py").write_text("x = 22\n")
        if len(began) == 2:
            signal.raise_signal(signal.SIGINT)
        ended.append(True)
        return 1

    assert grade_on_change(grade, folder) == 1
    assert (len(began), len(ended)) == (2, 1)


def test_a_course_that_has_changed_ends_it_before_a_save_is_graded(folder):
    checks, graded = folder / "course.toml", []

    def grade():
        graded.append(1)
        (folder / "rnn.py").write_text("x = 22\n")
        checks.write_text("changed")
        return 0

    assert grade_on_change(grade, folder, [checks]) is None
    assert graded == [1]


def test_the_next_exercise_is_graded_once_one_has_passed(
    checked, course_root, solved, monkeypatch, capsys
):
    monkeypatch.chdir(course_root)
    stubs = {name: checked.exercise(name).stub for name in ("squash", "sums")}
    seen, wrong = [], "def total(values):\n    return 0\n"

    def graded(grade, *arguments):
        for name, text in (("squash", solved["squash"]), ("sums", wrong), ("squash", "x = 1")):
            stubs[name].write_text(text)
            grade()
            seen.append(capsys.readouterr().out)
        stubs["sums"].write_text(solved["sums"])
        code = grade()
        seen.append(capsys.readouterr().out)
        return code

    monkeypatch.setattr("autograder.commands.watch.grade_on_change", graded)
    for variable in CI_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    code = grade(GradeOptions(what=("squash",), watch=True, sandbox="process", jobs=1))
    assert code == 0
    first, second, third, last = seen
    assert "✓ squash" in first
    assert "Next: sums" in first
    assert "✗ sums" in second
    assert "squash" not in second
    assert "✗ sums" in third
    assert "sums.py changed" in last
    assert "✓ sums" in last


@pytest.fixture
def command():
    """`command(*arguments)`: the process of `grade --watch` with these."""
    script = "from autograder.cli import main; main()"
    started = []

    def command(*arguments):
        words = [sys.executable, "-c", script, *map(str, arguments)]
        words += ["--watch", "--sandbox", "process"]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(words, cwd=ROOT, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield command
    for process in started:
        process.kill()
        process.communicate()


def test_the_command_notices_an_edit_and_ends_cleanly(command, tmp_path, real_solution):
    points = find_course(ROOT).exercise("activations").points
    path = tmp_path / "activations.py"
    path.write_text(real_solution("activations"), "utf-8")
    process = command(path)
    seen = read_until(process, "Watching")
    assert f"{points}/{points} points" in seen
    save(path, path.read_text("utf-8").replace("np.tanh(z)", "np.sin(z)"))
    seen = read_until(process, "Watching")
    assert "Tanh" in seen
    assert f"{15 / 18 * points:g}/{points} points" in seen
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=10)
    told = f"Stopped after 2 gradings; the last one: failed, {15 / 18 * points:g}/{points} points."
    assert (process.returncode, rest, errors) == (1, f"\n{told}\n", "")


def test_the_command_ends_where_its_reader_has_ended(command, tmp_path, real_solution):
    path = tmp_path / "one_hot.py"
    path.write_text(real_solution("one_hot"), "utf-8")
    process = command(path)
    read_until(process, "Watching")
    process.stdout.close()
    save(path, path.read_text("utf-8") + "\n")
    assert process.wait(30) == 1
    assert process.stderr.read() == ""
    process.stdout = None


def test_the_command_starts_again_where_the_course_has_changed(command, tmp_path):
    course, answer = tmp_path / "course", tmp_path / "shift.py"
    shutil.copytree(ROOT / "tests/data/courses/outside", course)
    solution = course / "solutions/layers/shift/shift.py"
    shutil.copy(solution, answer)
    process = command(answer, "--course", course)
    assert "All passed" in read_until(process, "Watching")
    text = solution.read_text("utf-8")
    save(solution, text.replace("return grad_output", "return -grad_output"))
    seen = read_until(process, "Watching")
    assert "All passed" not in seen
    assert "shift" in seen
    save(solution, text)
    assert "All passed" in read_until(process, "Watching")


def save(path, text):
    """Write `text` at once: a writer that is held up would leave half a file."""
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)


def read_until(process, word):
    lines, deadline = [], time.monotonic() + 100
    while time.monotonic() < deadline:
        lines.append(process.stdout.readline())
        if word in lines[-1]:
            break
    return "".join(lines)
