"""Patterns of answers of another kind, such as a list for an array, and of wrong lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import close, is_number, same_value
from autograder.diagnosis.evidence import Answer, AnswerEvidence, Raised, capitalized
from autograder.diagnosis.patterns.arrangement import exchanged, is_end, is_start
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
    actual, expected = answer.actual, answer.expected
    if isinstance(actual, tuple) and isinstance(expected, tuple) and len(actual) == len(expected):
        for i, (part, expected_part) in enumerate(zip(actual, expected, strict=True)):
            known = answer.names[i] if isinstance(answer.names, tuple) else ""
            name = known if known and isinstance(known, str) else ""
            name = name or f"result of {answer.method}, part {i + 1}"
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
    article = "an" if expected.type[:1] in "AEIOU" else "a"
    return f"raises {actual.type or 'no exception'} where {article} {expected.type} is expected"


def _if(words: str, test: Callable[[Any, Any], bool]) -> Tell:
    return lambda actual, expected: words.format(actual, expected) if test(actual, expected) else ""


def _is_missing(value: Any, other: Any) -> bool:
    return value is None and not isinstance(other, Raised | None)


def _has_another_dtype(actual: Any, expected: Any) -> bool:
    is_of_arrays = isinstance(actual, np.ndarray) and isinstance(expected, np.ndarray)
    return is_of_arrays and actual.dtype != expected.dtype and _same_numbers(actual, expected)


def _is_in_pieces(actual: Any, expected: Any) -> bool:
    is_cut = isinstance(expected, str) and isinstance(actual, list | tuple)
    return is_cut and all(isinstance(item, str) for item in actual) and "".join(actual) == expected


def _list_for_an_array(actual: Any, expected: Any) -> str:
    is_list = isinstance(actual, list | tuple) and isinstance(expected, np.ndarray)
    is_same = is_list and _same_numbers(actual, expected)
    return f"is a {_kind(actual)}, expected an array" if is_same else ""


def _array_for_a_list(actual: Any, expected: Any) -> str:
    is_array = isinstance(actual, np.ndarray) and isinstance(expected, list | tuple)
    is_same = is_array and _same_numbers(actual, expected)
    return f"is an array, expected a {_kind(expected)}" if is_same else ""


def _one_item(actual: Any, expected: Any) -> str:
    """Tell a number or an array that is the first or the last item of the expected list."""
    if not isinstance(expected, list | tuple) or len(expected) < 2:
        return ""
    ends = [word for word, i in (("first", 0), ("last", -1)) if same_value(actual, expected[i])]
    return f"is only the {ends[0]} item of the expected {_kind(expected)}" if len(ends) == 1 else ""


def _number_of_results(actual: Any, expected: Any) -> str:
    is_list = isinstance(actual, tuple | list)
    if not isinstance(expected, tuple) or (is_list and len(actual) == len(expected)):
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


TYPES = {
    "another-exception": _pattern(_another_exception),
    "nothing-returned": _pattern(_if("is None: `return` is missing", _is_missing)),
    "something-returned": _pattern(
        _if("should be None: it must return nothing", lambda a, e: _is_missing(e, a))
    ),
    "another-dtype": _pattern(_if("has dtype {0.dtype}, expected {1.dtype}", _has_another_dtype)),
    "list-for-an-array": _pattern(_list_for_an_array),
    "array-for-a-list": _pattern(_array_for_a_list),
    "pieces-of-a-text": _pattern(_if("is a list of pieces, expected one string", _is_in_pieces)),
    "one-item": _pattern(_one_item),
    "number-of-results": _pattern(_number_of_results),
}


ListTest = Callable[[list[Any], list[Any]], bool]
_is_start, _is_end = partial(is_start, same=same_value), partial(is_end, same=same_value)


def _list_pattern(words: str, test: ListTest) -> Callable[[AnswerEvidence], str | None]:
    def pattern(evidence: AnswerEvidence) -> str | None:
        differing = [
            pair
            for answer in evidence.others
            for pair in _differing_lists(answer.actual, answer.expected)
        ]
        holds = all(
            isinstance(actual, list) and isinstance(expected, list) and test(actual, expected)
            for actual, expected in differing
        )
        return f"The result of {evidence.method} {words}." if evidence.others and holds else None

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


def _is_in(item: Any, items: list[Any]) -> bool:
    return any(same_value(item, other) for other in items)


def _has_repetitions(actual: list[Any], expected: list[Any]) -> bool:
    distinct = [item for i, item in enumerate(actual) if not _is_in(item, actual[:i])]
    return len(actual) > len(expected) and same_value(distinct, expected)


def _is_sorted(actual: list[Any], expected: list[Any]) -> bool:
    try:
        return len(expected) > 1 and same_value(actual, sorted(expected))
    except (TypeError, ValueError):  # items without an order, such as arrays
        return False


def _has_another_order(actual: list[Any], expected: list[Any]) -> bool:
    return (
        len(actual) == len(expected) > 1
        and all(_is_in(item, expected) for item in actual)
        and all(_is_in(item, actual) for item in expected)
    )


LISTS = {
    "repetitions": _list_pattern("contains some items more than once", _has_repetitions),
    "sorted": _list_pattern("is sorted, but must keep the original order", _is_sorted),
    "another-order": _list_pattern("contains the right items in another order", _has_another_order),
    "ends-early": _list_pattern("is missing its last items", _is_start),
    "starts-late": _list_pattern("is missing its first items", _is_end),
    "extra-items-at-the-end": _list_pattern("has extra items at the end", exchanged(_is_start)),
    "extra-items-at-the-start": _list_pattern("has extra items at the start", exchanged(_is_end)),
}
