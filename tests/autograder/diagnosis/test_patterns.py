"""Patterns on arrays alone: what they tell, and that too little evidence tells nothing."""

import numpy as np
import pytest

from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.evidence import Answer, AnswerEvidence, Pair, Raised
from autograder.diagnosis.patterns import ANSWERS, EFFECTS, PATTERNS, told_by_each

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 4))
SEQUENCE = RNG.normal(size=(2, 5, 3))
WIDE = RNG.normal(size=(3, 8))
#: 0 at the first step of `SEQUENCE`, and 1 at all others.
LATER = np.arange(5).clip(0, 1)[:, None]


def pair(actual, expected, **facts):
    facts = {"method": "forward", "name": "the result of forward"} | facts
    return Pair(actual=np.asarray(actual), expected=np.asarray(expected), **facts)


def told(*wrong, right=()):
    """The id of the first pattern that holds, and its sentence."""
    evidence = AnswerEvidence(wrong[0].method, tuple(wrong), tuple(right))
    for name, pattern in {**EFFECTS, **PATTERNS}.items():
        if (sentence := pattern(evidence)) is not None:
            return name, sentence
    return None


@pytest.mark.parametrize(
    ("name", "actual", "expected", "words"),
    [
        ("negated", -X, X, "of opposite sign"),
        ("factor", 0.25 * X, X, "0.25 (1/4) times"),
        ("factor", -3 * X, X, "−3 times"),
        ("off-by-a-constant", X + 1.5, X, "differs by the constant 1.5"),
        ("one-minus", 1 - X, X, "1 minus"),
        ("transposed", X.T.copy(), X, "transposed"),
        ("transposed", SEQUENCE[0].T.copy(), SEQUENCE[0], "transposed"),
        ("reversed", SEQUENCE[:, ::-1].copy(), SEQUENCE, "in reverse order along axis 1"),
        ("gates-permuted", np.roll(X, 2, axis=1), X, "[2, 3, 0, 1]"),
        ("interleaved", WIDE[:, [0, 4, 1, 5, 2, 6, 3, 7]], WIDE, "2 blocks along the last axis"),
        ("rows-without-value", X * [[1], [0], [0], [1]], X, "right in some rows and 0 in the oth"),
        ("reduced", X.mean(axis=0), X, "the mean along axis 0"),
        ("reduced", np.float64(X.sum()), X, "the sum over all axes"),
        (
            "only-the-first",
            SEQUENCE[:, 0],
            SEQUENCE,
            "is only the first expected item along axis 1",
        ),
        ("only-the-last", X[-1], X, "is only the last expected item along axis 0"),
        (
            "starts-late",
            SEQUENCE[:, 1:],
            SEQUENCE,
            "right, but without the first items along axis 1",
        ),
        ("ends-early", X[:-1], X, "right, but without the last items along axis 0"),
        ("extra-items-at-the-start", X, X[1:], "right, but preceded by extra items along axis 0"),
        ("extra-items-at-the-end", X, X[:-2], "right, but followed by extra items along axis 0"),
        ("repeats-the-first", 0 * X + X[0], X, "the first expected item, repeated along axis 0"),
        ("repeats-the-last", 0 * X + X[:, -1:], X, "the last expected item, repeated along axis 1"),
        ("exponential", np.exp(X), X, "exp of"),
        ("cut-at-zero", np.maximum(X, 0), X, "negative values are replaced by zero"),
        ("zero", 0 * X, X, "is zero"),
        ("shifted", np.roll(SEQUENCE, 1, 1) * LATER, SEQUENCE, "one step late along axis 1."),
        ("shifted", np.roll(SEQUENCE * LATER, -1, 1), SEQUENCE, "one step early along axis 1."),
        ("not-finite", [-np.inf, -1.0], [-40.0, -1.0], "Your forward returns −∞ where a finite"),
        ("not-finite", np.inf, 1600.0, "Your forward returns ∞ where a finite number is expec"),
        ("not-finite", [np.nan, np.inf], [1.0, 2.0], "returns infinity or NaN where a finite n"),
        # Few numbers are enough if nothing else gives them.
        ("factor", 50.0, 0.5, "100 times"),  # percent
        ("factor", 2.1237 / np.log(2), 2.1237, "a logarithm to base 2 for a natural one"),
        ("exponential", np.exp(2.02758123), 2.02758123, "exp of"),
        ("squared", 0.86853123**2, 0.86853123, "the square of"),
        ("off-by-a-constant", np.arange(5) + 1, np.arange(5), "differs by the constant 1"),
        ("not-finite", np.where(X > 1, np.nan, X), X, "NaN where a finite number"),
    ],
)
def test_one_array_is_enough_if_its_numbers_differ(name, actual, expected, words):
    result, sentence = told(pair(actual, expected))
    assert result == name
    assert words in sentence


