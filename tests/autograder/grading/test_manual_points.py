import csv

import pytest
import typer
from typer.testing import CliRunner

from autograder.cli import grade
from autograder.grading.manual_points import read_manual_points
from autograder.reports.html_report import render_html
from autograder.reports.plain import clean
from autograder.verdicts import Verdict
from framework.errors import BadInputError
from plugins.authoring.commands.manual_points import manual_points

HEAD = "submission,exercise,question,answer,possible,points,comment\n"


def test_a_spreadsheet_takes_no_digest_for_a_number_and_a_file_without_marks_counts(
    run, ann, asked_course, tmp_path
):
    file = tmp_path / "points.csv"
    run(file, ann)
    (row,) = rows(file)
    assert row["answer"].startswith("w-")
    (marked,) = read_manual_points(file, asked_course).entries
    file.write_text(file.read_text("utf-8").replace("w-", ""), "utf-8")
    assert read_manual_points(file, asked_course).entries == (marked,)
    assert "0 new rows" in run(file, ann)


@pytest.fixture
def run(asked_course):
    app = typer.Typer()
    app.command()(manual_points)

    def run(*arguments):
        given = [*map(str, arguments), "--course", str(asked_course.root)]
        result = CliRunner().invoke(app, given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run


@pytest.fixture
def ann(grade_asked, answers, right_answers, tmp_path):
    """The folder of a student who has answered everything."""
    grade_asked(answers(**right_answers))
    return tmp_path / "ann"


def rows(file):
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def enter(file, points, comment="", row=0):
    found = rows(file)
    found[row] |= {"points": points, "comment": comment}
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, found[0])
        writer.writeheader()
        writer.writerows(found)


def why(report):
    return next(check for check in report.exercises[0].checks if check.task == "why")


def test_points_of_an_instructor_count_and_survive_a_regrade(
    run, ann, grade_asked, answers, right_answers, asked_course, tmp_path
):
    file = tmp_path / "points.csv"
    assert "1 new row, 1 of 1 wait for points" in run(file, ann)
    enter(file, "2.5", "No batch, =1+1 <b>")
    assert "0 new rows, 0 of 1 wait for points" in run(file, ann)
    points = read_manual_points(file, asked_course)
    report = grade_asked(answers(**right_answers), points=points)
    check = why(report)
    assert (check.earned, check.verdict) == (2.5, Verdict.FAILED)
    assert check.message == "an instructor gave 2.5 of 3: No batch, =1+1 <b>"
    assert (report.earned, report.for_a_person, report.possible) == (8.5, 0, 9)
    assert "partly right" in render_html(report)
    assert "&lt;b&gt;" in render_html(report)


@pytest.mark.parametrize(
    ("given", "verdict"), [("3", "passed"), ("0", "failed"), ("1,5", "failed")]
)
def test_full_points_pass_and_zero_is_not_waiting(
    run, ann, grade_asked, answers, right_answers, asked_course, tmp_path, given, verdict
):
    file = tmp_path / "points.csv"
    run(file, ann)
    enter(file, given)
    points = read_manual_points(file, asked_course)
    report = grade_asked(answers(**right_answers), points=points)
    assert (why(report).verdict.value, report.for_a_person) == (verdict, 0)
    assert why(report).earned == float(given.replace(",", "."))


def test_a_changed_answer_waits_again_and_its_old_points_stay_in_the_file(
    run, ann, grade_asked, answers, right_answers, asked_course, tmp_path
):
    file = tmp_path / "points.csv"
    run(file, ann)
    enter(file, "3")
    changed = answers(**right_answers | {"why": "Another reason."})
    report = grade_asked(changed, points=read_manual_points(file, asked_course))
    assert why(report).verdict is Verdict.FOR_A_PERSON
    assert why(report).details == (
        "3 points were given for an earlier answer: it has changed since",
    )
    assert "1 new row, 1 of 2 wait for points" in run(file, ann)
    assert [row["points"] for row in rows(file)] == ["3", ""]


def test_rows_and_columns_of_others_are_kept(run, ann, tmp_path):
    file = tmp_path / "points.csv"
    kept = "bob,asked,why,0123456789abcdef,3,1,fine,Carla\n"
    file.write_text(HEAD.replace("comment", "comment,reader") + kept, "utf-8")
    run(file, ann)
    assert file.read_text("utf-8").splitlines()[1] == kept.strip()
    assert [row["submission"] for row in rows(file)] == ["bob", "ann"]


def test_the_same_answer_under_another_name_has_its_points(
    run, ann, grade_asked, answers, right_answers, asked_course, tmp_path
):
    file = tmp_path / "points.csv"
    run(file, ann)
    file.write_text(file.read_text("utf-8").replace("ann,", "old name,"), "utf-8")
    enter(file, "2")
    points = read_manual_points(file, asked_course)
    assert why(grade_asked(answers(**right_answers), points=points)).earned == 2


def test_a_spreadsheet_runs_no_name(run, ann, tmp_path):
    file, evil = tmp_path / "points.csv", ann.parent / "=cmd()"
    ann.rename(evil)
    run(file, evil)
    assert rows(file)[0]["submission"] == "'=cmd()"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "has no column exercise, question, answer, points"),
        (HEAD + "ann,asked,half,x,2,1,\n", "line 2: 'asked' has no question in prose named 'half'"),
        (HEAD + "ann,nothing,why,x,2,1,\n", "line 2: 'nothing' has no question in prose"),
        (HEAD + "ann,asked,why,x,3,4,\n", "line 2: points must be a number from 0 to 3, not '4'"),
        (HEAD + "ann,asked,why,x,3,-1,\n", "points must be a number from 0 to 3"),
        (HEAD + "ann,asked,why,x,3,nan,\n", "points must be a number from 0 to 3"),
        (HEAD + "ann,asked,why,x,3,many,\n", "points must be a number from 0 to 3"),
        (
            HEAD + "ann,asked,why,x,3,1,\nann,asked,why,x,3,2,\n",
            "lines 2 and 3 give different points for one answer",
        ),
        (HEAD + 'ann,asked,why,"' + "x" * 200_000 + '",3,1,\n', "line 1, is not CSV: field larger"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(asked_course, tmp_path, text, message):
    file = tmp_path / "points.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInputError) as caught:
        read_manual_points(file, asked_course)
    assert message in clean(str(caught.value))


def test_a_file_of_a_spreadsheet_with_semicolons_is_read(asked_course, tmp_path):
    file = tmp_path / "points.csv"
    text = HEAD.replace(",", ";") + "ann;asked;why;0123456789abcdef;3;1,5;fine\n\n"
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (entry,) = read_manual_points(file, asked_course).entries
    assert (entry.points, entry.comment) == (1.5, "fine")


def test_the_command_takes_the_file(run, ann, asked_course, tmp_path, capsys):
    file = tmp_path / "points.csv"
    run(file, ann)
    enter(file, "2.5")
    course = ("--course", str(asked_course.root), "--sandbox", "process")
    assert grade([str(ann), *course, "--manual-points", str(file)]) == 1
    assert "an instructor gave 2.5 of 3" in capsys.readouterr().out
    assert grade([str(ann), *course]) == 0
    assert "3 points wait for a person" in capsys.readouterr().out
    with pytest.raises(BadInputError, match="cannot be read"):
        grade([str(ann), *course, "--manual-points", str(tmp_path / "none.csv")])
