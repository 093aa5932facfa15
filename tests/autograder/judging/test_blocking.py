"""One mistake, one place: what is built from a wrong part waits for it."""

import json
from dataclasses import replace

import pytest
from grading import graded_folder
from repository import ROOT, text_of
from terminal import on_terminal

from autograder.course.reading import find_course
from autograder.judging.blocking import Blocking
from autograder.judging.rules import refusal
from autograder.reports.html_report import render_html
from autograder.reports.json_report import render_json
from autograder.reports.terminal_report import ExerciseView, Summary
from autograder.reports.wording import labelled_facts
from autograder.results.commands import Commands
from autograder.results.report import (
    CheckResult,
    Evidence,
    ExerciseResult,
    Provenance,
    Reason,
    Report,
    TaskResult,
)
from autograder.verdicts import Verdict

BLOCKED = Verdict.BLOCKED
#: A course with a part, and an exercise that is built from it.
COURSE = find_course(ROOT / "tests/data/courses/outside")
NAMES = ("shift", "shifted_classifier")


@pytest.fixture
def graded_shifts(tmp_path):
    """`graded_shifts("shift", shift=("+", "-"))`: the report on changed solutions of `COURSE`."""

    def graded_shifts(*names, **changes):
        for name in NAMES:
            text = COURSE.exercise(name).solution_source()
            if name in changes:
                assert text.count(changes[name][0]) == 1
                text = text.replace(*changes[name])
            (tmp_path / f"{name}.py").write_text(text, "utf-8")
        return graded_folder(COURSE, tmp_path, names)

    return graded_shifts


SUBTRACTS = ('x + self.parameters["b"]', 'x - self.parameters["b"]')


def test_points_wait_for_the_part_that_is_wrong(graded_shifts):
    report = graded_shifts(*NAMES, shift=SUBTRACTS)
    shift, result = report.exercises
    assert shift.verdict is Verdict.FAILED
    assert not any(check.blocked_by for check in shift.checks)
    assert result.verdict is BLOCKED
    for check in result.checks:
        assert check.verdict in (Verdict.PASSED, BLOCKED)
        assert check.blocked_by == ("shift" if check.verdict is BLOCKED else "")
    blocked = [check for check in result.checks if check.verdict is BLOCKED]
    assert {(check.hint, check.diagnosis, check.call) for check in blocked} == {("", None, "")}
    lost = sum(check.points for check in blocked)
    assert report.possible - report.earned == shift.possible - shift.earned + lost
    sentence = f"{lost:g} points wait for your shift: `grade shift`"
    text = on_terminal(*map(ExerciseView, report.exercises), Summary(report), width=100)
    assert sentence in text
    assert "blocked by shift" in text
    zipped = replace(report, commands=Commands(submission="my work.zip"))
    assert "wait for your shift: `grade --submission 'my work.zip' shift`" in on_terminal(
        Summary(zipped), width=100
    )
    assert text.count("uses your shift, which does not pass its own checks") == 1
    assert "Next: shift\n" in text
    assert sentence in render_html(report)
    table = json.loads(render_json(report, show_hidden=True))
    assert table["waiting"] == [{"exercise": "shift", "points": lost}]
    assert {c["blocked_by"] for e in table["exercises"][1:] for t in e["tasks"] for c in t["checks"]
            if c["verdict"] == "blocked"} == {"shift"}  # fmt: skip


def test_the_part_is_asked_where_it_is_not_graded_itself(graded_shifts):
    (result,) = graded_shifts("shifted_classifier", shift=SUBTRACTS).exercises
    assert result.verdict is BLOCKED
    assert {check.blocked_by for check in result.checks if check.verdict is BLOCKED} == {"shift"}


def test_a_failure_with_a_right_part_is_its_own(graded_shifts):
    wrong = ("return self.h @ self", "return -self.h @ self")
    (result,) = graded_shifts("shifted_classifier", shifted_classifier=wrong).exercises
    assert result.verdict is Verdict.FAILED
    assert not any(check.blocked_by for check in result.checks)


def test_a_task_that_is_not_defined_blocks_the_one_that_calls_it(graded, real_solution):
    renamed = real_solution("neuron").replace("def sigmoid(", "def sigmoids(")
    neuron = {task.name: task for task in graded({"neuron": renamed}, "neuron").exercises[0].tasks}
    assert neuron["sigmoid"].verdict is Verdict.FAILED
    assert {check.blocked_by for check in neuron["neuron"].checks} == {"sigmoid"}
    assert {check.message_before_blocking for check in neuron["neuron"].checks} == {
        "NameError: name 'sigmoid' is not defined"
    }


def test_what_a_file_tries_at_its_import_is_used_by_no_check(graded, real_solution):
    text = real_solution("neuron").replace("1.0, e)", "2.0, e)")
    text = text.replace("return x @ self", "return -x @ self") + "\nprint(sigmoid(np.ones(2)))\n"
    neuron = {task.name: task for task in graded({"neuron": text}, "neuron").exercises[0].tasks}
    assert neuron["sigmoid"].verdict is neuron["Affine"].verdict is Verdict.FAILED
    assert {check.blocked_by for check in neuron["Affine"].checks} == {""}


WITHIN = text_of("texts/blocking/within.py")
RIGHT = {"base": "return 2 * x", "apart": "return x"}
FAILED = Verdict.FAILED
#: What runs in the checks of each task.
CALLED = {
    "base": ("sums.base",),
    "built": ("sums.base", "sums.built"),
    "apart": ("sums.apart", "others.base"),
}


