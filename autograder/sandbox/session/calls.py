"""The calls of one check in words, and which of them gave or changed what a check looks at."""

from __future__ import annotations

import reprlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from autograder.sandbox.session.faults import Frame, SubmissionFault
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import (
    Assign,
    Build,
    Call,
    CallAgain,
    Callback,
    Get,
    Hold,
    Observe,
    Outcome,
    OverwriteResult,
    Step,
    steps_in,
    unwrap,
)
from autograder.sandbox.session.text_names import TextNames
from autograder.sandbox.wire import Handle, Result

MAX_ITEMS = 6
MAX_DEPTH = 4
MAX_NAME = 100
MAX_TEXT = 300
#: Maximum number of tasks that are remembered for one check.
MAX_TASKS = 256

#: How many values are remembered, of how many bytes each: a check compares what it got before.
REMEMBERED = 128
REMEMBERED_BYTES = 1 << 20
#: Attribute -> methods that do not write it; for other attributes see `_WRITE_GRADIENTS_ALONE`.
_NOT_WRITTEN_BY = {
    "gradients": frozenset({"forward"}),
    "parameters": frozenset({"forward", "backward", "zero_gradients"}),
}
_WRITE_GRADIENTS_ALONE = frozenset({"backward", "zero_gradients"})
#: Number of workers that calls of a method may end before it is called no more.
MOST = 2

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlist = _short.maxtuple = 8


def value_text(value: Any, earlier: Sequence[str] = ()) -> str:
    """Return a short description: arrays by dtype and shape, everything else abbreviated.

    `earlier` has the texts for results of earlier steps of the same request.
    """
    return shown(_text(value, earlier), MAX_TEXT)


def _text(value: Any, earlier: Sequence[str] = ()) -> str:
    value = unwrap(value)
    if isinstance(value, Result):
        return earlier[value.index]
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape if value.ndim else value}"
    if isinstance(value, np.random.Generator):
        return "rng"
    if isinstance(value, Handle):
        return f"a {value.type_name[:MAX_NAME]}"
    if isinstance(value, Callback):
        return value.name
    if isinstance(value, dict):
        some = list(value.items())[:MAX_ITEMS]
        items = [f"{str(key)[:MAX_NAME]}: {_text(item, earlier)}" for key, item in some]
    elif isinstance(value, (list, tuple)) and _holds_arrays(value):
        items = [_text(item, earlier) for item in value[:MAX_ITEMS]]
    else:
        return _short.repr(value)
    start, end = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else "()"
    return start + ", ".join(items) + (", ..." if len(value) > MAX_ITEMS else "") + end


