"""Submissions that would earn the points of a trained check without a model that has learned.

``tests/data/unearned/EXERCISE/ATTACK.py`` holds them: what each of them does stands in its first
line. They may use the solution as `right_answer`, so that they pass the other checks.
"""

import tomllib

import pytest
from graded_changes import GradedChanges
from repository import ROOT

from autograder.course.reading import find_course

HERE = ROOT / "tests/data/unearned"
COURSE = find_course(HERE)
CHANGES = GradedChanges(COURSE)

#: Attack -> the check that it must not pass, and what is said to it.
ATTACKS = tomllib.loads((HERE / "attacks.toml").read_text("utf-8"))
#: The first attack ever seen is tried every time, the others with ``-m slow``.
CASES = [
    pytest.param(name, marks=() if index == 0 else pytest.mark.slow, id=name)
    for index, name in enumerate(ATTACKS)
]

#: Between the solution and the attack, in place of ``import right_answer``.
RIGHT_ANSWER = "\nimport types\nright_answer = types.SimpleNamespace(**globals())\n"


def test_every_attack_is_tried():
    names = {f"{file.parent.name}/{file.stem}" for file in HERE.glob("*/*.py")}
    assert names == set(ATTACKS)


@pytest.mark.timeout(600)  # some attacks use up all attempts of a trained check
@pytest.mark.parametrize("attack", CASES)
def test_it_does_not_earn_the_points(attack):
    name, (check, words) = attack.partition("/")[0], ATTACKS[attack]
    source = (HERE / f"{attack}.py").read_text("utf-8").replace("import right_answer\n", "")
    solution = COURSE.exercise(name).solution_source()
    graded = CHANGES.graded(name, solution + RIGHT_ANSWER + source)
    messages = {result.id.partition("::")[2]: result.message for result in graded.checks}
    assert words in messages[check]
