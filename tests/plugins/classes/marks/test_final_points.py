"""Points after grading: manual points that survive regrades, rules, plugins, last words."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from graded_class import GradedClass, check, exercise

from autograder.results.findings.check_texts import WrittenAnswer
from autograder.verdicts import Verdict
from framework.errors import BadInputError, UnknownNameError
from plugins.classes.marks import manual_points
from plugins.classes.marks.class_results import State, read_results
from plugins.classes.marks.final_points import asked, settle
from plugins.classes.marks.point_rules import read_rules
from plugins.classes.rosters.dates import Extension
from plugins.classes.runs.store import Store

RIGHT = exercise("rnn", check(points=8.0), check(Verdict.FAILED, 2.0, "backward"))
BLOCKED = exercise("lm", check(points=4.0), check(Verdict.BLOCKED, 6.0, "train", blocked_by="rnn"))


def prose(text="since", digest="3f1c"):
    result = (WrittenAnswer(text, digest=digest),)
    return exercise("why", check(Verdict.FOR_A_PERSON, 3.0, "why", findings=result))


@pytest.fixture
def made(tmp_path):
    return GradedClass(tmp_path / "lab1")


def results(made, found, **options):
    run = made.grade(found, **options)
    with Store(str(made.collection.folder / "results.sqlite")) as store:
        return store.transaction(partial(read_results, collection=made.collection, run=run))


def settled(made, found, rules="", table="", adjust=None, **options):
    read = results(made, found, **options)
    folder = made.collection.folder
    (folder / "rules.toml").write_text(rules)
    if table:
        (folder / manual_points.FILE).write_text(table, "utf-8")
    tasks = {name: {"forward", "backward", "train", "why"} for name in read.exercises}
    entries = manual_points.read_entries(folder / manual_points.FILE)
    rules = read_rules(folder, tasks)
    return settle(read, rules, entries, adjust or (lambda points: points))


ALL = {("s1", "a"): [RIGHT, BLOCKED], ("s2", "b"): [RIGHT, "lm"]}


def test_without_rules_points_are_those_of_the_run(made):
    result = settled(made, ALL)
    assert (result["s1"].earned, result["s1"].possible, result["s1"].waiting) == (12, 20, 6)
    assert {key: item.state for key, item in result.items()} == {
        "s1": State.GRADED, "s2": State.NOT_GRADED, "s3": State.NO_WORK,
    }  # fmt: skip
    assert (result["s3"].earned, result["s3"].possible) == (0, 20)


def test_late_days_cost_their_share_after_extensions_and_budgets(made):
    made.set_policy(
        due=datetime(2026, 2, 27, 10, tzinfo=UTC),
        late_days=1,
        extensions={"s2": Extension(days=9), "s3": Extension(late_days=0)},
    )
    work = {(key, "a"): [RIGHT] for key in ("s1", "s2", "s3")}
    result = settled(made, work, "[late]\nper_day = 20\nat_most = 50\n")
    assert {key: item.earned for key, item in result.items()} == {"s1": 4.8, "s2": 8, "s3": 4}
    (change,) = result["s1"].exercises[0].changes
    assert (change.before, change.after, change.why) == (8, 4.8, "2 days late: -40%")


def test_weights_dropped_tasks_full_tasks_and_the_lowest(made):
    rules = '[weights]\nrnn = 2\n[leave_out]\ntasks = ["lm.forward"]\n'
    result = settled(made, ALL, rules + '[full_points]\ntasks = ["rnn.backward"]\n')["s1"]
    assert [(e.earned, e.possible, e.weight) for e in result.exercises] == [
        (10, 10, 2), (0, 6, 1),
    ]  # fmt: skip
    assert (result.earned, result.possible) == (20, 26)
    lowest = settled(made, ALL, "[leave_out]\nlowest = 5\n")["s1"]
    assert [exercise.is_dropped for exercise in lowest.exercises] == [False, True]
    gone = settled(made, ALL, "[weights]\nrnn = 0\n")["s1"]
    assert (gone.earned, gone.possible, len(gone.counted)) == (4, 10, 1)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("[late]\nper_day = 120\n", "per_day must be a number from 0 to 100"),
        ("[late]\nperday = 1\n", "did you mean 'per_day'"),
        ('[leave_out]\ntasks = ["rnn"]\n', r"tasks as EXERCISE\.TASK, not 'rnn'"),
        ('[leave_out]\ntasks = ["rnn.bckward"]\n', "did you mean 'backward'"),
        ("[weights]\nrn = 1\n", "no exercise of the run 'rn': did you mean 'rnn'"),
        ("[weights]\nrnn = -1\n", "must be a number from 0"),
        (
            '[leave_out]\ntasks = ["rnn.why"]\n[full_points]\ntasks = ["rnn.why"]\n',
            "both left out and right",
        ),
    ],
)
def test_wrong_rules_name_their_line(made, rules, message):
    with pytest.raises((BadInputError, UnknownNameError), match=message):
        settled(made, ALL, rules)


def rows(made, found, **options):
    """The table after `gradus class points`, as entries."""
    file = made.collection.folder / manual_points.FILE
    read = results(made, found, **options)
    entries = manual_points.read_entries(file)
    merged, outdated = manual_points.merged(entries, asked(read, entries))
    manual_points.write_entries(file, merged)
    return merged, outdated


def fill_in(made, **values):
    file = made.collection.folder / manual_points.FILE
    entries = manual_points.read_entries(file).all
    manual_points.write_entries(file, [replace(entry, **values) for entry in entries])


def test_points_for_prose_survive_a_regrade_and_not_another_answer(made):
    work = {("s1", "a"): [prose()]}
    (row,), _ = rows(made, work)
    assert (row.student, row.part, row.about, row.work, row.possible) == (
        "s1", "why", "prose", "3f1c", "3",
    )  # fmt: skip
    assert settled(made, work)["s1"].state is State.WAITS_FOR_PERSON
    fill_in(made, points=2.5, comment="=good")
    for revision in ("r1", "r2"):
        result = settled(made, work, revision=revision)["s1"]
        assert (result.state, result.earned) == (State.GRADED, 2.5)
        assert result.exercises[0].comments == ("why: =good",)
    changed = {("s1", "a2"): [prose("because", "77ab")]}
    result = settled(made, changed)["s1"]
    assert (result.state, result.earned) == (State.WAITS_FOR_PERSON, 0)
    kept, outdated = rows(made, changed)
    assert [(item.about, item.points) for item in kept] == [("prose", None), ("earlier work", 2.5)]
    assert outdated == 1
    again, _ = rows(made, work, revision="r3")
    assert [(item.about, item.points) for item in again] == [("prose", 2.5)]
    text = (made.collection.folder / manual_points.FILE).read_text()
    assert "'=good" in text
    assert ",w-3f1c," in text  # no spreadsheet takes a digest for a number


def test_an_instructor_decides_about_points_that_wait(made):
    (row,), _ = rows(made, ALL)
    assert (row.exercise, row.part, row.about, row.waits_for, row.possible) == (
        "lm", "train", "blocked", "rnn", "6",
    )  # fmt: skip
    fill_in(made, points=4.0)
    result = settled(made, ALL)["s1"]
    assert (result.earned, result.waiting) == (16, 0)


HEAD = "student,exercise,part,work,points,final,comment\n"


def test_a_whole_exercise_is_replaced_before_the_rules_and_fixed_after_them(made):
    made.set_policy(due=datetime(2026, 3, 1, 10, tzinfo=UTC))
    late = "[late]\nper_day = 50\n"
    result = settled(made, ALL, late, HEAD + "s1,rnn,,,6,,\ns1,lm,,,,9.5,agreed\n")["s1"]
    assert [exercise.earned for exercise in result.exercises] == [3, 9.5]
    assert [exercise.state for exercise in result.exercises] == [State.GRADED] * 2
    rescued = settled(made, ALL, late, HEAD + "s2,lm,,,,7,\ns3,rnn,,,,1,\n")
    assert (rescued["s2"].state, rescued["s2"].exercises[1].earned) == (State.GRADED, 7)
    assert rescued["s3"].exercises[0].state is State.GRADED


def test_a_plugin_comes_after_the_rules_and_before_final_points(made):
    def bonus(points):
        added = (exercise.changed(exercise.earned + 1, "bonus") for exercise in points.exercises)
        return replace(points, exercises=tuple(added))

    table = HEAD + "s1,lm,,,,9.5,\n"
    result = settled(made, ALL, "", table, bonus)["s1"]
    assert [exercise.earned for exercise in result.exercises] == [9, 9.5]
    assert [change.why for change in result.exercises[0].changes] == ["bonus"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student,exercise\n", "has no column points, final, comment"),
        (HEAD + "s1,rnn,,,-1,,\n", "line 2: points must be a number from 0, not '-1'"),
        (HEAD + "s1,rnn,,,x,,\n", "points must be a number"),
        (HEAD + "s1,rnn,why,,,3,\n", "'final' stands in rows without 'part'"),
        (HEAD + ",rnn,why,,,,\n", "names no student"),
        (HEAD + "s1,rnn,,,1,,\ns1,rnn,,,2,,\n", "lines 2 and 3 are about the same work"),
    ],
)
def test_a_wrong_table_names_its_line(text, message, tmp_path):
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(BadInputError, match=message):
        manual_points.read_entries(tmp_path / "points.csv")


def test_more_points_than_a_part_is_worth_are_an_error(made):
    with pytest.raises(BadInputError, match=r"line 2: 25 points for a part that is worth 3"):
        settled(made, {("s1", "a"): [prose()]}, "", HEAD + "s1,why,why,3f1c,25,,\n")


def test_rows_about_nothing_are_named():
    rows = ["s1,rnn,,", "s9,rnn,,", "s1,rn,,", "s1,rnn,forward,", "s1,rnn,fwd,"]
    entries = [
        manual_points.ManualEntry(*row.split(","), points=1.0, line=line)
        for line, row in enumerate(rows, 2)
    ]
    known = {("s1", "rnn"): ("forward",)}
    assert list(manual_points.unused(manual_points.ManualEntries(entries), known)) == [
        "line 3: no such student",
        "line 4: no exercise 'rn' in this run",
        "line 6: no part 'fwd' in rnn",
    ]
