"""Which check tests which sentence of an exercise's text, read from the sources."""

import pytest

from autograder.course.promises import promise_problems, promise_table, promised_sentences
from framework.errors import BadInputError

README = """# Squash

- Keep the dtype: float32 in,
  float32 out.
- The result lies between −1 and 1.
"""
STUB = '''
"""Squash numbers."""

def squash(x):
    """Return tanh(x), a new array of
    the same shape.
    """
'''
CHECK = '''
import pytest

@pytest.mark.points(1)
{}
def test_squash(submission):
    """squash: any shape.

    More text.
    """
'''
PUBLIC = CHECK.format('@pytest.mark.promise("The result lies between −1 and 1.")')


@pytest.fixture
def table_of(tiny_course):
    """Read the table of an exercise whose hidden check has this marker."""
    exercise = tiny_course.exercise("squash")
    exercise.folder.mkdir(parents=True, exist_ok=True)
    exercise.readme.write_text(README, "utf-8")
    exercise.stub.write_text(STUB, "utf-8")
    exercise.tests.write_text(PUBLIC, "utf-8")

    def read(marker):
        exercise.hidden_tests.write_text(CHECK.format(marker), "utf-8")
        return promise_table(exercise)

    return read


def test_a_sentence_is_found_across_line_breaks_in_the_order_of_the_text(table_of):
    table = table_of(
        '@pytest.mark.promise("a new array of the same shape",'
        ' "The result lies between −1 and 1.", "float32 in, float32 out.")'
    )
    found = [(p.sentence, p.source, [c.hidden for c in p.checks]) for p in table.promises]
    assert found == [
        ("float32 in, float32 out.", "README.md", [True]),
        ("The result lies between −1 and 1.", "README.md", [False, True]),
        ("a new array of the same shape", "squash.py", [True]),
    ]
    assert {check.title for check in table.checks} == {"squash: any shape"}
    assert list(promise_problems(table)) == []


def test_a_sentence_split_over_two_texts_in_quotes_is_one(table_of):
    table = table_of('@pytest.mark.promise(\n    "a new array "\n    "of the same shape"\n)')
    assert table.promises[-1].source == "squash.py"


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        (
            "",
            "test_squash_hidden.py: test_squash names no sentence of the text: "
            'add @pytest.mark.promise("...") above it',
        ),
        (
            '@pytest.mark.promise("Return tanh(x) in place.")',
            "test_squash: no text contains 'Return tanh(x) in place.': correct the marker, or "
            "write the sentence in README.md or a docstring of squash.py",
        ),
        (
            '@pytest.mark.promise("the")',
            "test_squash: 'the' is too short for a sentence of the text",
        ),
    ],
)
def test_what_is_wrong_with_a_promise_is_reported(table_of, marker, problem):
    assert list(promise_problems(table_of(marker))) == [problem]


def test_a_public_check_may_name_no_sentence(table_of, tiny_course):
    tiny_course.exercise("squash").tests.write_text(CHECK.format(""), "utf-8")
    table = table_of('@pytest.mark.promise("Keep the dtype: float32 in")')
    assert [check.hidden for check in table.without_promise] == [False]
    assert list(promise_problems(table)) == []


def test_code_of_the_stub_is_no_sentence(table_of):
    (problem,) = promise_problems(table_of('@pytest.mark.promise("def squash(x):")'))
    assert problem.startswith("test_squash: no text contains 'def squash(x):'")


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("@pytest.mark.promise(SENTENCE)", "line 5: a promise is a text in quotes"),
        ("@pytest.mark.promise(", "is not Python"),
    ],
)
def test_a_test_file_that_cannot_be_read_is_an_error(table_of, marker, message):
    with pytest.raises(BadInputError, match=message):
        table_of(marker)


def promised(text):
    return [(promise.text, *promise.kinds) for promise in promised_sentences(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It is a new array.", "new arrays"),
        ("Do not change the arguments.", "unchanged arguments"),
        ("At test time no numbers are drawn.", "chance"),
        ("x: `(N, T, D)`, any T ≥ 1.", "any input"),
        ("ValueError: `x` is not `(N, D)`.", "errors"),
        ("Calls of `forward` do not affect each other.", "independent calls"),
        ("`backward` adds to `gradients`.", "gradients"),
        ("Keep the dtype: float32 in, float32 out.", "dtype"),
        ("The square of 1e200 overflows.", "numerics"),
    ],
)
def test_each_kind_has_its_phrases(text, kind):
    assert promised(text) == [(text, kind)]


def test_a_sentence_ends_where_its_item_or_paragraph_does():
    text = """The state is kept. It is a new
    array. More follows.

- Do not change `x`
- Keep the order

Raises:
    IndexError: an id is outside 0 ... V−1.
    TypeError: never.
"""
    assert [sentence for sentence, *_ in promised(text)] == [
        "It is a new array.",
        "Do not change `x`",
        "IndexError: an id is outside 0 ... V−1.",
    ]


def test_examples_promise_nothing():
    assert promised("```python\n>>> x  # ValueError\n```") == []
