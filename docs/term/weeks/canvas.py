"""Week 2: attempts that are handed in again, extensions and late days; an interrupted grading."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta

from docs.term import exports
from docs.term.desk import Desk
from docs.term.handed_in import Policy, Week
from docs.term.people import table
from docs.term.work import Answers, Kind, drawn_kind
from docs.transcripts.record import Event

#: The late days of each student, for all weeks.
LATE_DAYS = 3
#: Hours after the due date: of two late days, of the extension of an ill student.
_TWO_DAYS, _ILL = 40.0, 47.0
_TITLE = "Activations"


def played(desk: Desk) -> Iterator[Event]:
    """Yield what happens in week 2."""
    first, newer = _handed_in(desk)
    yield from _collected(desk, first, newer)
    yield from _graded(desk, first, newer)
    yield from _returned(desk)


def _handed_in(desk: Desk) -> tuple[Week, Week]:
    """Return what Canvas has on Friday, and the newest attempts a week later."""
    exercise = desk.course.exercise("activations")
    first = Week.drawn(desk, 2, "2026-03-13T18:00", [Answers(exercise)], Policy(latest=100.0))
    for person, hours in ((desk.people.late, _TWO_DAYS), (desk.people.ill, _ILL)):
        first.hand_in(person, [Kind.RIGHT], hours)
    newer = Week(2, first.due, first.answers, dict(first.kinds), dict(first.listed))
    for key, hand_in in first.listed.items():
        rng = random.Random(f"again {key}")
        is_drawn = hand_in.person not in desk.people.with_roles and rng.random() < 0.12
        if is_drawn or hand_in.person == desk.people.careless:
            kind = Kind.WRONG if hand_in.person == desk.people.careless else drawn_kind(rng)
            hours = (hand_in.moment - first.due) / timedelta(hours=1)
            newer.hand_in(hand_in.person, [kind], hours + rng.uniform(0.1, 30))
    for week, name in ((first, "lab2"), (newer, "lab2-newer")):
        exports.canvas(desk.folder / f"downloads/{name}.zip", week.listed.values(), week.due)
        desk.write(f"downloads/{name}-times.csv", exports.times(week.listed.values()))
    desk.write("more.csv", table(("student", "days"), [(desk.people.ill.key, 2)]))
    gradebook = exports.canvas_gradebook(desk.people.people, _TITLE, exercise.points)
    desk.write("downloads/gradebook.csv", gradebook)
    return first, newer


def _collected(desk: Desk, first: Week, newer: Week) -> Iterator[Event]:
    yield desk.type(
        "## Week 2: Canvas\n\n"
        f"{desk.people.ill.name} was ill, and gets two more days. The table of extensions has a "
        "column that identifies students, and at least one of `due`, `days` and `late_days`.",
        "cat more.csv",
    )
    yield desk.type(
        f"Each student has {LATE_DAYS} late days for the whole term. Canvas says only that work "
        "is late: a table of times says when.",
        "gradus class collect downloads/lab2.zip --as canvas --roster class.csv "
        "--due 2026-03-13T18:00 --timezone Europe/Berlin --extensions more.csv "
        f"--late-days {LATE_DAYS} --times downloads/lab2-times.csv --into lab2",
    )
    collected = desk.type(
        "*Attempts.* A week later, the newest export has what students handed in again. Earlier "
        "attempts stay, equal ones are kept once, and options that are not given stay as they "
        "were. With `--count best`, the best attempt counts of those that are in time or covered "
        "by late days.",
        "gradus class collect downloads/lab2-newer.zip --as canvas --count best "
        "--times downloads/lab2-newer-times.csv --into lab2",
    )
    yield collected
    _check_collection(desk, first, newer, collected.output)


def _check_collection(desk: Desk, first: Week, newer: Week, output: str) -> None:
    """Claim that the listing has all attempts, and who is late."""
    again = _again(first, newer)
    attempts = len(first.listed) + len(again)
    desk.claim(f"lab2: {attempts} attempts of" in output, f"{attempts} attempts: {output}")
    desk.claim(f"several attempts: {len(again)}" in output, f"{len(again)} again: {output}")
    listing = desk.read("lab2/collected.txt")
    late, ill = desk.people.late, desk.people.ill
    covered = f"{late.shown}: 2 days, 2 from the budget"
    desk.claim(covered in listing, f"{covered}: {listing}")
    desk.claim(f"{ill.key} (" not in listing, f"{ill.key} is in time: {listing}")


def _again(first: Week, newer: Week) -> list[str]:
    return [key for key, hand_in in first.listed.items() if newer.listed[key] != hand_in]


def _graded(desk: Desk, first: Week, newer: Week) -> Iterator[Event]:
    command = "gradus class grade lab2 --sandbox fork"
    enough = max(len(first.listed) // 4, 1)
    output = desk.shell.interrupted(command, _stored(desk, enough))
    desk.claim("gradus: interrupted: `gradus class grade lab2` continues" in output, output)
    yield Event(
        "*Grade.* This time Ctrl-C is pressed on the way. Each result is stored when it is there.",
        command,
        output,
    )
    graded = desk.type("The same command continues, and grades what is left.", command)
    yield graded
    known = re.search(r"(\d+) of them known before", graded.output)
    desk.claim(known is not None and int(known[1]) >= enough, f"goes on: {graded.output}")
    desk.claim(graded.output.count("run 1 ·") == 1, f"it is the same run: {graded.output}")
    _check_results(desk, first, newer)


def _stored(desk: Desk, count: int) -> Callable[[], bool]:
    """Return whether the store of week 2 holds that many results."""

    def is_time() -> bool:
        path = desk.folder / "lab2/results.sqlite"
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
                return bool(store.execute("SELECT count(*) FROM grading").fetchone()[0] >= count)
        except sqlite3.OperationalError:  # not there yet
            return False

    return is_time


def _check_results(desk: Desk, first: Week, newer: Week) -> None:
    """Claim that the best of the attempts that are in time, or covered, counts."""
    results = desk.results("lab2")
    counting = {key: _kinds(desk, first, newer, key) for key in first.listed}
    graded = {(key, "activations") for key, kinds in counting.items() if kinds}
    desk.same(results, graded, "week 2, what was graded")
    for key, kinds in counting.items():
        if kinds:
            result = results[key, "activations"]
            is_right = Kind.RIGHT in kinds
            desk.claim(result.is_full == is_right, f"{key} hands in {kinds}: {result}")


def _kinds(desk: Desk, first: Week, newer: Week, key: str) -> list[Kind]:
    """Return what the attempts of a student are that count."""
    days = 2 if key == desk.people.ill.key else LATE_DAYS
    weeks = (first, newer) if newer.listed[key] != first.listed[key] else (first,)
    return [week.kinds[key, "activations"] for week in weeks if week.days_late(key) <= days]


def _returned(desk: Desk) -> Iterator[Event]:
    filled = desk.type(
        "*Give points back.* Of Canvas's gradebook, one column changes. Every other byte of the "
        "file stays.",
        "gradus class gradebook 0 downloads/gradebook.csv --as canvas "
        f'--column "{_TITLE}" --in lab2 --names -o filled-2.csv',
        most=8,
    )
    yield filled
    results, title = desk.results("lab2"), f"{_TITLE} (5501)"
    for before, after in zip(
        desk.rows("downloads/gradebook.csv"), desk.rows("filled-2.csv"), strict=True
    ):
        result = results.get((before["SIS Login ID"], "activations"))
        if result is not None:
            desk.claim(abs(float(after[title]) - result.earned) < 0.01, f"{after} has {result}")
        else:
            desk.claim(after == before, f"{after} stays as {before}")
