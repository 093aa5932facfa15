"""`gradus class grade` and what reads its store, on a class of four with the real sandbox."""

import csv
import json
import re
import shutil
import sqlite3
import stat
from functools import partial

import pytest
from gradus_command import gradus
from programs import completed_script
from repository import ROOT
from typer.testing import CliRunner

from autograder.course.reading import find_course
from framework.cli import app
from framework.errors import BadInputError, UsageError
from plugins.classes.collecting.collection import read_collection
from plugins.classes.runs.store import Store
from plugins.classes.runs.stored_runs import all_runs, entries_of

#: The points of the exercise of this class.
POINTS = f"{find_course(ROOT).exercise('one_hot').points:g}"

RIGHT = (ROOT / "solutions/word_vectors/one_hot/one_hot.py").read_text("utf-8")
WRONG = RIGHT.replace("return ", "return 0 * ", 1)
assert WRONG != RIGHT
ROSTER = "student,name\nana,Ana García\nbo,Bo Li\ncy,Cy\ndan,Dan\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A graded collection, and what the commands printed; tests work on copies."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "class.csv").write_text(ROSTER)
    collect(folder, {"ana": RIGHT, "bo": RIGHT, "cy": WRONG})
    return folder, grade(folder)


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made[0], tmp_path / "class")
    return tmp_path / "class"


def collect(folder, work):
    for name, text in work.items():
        file = folder / "export" / name / "one_hot.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    gradus("class", "collect", folder / "export", "--as", "folders", "--into", folder / "lab1",
           "--roster", folder / "class.csv", "--course", ROOT)  # fmt: skip


def grade(folder, *options):
    return gradus("class", "grade", folder / "lab1", "--course", ROOT, "--sandbox", "process",
                  "--jobs", 1, *options)  # fmt: skip


def read(folder, command, *options):
    return gradus("class", command, *options, "--in", folder / "lab1")


def test_equal_work_is_graded_once_and_shown_for_both(made):
    folder, output = made
    assert "2 results; equal work is graded once" in output
    assert "one_hot: 2 passed, 1 failed" in output
    shown = read(folder, "results", "--names")
    assert f"ana (Ana García) · one_hot · passed · {POINTS} · {POINTS}" in shown
    assert f"bo (Bo Li) · one_hot · passed · {POINTS} · {POINTS}" in shown
    assert "cy (Cy) · one_hot · failed" in shown


def test_a_log_has_pseudonyms_and_no_names(made):
    folder, output = made
    for text in (output, read(folder, "results"), read(folder, "runs")):
        assert not any(word in text for word in ("ana", "Ana", "bo ", "Bo Li", "García"))
    assert read(folder, "results").count("student-") == 3


def test_the_report_names_no_file_of_a_student(made):
    with sqlite3.connect(made[0] / "lab1/results.sqlite") as store:
        reports = [json.loads(text) for (text,) in store.execute("SELECT report FROM grading")]
    assert [report["exercises"][0]["file"] for report in reports] == ["one_hot.py"] * 2
    assert all(len(report["provenance"]["submission"]) == 12 for report in reports)


def test_a_result_is_the_report_of_grade(made, tmp_path):
    folder = made[0] / "lab1"
    with sqlite3.connect(folder / "results.sqlite") as store:
        query = "SELECT DISTINCT attempt, report FROM grading NATURAL JOIN entry"
        rows = store.execute(query + " WHERE verdict = 'failed'").fetchall()
    (attempt, report) = rows[0]
    seed = json.loads(report)["provenance"]["seed"]
    options = ["--course", str(ROOT), "--sandbox", "process", "--seed", str(seed), "one_hot"]
    written = tmp_path / "report.json"
    submission = folder / "attempts" / attempt
    arguments = ["--submission", submission, "--json", written, "--show-hidden", *options]
    completed_script("grade", *arguments)
    ours, theirs = (timeless(text)["exercises"] for text in (report, written.read_text("utf-8")))
    assert ours == theirs


def timeless(text):
    return json.loads(re.sub(r'"seconds": [\d.]+', '"seconds": 0', text))