def result_within(verdicts, called=CALLED, **bodies):
    """The tasks of a result, with a public and a hidden check each, after a look at its source."""
    tasks = tuple(
        TaskResult(
            name,
            tuple(
                CheckResult(
                    f"{name} {hidden}", name, name, hidden, 1, verdict, "it is 3", hint="a hint",
                    evidence=Evidence(called=called[name]),
                    reasons=(Reason("ending", verdict, "it is 3"),),
                )
                for hidden in (False, True)
            ),
        )
        for name, verdict in verdicts.items()
    )  # fmt: skip
    blocking = Blocking({}, {"sums": WITHIN.format(**RIGHT | bodies)})
    blocking.add(ExerciseResult("sums", "unit", "Sums", tasks))
    assert blocking.missing("sums") == set()
    return {task.name: task for task in blocking.final("sums").tasks}


def test_a_task_is_blocked_by_the_one_that_runs_in_its_checks():
    tasks = result_within(dict.fromkeys(CALLED, FAILED), base="return x")
    assert [task.verdict for task in tasks.values()] == [FAILED, BLOCKED, FAILED]
    for check in tasks["built"].checks:
        assert (check.blocked_by, check.hint) == ("base", "")
        message = "uses your base, which does not pass its own checks"
        assert check.message == message


def test_a_blocked_check_still_shows_its_own_message():
    check = result_within(dict.fromkeys(CALLED, FAILED))["built"].checks[0]
    (fact,) = labelled_facts(check)
    assert (fact.label, fact.lines) == ("message", ("it is 3",))
    built = ExerciseResult("sums", "unit", "Sums", (TaskResult("built", (check,)),))
    assert "message  it is 3" in on_terminal(ExerciseView(built))
    page = render_html(Report(Provenance(1, "numpy", "cpu", ""), (built,)))
    assert "<summary>what the check says</summary>it is 3</details>" in page


@pytest.mark.parametrize(
    ("called", "verdicts", "blocked"),
    [
        ({"built": ("sums.built",)}, {}, {}),
        ({"base": ("sums.base", "sums.built")}, {}, {}),
        (
            {"base": (), "apart": ("sums.base", "sums.built")},
            {},
            {"built": "base", "apart": "base"},
        ),
        ({}, {"base": Verdict.PASSED}, {}),
    ],
    ids=[
        "a task that is named and not called",
        "tasks that call each other",
        "the first wrong task of a chain",
        "a task that passes",
    ],
)
def test_a_task_waits_for_the_first_wrong_task_that_runs(called, verdicts, blocked):
    tasks = result_within(dict.fromkeys(CALLED, FAILED) | verdicts, CALLED | called)
    told = {name: task.checks[0].blocked_by for name, task in tasks.items()}
    assert {name: cause for name, cause in told.items() if cause} == blocked


def test_a_written_task_is_never_not_started():
    untouched = Verdict.NOT_STARTED
    todo = "raise NotImplementedError"
    verdicts = dict.fromkeys(("base", "built", "apart"), untouched)
    tasks = result_within(verdicts, base=todo, apart=todo)
    assert [task.verdict for task in tasks.values()] == [untouched, BLOCKED, untouched]
    assert "is not written yet" in tasks["built"].checks[0].message


def test_a_written_task_is_not_called_unwritten_where_another_call_has_ended():
    """`encode` never ends with a wrong `merge_pair`: later checks that use both are blocked."""
    verdicts = {"base": FAILED, "built": BLOCKED, "apart": Verdict.PASSED}
    for check in result_within(verdicts)["built"].checks:
        assert (check.blocked_by, check.verdict) == ("base", BLOCKED)
        assert check.message == "uses your base, which does not pass its own checks"


def test_a_part_that_is_written_is_not_called_unwritten():
    """An exception that waits for a right answer waits for the part behind all wrong ones."""
    wrong = CheckResult("rnn", "", "RNN", False, 1, Verdict.FAILED)
    answers = CheckResult(
        "a", "", "LM", False, 1, FAILED, evidence=Evidence(answered=("LM",), called=("rnn.RNN",))
    )
    raises = CheckResult(
        "b", "", "LM", False, 1, Verdict.PASSED, evidence=Evidence(("rnn.RNN",), refused=("LM",))
    )
    blocking = Blocking({"lm": frozenset({"rnn"})}, {})
    for name, task, checks in (("rnn", "RNN", (wrong,)), ("lm", "LM", (answers, raises))):
        result = ExerciseResult(name, "unit", "", (TaskResult(task, checks),))
        blocking.add(refusal(result))
    for check in blocking.final("lm").checks:
        assert (check.verdict, check.blocked_by) == (BLOCKED, "rnn")
        assert check.message == "uses your rnn, which does not pass its own checks"


def test_exercises_cannot_wait_for_each_other():
    """What the code under test says about calls is believed along the course's order alone."""
    check = CheckResult(
        "c", "c", "RNN", False, 1, Verdict.FAILED, evidence=Evidence(("rnn_lm.RNN", "rnn.RNN"))
    )
    blocking = Blocking({"rnn": frozenset(), "rnn_lm": frozenset({"rnn"})}, {})
    for name in ("rnn", "rnn_lm"):
        blocking.add(ExerciseResult(name, "u", name, (TaskResult("RNN", (check,)),)))
    assert blocking.missing("rnn_lm") == set()
    assert blocking.final("rnn").verdict is Verdict.FAILED
    (blocked,) = blocking.final("rnn_lm").checks
    assert (blocked.verdict, blocked.blocked_by) == (BLOCKED, "rnn")
