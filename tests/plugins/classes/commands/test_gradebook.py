"""`gradus class gradebook` and `points`: from a graded class to the gradebook."""

import stat
from dataclasses import replace

import pytest
from graded_class import GradedClass, check, exercise
from gradus_command import gradus
from repository import ROOT

from autograder.verdicts import Verdict
from framework.errors import BadInputError, PluginError, UnknownNameError, UsageError

RIGHT = exercise("rnn", check(points=8.0), check(Verdict.FAILED, 2.0, "backward"))
BLOCKED = exercise("lm", check(Verdict.BLOCKED, 10.0, "train", blocked_by="rnn"))
TABLE = "student,rnn,lm\ns1,,\ns2,,\ns3,,\ns9,,\n"


@pytest.fixture
def made(tmp_path):
    graded = GradedClass(tmp_path / "lab1")
    graded.grade({("s1", "a"): [RIGHT, BLOCKED], ("s2", "b"): [RIGHT, "lm"]})
    (tmp_path / "class.csv").write_text(TABLE)
    return graded


def run(made, command, *words):
    course = () if command == "points" else ("--course", ROOT)
    return gradus("class", command, *words, "--in", made.collection.folder, *course)


def fill(made, *options):
    folder = made.collection.folder.parent
    words = (0, folder / "class.csv", "--as", "csv", "-o", folder / "filled.csv", *options)
    return run(made, "gradebook", *words), (folder / "filled.csv")


def totals(made, *options):
    """What is printed, and the rows of a table to which points and their reasons are added."""
    columns = "--column", "points", "--comments", "why", "--new"
    output, file = fill(made, *columns, "--partial", *options)
    return output, file.read_text("utf-8").splitlines()


def test_a_gradebook_is_filled_and_everything_else_is_said(made):
    output, file = fill(made, "--column", "rnn", "--exercise", "rnn", "--names")
    assert file.read_text() == TABLE.replace("s1,", "s1,8").replace("s2,", "s2,8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert output.splitlines()[1:] == [
        "exercises: rnn",
        "blank: 1",
        "  s3 (Zoë <b>O'Brien</b>): nothing handed in",
        "rows of people who are not in the class: 1",
        "  line 5",
    ]
    again, _ = fill(made, "--column", "rnn", "--exercise", "rnn", "--zero-missing")
    assert "points of 3 students" in again


def test_a_run_with_faults_of_the_grader_needs_a_word(made):
    with pytest.raises(UsageError, match=r"missing in this run: 1 result\. `gradus class grade"):
        fill(made, "--column", "rnn")
    output, file = fill(made, "--column", "rnn", "--partial")
    assert file.read_text() == TABLE.replace("s1,", "s1,8")
    assert "blank: 2" in output
    command = f"`gradus class points 1 --in {made.collection.folder}`"
    assert f"students whose points wait for another part: 1. {command}" in output


def test_points_that_wait_are_listed_and_decided(made):
    output = run(made, "points", "--names")
    assert output.splitlines()[1:] == [
        "answers in prose that wait for points: 0",
        "parts whose points wait for another part: 1",
        "to decide: 1",
        "  s1 (Ana García) · lm · train: blocked by rnn",
    ]
    table = made.collection.folder / "points.csv"
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    table.write_text(table.read_text().replace(",rnn,,,,,", ",rnn,,,6,,half right"))
    output, rows = totals(made, "--names")
    assert rows == [
        "student,rnn,lm,points,why",
        "s1,,,14,lm: train: an instructor gave 6 of 10 (0 to 6); lm: train: half right",
        *("s2,,", "s3,,", "s9,,"),
    ]
    assert 's2 (=HYPERLINK("x")): not graded' in output
    assert "s3 (Zoë <b>O'Brien</b>): nothing handed in" in output
    assert "to decide" not in run(made, "points")
    gradus("class", "forget", "s1", "--in", made.collection.folder)
    assert "s1" not in table.read_text()


REQUESTS = (
    "email,exercise,task,reason\n"
    "ana@uni.example,rnn,backward,=right for one batch\n"
    "ana@uni.example,rnn,,the sum\n"
    "other@uni.example,rnn,,x\n"
    "wang@uni.example,lm,train,it trains\n"
    "wang@uni.example,rnn,backwards,x\n"
)


