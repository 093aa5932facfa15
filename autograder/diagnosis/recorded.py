"""A recorded check: the requests, the submission's answers, and the answers of other code to them.

Other code is the solution, or a changed solution. It is trusted: it runs in this process through
the worker's dispatcher, as the reference does. Requests are decoded from the frames that were sent.
Each handle of an object of the submission is replaced by the handle of the object that the same
step created here.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

from autograder.checks import host_limits
from autograder.course.exercise_texts import text_names
from autograder.course.reading import Exercise
from autograder.course.source import definitions, parse
from autograder.diagnosis.answer_reader import HeldAnswers
from autograder.diagnosis.comparison import (
    Exchanges,
    IgnoredDifferences,
    View,
    facts_between,
    ignored,
    is_number,
    same_exchange,
    without_overwritten,
    wrong_steps,
)
from autograder.results.report import CheckResult
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.inline import InlineWorker
from autograder.sandbox.session.session import Exchange, fault_from
from autograder.sandbox.session.text_names import TextNames
from autograder.sandbox.worker.dispatcher import ModuleSource
from autograder.sandbox.worker.loading import NotDefinedError
from autograder.verdicts import Verdict
from framework.models.parts import PartSource


class SourceModule:
    """A module made from source text, executed on first use; its namespace is empty before.

    Raises:
        SyntaxError: the text is no Python.
    """

    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self._code = compile(source, f"<{name}>", "exec", dont_inherit=True)
        self._name = name
        self.namespace: dict[str, Any] = {}

    def load(self) -> None:
        """Execute the source once."""
        if not self.namespace:
            self.namespace = vars(ModuleType(self._name))
            exec(self._code, self.namespace)

    def attribute(self, name: str) -> Any:
        """Return what it defines as `name`."""
        self.load()
        try:
            return self.namespace[name]
        except KeyError:
            raise NotDefinedError(f"{self._name} does not define {name}") from None


@dataclass(eq=False)
class Replayer:
    """Sends the requests of checks of `exercise` to its solution and to changed solutions.

    Args:
        parts: the source of the parts of other exercises; its own come from the replayed module.
    """

    exercise: Exercise
    parts: PartSource
    _modules: dict[str, SourceModule] = field(default_factory=dict)

    @cached_property
    def source(self) -> str:
        """The text of the solution."""
        return self.exercise.solution_source()

    @cached_property
    def names(self) -> TextNames:
        """The names that the text of the exercise gives to arguments and results."""
        return text_names(self.exercise)

    def uses(self, task: str) -> set[str]:
        """Return the other tasks of the exercise that the solution of `task` names."""
        nodes = ast.walk(definitions(parse(self.source)).get(task, ast.Pass()))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        return names.intersection(self.exercise.task_names) - {task}

    @property
    def solution(self) -> SourceModule:
        """The solution."""
        return self.module(self.source)

    def module(self, source: str) -> SourceModule:
        """Return the module of this source text, cached.

        Raises:
            SyntaxError: the text is no Python.
        """
        if source not in self._modules:
            self._modules[source] = SourceModule(source, self.exercise.name)
        return self._modules[source]

    def answers(self, module: ModuleSource, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
        """Yield the answers of `module` to the requests of `exchanges`, in order."""
        own = {task.registry_name: task.name for task in self.exercise.tasks}

        def part(name: str) -> Any:
            return module.attribute(own[name]) if name in own else self.parts(name)

        worker = InlineWorker(module, None, part)
        for exchange in exchanges:
            error, outcomes = worker.again(exchange)
            host_limits.check()  # the worker takes every exception for one of the code
            called_back = worker.callbacks.made()
            answer = Exchange(exchange.frame, tuple(outcomes), called_back=called_back)
            yield answer if error is None else _raised(answer, error, len(exchange.steps))


def _raised(answer: Exchange, error: Any, steps: int) -> Exchange:
    """Return `answer` with the exception that ended it."""
    fault = fault_from(error, ["?"] * steps, "")
    raised = (fault.raised if isinstance(fault, Crashed) else "") or type(fault).__name__
    return replace(answer, raised=raised, message=fault.message)


#: A changed solution may compute for `EXTRA_SECONDS` plus `MAX_SLOWDOWN` times the solution's CPU
#: seconds. Some small changes give a network with a thousand times as many parameters.
EXTRA_SECONDS, MAX_SLOWDOWN = 0.5, 10.0

_READS_CLOCK = re.compile(r"^[ \t]*(import|from) time\b", re.MULTILINE)


@dataclass(frozen=True)
class Compared:
    """How the answer to one request is compared.

    Attributes:
        allowed: the differences that do not count.
        is_wrong: whether the submission's answer is wrong.
        is_evidence: whether more than an exception of its own is wrong.
        evidence: the number of facts in which it is wrong.
    """

    allowed: IgnoredDifferences
    is_wrong: bool
    is_evidence: bool
    evidence: int


@dataclass(eq=False)
class RecordedCheck(HeldAnswers):
    """One check: its requests, the submission's answers, and those of the solution.

    Attributes:
        asked: the requests and the submission's answers, as they were recorded.
    """

    result: CheckResult
    asked: Exchanges
    replayer: Replayer
    _compared: dict[View, list[Compared]] = field(default_factory=dict)

    @cached_property
    def _timed(self) -> tuple[list[Exchange], float]:
        started = time.process_time()
        right = list(self.replayer.answers(self.replayer.solution, self.asked))
        return right, time.process_time() - started

    @cached_property
    def _again(self) -> list[Exchange] | None:
        """The answers of a solution that reads a clock, computed again; None without a clock."""
        if not _READS_CLOCK.search(self.replayer.source):
            return None
        return list(self.replayer.answers(self.replayer.solution, self.asked))

    def _comparable(self, answers: Iterable[Exchange]) -> Iterator[Exchange]:
        """Yield answers without numbers that a clock gives, and results that were overwritten."""
        answers = map(without_overwritten, answers)
        return map(without_clocks, answers, self._timed[0], self._again) if self._again else answers

    @cached_property
    def exchanges(self) -> Exchanges:  # type: ignore[override]  # it cannot be set
        """The requests, and the submission's answers without what does not depend on its code."""
        return list(self._comparable(self.asked))

    @cached_property
    def right(self) -> Exchanges:  # type: ignore[override]  # it cannot be set
        """The answers of the solution."""
        return list(self._comparable(self._timed[0]))

    def answers(self, module: ModuleSource) -> Iterator[Exchange]:
        """Yield the answers of `module` to the requests, in order."""
        return self._comparable(self.replayer.answers(module, self.asked))

    @property
    def allowed_seconds(self) -> float:
        """The CPU time that another module may use for its answers."""
        return EXTRA_SECONDS + MAX_SLOWDOWN * self._timed[1]

    @cached_property
    def is_silently_wrong(self) -> bool:
        """Whether the check has failed, and only calls of callbacks are wrong."""
        pairs = list(zip(self.exchanges, self.right, strict=True))
        return (
            self.result.verdict is not Verdict.PASSED
            and any(theirs.called_back != right.called_back for theirs, right in pairs)
            and all(same_exchange(*pair) for pair in pairs)
        )

    @cached_property
    def names(self) -> TextNames:  # type: ignore[override]  # it cannot be set
        """The names that the text of the exercise gives to arguments and results."""
        return self.replayer.names

    def compared(self, view: View) -> list[Compared]:
        """Return how each answer is compared."""
        if view not in self._compared:
            allowed = ignored(self.exchanges, self.right, view, self.is_silently_wrong)
            self._compared[view] = list(map(_compared, self.exchanges, self.right, allowed))
        return self._compared[view]

    def is_wrong_in(self, view: View) -> bool:
        """Return whether an answer differs from that of the solution."""
        return any(answer.is_wrong for answer in self.compared(view))

    def is_evident_in(self, view: View) -> bool:
        """Return whether more than an exception of its own is wrong."""
        return any(answer.is_evidence for answer in self.compared(view))

    def evidence_of(self, view: View) -> int:
        """Return the number of facts in which the answers are wrong."""
        return sum(answer.evidence for answer in self.compared(view))


