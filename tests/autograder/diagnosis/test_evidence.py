"""Whether wrong answers tell mistakes apart."""

import numpy as np
import pytest

from autograder.diagnosis.evidence import Answer, AnswerEvidence, Pair, Raised
from autograder.sandbox.session.requests import Outcome

X = np.array([0.25, 0.75])


def pair(actual, name="the result of forward"):
    return Pair("forward", name, np.asarray(actual), np.asarray(0.3))


@pytest.mark.parametrize(
    "evidence",
    [
        {"wrong": [1.0]},
        {"wrong": [np.zeros((2, 3)), 0.0]},
        {"wrong": [[-0.5, -0.5]]},
        {"wrong": [[np.nan, np.inf]]},
        {"wrong": [[True, True]]},
        {"wrong": [1], "right": [1]},
        {"others": [None]},
        {"others": [False, True]},
        {"others": [[]]},
    ],
)
def test_an_answer_that_much_wrong_code_gives(evidence):
    assert made(**evidence).is_common


@pytest.mark.parametrize(
    "evidence",
    [
        {"wrong": [0.3127]},
        {"wrong": [2**80]},
        {"wrong": [[0.0, 1.0]]},
        {"wrong": [1.0, -1.0]},
        {"wrong": [1.0], "right": [X]},
        {"others": ["a word"]},
        {"others": [Raised("ValueError")]},
        {"others": [None, [3]]},
        {"effects": [("forward", Outcome(X), Outcome(X))]},
    ],
)
def test_an_answer_that_few_mistakes_give(evidence):
    assert not made(**evidence).is_common


def test_an_argument_that_is_as_it_was_is_no_evidence():
    argument = pair(X, "argument 1")
    assert AnswerEvidence("forward", (pair(1.0),), (argument,)).is_common
    assert not AnswerEvidence("forward", (argument,)).is_common


def made(wrong=(), right=(), others=(), effects=()):
    answers = tuple(Answer("forward", actual, "right") for actual in others)
    return AnswerEvidence(
        "forward", tuple(map(pair, wrong)), tuple(map(pair, right)), tuple(effects), answers
    )