def test_regrade_requests_become_rows_that_a_comment_answers(made):
    file = made.collection.folder.parent / "requests.csv"
    file.write_text(REQUESTS)
    table = made.collection.folder / "points.csv"
    table.write_text("student,exercise,part,points,final,comment\n")
    words = ("points", "--requests", file, "--names")
    output = run(made, *words)
    assert "regrade requests that wait for a comment: 2\n" in output
    assert f"rows of {file} without an effect: 3" in output
    for line in (
        "line 4: no such student",
        "line 5: no result of this student for 'lm'",
        "line 6: no part 'backwards' in rnn",
        "s1 (Ana García) · rnn · backward: a regrade request",
    ):
        assert f"  {line}\n" in output
    assert ",request,w-" in table.read_text()
    assert ",0,2,,,'=right for one batch,,," in table.read_text()
    table.write_text(table.read_text().replace("batch,,,", "batch,1.5,,one batch is right"))
    assert totals(made)[1][1].startswith("s1,,,9.5,")
    again = run(made, *words)
    assert again == run(made, *words) and "wait for a comment: 1\n" in again
    assert table.read_text().count("one batch is right") == 1
    # A second request about the same part keeps the points, and asks for another comment.
    file.write_text("student,exercise,part,request\ns1,rnn,backward,and for two\n")
    assert "wait for a comment: 2\n" in run(made, *words)
    kept = "=right for one batch (earlier comment: one batch is right) and for two,1.5,,\n"
    assert kept in table.read_text()


def test_requests_without_an_effect_are_an_error(made):
    file = made.collection.folder.parent / "requests.csv"
    file.write_text("student,exercise,part,request\ns9,rnn,,x\n")
    with pytest.raises(BadInputError, match="no row is about work of this run: line 2: no such"):
        run(made, "points", "--requests", file)
    file.write_text("student,exercise\ns1,rnn\n")
    with pytest.raises(BadInputError, match="has no column request: expected a column that"):
        run(made, "points", "--requests", file)


def test_points_of_students_who_have_nothing_left_expire(made):
    table = made.collection.folder / "points.csv"
    table.write_text("student,exercise,points,final,comment\ns1,rnn,1,,\ns3,rnn,1,,\n")
    gradus("class", "expire", "--older-than", 0, "--in", made.collection.folder)
    assert "s1" not in table.read_text() and "s3,rnn" in table.read_text()


def test_plugins_offer_gradebooks_and_rules(made):
    examples = ROOT / "docs/examples"
    folder = made.collection.folder.parent
    words = (0, folder / "class.csv", "--as", "marks", "-o", folder / "marks.csv", "--partial")
    run(made, "gradebook", *words, "--plugin", examples / "register_gradebooks.py")
    assert (folder / "marks.csv").read_text() == "s1,not passed\n"
    late = folder / "class_late_rule.py"
    source = (examples / "adjust_points.py").read_text("utf-8")
    late.write_text(source.replace("exercise.days_late or 0", "3"))
    assert "3 days late (8 to 4)" in totals(made, "--plugin", late)[1][1]
    odd = folder / "class_odd_rule.py"
    odd.write_text(source.replace("tuple(map(late, points.exercises))", "()"))
    with pytest.raises(PluginError, match="of the same student and the same exercises"):
        totals(made, "--plugin", odd)


def test_errors_name_the_next_step(made):
    folder = made.collection.folder.parent
    with pytest.raises(UnknownNameError, match="no gradebook 'canvass': did you mean 'canvas'"):
        run(made, "gradebook", 0, folder / "class.csv", "--as", "canvass", "-o", "x.csv")
    with pytest.raises(UsageError, match=r"class\.csv is the export itself: name another file"):
        run(made, "gradebook", 0, folder / "class.csv", "--as", "csv", "-o", folder / "class.csv")
    with pytest.raises(UnknownNameError, match="no exercise of the run 'rn': did you mean 'rnn'"):
        fill(made, "--exercise", "rn")


def test_rows_without_an_effect_and_unknown_lateness_are_said(made):
    folder = made.collection.folder
    (folder / "rules.toml").write_text("[late]\nper_day = 10\n")
    (folder / "points.csv").write_text("student,exercise,points,final,comment\ns7,rnn,1,,\n")
    (attempt,) = made.collection.attempts_of("s1")
    others = tuple(item for item in made.collection.attempts if item.id != attempt.id)
    late = replace(attempt, submitted=None, is_late=True)
    replace(made.collection, attempts=(late, *others)).save()
    output, _ = totals(made, "--names")
    assert "rows of points.csv without an effect: 1\n  line 2: no such student" in output
    assert "no penalty (`--times` adds times): 1\n  s1 (Ana García)" in output


def test_a_gradebook_that_returns_something_else_is_named(made):
    folder = made.collection.folder.parent
    odd = folder / "class_odd_book.py"
    source = "from framework.hookspecs import hookimpl\n\n\ndef fill(request):\n    return b''\n"
    odd.write_text(source + "\n\n@hookimpl\ndef register_gradebooks():\n"
                   "    return {'odd': f'{__file__}:fill'}\n")  # fmt: skip
    words = (0, folder / "class.csv", "--as", "odd", "-o", folder / "x", "--partial")
    with pytest.raises(PluginError, match="gradebook 'odd' must return a Filled, not bytes"):
        run(made, "gradebook", *words, "--plugin", odd)
