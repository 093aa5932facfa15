"""Random wrong answers in every check: each is the submission's failure, in bounded memory.

In every run of an exercise each check gets a wrong value in place of an answer of the reference,
and in half of the runs in place of all that follow: another shape, type or size, an exception,
parameters that are missing or too many. No check may take that for a fault of the grader.
"""

from __future__ import annotations

import random
import resource
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from changed_answers import NAMES, ChangedAnswers, results_of

from autograder.checks.host_limits import HostLimits
from autograder.reports.json_report import render_json
from autograder.reports.junit import render_junit
from autograder.results.report import ExerciseResult, Provenance, Report, TaskResult
from autograder.sandbox.session.faults import Blocked, Crashed, NotWritten, OutOfMemory, TimedOut
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.wire import Handle
from autograder.verdicts import Verdict

LIMITS = HostLimits(memory=600 << 20, seconds=20.0)
#: What all runs together may add to the memory of this process.
MOST_MEMORY = 2 << 30
#: Exercises of one run by default, and runs of each exercise behind the marker `slow`.
SAMPLE, RUNS = 4, 30

FAULTS = [
    Crashed("ValueError: no good", raised="ValueError"),
    Crashed("StopIteration", raised="StopIteration"),
    Crashed("the process was killed (SIGKILL)"),
    TimedOut("no answer within 5 s of processor time"),
    OutOfMemory("asked for too much memory"),
    NotWritten("not written yet"),
    Blocked("needs 'rnn'"),
]
#: From a right array to a wrong one.
ARRAYS = [
    lambda a: a[None],
    lambda a: a[..., None],
    lambda a: a.ravel(),
    lambda a: a.T,
    lambda a: a[:-1] if a.ndim else a,
    lambda a: np.concatenate([a, a]) if a.ndim else a,
    lambda a: a[:0] if a.ndim else a,
    lambda a: np.zeros((2_000_000, 1, 1)),
    lambda a: np.zeros((3_000, 1, 3_000 // 10)),
    lambda a: a.astype(np.float32),
    lambda a: a.astype(complex),
    lambda a: a.astype(np.int64) if np.isfinite(a).all() else a > 0,
    lambda a: a > 0,
    lambda a: np.full_like(a, np.nan, dtype=float),
    lambda a: np.full_like(a, np.inf, dtype=float),
    lambda a: np.full_like(a, 1e308, dtype=float),
    lambda a: -np.abs(a.astype(float)) - 1,
    lambda a: a.tolist(),
    lambda a: float(a.ravel()[0]) if a.size else 0.0,
]
#: In place of anything.
ANYTHING = [
    *(None, True, -1, 1 << 62, 1 << 200, float("nan"), float("inf"), 1j),
    *("", "text" * 1000, b"bytes", (), [], {}, [[1, 2], [3]], {"a": {"b": 1}}, {1: 2}),
    *((None, None), (1, 2, 3), np.zeros(()), np.zeros(0), np.zeros((2_000_000, 1, 1))),
    *(list(range(200_000)), Handle(10**9, "Nothing"), np.array([np.nan])),
    *({"W": np.zeros(3), "b": None}, [np.zeros(2)] * 100, np.random.default_rng(0)),
]
#: From a right dict, list or tuple to a wrong one.
DICTS = [
    lambda d: {**d, "more": np.ones(3)},
    lambda d: dict(list(d.items())[1:]),
    lambda d: {str(k) + "_": v for k, v in d.items()},
    dict.fromkeys,
    lambda d: {k: np.zeros((2_000_000, 1, 1)) for k in d},
    lambda d: {k: v[None] if isinstance(v, np.ndarray) else v for k, v in d.items()},
    lambda d: list(d.values()),
]
SEQUENCES = [
    lambda s: s[:-1],
    lambda s: [*s, *s],
    lambda s: tuple(reversed(s)),
    lambda s: tuple(None for _ in s),
    list,
    lambda s: s[0] if s else None,
]


class WrongAnswers(ChangedAnswers):
    """A session with the reference that gives wrong answers from some step of a check on.

    Args:
        inner: answers rightly.
        draw: chooses what is wrong, anew for every check.
    """

    def __init__(self, inner: InlineSession, draw: random.Random) -> None:
        super().__init__(inner)
        self._draw = draw

    def begin(self, check=""):
        super().begin(check)
        self._left = int(self._draw.expovariate(1 / 6))
        self._kind = self._draw.random()
        self._choice = self._draw.randrange(1 << 30)
        self._always = self._draw.random() < 0.5

    def changed(self, step, outcome):
        self._left -= 1
        if self._left > 0 or (self._left < 0 and not self._always):
            return outcome
        if self._kind < 0.12:
            raise self._one_of(FAULTS)
        if self._kind < 0.17:
            return replace(outcome, is_method=not outcome.is_method)
        if self._kind < 0.22:
            return replace(outcome, changed=("argument 1",), aliased=("x" * 80,), args=())
        return replace(outcome, value=self._wrong(outcome.value), is_method=False)

    def _wrong(self, value):
        if self._kind < 0.45:
            return self._one_of(ANYTHING)
        if isinstance(value, np.ndarray):
            return self._one_of(ARRAYS)(value)
        if isinstance(value, dict):
            return self._one_of(DICTS)(value)
        if isinstance(value, (list, tuple)):
            return self._one_of(SEQUENCES)(value)
        return value if self._kind < 0.6 and isinstance(value, Handle) else self._one_of(ANYTHING)

    def _one_of(self, values):
        return values[self._choice % len(values)]


def graded_wrongly(name, seed, *, trained):
    """What becomes of the checks of an exercise whose answers are wrong."""
    changed = partial(WrongAnswers, draw=random.Random(f"{name} {seed}"))
    return results_of(name, changed, seed=seed, trained=trained, limits=LIMITS)


def hold(name, results, seed):
    """No fault of the grader, and reports of it that can be written."""
    faults = [(r.id, r.message) for r in results if r.verdict is Verdict.NOT_GRADED]
    assert not faults, (name, seed, faults)
    tasks = tuple(TaskResult(check.id, (check,)) for check in results)
    report = Report(
        Provenance(seed, "numpy", "cpu", "none"),
        (ExerciseResult(name, "unit", "title", tasks),),
    )
    assert render_json(report, show_hidden=True)
    assert render_junit(report, show_hidden=True)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@pytest.mark.parametrize("name", random.Random(14).sample(NAMES, SAMPLE))
def test_wrong_answers_are_failures_of_the_submission(name):
    before = peak()
    hold(name, graded_wrongly(name, 0, trained=False), 0)
    assert peak() - before < MOST_MEMORY


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", NAMES)
def test_thousands_of_wrong_answers_are_failures_of_the_submission(name):
    before, failed = peak(), 0
    for seed in range(RUNS):
        results = graded_wrongly(name, seed, trained=seed % 5 == 0)
        hold(name, results, seed)
        failed += sum(result.verdict is not Verdict.PASSED for result in results)
    assert failed > RUNS, "hardly anything was wrong"
    assert peak() - before < MOST_MEMORY
