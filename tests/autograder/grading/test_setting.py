"""A submission decides neither about its checks nor about what runs beside them."""

import os
import shutil

import pytest
from repository import ROOT

from autograder.cli import grade
from autograder.course.identity import course_hash, exercise_revision
from autograder.course.reading import Course
from autograder.grading.setting import (
    CI_VARIABLES,
    SEEDS,
    GradeOptions,
    chosen_course,
    drawn_seed,
)
from framework.errors import UsageError

TINY = ROOT / "tests/data/hostile/course"
PLUGIN = "from pathlib import Path\nPath(__file__).with_name('it-ran').touch()\n"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A student's checkout of a course, with a plugin of their own in it; a grader starts there."""
    checkout = tmp_path / "checkout"
    shutil.copytree(TINY, checkout)
    (checkout / "plugin.py").write_text(PLUGIN, "utf-8")
    toml = checkout / "exercises/course.toml"
    toml.write_text('plugins = ["./plugin.py"]\n' + toml.read_text("utf-8"), "utf-8")
    shutil.copy(TINY / "solutions/unit/neighbour/neighbour.py", checkout)
    monkeypatch.chdir(checkout)
    return checkout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--submission", "."],
        ["--submission", "../checkout", "--course", "."],
        ["."],
        ["--submission", "exercises"],
        ["neighbour", "--submission", "../linked"],
    ],
    ids=" ".join,
)
def test_nothing_of_a_course_inside_the_submission_is_run(checkout, arguments):
    (checkout.parent / "linked").symlink_to(checkout)
    with pytest.raises(UsageError, match=r"inside the submission.*--course DIR"):
        grade(arguments)
    assert not (checkout / "it-ran").exists()


def test_a_plugin_inside_the_submission_is_not_run(checkout, tmp_path):
    with pytest.raises(UsageError, match=r"plugin\.py lies inside the submission"):
        grade(["--submission", ".", "--course", str(TINY), "--plugin", "./plugin.py"])
    assert not (checkout / "it-ran").exists()


@pytest.mark.parametrize("variable", CI_VARIABLES)
def test_on_a_ci_server_the_course_must_be_named(checkout, monkeypatch, variable):
    monkeypatch.setenv(variable, "true")
    with pytest.raises(UsageError, match=f"{variable} is set.*--course DIR"):
        grade([])
    assert not (checkout / "it-ran").exists()
    assert chosen_course(GradeOptions(course=TINY)).root == TINY
    assert chosen_course(GradeOptions(course=checkout)).root == checkout
    monkeypatch.setenv(variable, "false")
    assert chosen_course(GradeOptions()).root == checkout


def test_a_named_course_grades_a_checkout_and_the_report_says_which(checkout, tmp_path, capsys):
    report = tmp_path / "report.json"
    options = ["--course", str(TINY), "--sandbox", "process", "--jobs", "1", "--json", str(report)]
    assert grade(["neighbour", "--submission", ".", *options]) == 0
    assert not (checkout / "it-ran").exists()
    digest = course_hash(Course.read(TINY))
    assert f'"course_hash": "{digest}"' in report.read_text("utf-8")
    assert '"course": "course"' in report.read_text("utf-8")
    assert f"course {digest[:8]}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "path",
    ["exercises/unit/target/test_target.py", "solutions/unit/target/target.py", "plugin.py"],
)
def test_the_hash_of_a_course_depends_on_what_decides(checkout, path):
    before = course_hash(Course.read(checkout))
    (checkout / "exercises/unit/target/target.py").write_text("x = 1\n")
    assert course_hash(Course.read(checkout)) == before
    with (checkout / path).open("a") as file:
        file.write("# changed\n")
    assert course_hash(Course.read(checkout)) != before


def test_the_revision_of_an_exercise_depends_on_what_decides_about_it(checkout):
    """`neighbour` requires `target`: its public checks count there, and its hidden ones do not."""

    toml = checkout / "exercises/unit/neighbour/exercise.toml"
    toml.write_text('requires = ["target"]\n' + toml.read_text("utf-8"), "utf-8")

    def revisions():
        course = Course.read(checkout)
        exercises = map(course.exercise, ("target", "neighbour"))
        return {exercise.name: exercise_revision(course, exercise) for exercise in exercises}

    before = revisions()
    assert revisions() == before and len(set(before.values())) == 2
    changed = {
        "exercises/course.toml": set(),
        "solutions/unit/target/test_target_hidden.py": {"target"},
        "exercises/unit/neighbour/test_neighbour.py": {"neighbour"},
        "exercises/unit/target/test_target.py": {"target", "neighbour"},
        "solutions/unit/target/target.py": {"target", "neighbour"},
        "plugin.py": {"target", "neighbour"},
    }
    for path, expected in changed.items():
        with (checkout / path).open("a") as file:
            file.write("# changed\n")
        after = revisions()
        assert {name for name in before if after[name] != before[name]} == expected, path
        before = after


def loop(path):
    path.symlink_to(path)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, loop])
def test_what_is_no_file_counts_as_absent_in_the_hash_of_a_course(checkout, make):
    hidden = checkout / "solutions/unit/target/test_target_hidden.py"
    hidden.unlink(missing_ok=True)
    absent = course_hash(Course.read(checkout))
    make(hidden)
    assert course_hash(Course.read(checkout)) == absent


def test_the_tour_is_no_submission_that_holds_its_checks(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert chosen_course(GradeOptions(submission=ROOT / "solutions")).root == ROOT


def test_a_part_comes_with_the_parts_that_it_needs_itself():
    """`bidirectional` requires `lstm`, whose gates use the sigmoid of `neuron`."""
    options = GradeOptions(what=("bidirectional",), submission=ROOT / "solutions")
    submission, _ = options.find(Course.read(ROOT))
    with submission:
        assert {"bidirectional", "lstm", "neuron"} <= set(submission.files)


def test_seeds_that_follow_from_a_secret_are_a_few_hundred_of_many_digits():
    seeds = {drawn_seed(7, f"{digest:064x}") for digest in range(20 * SEEDS)}
    assert len(seeds) == SEEDS
    assert min(seeds) > 10**9
    assert not seeds & {drawn_seed(8, f"{digest:064x}") for digest in range(20 * SEEDS)}


def test_a_seed_is_given_or_drawn_and_not_both():
    with pytest.raises(UsageError, match="--seed is the seed, --secret draws one"):
        grade(["activations", "--seed", "1", "--secret", "2"])
