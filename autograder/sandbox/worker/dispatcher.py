"""Runs the steps of a request against a submission and keeps its objects."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np

from autograder.sandbox import wire
from autograder.sandbox.wire import CallbackRef, Handle, Result, leaves, map_leaves, named_arrays
from autograder.sandbox.worker.loading import BackendFaultError, describe
from framework.arrays import Arrays, NumpyArrays, arrays_in_force
from framework.model_arrays import NamedArrays
from framework.models.parts import part

Plain = Any

#: Maximum length of the name that goes with a handle.
MAX_NAME = 100


#: Called with the number of a callback, a method, its arguments and its keyword arguments.
Ask = Callable[[int, str, tuple[Any, ...], dict[str, Any]], Any]


class CallbackProxy:
    """A callback of the grader on the worker's side: the grader answers its calls."""

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


class ModuleSource(Protocol):
    """The module that requests are about: a student's file, or a provider's implementations."""

    def load(self) -> None:
        """Import it."""

    def attribute(self, name: str) -> Any:
        """Return what it defines as `name`."""


class Dispatcher:
    """Answers requests; objects that are not plain stay here and are known by handle.

    Args:
        module: what requests without an owner are about.
        arrays: of the backend, in force while a request runs.
        folder: where the submission's files are: frames of other files are not reported.
        ask: sends a frame to the grader while a call waits, and returns the frame it answers.
        interrupts: exceptions that end the program, and are no fault of the code under test.
            A worker has none; in the grader's own process, Ctrl-C and SIGTERM raise them.
    """

    def __init__(
        self,
        module: ModuleSource,
        arrays: Arrays | None = None,
        folder: str = "",
        ask: Callable[[bytes], bytes] | None = None,
        interrupts: tuple[type[BaseException], ...] = (),
    ) -> None:
        self._module = module
        self._arrays = arrays or NumpyArrays()
        self._folder = folder
        self._ask_grader = ask
        self._interrupts = interrupts
        self._asking = threading.Lock()
        self._request_id = 0
        self._objects: dict[int, Any] = {}
        self._last_handle = 0
        self._arguments: dict[int, dict[str, Any]] = {}  # arrays by name, of each call's step
        self._latest_call: tuple[Any, Any, Any] | None = None  # function, arguments

    def forget(self) -> None:
        """Let go of all objects: a check has ended."""
        self._objects.clear()
        self._latest_call = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the steps of `request`; only interrupts are raised."""
        self._arguments.clear()
        self._request_id = request["id"]
        values: list[Any] = []
        reply: dict[str, Any] = {"id": request["id"], "results": [], "error": None}
        with arrays_in_force(self._arrays):
            for index, step in enumerate(request["steps"]):
                try:
                    value, result = self._run(step, values)
                except self._interrupts:
                    raise
                except BaseException as error:
                    tracemalloc.stop()  # a step that counts memory may be among the earlier ones
                    reply["error"] = {"step": index, **describe(error, self._folder)}
                    break
                values.append(value)
                reply["results"].append(result)
        return reply

    def encoded(self, reply: dict[str, Any]) -> bytes:
        """Return `reply` as a frame, or the error that it cannot be sent.

        Raises interrupts only.
        """
        try:
            return wire.encode(reply, self._foreign)
        except wire.WireError as error:
            message = str(error)
        except self._interrupts:
            raise
        except BaseException as error:  # an object that does not let itself be copied
            message = f"a value whose copying raises {type(error).__name__}"
        fault = {"kind": "unsendable", "type": "", "message": message[:500], "frames": []}
        step = self._unsendable(reply["results"])
        return wire.encode({**reply, "results": [], "error": {"step": step, **fault}})

    def _unsendable(self, results: list[dict[str, Plain]]) -> int:
        """Return the first step whose result cannot be sent; the last if each can be sent alone."""
        for index, result in enumerate(results):
            try:
                wire.encode(result, self._foreign)
            except self._interrupts:
                raise
            except BaseException:
                return index
        return len(results) - 1

    def _foreign(self, value: object) -> Plain:
        """Return what crosses the wire in place of an object that is not plain."""
        if self._arrays.is_native(value):
            return self._arrays.to_numpy(value)
        if isinstance(value, NamedArrays):
            return value.copy()
        self._last_handle += 1
        self._objects[self._last_handle] = value
        return Handle(self._last_handle, type(value).__name__[:MAX_NAME])

    def _ask(self, number: int, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._ask_grader is None:
            raise ValueError("this worker has no connection for callbacks")
        question = {"id": self._request_id, "question": [number, method, list(args), kwargs]}
        with self._asking:
            answer = wire.decode_frame(self._ask_grader(wire.encode(question, self._foreign)))
        if "error" in answer:
            raise ValueError(answer["error"])
        return self._resolve(answer["value"], [])

    def _run(self, step: list[Any], values: list[Any]) -> tuple[Any, dict[str, Plain]]:
        """Run one step; return what it gives to later steps, and its result in the reply."""
        kind, *fields = step
        value = getattr(self, f"_{kind}")(values, *fields)
        if kind == "get" and callable(value):
            return value, {"is_method": True}
        if kind == "call" and self._latest_call is not None and fields[-1]:
            _, args, kwargs = self._latest_call
            return value, {"value": value, "args": args, "kwargs": kwargs}
        return value, {"value": value}

    def _load(self, values: list[Any]) -> None:
        self._module.load()

    def _get(self, values: list[Any], owner: Any, name: str) -> Any:
        if owner is None:
            return self._module.attribute(name)
        return getattr(self._resolve(owner, values), name)

    def _call(
        self, values: list[Any], owner: Any, name: str, args: Any, kwargs: Any, after: bool
    ) -> Any:
        function = self._get(values, owner, name)
        args, kwargs = self._resolve(args, values), self._resolve(kwargs, values)
        self._arguments[len(values)] = dict(named_arrays(args, kwargs))
        self._latest_call = function, args, kwargs
        return function(*args, **kwargs)

    def _again(self, values: list[Any]) -> Any:
        """Make the latest call once more, with the very same arguments."""
        if self._latest_call is None:
            raise ValueError("there is no call to be made again")
        function, args, kwargs = self._latest_call
        return function(*args, **kwargs)

    def _build(self, values: list[Any], name: str, args: Any, kwargs: Any) -> Any:
        return part(name)(*self._resolve(args, values), **self._resolve(kwargs, values))

    def _hold(self, values: list[Any], value: Any) -> Any:
        return self._resolve(value, values)

    def _overwrite(self, values: list[Any], of: int) -> None:
        overwrite(values[of])

    def _settle(self, values: list[Any]) -> None:
        """Let go of the objects of a check."""
        self.forget()
        gc.collect()  # models in reference cycles hold their arrays until then
        if threading.active_count() > 1:
            raise RuntimeError("a thread of the last check still runs")

    def _count(self, values: list[Any]) -> None:
        tracemalloc.stop()
        tracemalloc.start()

    def _peak(self, values: list[Any]) -> int | None:
        """Return the largest number of bytes since counting began; None if they are not counted."""
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak if isinstance(self._arrays, NumpyArrays) else None

    def _observe(self, values: list[Any], index: int, sharing: bool) -> dict[str, Plain]:
        """Read the arrays that a call was given, and its result while each of them is changed."""
        given = self._arguments[index]
        observed: dict[str, Plain] = {"arguments": self._snapshot(given)}
        if sharing:
            observed["results"] = results = {}
            for name, array in given.items():
                _flip(array)
                results[name] = self._snapshot(values[index])
                _flip(array)  # as before
        return observed

    def _assign(self, values: list[Any], owner: Any, name: str, new: dict[str, Any]) -> None:
        arrays = self._get(values, owner, name)
        for key, value in new.items():
            shapes = tuple(arrays[key].shape), tuple(value.shape)
            if shapes[0] != shapes[1]:
                raise ValueError(f"{name}['{key}'] has shape {shapes[0]}, expected {shapes[1]}")
            self._of_backend("assign", arrays, key, value)

    def _of_backend(self, method: str, *args: Any) -> Any:
        """Call a method of the arrays; its own NotImplementedError is a fault of the backend."""
        try:
            return getattr(self._arrays, method)(*args)
        except NotImplementedError as error:
            owner = type(self._arrays).__name__
            raise BackendFaultError(f"{owner}.{method} raised {error!r}") from error

    def _resolve(self, value: Any, values: list[Any]) -> Any:
        """Replace handles, results and arrays inside `value` by the objects they stand for."""
        kind = type(value)
        if kind is np.ndarray:
            return self._of_backend("from_numpy", value)
        if kind is Handle:
            return self._objects[value.id]
        if kind is CallbackRef:
            return CallbackProxy(value, self._ask)
        if kind is Result:
            return values[value.index]
        if kind is dict:
            return {key: self._resolve(item, values) for key, item in value.items()}
        # A list of numbers and text alone is the common long list, of token ids.
        if kind is list and not {int, float, str, bool}.issuperset(map(type, value)):
            return [self._resolve(item, values) for item in value]
        if kind is tuple:
            return tuple(self._resolve(item, values) for item in value)
        return value

    def _snapshot(self, value: Any) -> Any:
        """Copy the arrays in `value`: a reply is encoded after all steps of a request."""

        def copied(leaf: Any) -> Any:
            if isinstance(leaf, np.ndarray):
                is_sendable = leaf.nbytes <= wire.MAX_BLOBS  # another one is refused when sent
                return np.array(leaf, copy=True, subok=False) if is_sendable else leaf
            is_native = self._arrays.is_native(leaf)
            return self._of_backend("to_numpy", leaf) if is_native else leaf

        return map_leaves(copied, value)


def _flip(array: Any) -> None:
    """Invert one bit of every byte of `array`, in place: twice is as before.

    Arrays of other libraries stay as they are: what they keep for a gradient would become void.
    """
    if type(array) is np.ndarray and array.flags.c_contiguous:
        array.flags.writeable = True
        array.reshape(-1).view(np.uint8)[...] ^= 1


def overwrite(value: Any) -> None:
    """Change every entry of the arrays in `value`, in place; those of other libraries stay."""
    for _, leaf in leaves(value):
        if type(leaf) is np.ndarray and leaf.flags.writeable:
            leaf[...] = ~leaf if leaf.dtype.kind == "b" else leaf + 1
