"""The steps a request is made of, as the grader writes them and the worker reads them.

A request is a list of steps that run in order; a step may name what an earlier one returned
(`wire.Result`), so that building a model, setting its parameters and calling it costs one
exchange. Execution stops at the first step that fails.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import NoneType
from typing import Any

import numpy as np

from autograder.sandbox import wire
from autograder.sandbox.values import leaves, map_leaves, named_arrays
from autograder.sandbox.wire import Handle, Result

Owner = Handle | Result | None

#: Types whose values cannot change.
_CONSTANT = (NoneType, bool, int, float, str, Handle)


@dataclass(frozen=True)
class Load:
    """Import the submitted module."""

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["load"]


@dataclass(frozen=True)
class Call:
    """Call `name` of `owner` (None: of the submitted module); `after` returns the arguments too."""

    owner: Owner
    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    after: bool = False

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        args = [_sealed(value) for value in self.args]
        kwargs = {name: _sealed(value) for name, value in self.kwargs.items()}
        return ["call", self.owner, self.name, args, kwargs, self.after]


@dataclass(frozen=True)
class Observe:
    """Show which arrays the call of step `of` has changed and, if `sharing`, returned.

    The arrays among the arguments are read as the call has left them. Then one after the other is
    changed, and changed back, and the result is read in between: where it changes as well, the two
    share memory.
    """

    of: int
    sharing: bool = True

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["observe", self.of, self.sharing]


@dataclass(frozen=True)
class OverwriteResult:
    """Change every array that step `of` has returned, in place: its caller may do that."""

    of: int

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["overwrite", self.of]


@dataclass(frozen=True)
class Hold:
    """Make `value` an object of the worker, so that several steps can name the very same one."""

    value: Any

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["hold", self.value]


@dataclass(frozen=True)
class CallAgain:
    """Make the latest call of this check once more, with the very same arguments."""

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["again"]


@dataclass(frozen=True)
class Build:
    """Build the part `name`, as a submission's network would (`framework.models.parts.part`)."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        args = [_sealed(value) for value in self.args]
        kwargs = {name: _sealed(value) for name, value in self.kwargs.items()}
        return ["build", self.name, args, kwargs]


@dataclass(frozen=True)
class Get:
    """Read attribute `name` of `owner`."""

    owner: Owner
    name: str

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["get", self.owner, self.name]


@dataclass(frozen=True)
class Assign:
    """Copy `values` into the arrays of the dict attribute `name` of `owner`, in place."""

    owner: Owner
    name: str
    values: dict[str, Any]

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["assign", self.owner, self.name, self.values]


@dataclass(frozen=True)
class EndCheck:
    """End a check: fails if a thread that it started still runs."""

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire."""
        return ["settle"]


def _sealed(value: Any) -> Any:
    """Return `value`; a generator is replaced by one that tells nothing about its state.

    A generator can be wound back: its state would tell all that a check has drawn and will draw,
    held-out texts and their labels among it. Equal states still give equal generators.
    """
    if not isinstance(value, np.random.Generator):
        return value
    state = repr(value.bit_generator.state).encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(state).digest(), "big"))


Step = Load | Call | CallAgain | Observe | OverwriteResult | Build | Get | Assign | Hold | EndCheck

#: What each step is called on the wire.
_KINDS: dict[str, Callable[..., Step]] = {
    "load": Load,
    "call": Call,
    "observe": Observe,
    "overwrite": OverwriteResult,
    "hold": Hold,
    "again": CallAgain,
    "build": Build,
    "get": Get,
    "assign": Assign,
    "settle": EndCheck,
}


def steps_in(frame: bytes) -> tuple[Step, ...]:
    """Return the steps of a request, read from the frame that was sent."""
    return tuple(_step(*plain) for plain in wire.decode_frame(frame)["steps"])


def _step(kind: str, *fields: Any) -> Step:
    """Return one step, from its form on the wire, where all sequences are lists."""
    step = _KINDS[kind](*fields)
    return replace(step, args=tuple(step.args)) if isinstance(step, Call | Build) else step


def observed(call: Call, place: int) -> list[Step]:
    """Return the steps that observe `call`, step `place`: none where it is given no array."""
    is_given = any(True for _ in named_arrays(call.args, call.kwargs))
    return [Observe(place)] if is_given else []


@dataclass(frozen=True)
class Outcome:
    """What one step returned.

    Attributes:
        value: a plain value or a `Handle`.
        is_method: `Get` found something to call; there is no value.
        changed: the arrays among the arguments that the call modified, by name ("argument 1").
            Known, as `aliased` is, where an `Observe` follows the call.
        aliased: the arrays among the arguments whose memory the result shares.
        args, kwargs: the arguments after the call, where `Call.after` asked for them.
    """

    value: Any = None
    is_method: bool = False
    changed: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of the arrays and texts in it, near enough."""
        if self.is_constant:
            return _size(self.value)
        return sum(_size(leaf) for _, leaf in leaves((self.value, self.args, self.kwargs)))

    @property
    def is_constant(self) -> bool:
        """Whether nothing in it can change, and it holds no array."""
        return not (self.args or self.kwargs) and isinstance(self.value, _CONSTANT)

    def copied(self) -> Outcome:
        """Return a deep copy; itself if it holds nothing that can change."""
        if self.is_constant:
            return self
        parts = self.value, self.args, self.kwargs
        value, args, kwargs = (map_leaves(_copied, part) for part in parts)
        # `dataclasses.replace` takes several times as long, and a check has thousands of outcomes.
        return Outcome(value, self.is_method, self.changed, self.aliased, args, kwargs)


def _copied(leaf: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return leaf.copy()
    return copy.deepcopy(leaf) if isinstance(leaf, np.random.Generator) else leaf


def _size(leaf: Any) -> int:
    if isinstance(leaf, np.ndarray):
        return leaf.nbytes
    return len(leaf) if isinstance(leaf, str | bytes) else 8
