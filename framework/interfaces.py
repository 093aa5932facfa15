"""The interfaces that every implementation offers, whoever wrote it.

Conventions, the same everywhere: sequences are `(N, T, D)` = (batch, time, features); token ids
are integers; `V` is the vocabulary size; a layer computes ``x @ W + b`` with `W: (in, out)`.
Chance enters only through the keyword-only argument `rng: numpy.random.Generator`.

The classes here are written for NumPy. A backend with arrays of its own (see `Arrays`) offers the
same methods on its arrays; an implementation is judged by its methods (`missing_methods`), not by
its ancestors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Parameters = dict[str, Array]


class Model:
    """A layer or a whole network: both are the same thing, and models compose models.

    Attributes:
        parameters: name -> array. Optimizers update these arrays in place.
        gradients: the same names and shapes; `backward` **adds** into them.
        training: True in training mode (dropout drops, batch norm uses the batch).
    """

    def __init__(self) -> None:
        self.parameters: Parameters = {}
        self.gradients: Parameters = {}
        self.training = True
        self._children: dict[str, Model] = {}

    def add_parameter(self, name: str, value: Array) -> Array:
        """Register the array `value` under `name`, with a zero gradient of the same shape."""
        self.parameters[name] = value
        self.gradients[name] = np.zeros_like(value)
        return value

    def add_child(self, name: str, child: Model) -> Model:
        """Make `child` a part of this model: its parameters appear here as ``name.parameter``.

        The arrays are shared, not copied, so that an in-place update reaches the child.
        """
        self._children[name] = child
        self._share(name, child)
        return child

    def forward(self, *inputs: Any) -> Any:
        """Compute the output and keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, grad_output: Any) -> Any:
        """Add the parameter gradients into `gradients` and return the gradient of the input(s).

        Args:
            grad_output: gradient of a scalar with respect to the output of the last `forward`,
                in the shape of that output. Not modified.
        """
        raise NotImplementedError

    @property
    def buffers(self) -> Parameters:
        """Name -> array of what training moves besides parameters, as running statistics.

        Those of parts as ``name.buffer``. A checkpoint keeps them with the parameters.
        """
        return {
            f"{name}.{key}": value
            for name, child in self._children.items()
            for key, value in child.buffers.items()
        }

    def zero_gradients(self) -> None:
        """Set every gradient to zero, in place."""
        for gradient in self.gradients.values():
            gradient.fill(0)

    def train(self) -> None:
        """Switch to training mode, parts included."""
        self._set_training(True)

    def eval(self) -> None:
        """Switch to evaluation mode, parts included."""
        self._set_training(False)

    def astype(self, dtype: npt.DTypeLike) -> Model:
        """Convert all parameters and gradients to `dtype`, parts included; returns the model."""
        own = [name for name in self.parameters if name.split(".")[0] not in self._children]
        for name in own:
            self.parameters[name] = self.parameters[name].astype(dtype)
            self.gradients[name] = self.gradients[name].astype(dtype)
        for name, child in self._children.items():
            child.astype(dtype)
            self._share(name, child)
        return self

    def _share(self, name: str, child: Model) -> None:
        for key, value in child.parameters.items():
            self.parameters[f"{name}.{key}"] = value
            self.gradients[f"{name}.{key}"] = child.gradients[key]

    def _set_training(self, training: bool) -> None:
        self.training = training
        for child in self._children.values():
            child._set_training(training)


class LanguageModel(Model):
    """A model that predicts the next token from what it has read so far.

    Perplexity, sampling and beam search are written once over these two methods.

    Attributes:
        state: the state after the last token that `forward` read. Models that are trained on long
            texts leave it there, so that the next chunk of the text can go on with it.
    """

    state: Any

    def initial_state(self, batch_size: int) -> Any:
        """State before the first token, for `batch_size` texts read side by side."""
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Array, state: Any) -> tuple[Array, Any]:
        """Read one token of each text; predict the next one.

        Args:
            tokens: ids just read, `(N,)` integers.
            state: what `initial_state` or the last call returned.

        Returns:
            log probabilities of the next token `(N, V)`, and the state after `tokens`.
        """
        raise NotImplementedError


