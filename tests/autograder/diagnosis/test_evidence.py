"""Whether wrong answers tell mistakes apart."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.diagnosis.evidence import Answer, AnswerEvidence, Pair, Raised, free_methods
from autograder.results.report import CheckResult
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.requests import Outcome
from autograder.verdicts import Verdict

X = np.array([0.25, 0.75])


def pair(actual, name="the result of forward", **facts):
    return Pair("forward", name, np.asarray(actual), np.asarray(0.3), **facts)


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
    argument = pair(X, "argument 1", is_argument=True)
    assert AnswerEvidence("forward", (pair(1.0),), (argument,)).is_common
    assert not AnswerEvidence("forward", (argument,)).is_common


def made(wrong=(), right=(), others=(), effects=()):
    answers = tuple(Answer("forward", actual, "right") for actual in others)
    return AnswerEvidence(
        "forward", tuple(map(pair, wrong)), tuple(map(pair, right)), tuple(effects), answers
    )


def test_methods_that_differ_in_passed_checks_are_free_unless_a_check_names_them():
    drawn = pair(1.0, call=RemoteCall("Dropout.forward", "forward()"))
    blamed = CheckResult("x", "x", "Dropout", False, 1.0, Verdict.FAILED, method="Dropout.backward")
    assert free_methods([blamed], [drawn]) == {"Dropout.forward"}
    assert free_methods([replace(blamed, method="Dropout.forward")], [drawn]) == set()
    assert free_methods([blamed], [pair(0.3)]) == set()