def test_a_factor_must_be_the_same_everywhere():
    assert told(pair(2 * X, X), pair(2 * X[:2], X[:2]))[0] == "factor"
    assert told(pair(2 * X, X), pair(3 * X[:2], X[:2])) is None


def test_zeros_of_another_dtype_are_not_called_zero_where_zeros_are_expected():
    assert told(pair(0 * X, X))[0] == "zero"
    assert (told(pair(np.zeros(3, dtype=int), np.zeros(3))) or [""])[0] != "zero"


def test_what_was_right_elsewhere_contradicts_a_factor():
    assert told(pair(2 * X, X), right=[pair(X[:2], X[:2])]) is None
    assert told(pair(2 * X, X), right=[pair(0 * X, 0 * X)])[0] == "factor"


def test_a_size_is_reported_from_several_shapes():
    pairs = [pair(X[:n] / n, X[:n], inputs=(X[:n],)) for n in (2, 3, 4)]
    name, sentence = told(*pairs, right=[pair(X[:1], X[:1], inputs=(X[:1],))])
    assert name == "divided-by-a-size"
    assert "divided by the size of axis 0" in sentence


def test_how_far_a_step_goes():
    start, step = X, RNG.normal(size=X.shape)
    facts = {"method": "step", "is_argument": True, "before": start}
    assert "opposite direction" in told(pair(start - step, start + step, **facts))[1]
    assert "0.1 (1/10) times as long" in told(pair(start + 0.1 * step, start + step, **facts))[1]
    assert told(pair(start, start + step, **facts))[0] == "unmoved"
    first = pair(start + step, start + step, **facts)
    assert told(pair(start + 0.1 * step, start + step, **facts), right=[first]) is None


def test_two_parameters_with_one_mistake_are_reported_once():
    facts = {"method": "step", "is_argument": True, "before": X}
    arrays = {
        name: pair(X + 0.3 * WIDE[0, :4], X + WIDE[0, :4], name=name, **facts) for name in "Wb"
    }
    noise = pair(X + RNG.normal(size=X.shape), X + 1, name="x", **facts)
    group = {
        "some": AnswerEvidence("step", tuple(arrays.values())),
        "other": AnswerEvidence("step", (noise,)),
    }
    together = AnswerEvidence.together([*group.values()], [])
    (check, diagnosis), *others = told_by_each(PATTERNS, group, together).items()
    assert (check, diagnosis.second, others) == ("some", None, [])
    assert "0.3 times as long" in diagnosis.sentence


Z, IDS = RNG.normal(size=(4, 4)), np.array([1, 2, 2, 4])
GRADIENT = X[[0, 1, 2, 3, 0]]


