"""Patterns of answers of another kind: a list for an array, nothing, another exception."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import close, is_number, same_value
from autograder.diagnosis.evidence import Answer, Evidence, Raised, capitalized
from autograder.isolation.values import zip_leaves
from autograder.isolation.wire import Handle

#: Returns the words for a wrong answer, which follow its subject; empty if it is of another kind.
Tell = Callable[[Any, Any], str]


def _pattern(tell: Tell) -> Callable[[Evidence], str | None]:
    def pattern(evidence: Evidence) -> str | None:
        found = [(name, tell(*pair)) for one in evidence.others for name, *pair in _differing(one)]
        words = {said for _, said in found}
        if len(words) != 1 or "" in words:
            return None
        names = list(dict.fromkeys(name for name, _ in found))
        name = names[0] if len(names) == 1 else _whole(evidence.others[0])
        return f"{capitalized(name)} {words.pop()}."

    return pattern


def _differing(answer: Answer) -> Iterator[tuple[str, Any, Any]]:
    """Yield the innermost values of an answer that differ, with a name."""
    actual, expected = answer.actual, answer.expected
    if isinstance(actual, tuple) and isinstance(expected, tuple) and len(actual) == len(expected):
        for i, (one, other) in enumerate(zip(actual, expected, strict=True), start=1):
            name = f"result of {answer.method}, part {i}"
            yield from ((name, *pair) for pair in _innermost(one, other))
    else:
        yield from ((_whole(answer), *pair) for pair in _innermost(actual, expected))


def _whole(answer: Answer) -> str:
    is_exception = isinstance(answer.actual, Raised)
    return f"your {answer.method}" if is_exception else f"the result of {answer.method}"


def _innermost(actual: Any, expected: Any) -> Iterator[tuple[Any, Any]]:
    for _, *pair in zip_leaves(actual, expected, strict=True):
        if any(isinstance(leaf, Handle | Raised) for leaf in pair) or not same_value(*pair):
            yield pair[0], pair[1]


def _another_exception(actual: Any, expected: Any) -> str:
    if not (isinstance(actual, Raised) and isinstance(expected, Raised) and expected.type):
        return ""
    found = actual.type or "no exception"
    article = "an" if expected.type[:1] in "AEIOU" else "a"
    return f"raises {found} where {article} {expected.type} is expected"


def _nothing(actual: Any, expected: Any) -> str:
    if actual is None and not isinstance(expected, Raised | None):
        return "is None: `return` is missing"
    return ""


def _something(actual: Any, expected: Any) -> str:
    is_value = expected is None and not isinstance(actual, Raised | None)
    return "should be None: it must return nothing" if is_value else ""


def _another_dtype(actual: Any, expected: Any) -> str:
    if not (isinstance(actual, np.ndarray) and isinstance(expected, np.ndarray)):
        return ""
    if actual.dtype == expected.dtype or not _same_numbers(actual, expected):
        return ""
    return f"has dtype {actual.dtype}, expected {expected.dtype}"


def _list_for_an_array(actual: Any, expected: Any) -> str:
    if not (isinstance(actual, list | tuple) and isinstance(expected, np.ndarray)):
        return ""
    return f"is a {_kind(actual)}, expected an array" if _same_numbers(actual, expected) else ""


def _array_for_a_list(actual: Any, expected: Any) -> str:
    if not (isinstance(actual, np.ndarray) and isinstance(expected, list | tuple)):
        return ""
    return f"is an array, expected a {_kind(expected)}" if _same_numbers(actual, expected) else ""


def _pieces_of_a_text(actual: Any, expected: Any) -> str:
    if not (isinstance(expected, str) and isinstance(actual, list | tuple)):
        return ""
    is_cut = all(isinstance(item, str) for item in actual) and "".join(actual) == expected
    return "is a list of pieces, expected one string" if is_cut else ""


def _one_item(actual: Any, expected: Any) -> str:
    """Tell a number or an array that is the first or the last item of the expected list."""
    if not isinstance(expected, list | tuple) or len(expected) < 2:
        return ""
    ends = [word for word, i in (("first", 0), ("last", -1)) if same_value(actual, expected[i])]
    return f"is only the {ends[0]} item of the expected {_kind(expected)}" if len(ends) == 1 else ""


def _number_of_results(actual: Any, expected: Any) -> str:
    if not isinstance(expected, tuple) or (
        isinstance(actual, tuple | list) and len(actual) == len(expected)
    ):
        return ""
    received = f"{len(actual)} results" if isinstance(actual, tuple) else "one result"
    return f"is {received}, expected {len(expected)}" if not isinstance(actual, Raised) else ""


def _same_numbers(one: Any, other: Any) -> bool:
    """Return whether both hold the same numbers in the same shape."""
    try:
        first, second = np.asarray(one), np.asarray(other)
    except ValueError:  # lists of different lengths
        return False
    if {first.dtype.kind, second.dtype.kind} - set("biuf"):
        return False
    return close(first.astype(float), second.astype(float))


def _kind(value: Any) -> str:
    return "number" if is_number(value) else type(value).__name__


KINDS = {
    "another-exception": _pattern(_another_exception),
    "nothing-returned": _pattern(_nothing),
    "something-returned": _pattern(_something),
    "another-dtype": _pattern(_another_dtype),
    "list-for-an-array": _pattern(_list_for_an_array),
    "array-for-a-list": _pattern(_array_for_a_list),
    "pieces-of-a-text": _pattern(_pieces_of_a_text),
    "one-item": _pattern(_one_item),
    "number-of-results": _pattern(_number_of_results),
}
