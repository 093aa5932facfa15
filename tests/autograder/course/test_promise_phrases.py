"""Sentences that promise something are found in Markdown and in docstrings."""

import pytest

from autograder.course.promise_phrases import promised_sentences


def found(text):
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
    assert found(text) == [(text, kind)]


def test_a_sentence_ends_where_its_item_or_paragraph_does():
    text = """The state is kept. It is a new
    array. More follows.

- Do not change `x`
- Keep the order

Raises:
    IndexError: an id is outside 0 ... V−1.
    TypeError: never.
"""
    assert [sentence for sentence, *_ in found(text)] == [
        "It is a new array.",
        "Do not change `x`",
        "IndexError: an id is outside 0 ... V−1.",
    ]


def test_examples_promise_nothing():
    assert found("```python\n>>> x  # ValueError\n```") == []
