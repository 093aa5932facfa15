"""Submissions that would earn the points of a trained check without a model that has learned.

``tests/data/unearned/EXERCISE/ATTACK.py`` holds them: what each of them does stands in its first
line. They may use the solution as `right_answer`, so that they pass the other checks.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.grader import Grader
from autograder.grading.setting import GradingSetting
from autograder.sandbox.runners import choose
from autograder.submissions.submission import Submission, submission_of
from framework.providers.plugins import Plugins

HERE = ROOT / "tests/data/unearned"
COURSE = find_course(HERE)

#: Attack -> the check that it must not pass, and what is said to it.
ATTACKS = tomllib.loads((HERE / "attacks.toml").read_text("utf-8"))
#: The first attack ever seen is tried every time, the others with ``-m slow``.
CASES = [
    pytest.param(name, marks=() if place == 0 else pytest.mark.slow, id=name)
    for place, name in enumerate(ATTACKS)
]

#: Between the solution and the attack, in place of ``import right_answer``.
RIGHT_ANSWER = "\nimport types\nright_answer = types.SimpleNamespace(**globals())\n"


def handed_in(file: Path) -> Submission:
    exercise = COURSE.exercise(file.parent.name)
    solution = exercise.solution.read_text("utf-8")
    sources = {n: COURSE.exercise(n).solution.read_text("utf-8") for n in exercise.requires}
    attack = file.read_text("utf-8").replace("import right_answer\n", "")
    sources[exercise.name] = solution + RIGHT_ANSWER + attack
    return submission_of(file.stem, sources)


def messages(file: Path) -> dict[str, str]:
    """Check -> the message that it has for the attack; empty for a check that passes."""
    exercise = COURSE.exercise(file.parent.name)
    with handed_in(file) as submission:
        grader = Grader(GradingSetting(COURSE, Plugins(), choose("process")), submission)
        with grader.under_test(exercise) as under_test:
            results = grader.run(under_test)
        grader.close()
    return {result.id.partition("::")[2]: result.message for result in results}


def test_every_attack_is_tried():
    found = {f"{file.parent.name}/{file.stem}" for file in HERE.glob("*/*.py")}
    assert found == set(ATTACKS)


@pytest.mark.timeout(600)  # some attacks use up all attempts of a trained check
@pytest.mark.parametrize("attack", CASES)
def test_it_does_not_earn_the_points(attack):
    check, words = ATTACKS[attack]
    assert words in messages(HERE / f"{attack}.py")[check]
