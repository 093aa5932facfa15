"""Week 1: a first collection and grading; points after grading go back to Moodle."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from autograder.course.mistakes import load_mistakes
from docs.term import exports
from docs.term.desk import Desk
from docs.term.exports import HandIn
from docs.term.handed_in import Policy, Week
from docs.term.people import table
from docs.term.work import Answers, Kind, signed
from docs.transcripts.record import Event

_RULES = """[late]
per_day = 10
at_most = 50

[weights]
one_hot = 0.5
"""
_WEIGHTS = {"one_hot": 0.5, "neuron": 1.0}
#: What the instructor gives for a neuron that calls a wrong sigmoid.
_GIVEN = 4.0
_MAXIMUM = 100.0
#: The table with the points of each student.
_POINTS = "points-1.csv"


def played(desk: Desk) -> Iterator[Event]:
    """Yield what happens in week 1."""
    week = _handed_in(desk)
    yield from _collected(desk, week)
    yield from _graded(desk, week)
    yield from _settled(desk, week)
    yield from _returned(desk, week)


def _handed_in(desk: Desk) -> Week:
    answers = [Answers(desk.course.exercise(name)) for name in ("one_hot", "neuron")]
    week = Week.drawn(desk, 1, "2026-03-06T18:00", answers, Policy())
    careless, exercise = desk.people.careless, desk.course.exercise("neuron")
    wrong = next(mistake for mistake in load_mistakes(exercise) if mistake.task == "sigmoid")
    before = week.listed[careless.key]
    changed = signed(wrong.apply(exercise.solution_source()), careless)
    week.listed[careless.key] = HandIn(
        careless, {**before.work, "neuron.py": changed}, before.moment
    )
    week.kinds[careless.key, "neuron"] = Kind.WRONG
    exports.moodle(desk.folder / "downloads/lab1.zip", week.listed.values())
    sheet = exports.worksheet(desk.people.people, week.listed.values(), _MAXIMUM)
    desk.write("downloads/worksheet.csv", sheet)
    return week


def _collected(desk: Desk, week: Week) -> Iterator[Event]:
    yield desk.type(
        "## Week 1: Moodle\n\n"
        "The roster is a table of the class. It lists every name by which a system knows a "
        "student: a number in Moodle, another one in Canvas, an address, a name on GitHub. The "
        "first column that every row fills is the key of a student, in all collections.",
        "head -4 class.csv",
    )
    collected = desk.type(
        "*Collect.* Moodle's zip has no times: its grading worksheet has them. The due date is a "
        "local time, in the time zone that is given.",
        "gradus class collect downloads/lab1.zip --as moodle --roster class.csv "
        "--times downloads/worksheet.csv --due 2026-03-06T18:00 --timezone Europe/Berlin "
        "--into lab1",
    )
    yield collected
    people, count = len(desk.people.people), len(week.listed)
    desk.claim(
        f"lab1: {count} attempts of {count} of {people} students" in collected.output,
        f"{count} students hand in: {collected.output}",
    )
    desk.claim(
        not week.late or f"late: {len(week.late)}" in collected.output.splitlines(),
        f"{len(week.late)} are late: {collected.output}",
    )
    desk.claim("belong to no student" not in collected.output, "each file has an owner")
    yield desk.type(
        "Numbers alone are printed, since this is no terminal. The file `collected.txt` of the "
        "collection names the students. Read it: here stand late work and missing students, and "
        "files that belong to no student.",
        "head -12 lab1/collected.txt",
    )


def _graded(desk: Desk, week: Week) -> Iterator[Event]:
    graded = desk.type(
        "*Grade.* First, each solution has to get full marks on this machine, and each stub none. "
        "The sandbox `fork` starts a worker in milliseconds, and confines it as bubblewrap does.",
        "gradus class grade lab1 --sandbox fork",
    )
    yield graded
    desk.claim("not graded" not in graded.output, f"all is graded: {graded.output}")
    week.check(desk, desk.results("lab1"))
    yield desk.type(
        "`--names` shows names where the output is no terminal.",
        "gradus class results --in lab1 --names",
        most=8,
    )


def _settled(desk: Desk, week: Week) -> Iterator[Event]:
    careless = desk.people.careless
    yield desk.type(
        "*Decide what is yours.* A part that calls a wrong part of the same student is *blocked*: "
        "its points wait, and you decide. `class points` writes a row for each decision into "
        "`points.csv` of the collection.",
        "gradus class points --in lab1 --names",
    )
    _decide(desk)
    yield desk.type(
        f"{careless.name} has a wrong sigmoid. The neuron that calls it is right: the instructor "
        f"enters {_GIVEN:g} points and a comment into the row of the neuron, with any editor.",
        f"grep {careless.key} lab1/points.csv",
    )
    desk.write("lab1/rules.toml", _RULES)
    yield desk.type(
        "*Rules* hold for all: each day after the due date costs 10 percent, and `one_hot` counts "
        "half.",
        "cat lab1/rules.toml",
    )
    yield desk.type(
        "The roster, filled as a table of its own, has the sum of each student, and each change "
        "with its reason.",
        "gradus class gradebook 0 class.csv --as csv --new --column Points --comments Why "
        f"--in lab1 --names -o {_POINTS}",
        most=3,
    )
    yield desk.type("", f"grep {careless.key} {_POINTS}")
    _check_points(desk, week)


def _decide(desk: Desk) -> None:
    """Enter points for the neuron of the careless student."""
    rows = desk.rows("lab1/points.csv")
    mine = [row for row in rows if row["student"] == desk.people.careless.key]
    desk.same(((row["part"], row["waits_for"]) for row in mine), [("neuron", "sigmoid")], "waits")
    mine[0] |= {"points": f"{_GIVEN:g}", "comment": "Right for your own sigmoid."}
    desk.write("lab1/points.csv", table(list(rows[0]), (list(row.values()) for row in rows)))


def _check_points(desk: Desk, week: Week) -> None:
    """Claim that the sums are the points of checks with rules and manual points."""
    points = {row["student"]: row["Points"] for row in desk.rows(_POINTS)}
    results = desk.results("lab1")
    for key in week.listed:
        earned = {name: results[key, name].earned for name in _WEIGHTS}
        if key == desk.people.careless.key:
            earned["neuron"] += _GIVEN
        kept = 1 - min(0.1 * week.days_late(key), 0.5)
        total = sum(earned[name] * weight * kept for name, weight in _WEIGHTS.items())
        desk.claim(abs(float(points[key]) - total) < 0.01, f"{key}: {points[key]} is not {total}")


def _returned(desk: Desk, week: Week) -> Iterator[Event]:
    yield desk.type(
        "*Give points back.* The column of Moodle is out of 100 points, so that `--scale` scales "
        "them. Students without an attempt stay blank; `--zero-missing` writes 0 for them.",
        "gradus class gradebook 0 downloads/worksheet.csv --as moodle-worksheet --scale "
        '--comments "Feedback comments" --in lab1 --names -o filled.csv',
    )
    _check_worksheet(desk)
    pages = desk.type(
        "*Feedback*: a page for each student, with points, reasons, comments, and the report as "
        "`grade` shows it to students. Moodle reads the zip.",
        "gradus class feedback 0 feedback.zip --as moodle --in lab1 --names",
    )
    yield pages
    with zipfile.ZipFile(desk.folder / "feedback.zip") as archive:
        numbers = re.findall(r"_(\d+)_assignsubmission_file/", "\n".join(archive.namelist()))
    expected = [hand_in.person.participant for hand_in in week.listed.values()]
    desk.same(numbers, expected, "pages of feedback")


def _check_worksheet(desk: Desk) -> None:
    """Claim that the worksheet has the sums, scaled, and nothing for those without work."""
    points = {row["participant"]: row["Points"] for row in desk.rows(_POINTS)}
    possible = sum(desk.course.exercise(name).points * share for name, share in _WEIGHTS.items())
    for row in desk.rows("filled.csv"):
        own, grade = points[row["Identifier"].partition(" ")[2]], row["Grade"]
        scaled = float(own or "nan") / possible * _MAXIMUM
        is_so = abs(float(grade) - scaled) < 0.05 if own else grade == ""  # the sums are rounded
        desk.claim(is_so, f"the worksheet has {grade!r}, and the table {own!r}")
