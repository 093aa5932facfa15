"""The steps a request is made of, as the grader writes them and the worker reads them.

A request is a list of steps that run in order; a step may name what an earlier one returned
(`wire.Result`), so that building a model, setting its parameters and calling it costs one
exchange. Execution stops at the first step that fails.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.isolation.wire import Handle, Result

Owner = Handle | Result | None


@dataclass(frozen=True)
class Load:
    """Import the submitted module."""

    def plain(self) -> list[Any]:
        """The step as it crosses the wire."""
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
        """The step as it crosses the wire."""
        args = [_sealed(value) for value in self.args]
        kwargs = {name: _sealed(value) for name, value in self.kwargs.items()}
        return ["call", self.owner, self.name, args, kwargs, self.after]


@dataclass(frozen=True)
class Build:
    """Build the part `name`, as a submission's network would (`framework.models.parts.part`)."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> list[Any]:
        """The step as it crosses the wire."""
        args = [_sealed(value) for value in self.args]
        kwargs = {name: _sealed(value) for name, value in self.kwargs.items()}
        return ["build", self.name, args, kwargs]


@dataclass(frozen=True)
class Get:
    """Read attribute `name` of `owner`."""

    owner: Owner
    name: str

    def plain(self) -> list[Any]:
        """The step as it crosses the wire."""
        return ["get", self.owner, self.name]


@dataclass(frozen=True)
class Assign:
    """Copy `values` into the arrays of the dict attribute `name` of `owner`, in place."""

    owner: Owner
    name: str
    values: dict[str, Any]

    def plain(self) -> list[Any]:
        """The step as it crosses the wire."""
        return ["assign", self.owner, self.name, self.values]


@dataclass(frozen=True)
class EndCheck:
    """End a check: fails if a thread that it started still runs."""

    def plain(self) -> list[Any]:
        """The step as it crosses the wire."""
        return ["settle"]


def _sealed(value: Any) -> Any:
    """A generator that tells nothing about `value`, where that is one; all else as it is.

    A generator can be wound back: its state would tell all that a check has drawn and will draw,
    held-out texts and their labels among it. Equal states still give equal generators.
    """
    if not isinstance(value, np.random.Generator):
        return value
    state = repr(value.bit_generator.state).encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(state).digest(), "big"))


Step = Load | Call | Build | Get | Assign | EndCheck


@dataclass(frozen=True)
class Outcome:
    """What one step returned.

    Attributes:
        value: a plain value or a `Handle`.
        is_method: `Get` found something to call; there is no value.
        changed: the arguments that the call modified, by name ("argument 1", "argument rng").
        aliased: the arguments whose memory the result shares.
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
        """Bytes of the arrays in it, near enough."""
        return sum(map(_size, (self.value, self.args, self.kwargs)))


def _size(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, (tuple, list)):
        return sum(map(_size, value))
    return 8
