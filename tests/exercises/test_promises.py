"""A student learns of the dtype that an exercise asks for by a public check."""

import ast

import pytest

from autograder.course.exercise_texts import promised_texts
from autograder.course.reading import find_course
from plugins.authoring.checking.promises import checks_by_promise

COURSE = find_course()


@pytest.mark.parametrize("exercise", COURSE.code_exercises, ids=lambda first: first.name)
def test_a_public_check_sees_each_promise_of_float32(exercise):
    texts = promised_texts(exercise)
    promised = {
        texts[address]: checks
        for address, checks in checks_by_promise(exercise).items()
        if "float32" in texts[address]
    }
    tests = ast.parse(exercise.tests.read_text("utf-8")).body
    sources = {test.name: ast.unparse(test) for test in tests if isinstance(test, ast.FunctionDef)}

    def is_seen(check):
        own = sources.get(check.name, "")
        helpers = (source for name, source in sources.items() if f"{name}(" in own)
        return not check.hidden and any("float32" in source for source in (own, *helpers))

    unseen = [text for text, checks in promised.items() if not any(map(is_seen, checks))]
    assert not unseen, "only hidden checks use float32, so a student learns of it too late"