class Loss(ABC):
    """A scalar to be minimised: the mean over the batch unless the class says otherwise."""

    @abstractmethod
    def forward(self, *inputs: Any) -> float:
        """Compute the loss and keep what `backward` needs."""

    @abstractmethod
    def backward(self) -> Any:
        """Gradient(s) of that loss with respect to the input(s) that are real numbers."""


class Optimizer(ABC):
    """Updates parameter arrays in place; keeps its state per parameter name."""

    @abstractmethod
    def step(self, parameters: Parameters, gradients: Mapping[str, Array]) -> None:
        """Move every array of `parameters` in place, using the gradient of the same name."""


class Schedule(ABC):
    """A learning rate as a function of time."""

    @abstractmethod
    def rate(self, step: int) -> float:
        """Learning rate at `step` = 0, 1, 2, ..."""


class Transform(ABC):
    """Preprocessing whose statistics come from training data alone."""

    @abstractmethod
    def fit(self, x: Array) -> None:
        """Take the statistics of `x: (N, D)`."""

    @abstractmethod
    def apply(self, x: Array) -> Array:
        """Transform `x: (M, D)` with the statistics of `fit`; `x` is not modified."""


class Penalty(ABC):
    """A regularization term added to the loss."""

    @abstractmethod
    def value(self, parameters: Mapping[str, Array]) -> float:
        """The penalty itself."""

    @abstractmethod
    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Its gradient, for the parameters that are penalised."""


class Arrays(ABC):
    """A backend's own arrays: how they are made from NumPy's and turned back."""

    @abstractmethod
    def from_numpy(self, array: Array) -> Any:
        """A native array of the same dtype, shape and values; never shares memory with `array`."""

    @abstractmethod
    def to_numpy(self, native: Any) -> Array:
        """A NumPy copy of a native array."""

    @abstractmethod
    def assign(self, target: Any, array: Array) -> None:
        """Copy `array` into the native array `target`, in place."""

    @abstractmethod
    def is_native(self, value: object) -> bool:
        """Whether `value` is one of the backend's arrays."""


class NumpyArrays(Arrays):
    """NumPy's own arrays: native already."""

    def from_numpy(self, array: Array) -> Array:
        """Return a copy of `array`."""
        return array.copy()

    def to_numpy(self, native: Array) -> Array:
        """Return a copy of `native` as a plain array."""
        return np.array(native, copy=True, subok=False)

    def assign(self, target: Array, array: Array) -> None:
        """Copy `array` into `target`."""
        target[...] = array

    def is_native(self, value: object) -> bool:
        """Whether `value` is a NumPy array."""
        return isinstance(value, np.ndarray)


_MODEL = ("forward", "backward", "zero_gradients", "train", "eval")

#: The kinds of things a provider can offer, and the methods that each promises.
KINDS: dict[str, tuple[str, ...]] = {
    "model": _MODEL,
    "language_model": (*_MODEL, "initial_state", "next_log_probabilities"),
    "loss": ("forward", "backward"),
    "optimizer": ("step",),
    "schedule": ("rate",),
    "transform": ("fit", "apply"),
    "penalty": ("value", "gradient"),
    "arrays": ("from_numpy", "to_numpy", "assign", "is_native"),
    "function": ("__call__",),
}


def missing_methods(kind: str, implementation: object) -> list[str]:
    """Names that `kind` promises and `implementation` (a class or a function) lacks."""
    return [name for name in KINDS[kind] if not _has_method(implementation, name)]


def _has_method(implementation: object, name: str) -> bool:
    """An abstract method is only promised once more."""
    method = getattr(implementation, name, None)
    return callable(method) and not getattr(method, "__isabstractmethod__", False)