@pytest.mark.parametrize(
    ("name", "actual", "expected", "facts", "words"),
    [
        ("overwritten", X, X + Z, {"before": Z}, "must add to the existing values"),
        (
            "where-the-input-is",
            np.where(Z < 0, 0, X),
            X,
            {"seen": (Z,)},
            "The gradient is zero only where the input is negative.",
        ),
        (
            "rows-of-ids",
            GRADIENT + 1.3 * (np.arange(5) == 2)[:, None],
            GRADIENT,
            {"seen": (IDS,)},
            "wrong only in the rows of repeated ids",
        ),
    ],
)
def test_gradients_and_what_they_are_about(name, actual, expected, facts, words):
    result, sentence = told(pair(actual, expected, method="backward", name="the gradient", **facts))
    assert result == name
    assert words in sentence


def test_sequences_with_padding():
    mask = np.arange(3) < np.array([[3], [1], [2], [3], [3], [2]])
    right = RNG.normal(size=(6, 4))
    wrong = np.where(mask.all(axis=1)[:, None], right, right + RNG.normal(size=right.shape))
    name, sentence = told(pair(wrong, right, inputs=(mask,)))
    assert name == "padded-sequences"
    assert sentence == ("The result of forward is wrong only for the sequences with padding.")
    assert told(pair(wrong[:3], right[:3], inputs=(mask[:3],))) is None  # too few to tell
    assert told(pair(wrong, right, inputs=(mask,)), pair(wrong[1:], right[1:])) is None  # no mask


WORDS = ["to", "be", "or", "not"]


@pytest.mark.parametrize(
    ("name", "actual", "words"),
    [
        ("repetitions", ["to", "be", "to", "or", "not", "be"], "some items more than once"),
        ("sorted", sorted(WORDS), "is sorted"),
        ("another-order", ["be", "to", "or", "not"], "in another order"),
        ("ends-early", WORDS[:2], "is missing its last items"),
        ("starts-late", WORDS[1:], "is missing its first items"),
        ("extra-items-at-the-end", [*WORDS, "to", "bee"], "extra items at the end"),
        ("extra-items-at-the-start", ["and", *WORDS], "extra items at the start"),
    ],
)
def test_lists(name, actual, words):
    def sentences(*answers):
        evidence = AnswerEvidence("f", others=tuple(Answer("f", *answer) for answer in answers))
        return {key: said for key, pattern in ANSWERS.items() if (said := pattern(evidence))}

    for answer in ((actual, WORDS), ({"n": actual, "v": []}, {"n": WORDS, "v": []})):
        told = sentences(answer)
        assert next(iter(told)) == name
        assert words in told[name]
        assert name not in sentences(answer, (["whether"], WORDS))
        assert name not in sentences(answer, ("to be", WORDS))
        assert name not in sentences(answer, ({"n": WORDS}, {"v": WORDS}))


WHOLE = np.arange(3)


@pytest.mark.parametrize(
    ("name", "actual", "expected", "words"),
    [
        ("another-exception", Raised("KeyError"), Raised("ValueError"), "Your f raises KeyError"),
        ("another-exception", Raised(""), Raised("ValueError"), "raises no exception where a"),
        ("nothing-returned", None, X, "is None: `return` is missing"),
        ("something-returned", X, None, "should be None"),
        ("another-dtype", WHOLE * 1.0, WHOLE, "has dtype float64, expected int64"),
        ("another-dtype", (WHOLE, WHOLE * 1.0), (WHOLE, WHOLE), "Result of f, part 2 has dtype"),
        ("list-for-an-array", [0, 1, 2], WHOLE, "is a list, expected an array"),
        ("array-for-a-list", WHOLE, [0, 1, 2], "is an array, expected a list"),
        ("pieces-of-a-text", ["a", "b"], "ab", "is a list of pieces, expected one string"),
        ("one-item", 3.0, [1.0, 2.0, 3.0], "is only the last item of the expected list"),
        ("number-of-results", X, (X, X), "is one result, expected 2"),
    ],
)
def test_answers_of_another_kind(name, actual, expected, words):
    def first(*answers):
        evidence = AnswerEvidence("f", others=tuple(Answer("f", *answer) for answer in answers))
        return next(((k, said) for k, tell in ANSWERS.items() if (said := tell(evidence))), None)

    result, sentence = first((actual, expected))
    assert result == name
    assert words in sentence
    assert first((actual, expected), ("to be", WORDS)) is None


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([0, 1, 5], WHOLE),  # a list, and another number
        (WHOLE + 0.5, WHOLE),
        (Raised("KeyError"), Raised("")),  # the traceback says it
        ([X, X[:2]], [X]),  # arrays have no order
    ],
)
def test_another_kind_and_other_values_tell_nothing_of_the_kind(actual, expected):
    evidence = AnswerEvidence("f", others=(Answer("f", actual, expected),))
    told = [name for name, pattern in ANSWERS.items() if pattern(evidence)]
    assert told in ([], ["extra-items-at-the-end"])


