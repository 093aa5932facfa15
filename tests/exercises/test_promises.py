"""A student learns of the dtype that an exercise asks for by a public check."""

import ast

import pytest

from autograder.course.reading import find_course
from plugins.authoring.checking.promises import named_promises

COURSE = find_course()


@pytest.mark.parametrize("exercise", COURSE.code_exercises, ids=lambda first: first.name)
def test_a_public_check_sees_each_promise_of_float32(exercise):
    promised = [p for p in named_promises(exercise) if "float32" in p.text]
    tests = ast.parse(exercise.tests.read_text("utf-8")).body
    sources = {test.name: ast.unparse(test) for test in tests if isinstance(test, ast.FunctionDef)}

    def is_seen(check):
        own = sources.get(check.name, "")
        helpers = (source for name, source in sources.items() if f"{name}(" in own)
        return not check.hidden and any("float32" in source for source in (own, *helpers))

    unseen = [promise.text for promise in promised if not any(map(is_seen, promise.checks))]
    assert not unseen, "only hidden checks use float32, so a student learns of it too late"
