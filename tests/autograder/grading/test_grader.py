"""Every verdict, from a real submission in a sandbox to the words and numbers of a report."""

from functools import partial

import pytest
from grading import graded_folder
from repository import text_of
from terminal import on_terminal

from autograder.course.reading import find_course
from autograder.reports.terminal_report import ExerciseView
from autograder.verdicts import Verdict

#: What a student wrote: the name of each function is the verdict that it deserves.
SUBMISSION = text_of("submissions/every_verdict.py")

CHECKS = text_of("submissions/test_every_verdict.py")

#: The order is part of what a report means: a task takes the worst verdict of its checks.
ORDER = [
    "skipped",
    "passed",
    "waits for a person",
    "needs the course's grader",
    "blocked",
    "not started",
    "unfinished",
    "failed",
    "crashed",
    "timed out",
    "out of memory",
    "not graded",
]
#: Verdicts that no task of a file gets from a complete course.
OF_OTHERS = ("waits for a person", "needs the course's grader", "unfinished")
NAMES = [verdict.replace(" ", "_") for verdict in ORDER if verdict not in OF_OTHERS]


@pytest.fixture(scope="module")
def grade_it(tmp_path_factory):
    """Grade `SUBMISSION` as often as it is called."""
    root = tmp_path_factory.mktemp("course")
    tasks = "".join(f'[[tasks]]\nname = "{name}"\nkind = "function"\n' for name in NAMES)
    head = 'title = "{}"\nlecture = "none"\nrequires = [{}]\nhints = []\npoints = {}\n'
    time = "[time]\ncall = 1\ntotal = 20\n"
    total = '[[tasks]]\nname = "total"\nkind = "function"\n'
    files = {
        "exercises/course.toml": (
            '[[units]]\nname = "unit"\ntitle = "A unit"\nexercises = ["sums", "all_sorts"]\n'
        ),
        "exercises/unit/sums/exercise.toml": head.format("Sums", "", 1) + time + total,
        "exercises/unit/all_sorts/exercise.toml": (
            head.format("All sorts", '"sums"', 19) + time + tasks
        ),
        "exercises/unit/all_sorts/test_all_sorts.py": CHECKS,
        "solutions/unit/all_sorts/all_sorts.py": SUBMISSION,
        "solutions/unit/sums/sums.py": "def total(values):\n    return sum(values)\n",
        "handed_in/all_sorts.py": f"{SUBMISSION}\n",  # not equal to its stub
        "handed_in/sums.py": "def total(values):\n    raise NotImplementedError\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    course = find_course(root)
    return partial(graded_folder, course, root / "handed_in", ["all_sorts"])


@pytest.fixture(scope="module")
def report(grade_it):
    return grade_it()


@pytest.fixture(scope="module")
def tasks(report):
    """Tasks by their names."""
    return {task.name: task for task in report.exercises[0].tasks}


def test_the_order_is_the_documented_one():
    assert list(Verdict) == ORDER


#: Points earned, and points that could be: what was skipped counts for nothing.
POINTS = {"passed": (2, 2), "failed": (1, 3), "skipped": (0, 0)}


def test_the_whole_takes_the_worst_and_adds_the_points(report):
    (result,) = report.exercises
    assert result.verdict is Verdict.NOT_GRADED
    assert (report.earned, report.possible, report.not_graded) == (3, 17, 2)
    assert report.exit_code == 3


MESSAGES = {
    "passed": "",
    "failed": "the value",
    "not_started": "not written yet",
    "crashed": "KeyError: 'nothing'",
    "timed_out": "no answer within 1 s",
    "out_of_memory": "asked for too much memory",
    "blocked": "needs 'sums'",
    "skipped": "there is no such machine",
    "not_graded": "NameError: name 'undefined' is not defined",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_verdict_is_reached_with_its_points_and_its_words(report, tasks, name):
    """Points are given check by check, and counted where something was seen."""
    assert tasks[name].verdict.value == name.replace("_", " ")
    assert (tasks[name].earned, tasks[name].possible) == POINTS.get(name, (0, 2))
    check = tasks[name].checks[0]
    assert check.message.startswith(MESSAGES[name])
    shown = " ".join(on_terminal(ExerciseView(report.exercises[0]), width=100).split())
    if name != "not_started":  # its verdict, below, says it
        assert MESSAGES[name] in shown
    assert name.replace("_", " ") in shown


def test_no_variable_of_the_shell_leaves_out_checks(grade_it, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --collect-only --unknown")
    monkeypatch.setenv("PYTEST_PLUGINS", "a_plugin_that_is_not_there")
    (result,) = grade_it().exercises
    assert [task.name for task in result.tasks] == NAMES
