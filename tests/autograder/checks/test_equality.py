"""What a student reads when a value is not the expected one."""

import numpy as np
import pytest
from check_failures import failure

from autograder.checks import CheckFailed, equal, expect, finite
from autograder.results.report import Fact

X = np.arange(6.0).reshape(2, 3)
BROADCASTS = "NumPy would broadcast it without an error, and compute something else"


def differ(count, size, name="y"):
    return f"{name}: {count} of {size} values differ from the expected ones"


#: What is compared -> actual and expected value, and the lines that a student reads.
DIFFERENCES = {
    "shape": (np.zeros((3, 2)), X, "y has the wrong shape: expected (2, 3), received (3, 2)"),
    "shape that broadcasts": (
        np.zeros((2, 1)),
        X,
        "y has the wrong shape: expected (2, 3), received (2, 1)",
        BROADCASTS,
    ),
    "an extra axis": (
        np.zeros((1, 3)),
        np.zeros(3),
        "y has the wrong shape: expected (3,), received (1, 3)",
        BROADCASTS,
    ),
    "float32": (
        X.astype(np.float32),
        X,
        "y: float32 where float64 was given: precision is lost on the way",
    ),
    "integers": (X.astype(np.int64), X, "y: expected dtype float64, received int64"),
    "complex": (X + 0j, X, "y: expected dtype float64, received complex128"),
    "wider": (X, X.astype(np.float32), "y: expected dtype float32, received float64"),
    "NaN": (np.where(X == 4, np.nan, X), X, "y: 1 of 6 values are not finite", "nan at [1, 1]"),
    "infinity": (
        np.where(X > 3, -np.inf, X),
        X,
        "y: 2 of 6 values are not finite",
        "-inf at [1, 1]",
    ),
    "worst entry": (
        X * np.array([1, 2, 2.5]),
        X,
        differ(4, 6),
        "worst at [1, 2]: expected 5, received 12.5 (ratio 2.5)",
    ),
    "no ratio to zero": (
        X + np.array([1e-3, 0, 0]),
        X,
        differ(2, 6),
        "worst at [0, 0]: expected 0, received 0.001",
    ),
    "enough digits": (
        np.array([0.123456399]),
        np.array([0.123456123]),
        differ(1, 1),
        "worst at [0]: expected 0.123456123, received 0.123456399",
    ),
    "ids in full": (
        np.array([1234567, 3]),
        np.array([1234568, 3]),
        differ(1, 2),
        "worst at [0]: expected 1234568, received 1234567",
    ),
    "unsigned": (
        np.array([1, 2], np.uint8),
        np.array([2, 2], np.uint8),
        differ(1, 2),
        "worst at [0]: expected 2, received 1",
    ),
    **{
        f"{received.dtype} with the bytes of {other}": (
            received,
            received.view(other),
            differ(1, 1),
            f"worst at [0]: expected {shown}, received {received[0]}",
        )
        for received, other, shown in [
            (np.array([-1]), "uint64", "18446744073709551615"),
            (np.array([200], np.uint8), "int8", "-56"),
            (np.array([1], "<i2"), ">i2", "256"),
        ]
    },
    "truth values": (
        np.array([True, False]),
        np.array([True, True]),
        differ(1, 2),
        "worst at [1]: expected True, received False",
    ),
    "infinity in the wrong place": (
        np.array([np.inf, 1.0]),
        np.array([1.0, np.inf]),
        "y: 1 of 2 values are not finite",
        "inf at [0]",
    ),
    "finite where infinity belongs": (
        np.array([1.0]),
        np.array([np.inf]),
        differ(1, 1),
        "worst at [0]: expected inf, received 1",
    ),
    "list": (
        [1.0, 2.0],
        X,
        "y: expected an array of shape (2, 3), received a list of 2 items, not an array",
    ),
    "nothing": (None, X, "y: expected an array of shape (2, 3), received None"),
    "None expected": (X, None, "y: expected None, received float64 (2, 3)"),
    "integer": (100, 98, "y: expected 98, received 100"),
    "number": (0.5, 0.25, "y: expected 0.25, received 0.5 (ratio 2)"),
    "0-d": (np.array(0.5), 0.25, "y: expected 0.25, received 0.5 (ratio 2)"),
    "vector of one": (np.array([0.25]), 0.25, "y: expected a number, received shape (1,)"),
    "text": ("0.25", 0.25, "y: expected a number, received '0.25'"),
    "truth for a number": (True, 1.0, "y: expected a number, received True"),
    "1j": (np.array(1j), 0.25, "y: expected a real number, received a complex one"),
    "NaN for a number": (np.nan, 0.25, "y: expected 0.25, received nan"),
    "number for truth": (1, True, "y: expected True, received 1"),
    "too few": ((X,), (X, X), "y: expected 2 items, received 1"),
    "no tuple": (X, (X, X), "y: expected a tuple of 2, received float64 (2, 3)"),
    "inside a tuple": (
        (X, 2 * X),
        (X, X),
        differ(5, 6, "y[1]"),
        "worst at [1, 2]: expected 5, received 10 (ratio 2)",
    ),
    "names": (
        {"W": X, "c": 1.0},
        {"W": X, "b": 1.0},
        "y is missing entries: b and has unexpected entries: c",
    ),
    "no dict": ([1], {"W": X}, "y: expected a dict, received [1]"),
    "inside a dict": ({"W": 2.0}, {"W": 1.0}, "y['W']: expected 1, received 2 (ratio 2)"),
    "words": ("cat", "dog", "y: expected 'dog', received 'cat'"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_difference_has_its_own_words(name):
    actual, expected, *lines = DIFFERENCES[name]
    assert failure(equal, actual, expected, "y") == lines


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (X * (1 + 1e-9), X),
        (X.astype(np.int32), X.astype(np.int64)),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
        (np.nan, np.nan),
        (np.array(0.5), 0.5),
        (1, 1.0),
        (np.array(True), True),
        (False, np.array(False)),
        ([1, X], (1, X)),
        ({"a": X}, {"a": X}),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array([1e300, -1e308]), np.array([1e300, -1e308])),
        (None, None),
    ],
    ids=repr,
)
def test_what_is_as_good_as_equal_passes(actual, expected):
    equal(actual, expected, "y")