def test_a_list_that_comes_back_as_it_was_given():
    def said(*answers):
        evidence = AnswerEvidence("merge", others=answers)
        return EFFECTS["argument-returned"](evidence)

    unchanged = Answer("merge", [1, 2, 3], [9, 3], given=([1, 2, 3], (1, 2), 9))
    assert said(unchanged) == "The result of merge is equal to its argument: nothing is changed."
    assert said(unchanged, Answer("merge", [1, 9], [9, 9], given=([1, 2, 9],))) is None
    assert said(Answer("merge", [1], [9], given=([1],))) is None, (
        "a short list may be equal by chance"
    )


def test_a_few_ids_are_equal_to_anything():
    facts = {"inputs": (np.array(3), np.array(0))}
    assert told(pair(3, 5, **facts)) is None
    assert told(pair(0, 5)) is None
    assert told(*(pair(3, i, **facts) for i in (5, 6, 8)))[0] == "argument-returned"


def test_items_of_a_long_list_are_called_by_its_name():
    losses = np.exp(X.ravel())
    wrong = (pair(loss / 2, loss, name=f"the result of fit[{i}]") for i, loss in enumerate(losses))
    assert (
        told(*wrong)[1]
        == "The numbers in the result of fit are 0.5 (1/2) times the expected value."
    )


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (0.75, 0.25),  # three times, one minus, or off by a half
        (1.7, 0.9),  # any number is some other one, c times
        ([[2.0]], [[1.0]]),
        ([[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]),  # reversed, or permuted, or 1 − x
        ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),  # exp, or a constant, or 1 − x
        # Sums that do not show the small numbers.
        (
            [[9.4e-14] * 3, [9.3e-14] * 3],
            [[0.0, 3e-311, 9.4e-14], [9.3e-14, 0.0, 3e-311]],
        ),
        (X + RNG.normal(size=X.shape), X),
    ],
)
def test_numbers_that_could_be_anything_tell_nothing(actual, expected):
    assert told(pair(actual, expected)) is None


ODD = [
    np.array(True),
    np.array([True, False]),
    np.zeros((0, 3)),
    np.array(3),
    np.arange(4, dtype=np.uint8),
    np.array([1j, np.nan]),
    np.array([np.inf, -np.inf]),
    np.array(10**400, dtype=object),
    np.zeros((2, 3, 4, 5), dtype=np.float16),
    np.array([5e-324, 1e308]),
    X,
]


@pytest.mark.parametrize("actual", ODD, ids=lambda array: f"{array.dtype}{array.shape}")
@pytest.mark.parametrize("expected", [*ODD[:5], X, np.ones(2)], ids=lambda a: f"{a.dtype}{a.shape}")
def test_whatever_is_answered_no_pattern_stumbles(actual, expected):
    with numpy_errors_ignored():
        wrong = pair(actual, expected, inputs=(np.arange(4), X), seen=(X,), before=expected)
        if wrong.differs and not wrong.is_unclear:
            told(wrong)
            told(wrong, pair(X, 2 * X), right=[pair(actual, actual), pair(expected, expected)])
