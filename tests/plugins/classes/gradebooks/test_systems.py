"""Exports of each system, made after its layout, get points in one column and no other change."""

import difflib

import pytest
from graded_class import STUDENTS, student

from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.importing import load_target
from plugins.classes.gradebooks import GRADEBOOKS
from plugins.classes.gradebooks.fill_request import FillRequest
from plugins.classes.marks.class_results import State
from plugins.classes.marks.final_points import ExercisePoints, StudentPoints
from plugins.classes.rosters.roster import Roster

KNOWN = {item[0]: student(*item) for item in STUDENTS}

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 0 (5500),Lab 1 (5501),Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,5,10,(read only)\r\n"
    '"García López, Ana",4182,S1001,a_garcia,NLP-A,EX,,85.0\r\n'
    '"=HYPERLINK(""x"")",4190,S1002,wang,NLP-A,4.00,EX,\r\n'
    "Zoë,4191,S1003,zoe,NLP-A,,3.00,\r\n"
    '"Student, Test",4199,,,NLP-A,,,\r\n'
)
WORKSHEET = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
    '"Participant 1007","Ana García",ana@uni.example,Submitted,,10.00,Yes,"Monday, 2 March",-,\n'
    '"Participant 1012",=HYPERLINK,wang@uni.example,Submitted,,10.00,No,-,-,\n'
    '"Participant 1013",Zoë,zoe@uni.example,Submitted,2.00,10.00,Yes,-,-,"<p>good</p>"\n'
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Lab 0 [Total Pts: 5 Score] |777"\t'
    '"Lab 1 [Total Pts: 10 Score] |12345"\n'
    '"García"\t"Ana"\t"a_garcia"\t"3"\t""\n'
    '"=2"\t"B"\t"wang"\t""\t""\n'
    '"O\'Brien"\t"Zoë"\t"zoe"\t""\t""\n'
)
#: The names of columns are those of the German help of Blackboard, Batchfile-Richtlinien für
#: Benutzer-Accounts. The words in brackets are invented: no German export is published.
BLACKBOARD_GERMAN = (
    '"Nachname","Vorname","Benutzername","Teilnehmer-ID","Lab 0 [Gesamtpunkte: 5 Ergebnis] |777",'
    '"Lab 1 [Gesamtpunkte: 10,5 Ergebnis] |12345"\n'
    '"García","Ana","a_garcia","1","3",""\n"=2","B","wang","2","",""\n'
    '"O\'Brien","Zoë","zoe","3","",""\n'
)
#: After D2L's article 3538, Importing Grades, and exports in the tests of its users' programs.
D2L = (
    "OrgDefinedId,Username,Last Name,First Name,Email,"
    "Lab 0 Points Grade <Numeric MaxPoints:5 Weight:10 Category:Labs>,"
    "Lab 1 Points Grade <Numeric MaxPoints:10 Weight:10 Category:Labs>,"
    "Calculated Final Grade Numerator,End-of-Line Indicator\r\n"
    "#20067930,#a_garcia,García,Ana,ana@uni.example,3,,3,#\r\n"
    "#20067931,#wang,=2,B,wang@uni.example,,4,4,#\r\n"
    "#20067932,#zoe,O'Brien,Zoë,zoe@uni.example,,,,#\r\n"
)
GRADEBOOK = (
    'Vorname,Nachname,E-Mail-Adresse,"Aufgabe: Lab 1 (Punkte)","Zuletzt geladen"\r\n'
    "Ana,García,ana@uni.example,-,1772000000\r\nB,=2,wang@uni.example,-,1772000000\r\n"
    "Zoë,O'Brien,zoe@uni.example,-,1772000000\r\n"
)
TABLE = "﻿student;note\r\ns1;\r\ns2;x\r\ns3;\r\n"


def exercise(earned=8.5, state=State.GRADED, **facts):
    return ExercisePoints("lab", "unit", "Lab", state, earned, 10.0, **facts)