def _compared(theirs: Exchange, right: Exchange, allowed: IgnoredDifferences) -> Compared:
    """Compare an answer; an answer of NaN alone is no fact: many mistakes give it."""
    wrong = list(wrong_steps(theirs, right, allowed))
    miscounts = 0
    if allowed.silently:
        mine, expected = theirs.called_back, right.called_back
        miscounts = sum(mine.get(n, 0) != expected.get(n, 0) for n in mine.keys() | expected)
    is_evidence = miscounts > 0 or any(i < len(theirs.outcomes) for i in wrong)
    facts = facts_between(theirs, right, allowed) + miscounts
    return Compared(allowed, bool(miscounts or wrong), is_evidence, facts)


@dataclass(frozen=True)
class TaskChecks:
    """The recorded checks of one task, the cheapest first."""

    task: str
    failed: tuple[RecordedCheck, ...]
    passed: tuple[RecordedCheck, ...]

    @property
    def right_methods(self) -> set[str]:
        """The methods that gave more than one common number in passed checks."""
        return set[str]().union(*(check.telling_methods for check in self.passed))


def without_clocks(answer: Exchange, first: Exchange, again: Exchange) -> Exchange:
    """Return `answer` with None in place of the numbers in which `first` and `again` differ."""
    every = zip(answer.outcomes, first.outcomes, again.outcomes, strict=False)
    steady = (replace(own, value=_steady(own.value, a.value, b.value)) for own, a, b in every)
    return replace(answer, outcomes=(*steady, *answer.outcomes[len(first.outcomes) :]))


def _steady(value: Any, first: Any, again: Any) -> Any:
    """Return `value` with None in place of the numbers in which `first` and `again` differ."""
    if is_number(first) and is_number(again):
        return None if is_number(value) and first != again else value
    if isinstance(value, dict) and isinstance(first, dict):
        return {k: _steady(item, first.get(k), again.get(k)) for k, item in value.items()}
    if isinstance(value, list | tuple) and isinstance(first, list | tuple):
        steady = [_steady(*items) for items in zip(value, first, again, strict=False)]
        return type(value)((*steady, *value[len(steady) :]))
    return value
