"""Modules and objects of the code under test, used in checks as if they were local."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograder.isolation.host.requests import Assign, Call, Get, Outcome
from autograder.isolation.wire import Handle

if TYPE_CHECKING:
    from autograder.isolation.host.session import Session


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
        return self.outcome(*args, **kwargs).value

    def outcome(self, *args: Any, after: bool = False, **kwargs: Any) -> Outcome:
        """Call, and tell what happened to the arguments besides the value."""
        args = tuple(unwrap(value) for value in args)
        kwargs = {name: unwrap(value) for name, value in kwargs.items()}
        call = Call(self._owner, self._name, args, kwargs, after)
        return wrap(self._session, self._session.run([call])[0])

    def __repr__(self) -> str:
        return f"<remote function {self._name}>"


class RemoteObject:
    """An object of the code under test: attributes are read, methods are called."""

    def __init__(self, session: Session, handle: Handle) -> None:
        self._session, self._handle = session, handle

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        outcome = self._session.run([Get(self._handle, name)])[0]
        if outcome.is_method:
            return RemoteFunction(self._session, self._handle, name)
        return wrap(self._session, outcome).value

    def __repr__(self) -> str:
        return f"<remote {self._handle.type_name}>"


def assign(model: RemoteObject, values: dict[str, Any], attribute: str = "parameters") -> None:
    """Copy `values` into the arrays of the dict `attribute` of `model`, in place."""
    session, handle = session_of(model)
    session.run([Assign(handle, attribute, values)])


def session_of(remote: RemoteObject) -> tuple[Session, Handle]:
    """The session and the handle behind a remote object."""
    return remote._session, remote._handle


def wrap(session: Session, outcome: Outcome) -> Outcome:
    """`outcome` with a `RemoteObject` in place of a bare handle."""
    if not isinstance(outcome.value, Handle):
        return outcome
    return replace(outcome, value=RemoteObject(session, outcome.value))


def unwrap(value: Any) -> Any:
    """`value` with handles in place of remote objects."""
    return value._handle if isinstance(value, RemoteObject) else value
