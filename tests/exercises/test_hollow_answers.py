"""Answers of the right form without content: zeros, NaN, or nothing at all.

Constructors are the reference's, since a stub gives most of them. Everything else that is called
answers with arrays of the right shape, which hold zeros or NaN, or with None. What such an answer
earns is listed in `hollow_answers.toml`, and no check may join that list unseen.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from changed_answers import NAMES, ChangedAnswers, results_of

from autograder.isolation.host.requests import Build, Call, CallAgain, Get
from autograder.isolation.wire import Handle

OPEN = tomllib.loads(Path(__file__).with_name("hollow_answers.toml").read_text("utf-8"))
#: Exercises of one run by default; all of them behind the marker `slow`.
SAMPLE = 2


def zeros(value: Any) -> Any:
    return np.zeros_like(value) if isinstance(value, np.ndarray) else type(value)(0)


def not_numbers(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.full_like(value, np.nan) if value.dtype.kind == "f" else np.zeros_like(value)
    return float("nan")


KINDS = {"zeros": zeros, "nan": not_numbers, "nothing": None}


class Hollow(ChangedAnswers):
    """Answers with `filled` in place of each array and number; with None where that is None.

    Texts are empty, and nothing is true. What a call does beside its answer, as an optimizer that
    moves parameters, is done.
    """

    def __init__(self, inner: Any, filled: Callable[[Any], Any] | None) -> None:
        super().__init__(inner)
        self._filled = filled

    def changed(self, step: Any, outcome: Any) -> Any:
        if isinstance(outcome.value, Handle) or isinstance(step, Build):
            return outcome
        is_read = isinstance(step, Get) and step.name in ("gradients", "state")
        if not (isinstance(step, Call | CallAgain) or is_read) or outcome.is_method:
            return outcome
        return replace(outcome, value=self._hollow(outcome.value, is_read=is_read))

    def _hollow(self, value: Any, *, is_read: bool = False) -> Any:
        if self._filled is None:
            return {key: np.zeros_like(old) for key, old in value.items()} if is_read else None
        if isinstance(value, dict):
            return {key: self._hollow(item) for key, item in value.items()}
        if isinstance(value, (tuple, list)):
            return type(value)(self._hollow(item) for item in value)
        if isinstance(value, str | bool):
            return type(value)()
        return self._filled(value) if isinstance(value, int | float | np.ndarray) else value


def earned_by(name: str, kind: str) -> set[str]:
    """Return the checks with points that hollow answers pass; those of exceptions aside."""
    results = results_of(name, lambda inner: Hollow(inner, KINDS[kind]))
    passed = (check for check in results if check.earned and not check.refused)
    return {check.id.partition("::")[2] for check in passed}


def hold(name: str, kind: str) -> None:
    known = set(OPEN.get(name, {}).get(kind, []))
    assert earned_by(name, kind) <= known


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", random.Random(3).sample(NAMES, SAMPLE))
def test_hollow_answers_earn_nothing(name, kind):
    hold(name, kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_hollow_answers_earn_nothing_in_any_exercise(name, kind):
    hold(name, kind)


def test_the_list_names_exercises():
    assert set(OPEN) <= set(NAMES)