@pytest.fixture
def fill(tmp_path):
    """`fill("canvas", text, ...)`: what was filled, and its text."""

    def run(system, text, points=None, encoding="utf-8", **options):
        file = tmp_path / "export.csv"
        file.write_bytes(text.encode(encoding))
        points = {"s1": exercise(), "s2": exercise(), "s3": exercise(9.0)} | (points or {})
        results = {key: StudentPoints(KNOWN[key], (point,)) for key, point in points.items()}
        request = FillRequest(file, results, Roster(KNOWN.values()), "Lab 1", **options)
        filled = load_target(GRADEBOOKS[system])(request)
        return filled, filled.data.decode(encoding)

    return run


def changed(before, after):
    """The lines that differ, as (old, new)."""
    lines = list(zip(before.splitlines(True), after.splitlines(True), strict=True))
    return [(old, new) for old, new in lines if old != new]


def added(old, new):
    """What stands in `new` in addition to `old`."""
    parts = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert all(kind in ("equal", "insert") for kind, *_ in parts)
    return [new[start:end] for kind, _, _, start, end in parts if kind == "insert"]


def test_canvas_gets_points_and_keeps_excused_students(fill):
    filled, text = fill("canvas", CANVAS, {"s3": exercise(10.0)})
    assert filled.column == "Lab 1 (5501)"
    assert text == (
        "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (5501)\r\n"
        ",,,,,\r\n"
        "    Points Possible,,,,,10\r\n"
        '"García López, Ana",4182,S1001,a_garcia,NLP-A,8.5\r\n'
        '"=HYPERLINK(""x"")",4190,S1002,wang,NLP-A,EX\r\n'
        "Zoë,4191,S1003,zoe,NLP-A,10\r\n"
        '"Student, Test",4199,,,NLP-A,\r\n'
    )
    assert (filled.written, filled.replaced, filled.unknown) == (["s1", "s3"], ["s3"], [7])
    assert filled.kept == {"s2": "Canvas says 'excused'"}


@pytest.mark.parametrize("name", ["Lab 0", "5500", "Lab 0 (5500)", "lab 0"])
def test_a_canvas_column_is_named_by_title_or_number(name, fill):
    filled, _ = fill("canvas", CANVAS, column=name, is_scaled=True)
    assert filled.column == "Lab 0 (5500)"
    assert filled.kept == {"s1": "Canvas says 'excused'"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "Final Score"}, "no column of export.csv 'Final Score'"),
        ({"column": "Lab 2"}, r"'Lab 2': choose one of Lab 0 \(5500\), Lab 1 \(5501\)"),
        ({"column": "Lab 2", "is_new": True}, "gets no new column: Canvas makes a new assignment"),
        ({"column": "Lab 0"}, r"out of 5 points, and the run out of 10: add `--scale`"),
        ({"comments": "Section"}, "Canvas's gradebook has no comments"),
    ],
)
def test_what_canvas_would_misread_is_refused(options, message, fill):
    with pytest.raises(UsageError, match=message):
        fill("canvas", CANVAS, **options)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: (
            text.replace("Student,ID", "LastName,FirstName,ID", 1)
            .replace('"García López, Ana"', "García López,Ana")
            .replace("Zoë,4191", "O'Brien,Zoë,4191")
            .replace("    Points Possible", "    Points Possible,")
        ),
        lambda text: text.replace("4182", "4182.0").replace("4191", "4191.0"),
        lambda text: "sep=,\r\n" + text,
    ],
)
def test_other_forms_of_a_canvas_export_are_filled(change, fill):
    filled, _ = fill("canvas", change(CANVAS).replace('"=HYPERLINK(""x"")",4190', "B,4190"))
    assert filled.written[:1] == ["s1"] and "s3" in filled.written


def test_an_export_without_any_student_of_the_class_is_an_error(fill):
    of_others = CANVAS.replace("4182", "x").replace("4190", "y").replace("4191", "z")
    for text in (of_others.replace("4199", "t"), of_others):
        with pytest.raises(BadInputError, match="no row belongs to a student"):
            fill("canvas", text)


