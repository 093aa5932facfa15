"""Week 3: a check that is wrong is mended, and the regrade is compared with the first run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from autograder.reports.wording import counted
from docs.term import exports
from docs.term.course import mend_check, rounds_otherwise
from docs.term.desk import Desk
from docs.term.exports import HandIn
from docs.term.handed_in import Policy, Week
from docs.term.people import Person, table
from docs.term.work import Answers, Kind, signed
from docs.transcripts.record import Event

#: The share of right answers that the wrong check refuses.
_OTHERWISE = 0.3
_CHECK = "test_repeated_calls[AverageOverTime]"


def played(desk: Desk) -> Iterator[Event]:
    """Yield what happens in week 3."""
    week, owners, refused = _handed_in(desk)
    yield from _collected(desk, owners)
    yield from _graded(desk, week, refused)
    yield from _mended(desk)
    yield from _again(desk, week, refused)


def _handed_in(desk: Desk) -> tuple[Week, dict[str, list[Person]], set[str]]:
    """Return the week; key of who hands in -> all owners; keys of those whom the check refuses."""
    answers = Answers(desk.course.exercise("pooling"), spared="AverageOverTime")
    week = Week.drawn(desk, 3, "2026-03-20T18:00", [answers], Policy(late=0.0))
    leaver, partner = desk.people.leaver, desk.people.partner
    for key, hand_in in [*week.listed.items()]:
        is_drawn = random.Random(f"rounds {key}").random() < _OTHERWISE
        if week.kinds[key, "pooling"] is Kind.RIGHT and (is_drawn or hand_in.person == partner):
            text = signed(rounds_otherwise(answers.solution), hand_in.person)
            week.listed[key] = HandIn(hand_in.person, {"pooling.py": text}, hand_in.moment)
    refused = {
        key
        for key, hand_in in week.listed.items()
        if hand_in.work["pooling.py"] == signed(rounds_otherwise(answers.solution), hand_in.person)
    }
    owners = {key: [hand_in.person] for key, hand_in in week.listed.items()}
    owners[partner.key].append(leaver)  # the two work together: one submission, two grades
    del week.listed[leaver.key], owners[leaver.key]
    refused = {owner.key for key in refused & owners.keys() for owner in owners[key]}
    listed = [(hand_in, owners[key]) for key, hand_in in week.listed.items()]
    exports.gradescope(desk.folder / "downloads/lab3.zip", listed)
    return week, owners, refused


def _collected(desk: Desk, owners: dict[str, list[Person]]) -> Iterator[Event]:
    collected = desk.type(
        "## Week 3: Gradescope, and a check that is wrong\n\n"
        f"{desk.people.partner.name} and {desk.people.leaver.name} work together: Gradescope has "
        "one submission with two submitters. It is graded once, and counts for both. Of several "
        "attempts, `last-on-time` prefers those in time.",
        "gradus class collect downloads/lab3.zip --as gradescope --roster class.csv "
        "--due 2026-03-20T18:00 --timezone Europe/Berlin --count last-on-time --into lab3",
    )
    yield collected
    students = sum(map(len, owners.values()))
    expected = f"lab3: {len(owners)} attempts of {students} of {len(desk.people.people)} students"
    desk.claim(expected in collected.output, f"{expected}: {collected.output}")


def _graded(desk: Desk, week: Week, refused: set[str]) -> Iterator[Event]:
    yield desk.type("Grade, and give the points back.", "gradus class grade lab3 --sandbox fork")
    results = desk.results("lab3")
    for key, exercise in week.kinds:
        is_right = week.kinds[key, exercise] is Kind.RIGHT
        result = results[key, exercise]
        is_so = result.is_full == (is_right and key not in refused)
        desk.claim(is_so, f"{key} is {week.kinds[key, exercise]}, and graded as {result}")
    desk.write("grades.csv", table(
        ("student", "name"), ((person.key, person.name) for person in desk.people.people)
    ))  # fmt: skip
    yield desk.type(
        "Any table with a row for each student can be filled; `--new` adds the column.",
        'gradus class gradebook 0 grades.csv --as csv --column "Lab 3" --new --in lab3 '
        "--names -o filled-3.csv",
        most=4,
    )


def _mended(desk: Desk) -> Iterator[Event]:
    mend_check(desk.folder)
    changed = desk.type(
        "Students complain: their averages are right, and lose a point. They are: a hidden check "
        "of `pooling` compared averages bit by bit, and refused every other order of rounding. The "
        "instructor corrects the check, and gives the course another `version`. `gradus course "
        "diff` says what changed for grades since the pin: one exercise, and its checks alone.",
        "gradus course diff",
        code=1,
    )
    yield changed
    lines = changed.output.splitlines()[1:]
    desk.claim(
        lines == ["pooling: the code of its checks changed"], f"one change: {changed.output}"
    )
    yield desk.type("The new version is pinned.", "gradus course pin")


def _again(desk: Desk, week: Week, refused: set[str]) -> Iterator[Event]:
    regraded = desk.type(
        "*Regrade.* The checks of `pooling` are others, so that every result is a new one: the "
        "same command grades all work again. Results of other exercises would stay. The earlier "
        "run stays as it is. `--verify 5` grades 5 percent of the results twice, which finds "
        "checks that depend on chance.",
        "gradus class grade lab3 --sandbox fork --verify 5",
    )
    yield regraded
    agree = re.search(r"graded twice: \d+ results?, all agree", regraded.output)
    desk.claim(agree is not None, regraded.output)
    desk.claim("known before" not in regraded.output, f"all is new: {regraded.output}")
    yield desk.type("Both runs are there.", "gradus class runs --in lab3")
    moved = desk.type(
        "*Compare.* `class diff` says whose points moved, and why: the course is another one, and "
        "one check decides otherwise. No other student is touched.",
        "gradus class diff 1 2 --in lab3 --names",
        most=8,
    )
    yield moved
    *lines, last = moved.output.splitlines()
    desk.same((re.split(r"[ ·]", line)[0] for line in lines), refused, "whose points moved")
    desk.claim(last == f"moved between run 1 and run 2: {counted(len(refused), 'result')}", last)
    reason = f"other checks, solutions or plugins of the course; {_CHECK}: failed -> passed"
    desk.claim(all(line.endswith(reason) for line in lines), f"the mended check alone: {lines}")
    week.check(desk, desk.results("lab3"))
