"""Every promise of README.md and of the stub's docstrings is tested by a check that names it."""

import ast

import pytest

from autograder.course.reading import find_course
from plugins.authoring.checking.promises import (
    promise_problems,
    promise_table,
    unclaimed_promises,
)

COURSE = find_course()
every_exercise = pytest.mark.parametrize(
    "exercise", COURSE.code_exercises, ids=lambda one: one.name
)

#: Sentences that sound like a promise, and why no check can or need name them.
NO_PROMISES = {
    "gradient_clipping": {
        "In the worst case the numbers overflow.": "what happens without clipping",
    },
}


@every_exercise
def test_every_hidden_check_names_a_sentence_of_the_text(exercise):
    table = promise_table(exercise)
    assert any(check.hidden for check in table.checks)
    assert list(promise_problems(table)) == []


@every_exercise
def test_every_promise_is_named_by_a_check_or_has_a_reason(exercise):
    reasons = NO_PROMISES.get(exercise.name, {})
    unclaimed = {f"{'/'.join(p.kinds)}: {p.text}" for p in unclaimed_promises(exercise)
                 if p.text not in reasons}  # fmt: skip
    assert not unclaimed, "name it by @pytest.mark.promise above a check that fails without it"


@every_exercise
def test_a_public_check_sees_each_promise_of_float32(exercise):
    promised = [p for p in promise_table(exercise).promises if "float32" in p.text]
    tests = ast.parse(exercise.tests.read_text("utf-8")).body
    sources = {test.name: ast.unparse(test) for test in tests if isinstance(test, ast.FunctionDef)}

    def is_seen(check):
        own = sources.get(check.name, "")
        helpers = (source for name, source in sources.items() if f"{name}(" in own)
        return not check.hidden and any("float32" in source for source in (own, *helpers))

    unseen = [promise.text for promise in promised if not any(map(is_seen, promise.checks))]
    assert not unseen, "only hidden checks use float32, so a student learns of it too late"


def test_every_reason_is_needed():
    found = {
        name: {promise.text for promise in unclaimed_promises(COURSE.exercise(name))}
        for name in NO_PROMISES
    }
    assert {name: set(reasons) for name, reasons in NO_PROMISES.items()} == found