def test_tolerances():
    equal(X + 0.09, X, "y", atol=0.1)
    equal(X + 0.4, X, "y", rtol=0.1)  # of the largest entry, 5
    assert failure(equal, X + 0.6, X, "y", rtol=0.1)


def test_numbers_behind_a_mask_are_not_taken_for_the_values():
    masked = np.ma.array([1.0, 9.0], mask=[False, True], fill_value=2.0)
    assert masked.tobytes() == np.array([1.0, 2.0]).tobytes()
    assert failure(equal, masked, np.array([1.0, 2.0]), "y")


def test_huge_differences_do_not_overflow_into_a_warning():
    lines = failure(equal, np.array([-1e308]), np.array([1e308]), "y")
    assert lines[1] == "worst at [0]: expected 1e+308, received -1e+308 (ratio -1)"


def test_the_expected_array_is_never_told_in_full():
    expected = np.random.default_rng(0).normal(size=50)
    told = " ".join(failure(equal, expected + 1, expected, "y"))
    assert len(told) < 200
    assert sum(f"{value:.3f}"[:5] in told for value in expected) <= 2


def test_finite_and_expect():
    for value, *lines in (
        (np.array([[1.0, np.nan]]), "y: 1 of 2 values are not finite", "nan at [0, 1]"),
        (np.inf, "y: 1 of 1 values are not finite", "inf at []"),
        (None, "y: expected numbers, received None"),
    ):
        assert failure(finite, value, "y") == lines
    finite(X, "y")
    finite(3, "y")
    expect(True, "never said")
    assert failure(expect, False, "said", "and why") == ["said", "and why"]


@pytest.mark.parametrize(
    ("actual", "expected", "fact"),
    [
        (np.array([1.0, 2.5]), np.array([1.0, 2.0]), Fact("y: values", "2", "2.5")),
        (np.ones(3), np.ones(2), Fact("y: shape", "(2,)", "(3,)")),
        (np.ones(2, np.float32), np.ones(2), Fact("y: dtype", "float64", "float32")),
        (np.array([np.nan, 1.0]), np.ones(2), Fact("y: not finite", "finite numbers", "nan")),
        (None, np.ones(2), Fact("y: type", "an array of shape (2,)", "None")),
        ([1], (1, 2), Fact("y: length", "2 items", "1")),
        (3, {"W": 1}, Fact("y: type", "a dict", "3")),
        ({"W": 1.0}, {"W": 2.0}, Fact("y['W']: values", "2", "1")),
        (True, 2.0, Fact("y: type", "a number", "True")),
        ("no", "yes", Fact("y: values", "'yes'", "'no'")),
    ],
)
def test_what_is_wrong_is_a_fact_of_its_own(actual, expected, fact):
    with pytest.raises(CheckFailed) as caught:
        equal(actual, expected, "y")
    assert caught.value.fact == fact


def test_a_wrong_list_shows_what_is_missing_and_what_is_extra():
    pairs = [(1, 2), (3, 4), (3, 4)], [(1, 2), (5, 6)]
    assert failure(equal, *pairs, "pairs") == [
        "pairs: expected 2 items, received 3", "missing: (5, 6)", "extra: (3, 4), (3, 4)",
    ]  # fmt: skip
    assert failure(equal, ["b", "a"], ["b", "c"], "words") == [
        "words[1]: expected 'c', received 'a'", "missing: 'c'", "extra: 'a'",
    ]  # fmt: skip
    assert len(failure(equal, ["b", "a"], ["a", "b"], "words")) == 1
    assert failure(equal, np.array([4, 7]), np.array([4, 7, 7]), "ids")[1:] == ["missing: 7"]


def test_items_are_named_as_in_the_text():
    names = "grad_x", ("grad_h_0", "")
    right = X, (X, X)
    for wrong, what in (
        ((X + 1, (X, X)), "grad_x that backward returns: 6"),
        ((X, (X + 1, X)), "grad_h_0 that backward returns: 6"),
        ((X, (X, X + 1)), "backward[1]: 6"),
        ((X, X), "backward: expected a tuple of 2"),
    ):
        assert failure(equal, wrong, right, "backward", names=names)[0].startswith(what)
