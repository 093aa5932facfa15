"""What checks ask of the code under test, wherever it runs, and what it answers.

A check calls `RemoteModule`, `RemoteFunction` and `RemoteObject` as if they were local. Each call
becomes a request: a list of steps that run in order. A step may name what an earlier one returned
(`wire.Result`), so that building a model, setting its parameters and calling it costs one
exchange. Execution stops at the first step that fails; each of the others has an `Outcome`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from autograder.sandbox import wire
from autograder.sandbox.session.process import shown
from autograder.sandbox.wire import CallbackRef, Handle, Result, leaves, map_leaves, named_arrays

if TYPE_CHECKING:
    from autograder.sandbox.session.session import Session

Owner = Handle | Result | None


class Step:
    """A step of a request; `kind` is what it is called on the wire."""

    kind: ClassVar[str]
    kinds: ClassVar[dict[str, type[Step]]] = {}

    def __init_subclass__(cls, kind: str) -> None:
        cls.kind, Step.kinds[kind] = kind, cls

    def plain(self) -> list[Any]:
        """Return the step as it crosses the wire; generators tell nothing about their state."""
        return [self.kind, *map_leaves(_sealed, list(vars(self).values()))]


@dataclass(frozen=True)
class Load(Step, kind="load"):
    """Import the submitted module."""


@dataclass(frozen=True)
class Call(Step, kind="call"):
    """Call `name` of `owner` (None: of the submitted module); `after` returns the arguments too."""

    owner: Owner
    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    after: bool = False


@dataclass(frozen=True)
class CallAgain(Step, kind="again"):
    """Make the latest call of this check once more, with the very same arguments."""


@dataclass(frozen=True)
class Observe(Step, kind="observe"):
    """Show which arrays the call of step `of` has changed and, if `sharing`, returned.

    The arrays among the arguments are read as the call has left them. Then one after the other is
    changed, and changed back, and the result is read in between: where it changes as well, the two
    share memory.
    """

    of: int
    sharing: bool = True


@dataclass(frozen=True)
class OverwriteResult(Step, kind="overwrite"):
    """Change every array that step `of` has returned, in place: its caller may do that."""

    of: int


@dataclass(frozen=True)
class Hold(Step, kind="hold"):
    """Make `value` an object of the worker, so that several steps can name the very same one."""

    value: Any


@dataclass(frozen=True)
class Build(Step, kind="build"):
    """Build the part `name`, as a submission's network would (`framework.models.parts.part`)."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Get(Step, kind="get"):
    """Read attribute `name` of `owner`."""

    owner: Owner
    name: str


@dataclass(frozen=True)
class Assign(Step, kind="assign"):
    """Copy `values` into the arrays of the dict attribute `name` of `owner`, in place."""

    owner: Owner
    name: str
    values: dict[str, Any]


@dataclass(frozen=True)
class CountMemory(Step, kind="count"):
    """Start to count the bytes that Python and NumPy allocate, from 0."""


@dataclass(frozen=True)
class PeakMemory(Step, kind="peak"):
    """Return the largest number of bytes since `CountMemory`, and stop counting.

    None for the arrays of another library, which are not counted.
    """


@dataclass(frozen=True)
class EndCheck(Step, kind="settle"):
    """End a check: its objects are forgotten. Fails if a thread that it started still runs."""


def _sealed(leaf: Any) -> Any:
    """Return `leaf`; in place of a generator another one, which tells nothing about its state.

    A generator can be wound back: its state would tell all that a check has drawn and will draw,
    held-out texts and their labels among it. Equal states still give equal generators.
    """
    if not isinstance(leaf, np.random.Generator):
        return leaf
    state = repr(leaf.bit_generator.state).encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(state).digest(), "big"))


def steps_in(frame: bytes) -> tuple[Step, ...]:
    """Return the steps of a request, read from the frame that was sent."""
    return tuple(Step.kinds[kind](*fields) for kind, *fields in wire.decode_frame(frame)["steps"])


@dataclass(frozen=True)
class Outcome:
    """What one step returned.

    Attributes:
        value: a plain value or a `Handle`.
        is_method: `Get` found something to call; there is no value.
        changed: the arrays among the arguments that the call modified, by name ("argument 1"),
            where an `Observe` follows the call.
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
        return sum(_size(leaf) for _, leaf in leaves((self.value, self.args, self.kwargs)))


def _size(leaf: Any) -> int:
    if isinstance(leaf, np.ndarray):
        return leaf.nbytes
    return len(leaf) if isinstance(leaf, str | bytes) else 8


class RemoteModule:
    """The code under test: ``module.softmax(x)`` calls its function, wherever it runs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return RemoteFunction(self._session, None, name)


class RemoteFunction:
    """A function or method of the code under test."""

    def __init__(self, session: Session, owner: Handle | None, name: str) -> None:
        self._session, self._owner, self._name = session, owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it; returns its value."""
        return self._outcome(args, kwargs).value

    def outcome(self, *args: Any, after: bool = False, **kwargs: Any) -> Outcome:
        """Call, and return the value together with the effects on the arguments."""
        return self._outcome(args, kwargs, after=after, observing=True)

    def arguments_after(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call; returns the arguments as they are afterwards."""
        return self._outcome(args, kwargs, after=True).args

    def again(self) -> Any:
        """Make the latest call once more, with the very same arguments; returns its value."""
        return wrap(self._session, self._session.run([CallAgain()])[-1]).value

    def _outcome(
        self, args: Any, kwargs: Any, *, after: bool = False, observing: bool = False
    ) -> Outcome:
        parts = _Parts()
        args, kwargs = map_leaves(parts.placed, (args, kwargs))
        call = Call(self._owner, self._name, args, kwargs, after)
        index = len(parts.steps)
        is_observed = observing and any(True for _ in named_arrays(call.args, call.kwargs))
        steps = [*parts.steps, call, *([Observe(index)] if is_observed else [])]
        return wrap(self._session, self._session.run(steps)[index])

    def __repr__(self) -> str:
        return f"<remote function {self._name}>"


