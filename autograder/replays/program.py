"""A Python program that makes the call at fault again, to run and to edit."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.course.source import parameter_names
from autograder.replays.actions import (
    Action,
    Origin,
    actions_in,
    latest_call,
    needed_for,
    place_of_fault,
)
from autograder.replays.recorded_calls import ReplayedCheck
from autograder.replays.session import Replay
from autograder.results.report import CheckResult
from autograder.results.shown_arguments import MAX_VALUES, named_arguments
from autograder.sandbox.session.requests import Assign, Build, Call, CallAgain, Get
from autograder.sandbox.session.sandbox_session import IMPORT
from autograder.sandbox.wire import CallbackRef, Handle, Result
from framework.providers.backends import REFERENCE

#: Maximum number of actions of a program; with more, the whole check is run.
MAX_ACTIONS = 300
#: Maximum number of characters of a list that is written out.
MAX_WRITTEN = 400
#: The function of a call, and what follows.
_CALLED = re.compile(r"^([^(]*|part\([^)]*\))\(")
#: Names that a program uses itself.
RESERVED = {"np", "pdb", "replay", "arrays", "callbacks", "part", "result"}


@dataclass(frozen=True)
class Program:
    """A program, and the arrays that it reads.

    Attributes:
        arguments: the arrays among the arguments of that call, by name.
    """

    text: str
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    arguments: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)


def program(
    replay: Replay, check: ReplayedCheck, arrays_file: str, *, pdb: bool = False
) -> Program:
    """Return the program for the call at fault; else for the whole check.

    Args:
        arrays_file: where the arrays of the program will be.
        pdb: whether it stops in the debugger at the first line of the call.
    """
    actions = [] if check.result.call == IMPORT else actions_in(check.exchanges)
    index = place_of_fault(actions, check.result)
    if index is None and actions:
        return _whole_check(replay, check.result)
    indices = needed_for(actions, index) if index is not None else []
    if len(indices) > MAX_ACTIONS:
        return _whole_check(replay, check.result)
    return _Composer(replay, check, actions, pdb=pdb).composed(indices, arrays_file)


def _whole_check(replay: Replay, result: CheckResult) -> Program:
    lines = [
        f'"""All calls of {result.id}, to run and to edit."""',
        "",
        "from autograder.replays.session import Replay, run_check",
        "",
        f"run_check({replay.expression})",
    ]
    return Program("\n".join(lines) + "\n")


@dataclass
class _Writer:
    """Writes values as expressions, and collects the arrays that are too large for it.

    Args:
        name_of: returns the expression for an object of the submission.
        inline: whether small arrays are written out.

    Attributes:
        arrays: name -> array, for the file.
    """

    name_of: Callable[[Handle | Result], str]
    inline: bool = True
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def expression(self, value: Any, name: str) -> str:
        """Return an expression for `value`.

        Args:
            name: what an array of it is called in the file.
        """
        if isinstance(value, Handle | Result):
            return self.name_of(value)
        if isinstance(value, np.ndarray):
            return self._array(value, name)
        if isinstance(value, np.random.Generator):
            state = value.bit_generator.state["state"]
            return f"replay.generator({state['state']:#x}, {state['inc']:#x})"
        if isinstance(value, CallbackRef):
            return f"callbacks[{value.id}]"
        if isinstance(value, dict):
            items = (f"{key!r}: {self.expression(v, f'{name}_{key}')}" for key, v in value.items())
            return f"{{{', '.join(items)}}}"
        if isinstance(value, list | tuple):
            return self._sequence(value, name)
        if isinstance(value, float) and not np.isfinite(value):
            return f"float({str(value)!r})"
        return repr(value)

    def _sequence(self, value: list[Any] | tuple[Any, ...], name: str) -> str:
        kinds = set(map(type, value))
        if len(kinds) == 1 and kinds <= {int, float, str} and len(repr(value)) > MAX_WRITTEN:
            stored = self._stored(np.array(value), name)
            return f"{stored}.tolist()" if isinstance(value, list) else f"tuple({stored}.tolist())"
        inside = ", ".join(self.expression(v, f"{name}_{i}") for i, v in enumerate(value))
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"

    def _array(self, value: np.ndarray[Any, Any], name: str) -> str:
        is_small = 0 < value.size <= MAX_VALUES and value.dtype.kind in "biuf"
        if not (self.inline and is_small and np.isfinite(value).all()):
            return self._stored(value, name)
        return f"np.array({value.tolist()!r}, dtype={value.dtype.name!r})"

    def _stored(self, value: np.ndarray[Any, Any], name: str) -> str:
        """Return the expression for an array in the file; equal names get a number."""
        unique, number = name, 2
        while self.arrays.get(unique, value) is not value:
            unique, number = f"{name}_{number}", number + 1
        self.arrays[unique] = value
        return f"arrays[{unique!r}]"


class _Composer:
    """Composes a program from actions."""

    def __init__(
        self, replay: Replay, check: ReplayedCheck, actions: Sequence[Action], *, pdb: bool
    ) -> None:
        self._pdb = pdb
        self._replay, self._check, self._actions = replay, check, actions
        self._module = check.exercise.name
        self._names: dict[int, str] = {}
        self._taken = {*RESERVED, self._module}
        self._calls: dict[int, str] = {}
        self._here = 0
        self._writer = _Writer(self._object, inline=replay.setting.options.backend == REFERENCE)

    def composed(self, indices: Sequence[int], arrays_file: str) -> Program:
        """Return the program that makes the actions at `places`, the last of them at fault."""
        body: list[str] = []
        again = [p for p in indices if isinstance(self._actions[p].step, CallAgain)]
        repeated = {latest_call(self._actions, index) for index in again}
        for index in indices[:-1]:
            body += self._made(index, with_names=index in repeated)
        last = self._at_fault(indices[-1]) if indices else []
        lines = [*self._begin(body + last, arrays_file), *body, *last]
        arguments = self._arguments(indices[-1]) if indices else {}
        return Program("\n".join(lines) + "\n", self._writer.arrays, arguments)

    def _begin(self, body: Sequence[str], arrays_file: str) -> Iterator[str]:
        text = "\n".join(body)
        check = self._check.result.id
        yield from (f'"""The call at fault of {check}, to run and to edit."""', "")
        if self._pdb:
            yield from ("import pdb", "")
        if "np." in text:
            yield from ("import numpy as np", "")
        yield "from autograder.replays.session import Replay"
        if "part(" in text:
            yield "from framework.models.parts import part"
        yield from ("", f"replay = {self._replay.expression}")
        if self._pdb:
            yield "replay.debug_errors()"
        if self._writer.arrays:
            yield f"arrays = replay.arrays({arrays_file!r})"
        if "callbacks[" in text:
            yield "callbacks = replay.callbacks()"
        yield f"{self._module} = replay.code({self._module!r})"
        yield ""

    def _at_fault(self, index: int) -> list[str]:
        """Return the lines of the call at fault, which is the only one in its line."""
        *before, call = self._made(index, with_names=True)
        said = textwrap.wrap(f"The check says: {self._check.result.message}", 90)
        about = [f"# {line}" for line in said] if self._check.result.message else []
        made = re.sub(r"^\w+ = ", "", call)  # without the variable that it is assigned to
        made = _CALLED.sub(r"pdb.runcall(\1, ", made).replace(", )", ")") if self._pdb else made
        return ["", *before, *about, f"result = {made}", "print(result)"]

    def _made(self, index: int, *, with_names: bool) -> list[str]:
        """Return the lines that make an action.

        Args:
            with_names: whether the arguments get names.
        """
        action, self._here = self._actions[index], index
        step = action.step
        if isinstance(step, CallAgain):
            return [self._calls[latest_call(self._actions, index)]]
        if isinstance(step, Assign):
            values = self._writer.expression(step.values, step.name)
            return [f"replay.assign({self._owner(action)}.{step.name}, {values})"]
        if isinstance(step, Get):
            return [f"{self._new_name(index, step.name)} = {self._owner(action)}.{step.name}"]
        if isinstance(step, Call | Build):
            return self._call(index, step, with_names=with_names)
        return []

    def _call(self, index: int, step: Call | Build, *, with_names: bool) -> list[str]:
        lines, words = [], []
        for name, value in self._given(index).items():
            text = self._writer.expression(value, _identifier(name))
            if with_names and ("(" in text or "[" in text):
                variable = self._free(_identifier(name))
                lines.append(f"{variable} = {text}")
                text = variable
            words.append(f"{name}={text}" if name in step.kwargs else text)
        is_part = isinstance(step, Build)
        method = f"{self._owner(self._actions[index])}.{step.name}"
        function = f"part({step.name!r})" if is_part else method
        call = f"{function}({', '.join(words)})"
        self._calls[index] = call
        kind = "model" if step.name[:1].isupper() or is_part else "value"
        is_used = any(index in other.used for other in self._actions)
        return [*lines, f"{self._new_name(index, kind)} = {call}" if is_used else call]

    def _given(self, index: int) -> dict[str, Any]:
        """Return the arguments of the call at `place`, by the names of its parameters."""
        action = self._actions[index]
        step = action.step
        if not isinstance(step, Call | Build):
            return self._given(latest_call(self._actions, index))
        file = self._replay.submission.files[self._module]
        names = parameter_names(file.source, action.made.method)
        return named_arguments(step.args, step.kwargs, names)

    def _arguments(self, index: int) -> dict[str, np.ndarray[Any, Any]]:
        """Return all arrays among the arguments of the call at fault, by name."""
        self._here = index
        writer = _Writer(self._object, inline=False)
        for name, value in self._given(index).items():
            writer.expression(value, _identifier(name))
        return writer.arrays

    def _owner(self, action: Action) -> str:
        return self._expression(action.owner) if action.owner is not None else self._module

    def _object(self, value: Handle | Result) -> str:
        return self._expression(self._actions[self._here].origin(value))

    def _expression(self, origin: Origin) -> str:
        return self._names[origin.action] + "".join(f"[{key!r}]" for key in origin.path)

    def _new_name(self, index: int, wanted: str) -> str:
        self._names[index] = self._free(wanted)
        return self._names[index]

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._taken or keyword.iskeyword(name):
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def _identifier(name: str) -> str:
    """Return the name of a parameter, or of one that is not known, as an identifier."""
    return re.sub(r"\W+", "_", name)