def test_the_same_call_again_is_a_new_run_that_grades_nothing(copy):
    output = grade(copy)
    assert "run 2 · lab1" in output
    assert "2 results, 2 of them known before" in output
    shown = read(copy, "runs")
    assert shown.count(" UTC · finished · ") == 2
    assert len(re.findall(r"· course [0-9a-f]{12}, version 0\.1 · numpy", shown)) == 2
    assert read(copy, "diff", 1, 2).endswith("moved between run 1 and run 2: 0 results\n")


def test_a_new_attempt_is_graded_and_the_difference_is_explained(copy):
    collect(copy, {"cy": RIGHT, "dan": WRONG + "# dan\n"})
    assert "3 results, 1 of them known before" not in grade(copy)
    moved = read(copy, "diff", 1, 2, "--names")
    assert (
        "cy (Cy) · one_hot · " in moved and f"-> {POINTS} of {POINTS}: other work; test_" in moved
    )
    assert "dan (Dan) · one_hot · nothing -> " in moved
    assert moved.endswith("moved between run 1 and run 2: 2 results\n")


@pytest.mark.slow
def test_another_seed_and_a_regrade_are_runs_of_their_own(copy):
    assert "known before" not in grade(copy, "--seed", 5)
    output = grade(copy, "--regrade", "failed")
    assert "2 results, 1 of them known before" in output
    assert "moved between run 1 and run 3: 0 results" in read(copy, "diff", 1, 3)
    with pytest.raises(UsageError, match="cannot be graded again: expected all, failed"):
        grade(copy, "--regrade", "task")


@pytest.mark.slow
def test_a_sample_is_graded_twice_and_a_difference_is_kept(copy):
    assert "graded twice: 2 results, all agree" in grade(copy, "--verify", 100)
    with sqlite3.connect(copy / "lab1/results.sqlite") as store:
        store.execute("UPDATE grading SET checks = 'x' WHERE verdict = 'passed'")
    output = grade(copy, "--verify", 100)
    assert "graded twice: 2 results, 1 differ" in output
    assert f"`gradus class results 3 --in {copy / 'lab1'}` shows them" in output
    shown = read(copy, "results")
    assert "graded twice, with another result: 1\n" in shown
    assert f"first passed, {POINTS} of {POINTS}; then passed, {POINTS}\n" in shown


@pytest.mark.slow
def test_a_fault_of_ours_is_no_zero_and_the_next_call_tries_again(copy):
    collect(copy, {"dan": RIGHT + "\n# dan\n"})
    collection = read_collection(copy / "lab1")
    (attempt,) = collection.attempts_of("dan")
    file = collection.folder_of(attempt.id) / "one_hot.py"
    kept = file.read_text("utf-8")
    words = ["class", "grade", str(copy / "lab1"), "--course", str(ROOT), "--sandbox", "process"]
    import plugins.classes.runs.grade_run as module

    real = module.entries

    def changed(*arguments):
        actual = real(*arguments)
        file.write_text("raise SystemExit", "utf-8")
        return actual

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "entries", changed)
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 3
    assert "missing by faults of the grader, and no zeros: 1 result" in result.output
    assert f"`gradus class results 2 --in {copy / 'lab1'}` shows why" in result.output
    why = "dan (Dan) · one_hot · not graded · its files have changed since they were queued"
    assert why in read(copy, "results", "--names")
    file.write_text(kept, "utf-8")
    assert "one_hot: 3 passed, 1 failed" in grade(copy)
    assert f"dan (Dan) · one_hot · not graded -> {POINTS} of {POINTS}" in read(
        copy, "diff", 2, 3, "--names"
    )


