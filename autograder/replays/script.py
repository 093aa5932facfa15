"""Writes the calls of a check as a short program, and the arrays of the call at fault."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.reading import Course
from autograder.course.source import parameter_names
from autograder.grading.workers import parts_of
from autograder.replays.own_process import place_of_fault, separate_file
from autograder.replays.recorded_calls import ReplayedCheck
from autograder.results.shown_arguments import MAX_VALUES, named_arguments
from autograder.sandbox.session.requests import (
    Assign,
    Build,
    Call,
    CallAgain,
    Get,
    Hold,
    OverwriteResult,
    Step,
)
from autograder.sandbox.session.sandbox_session import IMPORT
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import CallbackRef, Handle, Result, leaves
from autograder.sandbox.worker.summed_cells import with_sums
from autograder.submissions.submission import Submission
from framework.errors import BadInputError, UsageError
from framework.models.parts import use_parts_from
from framework.providers.default_parts import default_part

ArraysByName = dict[str, np.ndarray[Any, Any]]

#: Maximum length of a text, list or dict in a call; a longer value gets a line of its own.
MAX_WRITTEN = 120
_BEGIN = '''\
"""The calls of {check}: run this program, and edit it."""

import sys
from contextlib import suppress
from copy import deepcopy
from functools import partial
from math import inf, nan
from pathlib import Path

import numpy as np

from autograder.replays.script import generator, use_own_parts
from autograder.sandbox.worker.dispatcher import overwrite
from framework.models.parts import part

sys.path[:0] = {folders!r}
use_own_parts({parts!r})
import {module}
'''
_ARRAYS = 'arrays = np.load(Path(__file__).with_suffix(".npz"))'


def generator(state: dict[str, Any]) -> np.random.Generator:
    """Return a generator in the state that a check has passed."""
    rng = np.random.default_rng(0)
    rng.bit_generator.state = state
    return rng


def use_own_parts(parts: Mapping[str, tuple[str, str]]) -> None:
    """Let networks be built from modules of the student.

    Args:
        parts: registry name -> (module, name in it); other parts are those of the course.
    """

    def own_part(name: str) -> Any:
        if name not in parts:
            return default_part(name)
        module, attribute = parts[name]
        return getattr(import_module(module), attribute)

    use_parts_from(with_sums(own_part))


def arguments_at_fault(check: ReplayedCheck, submission: Submission) -> ArraysByName:
    """Return the arrays that the call at fault was given, by the names that the check shows.

    Raises:
        UsageError: no single call is at fault, or it has no arrays.
    """
    number, index = _place(check)
    exchanges = check.exchanges[: number + 1]
    steps = [step for exchange in exchanges for step in exchange.steps]
    steps = steps[: len(steps) - len(exchanges[-1].steps) + index + 1]
    call = next(step for step in reversed(steps) if isinstance(step, Call | Build))
    given = _named(call, exchanges[-1].calls[index].method, check, submission)
    arrays = {
        name + _subscripts(path): leaf
        for name, value in given.items()
        for path, leaf in leaves(value)
        if isinstance(leaf, np.ndarray)
    }
    if not arrays:
        raise UsageError(f"the call of {check.result.id} has no arrays: expected one to save")
    return arrays


def save_arrays(file: Path, arrays: ArraysByName) -> None:
    """Write `arrays` for `numpy.load`.

    Raises:
        BadInputError: the file cannot be written.
    """
    try:
        # `numpy.savez` takes names of arrays as parameters, and has a parameter `file` itself.
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                    np.lib.format.write_array(stream, array, allow_pickle=False)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}") from None


def script_of(
    check: ReplayedCheck, submission: Submission, course: Course
) -> tuple[str, ArraysByName]:
    """Return a program that makes the calls of `check`, and the arrays for the file beside it.

    Raises:
        UsageError: a call cannot be written, or the code is not in a Python file.
    """
    module = check.exercise.name
    parts = {
        name: part
        for name, part in parts_of(course, [module]).items()
        if part[0] in submission.files
    }
    folders = {}
    for name in (module, *(part[0] for part in parts.values())):
        file = separate_file(submission, name)
        if file is None or file.stem != name:
            shown = submission.files[name].shown
            raise _unwritable(check, f"expected a file {name}.py, found {shown}")
        folders[str(file.parent)] = name
    writer = _Writer(check, submission)
    if check.result.call != IMPORT:
        writer.write_calls(*_place(check))
    begin = _BEGIN.format(check=check.result.id, folders=[*folders], parts=parts, module=module)
    values = [f"{name} = {text}" for text, name in writer.long_values.items()]
    arrays = [_ARRAYS] if writer.arrays else []
    lines = [*arrays, *values, *writer.lines]
    return "\n".join([begin, *lines, ""]) if lines else begin, writer.arrays


def _place(check: ReplayedCheck) -> tuple[int, int]:
    """Return the numbers of the exchange and of its step at fault."""
    place = place_of_fault(check.exchanges, check.result)
    if place is None:
        raise _unwritable(check, "no single call is at fault")
    return place


def _unwritable(check: ReplayedCheck, reason: str) -> UsageError:
    return UsageError(
        f"the calls of {check.result.id} cannot be written to a file: {reason}. "
        f"`gradus replay {check.result.id}` makes them in this terminal"
    )


def _named(
    call: Call | Build, method: str, check: ReplayedCheck, submission: Submission
) -> dict[str, Any]:
    """Return the arguments of `call` by the names of its parameters."""
    source = submission.files[check.exercise.name].source
    return named_arguments(call.args, call.kwargs, parameter_names(source, method))


def _subscripts(path: Sequence[object]) -> str:
    return "".join(f"[{key!r}]" for key in path)


def _container(value: Any, text_of: Callable[[Any, str], str]) -> str:
    """Return an expression for a dict, list or tuple; `text_of` gets an item and its subscript."""
    if isinstance(value, dict):
        items = [f"{key!r}: {text_of(item, f'[{key!r}]')}" for key, item in value.items()]
        return f"{{{', '.join(items)}}}"
    inside = ", ".join(text_of(item, f"[{index}]") for index, item in enumerate(value))
    comma = "," if len(value) == 1 else ""
    return f"[{inside}]" if isinstance(value, list) else f"({inside}{comma})"


class _Writer:
    """Writes calls as lines of Python, and collects the arrays that are too large for a line."""

    def __init__(self, check: ReplayedCheck, submission: Submission) -> None:
        self.lines: list[str] = []
        self.arrays: ArraysByName = {}
        self.long_values: dict[str, str] = {}  # expression -> variable
        self._check, self._submission = check, submission
        self._objects: dict[int, str] = {}  # expressions, by handle
        self._results: list[str] = []  # variables of the steps of this exchange
        self._count = 0
        steps = (step for exchange in check.exchanges for step in exchange.steps)
        self._is_repeated = any(isinstance(step, CallAgain) for step in steps)

    def write_calls(self, number: int, index: int) -> None:
        """Write everything up to step `index` of exchange `number`, and print its result."""
        for exchange in self._check.exchanges[:number]:
            start = len(self.lines)
            self._write(exchange, len(exchange.steps))
            if self.lines[start:] and not exchange.outcomes:  # a failure that the check expects
                block = [f"    {line}" for line in self.lines[start:]]
                self.lines[start:] = ["with suppress(Exception):", *block]
            for variable, outcome in zip(self._results, exchange.outcomes, strict=False):
                for path, leaf in leaves(outcome.value):
                    if isinstance(leaf, Handle):
                        self._objects[leaf.id] = variable + _subscripts(path)
        self._write(self._check.exchanges[number], index + 1)
        self.lines.append(f"print({self._results[-1]})")

    def _write(self, exchange: Exchange, count: int) -> None:
        """Write the first `count` steps of `exchange`."""
        self._results = []
        for step, call in zip(exchange.steps[:count], exchange.calls, strict=False):
            text, variable = self._text(step, call.method), ""
            if text:
                self._count += 1
                variable = f"result_{self._count}"
                self.lines.append(f"{variable} = {text}")
            self._results.append(variable)

    def _text(self, step: Step, method: str) -> str:
        """Return the expression for the value of `step`; empty for a step without a value."""
        if isinstance(step, CallAgain):
            return "call()"
        if isinstance(step, Hold):
            return self._value(step.value, "value")
        if isinstance(step, Build):
            return f"part({step.name!r})({self._given(step, method)})"
        if isinstance(step, OverwriteResult):
            self.lines.append(f"overwrite({self._results[step.of]})")
        if not isinstance(step, Call | Get | Assign):
            return ""
        owner = self._check.exercise.name if step.owner is None else self._value(step.owner, "")
        attribute = f"{owner}.{step.name}"
        if isinstance(step, Assign):
            for key, array in step.values.items():
                value = self._value(array, f"{step.name}[{key!r}]")
                self.lines.append(f"{attribute}[{key!r}][...] = {value}")
            return ""
        if isinstance(step, Get):
            return attribute
        if not self._is_repeated:
            return f"{attribute}({self._given(step, method)})"
        self.lines.append(f"call = partial({attribute}, {self._given(step, method)})")
        return "call()"

    def _given(self, call: Call | Build, method: str) -> str:
        given = _named(call, method, self._check, self._submission)
        texts = {name: self._value(value, name) for name, value in given.items()}
        return ", ".join(f"{n}={text}" if n in call.kwargs else text for n, text in texts.items())

    def _value(self, value: Any, name: str) -> str:
        """Return the expression for `value`; an array is called `name` in the file."""
        if isinstance(value, Handle):
            if value.id not in self._objects:
                raise _unwritable(self._check, f"a {value.type_name} is no result of a call")
            return self._objects[value.id]
        if isinstance(value, Result):
            return self._results[value.index]
        if isinstance(value, CallbackRef):
            raise _unwritable(self._check, f"'{value.type_name}' is an object of the check")
        if isinstance(value, np.random.Generator):
            return f"generator({value.bit_generator.state!r})"
        if isinstance(value, np.ndarray):
            return self._array(value, name)
        special = Handle | Result | CallbackRef | np.random.Generator | np.ndarray
        if any(isinstance(leaf, special) for _, leaf in leaves(value)):
            return _container(value, lambda item, subscript: self._value(item, name + subscript))
        text = repr(value)
        if len(text) <= MAX_WRITTEN:
            return text
        variable = self.long_values.setdefault(text, f"long_{len(self.long_values) + 1}")
        return f"deepcopy({variable})"

    def _array(self, value: np.ndarray[Any, Any], name: str) -> str:
        """Return the literal of a small array, or its entry in the file."""
        if 0 < value.size <= MAX_VALUES and np.isfinite(value).all():
            return f"np.array({value.tolist()!r}, dtype={value.dtype.name!r})"
        unique, number = name, 2
        while unique in self.arrays:
            unique, number = f"{name} {number}", number + 1
        self.arrays[unique] = value
        return f"arrays[{unique!r}]"