def test_a_moodle_worksheet_gets_grades_and_comments_and_keeps_locked_rows(fill):
    told = exercise(8.0, comments=("a < b", "=1+1"))
    filled, text = fill(
        "moodle-worksheet", WORKSHEET, {"s1": told, "s3": exercise(11.0)},
        comments="Feedback comments",
    )  # fmt: skip
    (pair,) = changed(WORKSHEET, text)
    assert added(*pair) == ["8", "a &lt; b; =1+1"]
    assert filled.kept == {
        "s2": "Moodle says that it cannot be changed",
        "s3": "11 is above the maximum of 10",
    }


@pytest.mark.parametrize("word", ["Bewertung", "Qualcosa"])
def test_a_worksheet_in_another_language_is_filled(word, fill):
    other = WORKSHEET.replace("Grade,", f"{word},", 1).replace("Participant", "Teilnehmer/in")
    filled, text = fill("moodle-worksheet", other)
    assert (filled.column, filled.written) == (word, ["s1", "s3"])
    assert added(*changed(other, text)[0]) == ["8.5"]


@pytest.mark.parametrize("word", ["Teilnehmer/in", "Participante", "参加者"])
def test_a_participant_may_have_no_blank(word, fill):
    filled, _ = fill("moodle-worksheet", WORKSHEET.replace("Participant ", word))
    assert filled.written == ["s1", "s3"]


def test_a_blackboard_file_with_tabs_keeps_its_two_byte_letters(fill):
    filled, text = fill("blackboard", BLACKBOARD, encoding="utf-16")
    pairs = changed(BLACKBOARD, text)
    assert [added(*pair) for pair in pairs] == [["8.5"], ["8.5"], ["9"]]
    assert filled.column == "Lab 1 [Total Pts: 10 Score] |12345"
    assert filled.data.startswith(b"\xff\xfe")
    with pytest.raises(UsageError, match="a text column of 0 points"):
        fill("blackboard", BLACKBOARD, column="Lab 9", is_new=True)


def test_a_blackboard_file_in_german_is_filled_by_column_id_and_account(fill):
    filled, text = fill("blackboard", BLACKBOARD_GERMAN, column="12345", is_scaled=True)
    assert filled.column.startswith("Lab 1") and len(filled.written) == 3
    pairs = changed(BLACKBOARD_GERMAN, text)
    assert [added(*pair) for pair in pairs] == [["8.93"], ["8.93"], ["9.45"]]


def test_d2l_gets_identifiers_and_the_filled_item_alone(fill):
    filled, text = fill("d2l", D2L)
    assert filled.written == ["s1", "s2", "s3"] and filled.replaced == ["s2"]
    assert text == (
        "OrgDefinedId,Username,Lab 1 Points Grade <Numeric MaxPoints:10 Weight:10 Category:Labs>,"
        "End-of-Line Indicator\r\n"
        "#20067930,#a_garcia,8.5,#\r\n#20067931,#wang,8.5,#\r\n#20067932,#zoe,9,#\r\n"
    )
    with pytest.raises(UsageError, match="is out of 5 points, and the run out of 10"):
        fill("d2l", D2L, column="Lab 0")
    with pytest.raises(UsageError, match="gets no new column: D2L may make a new item"):
        fill("d2l", D2L, column="Lab 9", is_new=True)
    with pytest.raises(BadInputError, match="expected OrgDefinedId or Username"):
        fill("d2l", TABLE)


def test_a_gradebook_of_moodle_in_german_is_filled_by_address(fill):
    filled, text = fill("moodle-gradebook", GRADEBOOK, column="Lab 1")
    assert text == GRADEBOOK.replace("-,1", "8.5,1", 2).replace("example,-", "example,9")
    assert filled.written == ["s1", "s2", "s3"]


