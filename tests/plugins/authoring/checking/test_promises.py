"""Which check tests which sentence of an exercise's text, read from the sources."""

import pytest
from repository import text_of

from autograder.course.exercise_texts import promised_texts, without_marks
from framework.errors import BadInputError
from plugins.authoring.checking.promises import (
    checks_by_promise,
    promise_problems,
    promised_checks,
    unclaimed_promises,
)

README = text_of("texts/promises/readme.txt")
STUB = text_of("texts/promises/stub.py")
CHECK = '''
import pytest

@pytest.mark.points(1)
{}
def test_squash(submission):
    """squash: any shape.

    More text.
    """
'''
PUBLIC = CHECK.format('@pytest.mark.promise("bounds")')


@pytest.fixture
def marked(tiny_course):
    """Return the exercise, whose hidden check gets this marker."""
    exercise = tiny_course.exercise("squash")
    exercise.folder.mkdir(parents=True, exist_ok=True)
    exercise.readme.write_text(README, "utf-8")
    exercise.solution.write_text(STUB, "utf-8")
    exercise.tests.write_text(PUBLIC, "utf-8")

    def read(marker):
        exercise.hidden_tests.write_text(CHECK.format(marker), "utf-8")
        return exercise

    return read


def test_sentences_and_docstrings_are_found_in_the_order_of_the_text(marked):
    exercise = marked('@pytest.mark.promise("squash", "bounds", "new-array", "dtype")')
    texts = promised_texts(exercise)
    hidden = {
        name: [c.hidden for c in checks] for name, checks in checks_by_promise(exercise).items()
    }
    assert [(address, text, hidden.get(address)) for address, text in texts.items()][:4] == [
        ("dtype", "Keep the dtype: float32 in, float32 out.", [True]),
        ("bounds", "The result lies between −1 and 1. Larger inputs are allowed.", [False, True]),
        ("new-array", "`squash(x)` | a new array", [True]),
        ("squash", "Return tanh(x), a new array of the same shape. It is odd.", [True]),
    ]
    assert list(promise_problems(exercise)) == []


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("squash.x", "x: any shape. It is not modified."),
        ("squash.scale", "scale: positive."),
        ("squash.returns", "numbers below 1."),
        ("squash.raises", "ValueError: `scale` is not positive."),
    ],
)
def test_an_argument_and_a_section_have_addresses(marked, address, text):
    exercise = marked(f'@pytest.mark.promise("{address}")')
    assert promised_texts(exercise)[address] == text
    assert list(promise_problems(exercise)) == []


def test_a_mark_that_begins_a_line_is_unknown(marked, tiny_course):
    """Markdown would end the paragraph there."""
    readme = tiny_course.exercise("squash").readme
    readme.write_text(README.replace("out. <!--", "out.\n  <!--"), "utf-8")
    (problem,) = promise_problems(marked('@pytest.mark.promise("dtype")'))
    assert problem.startswith("test_squash: no text has the promise 'dtype'")


def test_readers_do_not_see_marks():
    assert "<!--" in README and "<!--" not in without_marks(README)


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        (
            "",
            "test_squash_hidden.py: test_squash names no sentence of the text: "
            'add @pytest.mark.promise("...") above it',
        ),
        (
            '@pytest.mark.promise("odd")',
            "test_squash: no text has the promise 'odd': write `<!-- promise: odd -->` after a "
            "sentence of README.md, or name a docstring: Class.method, Class.method.argument, "
            "Class.method.returns",
        ),
    ],
)
def test_what_is_wrong_with_a_promise_is_reported(marked, tiny_course, marker, problem):
    """A public check may name no sentence."""
    tiny_course.exercise("squash").tests.write_text(CHECK.format(""), "utf-8")
    assert list(promise_problems(marked(marker))) == [problem]


def test_an_unclaimed_promise_is_found_in_the_readme_and_in_docstrings(marked):
    exercise = marked('@pytest.mark.promise("dtype", "squash")')
    assert unclaimed_promises(exercise) == [
        "`squash(x)` | a new array",
        "x: any shape.",
        "It is not modified.",
        "ValueError: `scale` is not positive.",
    ]


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("@pytest.mark.promise(SENTENCE)", "line 5: a promise is a text in quotes"),
        ("@pytest.mark.promise(", "is not Python"),
    ],
)
def test_a_test_file_that_cannot_be_read_is_an_error(marked, marker, message):
    with pytest.raises(BadInputError, match=message):
        promised_checks(marked(marker))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, [text]) for text in (
            "It is a new array.",
            "Do not change the arguments.",
            "At test time no numbers are drawn.",
            "x: `(N, T, D)`, any T ≥ 1.",
            "ValueError: `x` is not `(N, D)`.",
            "Calls of `forward` do not affect each other.",
            "`backward` adds to `gradients`.",
            "Keep the dtype: float32 in, float32 out.",
            "The square of 1e200 overflows.",
        )),
        ("The state is kept. It is a new\narray. More follows.", ["It is a new array."]),
        ("\n- Do not change `x`\n- Keep the order\n", ["Do not change `x`"]),
        ("```python\n>>> x  # ValueError\n```", []),
    ],
)  # fmt: skip
def test_a_sentence_promises_something_by_its_phrases(marked, text, expected):
    exercise = marked('@pytest.mark.promise("squash", "squash.x", "squash.raises")')
    exercise.readme.write_text(text, "utf-8")
    assert unclaimed_promises(exercise) == expected