#: What a check asks of arrays and never of a model: an object of the code under test that answers
#: it would be taken for the array that a check computes with.
_OF_ARRAYS = {
    *("T", "all", "any", "argmax", "argmin", "dtype", "flatten", "item", "max", "mean", "min"),
    *("ndim", "ravel", "reshape", "round", "shape", "squeeze", "std", "sum", "tolist"),
    *("transpose", "var"),
}


class RemoteObject:
    """An object of the code under test: attributes are read, methods are called."""

    def __init__(self, session: Session, handle: Handle) -> None:
        self._session, self._handle = session, handle

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in _OF_ARRAYS:
            received = shown(self._handle.type_name, 100)
            raise AttributeError(f"expected an array, received a {received}")
        known, method = self._session.calls.methods, (self._handle.id, name)
        if method not in known:
            outcome = self._session.run([Get(self._handle, name)])[0]
            if not outcome.is_method:
                return wrap(self._session, outcome).value
            known.add(method)
        return RemoteFunction(self._session, self._handle, name)

    def __repr__(self) -> str:
        return f"<remote {self._handle.type_name}>"


def part(name: str, *args: Any, **kwargs: Any) -> Build:
    """Return an argument that the code under test builds: the part `name`, as in ``"rnn"``.

    It is what a network of the submission would get from `framework.models.parts.part`: the
    student's layer of another exercise, which belongs under `requires`, or the provider's. The
    arguments of its constructor may be parts. The same part twice within one call is one object.
    """
    return Build(name, args, kwargs)


def built(module: RemoteModule, build: Build) -> Any:
    """Return a new object of the part `build` (see `part`), built where `module` is."""
    parts, session = _Parts(), module._session
    parts.placed(build)
    return wrap(session, session.run(parts.steps)[-1]).value


class _Parts:
    """The parts that the arguments of one call hold, as steps before that call."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._places: dict[int, Result] = {}

    def placed(self, leaf: Any) -> Any:
        """Return what a request has in place of `leaf`.

        A part adds the steps that build it, unless they are there, and is their result.
        """
        if not isinstance(leaf, Build):
            return unwrap(leaf)
        if id(leaf) not in self._places:
            args, kwargs = map_leaves(self.placed, (leaf.args, leaf.kwargs))
            self.steps.append(Build(leaf.name, args, kwargs))
            self._places[id(leaf)] = Result(len(self.steps) - 1)
        return self._places[id(leaf)]


def assign(model: RemoteObject, values: Mapping[str, Any], attribute: str = "parameters") -> None:
    """Copy `values` into the arrays of the dict `attribute` of `model`, in place."""
    model._session.run([Assign(model._handle, attribute, dict(values))])


def set_attribute(remote: RemoteObject, name: str, value: Any) -> None:
    """Set attribute `name` of an object of the code under test."""
    remote._session.run([Call(remote._handle, "__setattr__", (name, value))])


def session_of(remote: RemoteObject) -> tuple[Session, Handle]:
    """Return the session and the handle behind a remote object."""
    return remote._session, remote._handle


def session_behind(remote: RemoteModule | RemoteObject) -> Session:
    """Return the session that a remote module, or an object of it, is reached through."""
    return remote._session


def full_name(owner: RemoteModule | RemoteObject, name: str) -> str:
    """Return the method or function `name` of `owner` as ``LSTM.forward`` or ``softmax``."""
    return name if isinstance(owner, RemoteModule) else f"{owner._handle.type_name}.{name}"


def wrap(session: Session, outcome: Outcome) -> Outcome:
    """Return `outcome` with a `RemoteObject` in place of a bare handle."""
    if not isinstance(outcome.value, Handle):
        return outcome
    return replace(outcome, value=RemoteObject(session, outcome.value))


def unwrap(value: Any) -> Any:
    """Return `value` with handles in place of remote objects."""
    return value._handle if isinstance(value, RemoteObject) else value


@dataclass(frozen=True)
class Callback:
    """An object that stays with the grader, and of which a submission may use `names`."""

    target: Any
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a report calls it."""
        return str(getattr(self.target, "__name__", type(self.target).__name__))

    def reference(self, number: int) -> CallbackRef:
        """Return what crosses the wire in its place.

        What cannot be called is an attribute: it is read anew each time, and may come to be later.
        """
        methods = [name for name in self.names if callable(getattr(self.target, name, None))]
        attributes = [name for name in self.names if name not in methods]
        return CallbackRef(number, self.name, tuple(methods), tuple(attributes))


def callback(target: Any, *names: str) -> Callback:
    """Return an argument for the code under test that runs in the grader's process.

    Nothing of it enters the worker but its name. What arrives here is a plain copy of what the
    submission passed: `target` has to look at it before it trusts it. An exception that it raises
    reaches the submission as a `ValueError`. What it keeps from call to call has to be in its
    attributes: a diagnosis starts from a copy of it.

    Args:
        names: the methods that may be called and the attributes that may be read; by default the
            object itself may be called.
    """
    return Callback(target, names or ("__call__",))


def unnumbered(value: object) -> CallbackRef:
    """Return what a recording holds in place of a callback, however many came before it."""
    return callback_in(value).reference(0)


def callback_in(value: object) -> Callback:
    """Return `value`; raise a `wire.WireError` if it is no callback."""
    if not isinstance(value, Callback):
        raise wire.WireError(f"a {type(value).__name__}")
    return value
