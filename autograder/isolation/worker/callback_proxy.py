"""A callback of the grader on the worker's side: the grader answers its calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograder.isolation.wire import CallbackRef

#: Called with the number of a callback, a method, its arguments and its keyword arguments.
Ask = Callable[[int, str, tuple[Any, ...], dict[str, Any]], Any]


class CallbackProxy:
    """An object of the grader."""

    def __init__(self, ref: CallbackRef, ask: Ask) -> None:
        self._ref, self._ask = ref, ask

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself, if it is callable."""
        return self._method("__call__", *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name in self._ref.attributes:
            return self._ask(self._ref.id, name, (), {})
        if name.startswith("_") or name not in self._ref.methods:
            raise AttributeError(f"'{self._ref.type_name}' object has no attribute '{name}'")
        return partial(self._method, name)

    def __repr__(self) -> str:
        return f"<{self._ref.type_name} of the grader>"

    def _method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if name not in self._ref.methods:
            raise TypeError(f"'{self._ref.type_name}' object is not callable")
        return self._ask(self._ref.id, name, args, kwargs)
