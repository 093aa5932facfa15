"""Rosters of every system, extensions and times: found by columns, wrong rows are refused."""

import pytest

from framework.errors import BadInputError, ConflictError, UsageError
from plugins.classes.rosters.dates import read_extensions, read_times, time_zone
from plugins.classes.rosters.roster import Roster, Student, read_roster

BERLIN = time_zone("Europe/Berlin")

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (5501),Final Score
Manual Posting,,,,,,
    Points Possible,,,,,10,(read only)
"García López, Ana",4182,S1001,ana,NLP-A,8.5,85.0
"Student, Test",4199,,,NLP-A,,
"""
MOODLE = """Kennung;"Vollständiger Name";E-Mail-Adresse;Status;Bewertung
"Teilnehmer 1007";"Ana García";ana@uni.example;"Zur Bewertung abgegeben";
"Teilnehmer 1012";"Bo Li";bo@uni.example;"Keine Abgabe";
"""
CLASSROOM = """"identifier","github_username","github_id","name"
"s1","Ana-B","1","Ana"
"s2","","",""
"""
CLASSROOM_50 = (
    "username,first_name,last_name,email,section,github_id\nana-b,Ana,García,a@u.ex,1,9\n"
)


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "class.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    ("text", "key", "kind", "value", "name"),
    [
        (CANVAS, "4182", "canvas", "4182", "García López, Ana"),
        (CANVAS, "4182", "sid", "s1001", "García López, Ana"),
        (MOODLE, "ana@uni.example", "participant", "1007", ""),
        (CLASSROOM, "s1", "github", "ana-b", "Ana"),
        (CLASSROOM_50, "a@u.ex", "github", "ANA-B", "Ana García"),
        ("\ufeffStudent;Name\nx1;王小明\n", "x1", "student", "x1", "王小明"),
        ("email\tgroup\nana@u.ex\tBlue\n", "ana@u.ex", "email", " ANA@u.ex\u200e", ""),
    ],
)
def test_the_columns_of_every_system_are_known(text, key, kind, value, name, file):
    roster = read_roster(file(text))
    assert roster.find([(kind, value)]) == key
    assert roster.students[key].name == name


def test_utf_16_is_read_and_other_encodings_are_refused(file):
    assert list(read_roster(file("sid,name\n1,Zoë\n", "utf-16")).students) == ["1"]
    with pytest.raises(BadInputError, match="save it as CSV in UTF-8"):
        read_roster(file("sid,name\n1,Zoë\n", "latin-1"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("name\nAna\n", "no column that identifies students"),
        ("sid,email\n1,\n,b@u.ex\n", "Complete one of them"),
        ("sid\n1\n2\n1\n", "lines 2 and 4: both have sid '1'"),
        ("sid,email\n1,a@u.ex\n2,A@U.ex\n", "'1' and '2' both have email 'A@U.ex'"),
    ],
)
def test_a_roster_that_confuses_students_is_refused(text, message, file):
    with pytest.raises(UsageError, match=message):
        read_roster(file(text))


def test_an_owner_that_fits_two_students_is_none():
    roster = Roster([Student("1", identifiers={"username": "bo"}), Student("bo")])
    assert roster.find([("username", "bo")]) == "1"
    assert roster.find([("student", "bo"), ("username", "bo")]) is None


def test_a_group_is_found_by_itself_and_by_a_member():
    students = [Student("1", group="Blue", group_id="31"), Student("2", group="blue"), Student("3")]
    roster = Roster(students)
    assert roster.members([("group", "BLUE")]) == ("1", "2")
    assert roster.members([("student", "2")]) == ("1", "2")
    assert roster.members([("student", "3")]) == ("3",)
    assert roster.members([("group", "Red")]) == ()


ROSTER = Roster([Student("1", identifiers={"email": "a@u.ex"}), Student("2")])


def test_extensions_are_dates_days_and_budgets(file):
    text = "student,due,days,late_days\n1,2026-03-09T12:00,,\n2,,3,5\n"
    result = read_extensions(file(text), ROSTER, BERLIN)
    assert result["1"].due.isoformat() == "2026-03-09T12:00:00+01:00"
    assert (result["2"].days, result["2"].late_days) == (3, 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,days\n9,1\n", "line 2: no such student"),
        ("student,days\n1,1\n1,2\n", "line 3: a second row for '1'"),
        ("student,days\n1,-1\n", "days is '-1'"),
        ("student,days\n1,999999999999\n", "days is '999999999999', not 0, 1, 2 ... 9999"),
        ("student,due\n1,9999-12-31\n", "'9999-12-31' is no date"),
        ("student,due\n1,soon\n", "'soon' is no date"),
        ("student,points\n1,1\n", "expected a column due, days or late_days"),
        ("points,days\n1,1\n", "no column that identifies students"),
    ],
)
def test_extensions_that_would_be_lost_are_refused(text, message, file):
    with pytest.raises(UsageError, match=message):
        read_extensions(file(text), ROSTER, BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("email,submitted\na@u.ex,2026-03-02T10:15:00Z\nx@u.ex,never\n", "2026-03-02T10:15:00"),
        (
            'Email address,"Last modified (submission)"\na@u.ex,"Monday, 2 March 2026, 10:15 AM"\n',
            "2026-03-02T09:15:00",
        ),
    ],
)
def test_times_are_read_from_own_tables_and_worksheets(text, expected, file):
    result = read_times(file(text), ROSTER, BERLIN)
    assert {key: f"{time:%Y-%m-%dT%H:%M:%S}" for key, time in result.items()} == {"1": expected}


def test_a_time_that_is_not_understood_is_no_time_at_all(file):
    with pytest.raises(BadInputError, match="line 2: the time 'lunedì' is not understood"):
        read_times(file("student,submitted\n1,lunedì\n"), ROSTER, BERLIN)


def test_duplicates_are_conflicts():
    with pytest.raises(ConflictError):
        Roster([Student("a", identifiers={"sid": "1"}), Student("b", identifiers={"sid": "1"})])