def _holds_arrays(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Return whether there is an array some way down, as in the states of several layers.

    NumPy would write out its numbers, which takes longer than most calls themselves.
    """
    if isinstance(value, (list, tuple)):
        return depth > 0 and any(_holds_arrays(item, depth - 1) for item in value[:MAX_ITEMS])
    return isinstance(value, np.ndarray | Result)


def step_text(step: Step, owners: Mapping[int, str], earlier: Sequence[str]) -> str:
    """Return the call that `step` makes, as ``forward(float64 (2, 3)) of RNN(3, 4, rng=rng)``.

    `owners` tells what the object behind each handle was built by; `earlier` is as above.
    """
    if isinstance(step, Call | Build):
        texts = [value_text(value, earlier) for value in step.args]
        texts += [f"{key}={value_text(value, earlier)}" for key, value in step.kwargs.items()]
        owner = _owner(step, owners, earlier)
        return f"{step.name}({', '.join(texts)}){f' of {owner}' if owner else ''}"
    if isinstance(step, Get):
        return f"{_owner(step, owners, earlier)}.{step.name}".removeprefix(".")
    if isinstance(step, Assign):
        return f"setting {_owner(step, owners, earlier)}.{step.name}"
    if isinstance(step, Observe | OverwriteResult):
        return earlier[step.of]
    return _text(step.value) if isinstance(step, Hold) else "importing the file"


def _owner(
    step: Call | Build | Get | Assign, owners: Mapping[int, str], earlier: Sequence[str]
) -> str:
    owner = None if isinstance(step, Build) else step.owner
    if isinstance(owner, Handle):
        return owners.get(owner.id, owner.type_name)
    return earlier[owner.index] if isinstance(owner, Result) else ""


class RemoteCall(NamedTuple):
    """One call: its method, as in ``RNN.backward``, and the text of the whole call."""

    method: str
    text: str


NO_CALL = RemoteCall("", "")


@dataclass
class _Object:
    """An object of the code under test: what built it, its class, and its latest call by name."""

    built: RemoteCall
    name: str
    calls: dict[str, RemoteCall] = field(default_factory=dict)

    def remember(self, name: str, call: RemoteCall) -> None:
        self.calls.pop(name, None)  # the latest call comes last
        self.calls[name] = call

    def writer(self, attribute: str) -> RemoteCall:
        """Return the call that wrote `attribute`, as far as method names tell."""
        others = _NOT_WRITTEN_BY.get(attribute, _WRITE_GRADIENTS_ALONE)
        wrote = (call for name, call in reversed(self.calls.items()) if name not in others)
        return next(wrote, self.built)


class CallLog:
    """What one check has called so far.

    Attributes:
        made: the call behind each step of the latest request.
        called: those of them that call something.
        latest: the call that was made last, or that wrote what was read last.
        entered: whether the code under test has been asked anything: what goes wrong in the check
            from then on may come from its answers.
        tasks: the tasks that ran, as the code under test says: ``EXERCISE.TASK`` of each.
        answered: the methods that have returned.
        refused: the methods of which a check wanted an exception, and got it.
        outlasted: the methods that took longer than many passes of a derived gradient.
        methods: (handle, attribute) of each method that was asked for: an object is asked once.
        names: the names that the text of the exercise gives to arguments and results.
    """

    def __init__(self) -> None:
        self.names = TextNames()
        self.clear()

    def clear(self) -> None:
        """Forget every call: a new check starts."""
        self.latest = NO_CALL
        self.entered = False
        self.tasks: set[str] = set()
        self.answered: set[str] = set()
        self.refused: set[str] = set()
        self.outlasted: set[str] = set()
        self.methods: set[tuple[int, str]] = set()
        self._owners: dict[int, str] = {}
        self._objects: dict[int, _Object] = {}
        self.made: list[RemoteCall] = []
        self.called: list[RemoteCall] = []
        self._texts: list[str] = []  # of the steps of the latest request
        self._new: dict[int, _Object] = {}  # step of the latest request -> what it builds
        self._by_name: dict[str, RemoteCall] = {}
        self._values: deque[tuple[Outcome, RemoteCall]] = deque(maxlen=REMEMBERED)
        self._without_value: set[str] = set()
        self._sent: dict[str, tuple[bytes, int]] = {}

    def note_tasks(self, names: Iterable[str]) -> None:
        """Remember that tasks ran, `MAX_TASKS` at most: the names are those of a submission."""
        new = (name for name in names if name not in self.tasks)
        self.tasks.update(islice(new, MAX_TASKS - len(self.tasks)))

    def describe(self, steps: Sequence[Step]) -> list[str]:
        """Return each of `steps`, which are about to be run, in words."""
        self._texts, self.made, self.called, self._new = [], [], [], {}
        for index, step in enumerate(steps):
            is_repeated = isinstance(step, CallAgain)
            text = self.latest.text if is_repeated else step_text(step, self._owners, self._texts)
            self._texts.append(text)
            self.made.append(self._behind_step(step, text))
            if isinstance(step, Call | CallAgain | Build):
                self.called.append(self.made[-1])
            if isinstance(step, Call | Build):
                self._new[index] = _Object(self.made[-1], step.name)
            if isinstance(step, Call):
                self._remember(step, self.made[-1])
        return self._texts

    def sent(self, frame: bytes) -> None:
        """Remember the `frame` of the steps described last, which holds their arguments."""
        self.entered = True
        for index in self._new:
            if self.made[index].text == self._texts[index]:
                self._sent[self._texts[index]] = frame, index

    def given(self, call: RemoteCall) -> Call | Build | None:
        """Return the latest step that made `call`, as it was sent; None if it is not known."""
        if call.text not in self._sent:
            return None
        frame, index = self._sent[call.text]
        step = steps_in(frame)[index]
        return step if isinstance(step, Call | Build) else None

    def note(self, steps: Sequence[Step], outcomes: Sequence[Outcome]) -> None:
        """Remember what the steps described last have returned."""
        self.answered.update(call.method for call in self.called)
        for index, (step, outcome) in enumerate(zip(steps, outcomes, strict=False)):
            if isinstance(outcome.value, Handle):
                self._own(outcome.value, index, step)
            elif isinstance(step, Call | CallAgain | Get) and not outcome.is_method:
                if outcome.value is None and isinstance(step, Call):
                    self._without_value.add(self.made[index].text)
                if outcome.size <= REMEMBERED_BYTES:
                    self._values.append((outcome, self.made[index]))
                owner = self._object(step.owner) if isinstance(step, Get) and step.owner else None
                if owner is None or self.made[index] is not owner.built:  # a call has written it
                    self.latest = self.made[index]

    def returned_none(self, call: RemoteCall) -> bool:
        """Return whether a call of that text has returned None."""
        return call.text in self._without_value

    def method_of(self, text: str) -> str:
        """Return the method behind the step of the latest request that reads `text`."""
        return self.made[self._texts.index(text)].method if text in self._texts else ""

    def named(self, name: str) -> RemoteCall:
        """Return the latest call of the method or function `name`."""
        return self._by_name.get(name, self.latest)

    def behind(self, value: object) -> RemoteCall:
        """Return the call that `value` came from; the latest call where that is not known."""
        if isinstance(value, RemoteCall):
            return value
        calls = (call for outcome, call in reversed(self._values) if _is_returned(outcome, value))
        return next(calls, self.latest)

    def that_hangs(self, frames: Iterable[Frame]) -> RemoteCall:
        """Return the call that the worker's stack was in; the latest where it does not tell."""
        by_name = {call.method.rpartition(".")[2]: call for call in reversed(self.called)}
        hanging = (by_name[frame.function] for frame in frames if frame.function in by_name)
        return next(hanging, self.latest)

    def _behind_step(self, step: Step, text: str) -> RemoteCall:
        if isinstance(step, CallAgain):
            return self.latest
        if _builds(step):
            return RemoteCall(step.name, text)
        if not isinstance(step, Call | Get) or step.owner is None:
            return RemoteCall("", text)
        owner = self._object(step.owner)
        if owner is None:  # a value that was read just before: its own methods tell nothing
            return self.made[step.owner.index] if isinstance(step.owner, Result) else NO_CALL
        if isinstance(step, Get):
            return owner.writer(step.name)
        return RemoteCall(f"{owner.name}.{step.name}", text)

    def _object(self, owner: Handle | Result) -> _Object | None:
        if isinstance(owner, Result):
            return self._new.get(owner.index)
        name = shown(owner.type_name, MAX_NAME)
        return self._objects.setdefault(owner.id, _Object(RemoteCall(name, name), name))

    def _remember(self, step: Call, call: RemoteCall) -> None:
        """Note `call` with the objects that it concerns: its owner, and its arguments."""
        self.latest = self._by_name[step.name] = call
        for value in (step.owner, *step.args):
            if isinstance(value, Handle | Result) and (concerned := self._object(value)):
                concerned.remember(step.name, call)

    def _own(self, handle: Handle, index: int, step: Step) -> None:
        """Note what the object behind a returned `handle` was built by."""
        self._owners[handle.id] = self._texts[index]
        if _builds(step):
            self._objects[handle.id] = self._new[index]
        else:
            name = shown(handle.type_name, MAX_NAME)
            self._objects.setdefault(handle.id, _Object(self.made[index], name))


def _builds(step: Step) -> TypeGuard[Call | Build]:
    """Return whether `step` calls a function or class of the module, or builds a part."""
    return isinstance(step, Build) or (isinstance(step, Call) and step.owner is None)


def _is_returned(outcome: Outcome, value: object) -> bool:
    """Return whether `value` is, or is part of, what a step returned or an argument it changed."""
    if isinstance(value, bool | int | str):  # equal ones may be one object
        return outcome.value is value
    return any(_holds(held, value) for held in (outcome, outcome.value, outcome.args))


def _holds(held: object, value: object) -> bool:
    """Return whether `value` is `held`, is in it, or is a part of the same array."""
    if held is value:
        return value is not None
    if isinstance(held, np.ndarray):
        return isinstance(value, np.ndarray) and np.may_share_memory(held, value)
    if isinstance(held, (tuple, list)):
        return any(_holds(item, value) for item in held)
    return isinstance(held, dict) and any(_holds(item, value) for item in held.values())


class EndedCalls:
    """Which methods may be called, after some calls have ended their worker.

    A method that has never answered is called once. One that has answered other calls may only
    fail for some arguments: it is called with others, until `MOST` calls have ended a worker.
    """

    def __init__(self) -> None:
        #: Method -> the fault of its first call that ended a worker, and the texts of all of them.
        self._ended: dict[str, tuple[SubmissionFault, set[str]]] = {}
        self._answered: set[str] = set()

    def note_answers(self, calls: Iterable[RemoteCall]) -> None:
        """Remember that `calls` have returned."""
        self._answered.update(call.method for call in calls)

    def note_end(self, call: RemoteCall, fault: SubmissionFault) -> None:
        """Remember that `call` has ended its worker with `fault`."""
        if call.method:
            self._ended.setdefault(call.method, (fault, set()))[1].add(call.text)

    def in_the_way(self, calls: Iterable[RemoteCall]) -> tuple[RemoteCall, SubmissionFault] | None:
        """Return the first of `calls` that is not made again, and the fault that it had."""
        for call in calls if self._ended else ():
            if call.method in self._ended:
                fault, texts = self._ended[call.method]
                knows_none = call.method not in self._answered
                if knows_none or call.text in texts or len(texts) >= MOST:
                    return call, fault
        return None