def test_a_table_of_ones_own_gets_a_new_column_if_asked_for(fill):
    with pytest.raises(UnknownNameError, match=r"no column of export\.csv 'points'"):
        fill("csv", TABLE, column="points")
    _, text = fill("csv", TABLE, column="points", is_new=True)
    assert text == "﻿student;note;points\r\ns1;;8.5\r\ns2;x;8.5\r\ns3;;9\r\n"


def test_what_is_not_known_is_blank_and_said(fill):
    filled, text = fill(
        "csv", TABLE.replace("s3;", "s3;7").replace("s2;x", "s2;"),
        {
            "s1": exercise(0.0, State.NOT_GRADED),
            "s2": exercise(3.0, State.WAITS_FOR_PERSON),
            "s3": exercise(0.0, State.NO_WORK),
        },
        column="note",
    )  # fmt: skip
    assert text == "﻿student;note\r\ns1;\r\ns2;\r\ns3;7\r\n"
    assert filled.blank == {
        "s1": "not graded",
        "s2": "waits for a person",
        "s3": "nothing handed in; the former points stay",
    }
    filled, text = fill("csv", TABLE, {"s1": exercise(0.0, State.NO_WORK)}, column="note",
                        zero_missing=True)  # fmt: skip
    assert "s1;0\r\n" in text and filled.written == ["s1", "s2", "s3"]


def test_only_who_has_no_attempt_that_counts_gets_a_zero(fill):
    states = {"s1": exercise(0.0, State.LATER), "s2": exercise(0.0, State.ALL_LATE)}
    filled, text = fill("csv", TABLE, states, column="note", zero_missing=True)
    assert "s1;\r\ns2;0\r\n" in text
    assert filled.blank == {"s1": "handed in after this run: grade again"}
    filled, _ = fill("csv", TABLE.replace("s2;x", "s2;"), states, column="note")
    assert filled.blank == {
        "s1": "handed in after this run: grade again",
        "s2": "no attempt counts: all are late",
    }


def test_students_without_a_row_and_rows_without_a_student_are_listed(fill):
    text = TABLE.replace("s1;", "s9;").replace("s3;\r\n", "")
    filled, _ = fill("csv", text, {"s3": exercise(0, State.NO_WORK)}, column="note")
    assert (filled.absent, filled.unknown) == (["s1"], [2])
    assert filled.blank == {"s3": "nothing handed in"}


def test_a_row_of_two_students_and_two_rows_of_one_are_no_match(fill):
    text = "username;email;note\r\na_garcia;wang@uni.example;\r\nzoe;;\r\n"
    filled, _ = fill("csv", text, column="note")
    assert (filled.written, filled.unknown) == (["s3"], [2])
    with pytest.raises(BadInputError, match="lines 2 and 3 are about one student"):
        fill("csv", "username;email;note\nzoe;;\n;zoe@uni.example;\n", column="note")


@pytest.mark.parametrize("comment", ["=1+1", "+1", "-1 day", "@x", "\t=1"])
def test_a_comment_is_never_a_formula(comment, fill):
    table = TABLE.replace("note", "note;say").replace(";\r", ";;\r")
    points = {"s1": exercise(comments=(comment,))}
    _, text = fill("csv", table, points, column="note", comments="say")
    assert text.splitlines()[1].split(";")[2].strip('"').startswith("'")


@pytest.mark.parametrize("system", ["canvas", "moodle-worksheet", "blackboard", "d2l"])
def test_another_file_is_refused_by_name(system, fill):
    with pytest.raises(BadInputError, match="is not the export that is filled: expected"):
        fill(system, TABLE)


def test_a_file_of_another_class_is_refused_with_the_columns_of_both(fill):
    text = CANVAS.replace(",4", ",8").replace(",S1001,a_g", ",,x").replace(",wang,", ",,")
    with pytest.raises(BadInputError, match=r"no row belongs to a student of Lab 1\.") as error:
        fill("canvas", text.replace("zoe", "y"))
    assert "by sis user id, sis login id, id; the roster has canvas, email" in str(error.value)
