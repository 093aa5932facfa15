"""Revisions: what decides about grades, pinned and compared."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from grading import setting_of
from typer.testing import CliRunner

from autograder.course.identity import (
    course_hash,
    pin_notes,
    pinned_revision,
    read_revision,
    revision_file,
    revision_of,
)
from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.reports.wording import provenance_words
from autograder.submissions.submission import load_submission
from framework.errors import BadInputError, UsageError
from plugins.authoring.commands.course import course as commands
from plugins.authoring.kits.gradescope_autograder import build_gradescope
from plugins.authoring.new.exercise import write_exercise
from plugins.authoring.new.new_course import write_course
from plugins.authoring.revision_files import (
    changes,
)

EXERCISE = Path("exercises/first_steps/linear")
SOLUTION = Path("solutions/first_steps/linear")


def run(*arguments: str):
    return CliRunner().invoke(commands, [*map(str, arguments)])


def pin(root: Path) -> None:
    assert run("pin", "--course", root).exit_code == 0


def found(old: Path, new: Path) -> list[str]:
    return list(changes(*(revision_of(find_course(index)) for index in (old, new))))


@pytest.mark.parametrize(
    ("file", "before", "after", "lines"),
    [
        (EXERCISE / "README.md", "# Linear", "# A line", []),
        (EXERCISE / "exercise.toml", "title =", "title = 'Other' #", []),
        (EXERCISE / "exercise.toml", "forward is one", "Forward is one", []),
        (EXERCISE / "exercise.toml", "points = 10", "points = 11", ["points 10 -> 11"]),
        (EXERCISE / "exercise.toml", "accuracy = 0.9", "accuracy = 0.95",
         ["threshold accuracy 0.9 -> 0.95"]),
        (EXERCISE / "exercise.toml", "call = 2", "call = 3",
         ["its time limits, tasks, requirements, packages or questions changed"]),
        (EXERCISE / "test_linear.py", "points(2)", "points(3)",
         ["check test_one_example 2 -> 3 points", "the code of its checks changed"]),
        (SOLUTION / "test_linear_hidden.py", "def test_two_uses_add_up", "def test_two_uses",
         ["check test_two_uses_add_up (hidden) removed (1 points)",
          "check test_two_uses (hidden) added (1 points)", "the code of its checks changed"]),
        (SOLUTION / "linear.py", "grad_output.sum", "1.0 * grad_output.sum",
         ["its solution, which the reference's answers come from changed"]),
    ],
)  # fmt: skip
def test_what_changed_for_grades(new, root, file, before, after, lines, edit):
    edit(root / file, before, after)
    assert found(new, root) == [f"linear: {line}" for line in lines]


def test_added_and_removed_exercises(new, root):
    write_exercise(find_course(root), "first_steps/second")
    assert found(new, root) == ["second: added, with 10 points"]
    assert found(root, new) == ["second: removed, with 10 points"]


def test_a_pin_is_written_and_read_and_named_in_reports(root):
    refused = run("diff", "--course", root).exception
    assert isinstance(refused, UsageError) and "`gradus course pin` pins it" in str(refused)
    pin(root)
    course = find_course(root)
    assert course.revision == revision_of(course).hash == pinned_revision(course).hash
    assert (course.name, course.version) == ("mine", "0.1")
    assert pin_notes(course) == []
    done = run("diff", "--course", root)
    assert (done.exit_code, done.output.splitlines()[1:]) == (
        0, ["Nothing that decides about grades has changed."]
    )  # fmt: skip
    table = json.loads(revision_file(root).read_text("utf-8"))
    assert (table["version"], table["exercises"]["linear"]["points"]) == ("0.1", 10)
    with load_submission(root / "exercises", course) as submission:
        report = answer(GradeRequest(setting_of(course), submission, (), 1, None))
    assert report.provenance.course_revision == course.revision
    shown = f", revision {course.revision[:8]}"
    assert any(words.endswith(shown) for words in provenance_words(report.provenance))


def test_a_changed_course_is_named_and_needs_a_new_version(new, root, edit):
    pin(root)
    edit(root / EXERCISE / "exercise.toml", "points = 10", "points = 11")
    (note,) = pin_notes(find_course(root))
    assert "`gradus course diff` says what changed" in note
    for old in ((), (new, root), (revision_file(root), root)):
        done = run("diff", *old, "--course", root)
        assert (done.exit_code, "linear: points 10 -> 11" in done.output) == (1, True)
    refused = run("pin", "--course", root).exception
    assert isinstance(refused, UsageError) and "choose another `version`" in str(refused)
    edit(root / "exercises/course.toml", '"0.1"', '"0.2"')
    pin(root)
    assert pin_notes(find_course(root)) == []
    edit(root / "exercises/course.toml", 'revision = "', 'revision = "0')
    with pytest.raises(BadInputError, match=r"is of revision .* and course\.toml of 0"):
        pinned_revision(find_course(root))


def test_an_autograder_with_some_exercises_is_compared_with_pinned_facts(root, tmp_path, edit):
    write_exercise(find_course(root), "first_steps/second")
    pin(root)
    for name, notes in (("pinned", 0), ("changed", 1)):
        course = find_course(root)
        file = tmp_path / f"{name}.zip"
        build_gradescope(file, course, [course.exercise("linear")])
        with zipfile.ZipFile(file) as archive:
            archive.extractall(tmp_path / name)
        part = find_course(tmp_path / name / "course")
        assert (part.exercise_names, part.revision) == (("linear",), course.revision)
        assert len(pin_notes(part)) == notes
        revision_file(part.root).unlink()
        assert len(pin_notes(part)) == 1
        if name == "pinned":
            edit(root / EXERCISE / "exercise.toml", "points = 10", "points = 11")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text[:-20], "is damaged"),
        (lambda text: text.replace('"points": 10', '"points": 11'), "its hash is another one"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "has the format 2"),
    ],
)
def test_damaged_facts_are_refused(root, damage, told):
    pin(root)
    file = revision_file(root)
    file.write_text(damage(file.read_text("utf-8")), "utf-8")
    with pytest.raises(BadInputError, match=told):
        read_revision(file)


def test_the_hash_in_reports_follows_the_base(root, tmp_path, edit):
    write_course(tmp_path / "above", "above")
    toml = tmp_path / "above/exercises/course.toml"
    edit(toml, 'version = "0.1"', f'version = "0.1"\nbase = "{root}"')
    before = course_hash(find_course(tmp_path / "above"))
    edit(root / SOLUTION / "linear.py", "grad_output.sum", "1.0 * grad_output.sum")
    assert course_hash(find_course(tmp_path / "above")) != before
