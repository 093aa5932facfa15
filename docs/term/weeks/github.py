"""Week 4: repositories, late days over a change of clocks, and a copied pair."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from docs.term import exports, styles
from docs.term.desk import Desk
from docs.term.exports import HandIn
from docs.term.handed_in import ZONE, Policy, Week
from docs.term.people import Person
from docs.term.weeks.canvas import LATE_DAYS
from docs.term.work import Answers, Kind, signed
from docs.transcripts.record import Event

_EXERCISE = "gradient_clipping"
#: The clocks are changed on Sunday, 29 March 2026: it has 23 hours.
_DUE = "2026-03-27T18:00"
_SUNDAY = datetime(2026, 3, 29, 18, 30, tzinfo=ZONE)
_STUDENTS_BEFORE = 10


def played(desk: Desk) -> Iterator[Event]:
    """Yield what happens in week 4."""
    answers = Answers(desk.course.exercise(_EXERCISE), styles.right, styles.wrong)
    _last_year(desk, answers)
    week = _handed_in(desk, answers)
    yield from _collected(desk, week)
    yield from _graded(desk, week)
    yield from _compared(desk)


def _last_year(desk: Desk, answers: Answers) -> None:
    """Collect the work of last year's class."""
    moment = datetime(2025, 3, 28, 12, tzinfo=ZONE)
    people = [Person(900 + i, f"Student {i} of 2025") for i in range(_STUDENTS_BEFORE)]
    listed = [HandIn(person, {f"{_EXERCISE}.py": _of_last_year(answers, i)}, moment)
              for i, person in enumerate(people)]  # fmt: skip
    exports.clones(
        desk.folder / "before/lab4-2025-submissions", "lab4-2025", [[hand_in] for hand_in in listed]
    )
    desk.type("", "gradus class collect before/lab4-2025-submissions --as github --into lab4-2025")


def _of_last_year(answers: Answers, number: int) -> str:
    return styles.right(answers.stub, random.Random(f"2025 {number}"))


def _handed_in(desk: Desk, answers: Answers) -> Week:
    """Write the clones of repositories; the late student also has a commit in time."""
    people = desk.people
    week = Week.drawn(desk, 4, _DUE, [answers], Policy(late=0.05, latest=14.0))
    copied = answers.right(random.Random(f"{_EXERCISE} {people.copied.key} {Kind.RIGHT}"))
    texts = {people.copied: copied, people.copier: styles.renamed(copied),
             people.repeater: styles.renamed(_of_last_year(answers, 0))}  # fmt: skip
    for person, text in texts.items():
        work = {f"{_EXERCISE}.py": signed(text, person)}
        week.listed[person.key] = HandIn(person, work, week.listed[person.key].moment)
    histories = [[hand_in] for hand_in in week.listed.values()]
    late = week.listed[people.late.key]
    week.listed[people.late.key] = HandIn(late.person, late.work, _SUNDAY)
    early = HandIn(people.late, {f"{_EXERCISE}.py": answers.stub}, week.due - timedelta(hours=2))
    index = [hand_in.person for (hand_in,) in histories].index(people.late)
    histories[index] = [early, week.listed[people.late.key]]
    exports.clones(desk.folder / "clones/lab4-submissions", "lab4", histories)
    return week


def _collected(desk: Desk, week: Week) -> Iterator[Event]:
    late = desk.people.late
    collected = desk.type(
        "## Week 4: GitHub\n\n"
        "Of a repository, an attempt is the last commit in time, and the last one of each later "
        "day. `--earlier lab2` subtracts the late days that week 2 has taken.",
        "gradus class collect clones/lab4-submissions --as github --roster class.csv "
        f"--due {_DUE} --timezone Europe/Berlin --late-days {LATE_DAYS} --earlier lab2 "
        "--into lab4",
    )
    yield collected
    attempts = len(week.listed) + 1
    desk.claim(f"lab4: {attempts} attempts of" in collected.output, collected.output)
    yield desk.type(
        f"{late.name} has a commit of Sunday, 18:30, two days and 30 minutes after the due date. "
        "On that Sunday the clocks are changed; a late day ends at the same local time all the "
        "same. The work is three days late. Two late days were taken in week 2, so that one is "
        "left.",
        f"grep {late.key} lab4/collected.txt",
    )
    listing = desk.read("lab4/collected.txt")
    desk.claim(f"{late.shown}: 3 days, 1 from the budget" in listing, listing)


def _graded(desk: Desk, week: Week) -> Iterator[Event]:
    yield desk.type("Grade, as in each week.", "gradus class grade lab4 --sandbox fork")
    results = desk.results("lab4")
    week.check(desk, results)
    desk.write("lab4/rules.toml", "[late]\nper_day = 10\n")
    desk.type(
        "",
        "gradus class gradebook 0 class.csv --as csv --new --column Points --comments Why "
        "--in lab4 -o points-4.csv",
    )
    late = desk.people.late
    (row,) = (row for row in desk.rows("points-4.csv") if row["student"] == late.key)
    expected = f"2 days late: -20% ({results[late.key, _EXERCISE].earned:g} to"
    desk.claim(row["Why"].startswith(expected), f"{row} has {expected}")
    yield desk.type(
        "With the rule of 10 percent a day, the two days that no late day covers cost 20 percent.",
        f"grep {late.key} points-4.csv",
    )


def _compared(desk: Desk) -> Iterator[Event]:
    event = desk.type(
        "*Look for similar code.* Code is compared within the class, with the solutions, and with "
        "the collection of last year. Names, comments and formatting do not count. Similarity is a "
        "reason to look, and no finding: no points change.",
        "gradus class similarity 0 similar --in lab4 --source lab4-2025 --names",
    )
    yield event
    desk.claim(f"{_EXERCISE} clip_by_norm: 2 clusters among" in event.output, event.output)
    people = desk.people
    clusters = {frozenset(_members(desk, page.name)) for page in
                (desk.folder / "similar/clusters").iterdir()}  # fmt: skip
    pair = {people.copied.key, people.copier.key}
    desk.same(clusters, {frozenset(pair), frozenset({people.repeater.key})}, "clusters")
    yield Event(
        f"One cluster is the copied pair: {people.copied.name}, and {people.copier.name}, who has "
        f"renamed all variables. The other one is {people.repeater.name}, with an attempt of last "
        "year. The pages show both codes side by side. Talk to the students before you decide."
    )


def _members(desk: Desk, page: str) -> set[str]:
    """Return the keys of the students on the page of a cluster."""
    text = html.unescape(desk.read(f"similar/clusters/{page}"))
    return {person.key for person in desk.people.people if re.search(rf"\b{person.key} \(", text)}