def test_a_table_for_a_gradebook_is_readable_by_its_owner_alone(copy):
    read(copy, "results", "--names", "--csv", copy / "points.csv")
    with (copy / "points.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {"student": "ana (Ana García)", "exercise": "one_hot", "verdict": "passed",
                       "earned": POINTS, "possible": POINTS, "fault": ""}  # fmt: skip
    for file in (copy / "points.csv", copy / "lab1/results.sqlite"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_student_is_forgotten_everywhere(copy):
    before = read_collection(copy / "lab1")
    (attempt,) = before.attempts_of("cy")
    output = read(copy, "forget", "cy")
    assert output == "removed: 1 student, 1 attempt, 0 runs, 1 result\n"
    assert not before.folder_of(attempt.id).exists()
    assert "cy" not in read(copy, "results", "--names")
    left = b"".join(f.read_bytes() for f in (copy / "lab1").rglob("*") if f.is_file())
    assert b'"cy"' not in left and b"0 * " not in left
    read(copy, "forget", "ana")  # bo has the same work
    assert f"bo (Bo Li) · one_hot · passed · {POINTS}" in read(copy, "results", "--names")
    with pytest.raises(UsageError, match="no student 'ana'"):
        read(copy, "forget", "ana")


def test_with_a_store_of_another_version_nothing_is_removed(copy):
    with sqlite3.connect(copy / "lab1/results.sqlite") as store:
        store.execute("UPDATE meta SET value = '9' WHERE name = 'schema'")
    with pytest.raises(BadInputError, match="the store has format 9"):
        read(copy, "forget", "cy")
    assert "cy" in read_collection(copy / "lab1").students


def test_collections_of_one_name_in_one_store_are_apart(copy):
    """A collection has an id of its own; a renamed folder keeps its runs."""
    other = copy / "other" / "lab1"
    shutil.copytree(copy / "lab1", other)
    table = json.loads((other / "collection.json").read_text("utf-8"))
    assert len(table["id"]) == 16
    (other / "collection.json").write_text(json.dumps({**table, "id": "f" * 16}), "utf-8")
    shared = ("--store", copy / "lab1/results.sqlite")
    assert gradus("class", "runs", "--in", other, *shared) == ""
    for run in (0, 1):
        with pytest.raises(BadInputError, match=r"lab1 has no run|no run 1 of this collection"):
            gradus("class", "results", run, "--in", other, *shared)
    output = gradus("class", "expire", "--older-than", 0, "--in", other, *shared)
    assert "0 runs, 0 results" in output
    (copy / "lab1").rename(copy / "renamed")
    assert gradus("class", "runs", "--in", copy / "renamed").startswith("1 · ")


def test_a_collection_of_the_former_format_keeps_its_runs(copy):
    """Its runs have the name of its folder, until it is read and gets that name as its id."""
    file = copy / "lab1/collection.json"
    table = json.loads(file.read_text("utf-8")) | {"schema": "gradus-collection/1"}
    del table["id"], table["course"]
    file.write_text(json.dumps(table), "utf-8")
    with sqlite3.connect(copy / "lab1/results.sqlite") as store:
        store.execute("UPDATE run SET assignment = 'lab1'")
    assert read(copy, "runs").startswith("1 · ")
    (copy / "lab1").rename(copy / "renamed")
    assert gradus("class", "runs", "--in", copy / "renamed").startswith("1 · ")


def test_old_data_expires(copy):
    assert read(copy, "expire", "--older-than", 1).startswith("removed: 0 students, 0 attempts")
    output = read(copy, "expire", "--older-than", 0)
    assert output == "removed: 3 students, 3 attempts, 1 run, 2 results\n"
    assert [student.key for student in read_collection(copy / "lab1").students.values()] == ["dan"]
    assert list((copy / "lab1/attempts").iterdir()) == []


@pytest.mark.slow
def test_a_course_whose_solution_fails_grades_nothing(copy, tmp_path):
    from plugins.classes.runs.doctor import DoctorError

    course = tmp_path / "course"
    for name in ("exercises", "solutions"):
        shutil.copytree(ROOT / name, course / name)
    (course / "solutions/word_vectors/one_hot/one_hot.py").write_text(WRONG, "utf-8")
    with pytest.raises(
        DoctorError, match=rf"one_hot: the solution gets [\d.]+ of {POINTS} points here"
    ):
        gradus("class", "grade", copy / "lab1", "--course", course, "--sandbox", "process")


def test_errors_name_the_next_command(made, tmp_path):
    with pytest.raises(BadInputError, match="class collect SOURCE"):
        grade(tmp_path)
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "class.csv").write_text(ROSTER)
    collect(folder, {"ana": RIGHT})
    with pytest.raises(BadInputError, match=r"no results at .*: `gradus class grade"):
        read(folder, "results")
    with pytest.raises(BadInputError, match="no run 99"):
        read(made[0], "results", 99)


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A class at a course of two exercises, graded with `--lend`, and what was printed.

    The shift of ana fails; that of cem passes its checks, whose batches are not of four rows.
    """
    folder = tmp_path_factory.mktemp("outside")
    course, right = folder / "course", "x + self.parameters"
    shutil.copytree(ROOT / "tests/data/courses/outside", course)
    shifts = {"ana": "x - self.parameters", "cem": "x + (len(x) != 4) * self.parameters"}
    for student in ("ana", "bo", "cem"):
        for unit, name in (("layers", "shift"), ("models", "shifted_classifier")):
            text = (course / "solutions" / unit / name / f"{name}.py").read_text("utf-8")
            if name == "shift":
                text = text.replace(right, shifts.get(student, right))
            file = folder / "export" / student / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"# by {student}\n{text}", "utf-8")
    gradus("class", "collect", folder / "export", "--as", "folders", "--into", folder / "lab",
           "--course", course)  # fmt: skip
    return folder, grade_outside(folder, "--lend")


def grade_outside(folder, *options):
    return gradus("class", "grade", folder / "lab", "--course", folder / "course",
                  "--sandbox", "process", "--jobs", 1, *options)  # fmt: skip


def filled(folder):
    """A table with the points of each student."""
    table, out = folder.parent / "class.csv", folder.parent / "filled.csv"
    table.write_text("student,points\nana,\nbo,\ncem,\n")
    gradus("class", "gradebook", 0, table, "--as", "csv", "--in", folder, "-o", out)
    return out.read_text()


def test_course_parts_show_apart_what_work_would_get(outside, tmp_path):
    shutil.copytree(outside[0], tmp_path / "copy")
    folder, output = tmp_path / "copy/lab", outside[1]
    assert "shown apart and part of no points:\n  shifted_classifier: 1 passed" in output
    more = "shifted_classifier: 1 more with the course's shift; their own passed its checks"
    assert more in output
    before = filled(folder)
    listed = gradus("class", "points", "--in", folder, "--names")
    assert "ana · shifted_classifier · ShiftedClassifier: blocked by shift" in listed
    rows = list(csv.DictReader((folder / "points.csv").read_text().splitlines()))
    assert {(row["student"], row["about"]) for row in rows} == {("ana", "blocked"), ("cem", "part")}
    assert {row["waits_for"] for row in rows} == {"shift"}
    assert "cem · shifted_classifier · ShiftedClassifier: gets " in listed
    for row in rows:
        possible = f"{float(row['possible']):g}"
        assert row["with_course_part"] == f"{possible}/{possible}" and float(row["earned"]) < float(
            possible
        )
    assert filled(folder) == before
    assert not (folder / "with_parts").exists()
    assert len(gradus("class", "runs", "--in", folder).splitlines()) == 1
    gradus("class", "forget", "ana", "--in", folder)
    with Store(str(folder / "results.sqlite")) as store:
        runs = store.transaction(all_runs)
        left = [e for run in runs for e in store.transaction(partial(entries_of, id=run.id))]
    assert len(runs) == 2 and {entry.student for entry in left} == {"bo", "cem"}


def test_a_changed_hidden_check_grades_its_exercise_alone_again(outside, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(outside[0], folder)
    assert "6 results; equal work" in outside[1]
    toml = folder / "course/exercises/course.toml"
    toml.write_text('version = "2"\n' + toml.read_text("utf-8"), "utf-8")
    assert "6 results, 6 of them known before" in grade_outside(folder)
    hidden = folder / "course/solutions/layers/shift/test_shift_hidden.py"
    with hidden.open("a", encoding="utf-8") as file:
        file.write("# corrected\n")
    assert "6 results, 3 of them known before" in grade_outside(folder)
    shown = [
        line.split(" · ") for line in gradus("class", "runs", "--in", folder / "lab").splitlines()
    ]
    assert len({course for _, _, _, course, *_ in shown}) == 3
    first, *_, last = (number for number, *_ in shown)
    assert f"moved between run {first} and run {last}: 0 results" in gradus(
        "class", "diff", first, last, "--in", folder / "lab"
    )
