"""Patterns of answers of another kind, such as a list for an array, and of wrong lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import close, is_number, same_value
from autograder.diagnosis.evidence import Answer, AnswerEvidence, Raised, capitalized
from autograder.sandbox.wire import Handle, zip_leaves

#: Returns the words for a wrong answer, which follow its subject; empty if it is of another kind.
Tell = Callable[[Any, Any], str]


def _pattern(tell: Tell) -> Callable[[AnswerEvidence], str | None]:
    def pattern(evidence: AnswerEvidence) -> str | None:
        told = [
            (name, tell(*pair)) for answer in evidence.others for name, *pair in _differing(answer)
        ]
        words = {said for _, said in told}
        if len(words) != 1 or "" in words:
            return None
        names = list(dict.fromkeys(name for name, _ in told))
        name = names[0] if len(names) == 1 else _whole(evidence.others[0])
        return f"{capitalized(name)} {words.pop()}."

    return pattern


def _differing(answer: Answer) -> Iterator[tuple[str, Any, Any]]:
    """Yield the innermost values of an answer that differ, with a name."""
    actual, expected = answer.actual, answer.expected
    if isinstance(actual, tuple) and isinstance(expected, tuple) and len(actual) == len(expected):
        for i, (part, expected_part) in enumerate(zip(actual, expected, strict=True), start=1):
            name = f"result of {answer.method}, part {i}"
            yield from ((name, *pair) for pair in _innermost(part, expected_part))
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
    raised = actual.type or "no exception"
    article = "an" if expected.type[:1] in "AEIOU" else "a"
    return f"raises {raised} where {article} {expected.type} is expected"


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


def _same_numbers(first: Any, other: Any) -> bool:
    """Return whether both hold the same numbers in the same shape."""
    try:
        first, second = np.asarray(first), np.asarray(other)
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


ListTest = Callable[[list[Any], list[Any]], bool]


def _list_pattern(words: str, test: ListTest) -> Callable[[AnswerEvidence], str | None]:
    def pattern(evidence: AnswerEvidence) -> str | None:
        if not evidence.others:
            return None
        differing = [
            pair
            for answer in evidence.others
            for pair in _differing_lists(answer.actual, answer.expected)
        ]
        for actual, expected in differing:
            if not (isinstance(actual, list) and isinstance(expected, list)):
                return None
            if not test(actual, expected):
                return None
        return f"The result of {evidence.method} {words}."

    return pattern


def _differing_lists(actual: Any, expected: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the innermost values that differ; a list counts as one value."""
    if same_value(actual, expected):
        return
    if isinstance(expected, dict) and isinstance(actual, dict) and set(actual) == set(expected):
        for key, value in expected.items():
            yield from _differing_lists(actual[key], value)
    elif isinstance(expected, tuple) and isinstance(actual, tuple | list):
        yield list(actual), list(expected)
    else:
        yield actual, expected


def _once(items: list[Any]) -> list[Any]:
    """Return `items` without repetitions."""
    return [item for i, item in enumerate(items) if not _is_in(item, items[:i])]


def _is_in(item: Any, items: list[Any]) -> bool:
    return any(same_value(item, other) for other in items)


def _has_repetitions(actual: list[Any], expected: list[Any]) -> bool:
    return len(actual) > len(expected) and same_value(_once(actual), expected)


def _is_sorted(actual: list[Any], expected: list[Any]) -> bool:
    try:
        return len(expected) > 1 and same_value(actual, sorted(expected))
    except (TypeError, ValueError):  # items without an order, such as arrays
        return False


def _has_another_order(actual: list[Any], expected: list[Any]) -> bool:
    def is_within(some: list[Any], others: list[Any]) -> bool:
        return all(_is_in(item, others) for item in some)

    same_length = len(actual) == len(expected) > 1
    return same_length and is_within(actual, expected) and is_within(expected, actual)


def _is_cut_at_the_end(actual: list[Any], expected: list[Any]) -> bool:
    return 0 < len(actual) < len(expected) and same_value(actual, expected[: len(actual)])


def _is_cut_at_the_start(actual: list[Any], expected: list[Any]) -> bool:
    return 0 < len(actual) < len(expected) and same_value(actual, expected[-len(actual) :])


def _continues(actual: list[Any], expected: list[Any]) -> bool:
    return _is_cut_at_the_end(expected, actual)


def _begins_too_early(actual: list[Any], expected: list[Any]) -> bool:
    return _is_cut_at_the_start(expected, actual)


LISTS = {
    "repetitions": _list_pattern("contains some items more than once", _has_repetitions),
    "sorted": _list_pattern("is sorted, but must keep the original order", _is_sorted),
    "another-order": _list_pattern("contains the right items in another order", _has_another_order),
    "ends-early": _list_pattern("is missing its last items", _is_cut_at_the_end),
    "starts-late": _list_pattern("is missing its first items", _is_cut_at_the_start),
    "extra-items-at-the-end": _list_pattern("has extra items at the end", _continues),
    "extra-items-at-the-start": _list_pattern("has extra items at the start", _begins_too_early),
}
