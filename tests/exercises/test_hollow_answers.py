"""Answers of the right form without content: a constant, nothing at all, or an argument.

Constructors are the reference's, since a stub gives most of them. Everything else that is called
answers with arrays of the right shape, which hold zeros, ones or NaN, or with None. Or it echoes
its first or its last argument of the right form, or else one of another width, cut or repeated.
Where there is none, it answers with ones. What such an answer earns is listed in
`hollow_answers.toml`, and no check may join that list unseen.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from changed_answers import NAMES, ChangedAnswers, results_of

from autograder.sandbox.session.requests import Build, Call, CallAgain, Get
from autograder.sandbox.wire import Handle

OPEN = tomllib.loads(Path(__file__).with_name("hollow_answers.toml").read_text("utf-8"))
#: Exercises of one run by default; all of them behind the marker `slow`.
SAMPLE = random.Random(3).sample(NAMES, 2)


def zeros(value: Any) -> Any:
    return np.zeros_like(value) if isinstance(value, np.ndarray) else type(value)(0)


def not_numbers(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.full_like(value, np.nan) if value.dtype.kind == "f" else np.zeros_like(value)
    return float("nan")


def ones(value: Any) -> Any:
    return np.ones_like(value) if isinstance(value, np.ndarray) else type(value)(1)


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


class Echo(Hollow):
    """Answers with a copy of an argument, and with ones where none has the right form.

    Args:
        place: which of the arguments of the right form.
    """

    def __init__(self, inner: Any, place: int) -> None:
        super().__init__(inner, ones)
        self._place = place
        self._arguments: list[Any] = []

    def changed(self, step: Any, outcome: Any) -> Any:
        if isinstance(step, Call):
            self._arguments = list(parts_of([*step.args, *step.kwargs.values()]))
        return super().changed(step, outcome)

    def _hollow(self, value: Any, *, is_read: bool = False) -> Any:
        given = [] if is_read else self._arguments
        alike = [item for item in given if form_of(item) == form_of(value)]
        if not alike and isinstance(value, np.ndarray) and value.ndim:
            alike = [
                in_width(item, value.shape[-1]) for item in given if differs_in_width(item, value)
            ]
        return alike[self._place] if alike else super()._hollow(value, is_read=is_read)


def parts_of(values: Iterable[Any]) -> Iterator[Any]:
    """Yield `values`, and what lists, tuples and dicts among them hold."""
    for value in values:
        yield value
        if isinstance(value, list | tuple):
            yield from parts_of(value)
        if isinstance(value, dict):
            yield from parts_of(value.values())


def form_of(value: Any) -> tuple[Any, ...]:
    """Return the type of `value`, with its shape if it is an array."""
    shape = (value.shape, value.dtype.kind) if isinstance(value, np.ndarray) else ()
    return type(value), *shape


def differs_in_width(one: Any, value: Any) -> bool:
    """Return whether an array has the shape of `value`, its last axis aside."""
    if not isinstance(one, np.ndarray) or one.dtype.kind != value.dtype.kind:
        return False
    return one.ndim == value.ndim and one.shape[:-1] == value.shape[:-1] and one.shape[-1] > 0


def in_width(one: Any, width: int) -> Any:
    """Return an array whose last axis is cut, or repeated, to `width`."""
    return np.take(one, np.arange(width) % one.shape[-1], axis=-1)


#: Kind -> what makes a session with the reference one with answers of this kind.
KINDS = {
    "zeros": partial(Hollow, filled=zeros),
    "nan": partial(Hollow, filled=not_numbers),
    "nothing": partial(Hollow, filled=None),
    "ones": partial(Hollow, filled=ones),
    "first": partial(Echo, place=0),
    "last": partial(Echo, place=-1),
}


def earned_by(name: str, kind: str) -> set[str]:
    """Return the checks with points that hollow answers pass; those of exceptions aside."""
    results = results_of(name, KINDS[kind])
    passed = (check for check in results if check.earned and not check.evidence.refused)
    return {check.id.partition("::")[2] for check in passed}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in NAMES],
)
def test_hollow_answers_earn_nothing(name, kind):
    known = OPEN.get(name, {})
    assert earned_by(name, kind) <= {*known.get("always", []), *known.get(kind, [])}


def test_the_list_names_exercises():
    assert set(OPEN) <= set(NAMES)
