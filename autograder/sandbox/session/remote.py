"""Modules and objects of the code under test, used in checks as if they were local."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograder.sandbox.session.output import shown
from autograder.sandbox.session.requests import (
    Assign,
    Build,
    Call,
    CallAgain,
    Get,
    Outcome,
    Step,
    observed,
)
from autograder.sandbox.values import map_leaves
from autograder.sandbox.wire import Handle, Result

if TYPE_CHECKING:
    from autograder.sandbox.session.session import Session


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
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        after: bool = False,
        observing: bool = False,
    ) -> Outcome:
        parts = _Parts()
        args, kwargs = parts.placed_in(args, kwargs)
        call, place = Call(self._owner, self._name, args, kwargs, after), len(parts.steps)
        more = observed(call, place) if observing else []
        return wrap(self._session, self._session.run([*parts.steps, call, *more])[place])

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
        self._session, self._handle = session, Handle(handle.id, handle.type_name)
        self._methods = frozenset(handle.methods)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in _OF_ARRAYS:
            raise AttributeError(f"expected an array, received {self._described()}")
        if name in self._methods:
            return RemoteFunction(self._session, self._handle, name)
        known, method = self._session.calls.methods, (self._handle.id, name)
        if method not in known:
            outcome = self._session.run([Get(self._handle, name)])[0]
            if not outcome.is_method:
                return wrap(self._session, outcome).value
            known.add(method)
        return RemoteFunction(self._session, self._handle, name)

    def _described(self) -> str:
        return f"a {shown(self._handle.type_name, 100)}"

    def __repr__(self) -> str:
        return f"<remote {self._handle.type_name}>"


def part(name: str, *args: Any, **kwargs: Any) -> Build:
    """Return an argument that the code under test builds: the part `name`.

    It is what a network of the submission would get from `framework.models.parts.part`: the
    student's layer of another exercise, or the provider's. The same part twice within one call is
    one object there.

    Args:
        name: registry name, as in ``"rnn"``; its exercise belongs under `requires`.
        args, kwargs: arguments of the constructor, parts among them.
    """
    return Build(name, args, kwargs)


def built(module: RemoteModule, build: Build) -> Any:
    """Return a new object of the part `build` (see `part`), built where `module` is."""
    parts, session = _Parts(), module._session
    parts.add(build)
    return wrap(session, session.run(parts.steps)[-1]).value


class _Parts:
    """The parts that the arguments of one call hold, as steps before that call."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._places: dict[int, Result] = {}

    def placed_in(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments of a call, with results of `steps` for its parts, and handles for
        remote objects."""
        return map_leaves(self._placed, args), map_leaves(self._placed, kwargs)

    def add(self, build: Build) -> Result:
        """Add the steps that build a part, unless they are there."""
        if id(build) not in self._places:
            args, kwargs = self.placed_in(build.args, build.kwargs)
            self.steps.append(Build(build.name, args, kwargs))
            self._places[id(build)] = Result(len(self.steps) - 1)
        return self._places[id(build)]

    def _placed(self, leaf: Any) -> Any:
        return self.add(leaf) if isinstance(leaf, Build) else unwrap(leaf)


def assign(model: RemoteObject, values: Mapping[str, Any], attribute: str = "parameters") -> None:
    """Copy `values` into the arrays of the dict `attribute` of `model`."""
    session, handle = session_of(model)
    session.run([Assign(handle, attribute, dict(values))])


def set_attribute(remote: RemoteObject, name: str, value: Any) -> None:
    """Set attribute `name` of an object of the code under test."""
    session, handle = session_of(remote)
    session.run([Call(handle, "__setattr__", (name, value))])


def session_of(remote: RemoteObject) -> tuple[Session, Handle]:
    """Return the session and the handle behind a remote object."""
    return remote._session, remote._handle


def session_behind(remote: RemoteModule | RemoteObject) -> Session:
    """Return the session that a remote module, or an object of it, is reached through."""
    return remote._session


def wrap(session: Session, outcome: Outcome) -> Outcome:
    """Return `outcome` with a `RemoteObject` in place of a bare handle."""
    if not isinstance(outcome.value, Handle):
        return outcome
    return replace(outcome, value=RemoteObject(session, outcome.value))


def unwrap(value: Any) -> Any:
    """Return `value` with handles in place of remote objects."""
    return value._handle if isinstance(value, RemoteObject) else value
