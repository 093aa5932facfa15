"""The interfaces that every implementation offers, whoever wrote it.

Conventions, the same everywhere: sequences are `(N, T, D)` = (batch, time, features); token ids
are integers; `V` is the vocabulary size; a layer computes ``x @ W + b`` with `W: (in, out)`.
Chance enters only through the keyword-only argument `rng: numpy.random.Generator`.

No class here knows an array library: "array" means one of those in force when a model is built (see
`framework.arrays`), NumPy's unless a backend says otherwise. An implementation is judged by its
methods (`missing_methods`), not by its ancestors.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

from framework.arrays import Array, Arrays, NumpyArrays, current_arrays
from framework.kinds import KINDS, missing_methods

__all__ = [
    "KINDS",
    "Array",
    "Arrays",
    "LanguageModel",
    "Loss",
    "Model",
    "NumpyArrays",
    "Optimizer",
    "Parameters",
    "Penalty",
    "Schedule",
    "Transform",
    "missing_methods",
]

#: Name -> array of the backend.
Parameters = dict[str, Any]


class Model:
    """A layer or a whole network: both are the same thing, and models compose models.

    Attributes:
        parameters: name -> array. Optimizers update these arrays in place.
        gradients: the same names and shapes; `backward` **adds** into them.
        training: True in training mode (dropout drops, batch norm uses the batch).
    """

    #: Of a class that does not call `__init__`.
    _arrays: Arrays = NumpyArrays()

    def __init__(self) -> None:
        self.parameters: Parameters = {}
        self.gradients: Parameters = {}
        self.training = True
        self._arrays = current_arrays()
        self._children: dict[str, Any] = {}

    def add_parameter(self, name: str, value: Any) -> Any:
        """Register the array `value` under `name`, with a zero gradient of the same shape.

        Returns:
            the array that is registered: `value` itself, or where that is an array of NumPy and
            the arrays in force are others, one of these with its values.
        """
        parameter = self._arrays.asarray(value)
        self.parameters[name] = parameter
        self.gradients[name] = self._arrays.zeros_like(parameter)
        return parameter

    def add_child(self, name: str, child: Any) -> Any:
        """Make `child` a part of this model: its parameters appear here as ``name.parameter``.

        The arrays are shared, not copied, so that an in-place update reaches the child.

        Args:
            name: of the part; one that begins with "_" does not appear in the names of parameters.
            child: a model, as its methods show; it need not be a `Model`.
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
            _shared_name(name, key): value
            for name, child in self._children.items()
            for key, value in getattr(child, "buffers", {}).items()
        }

    def zero_gradients(self) -> None:
        """Set every gradient to zero, in place."""
        self._arrays.fill_zero(self.gradients.values())

    def train(self) -> None:
        """Switch to training mode, parts included."""
        self._set_training(True)

    def eval(self) -> None:
        """Switch to evaluation mode, parts included."""
        self._set_training(False)

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters and gradients to `dtype`, parts included; returns the model."""
        for name in self.parameters.keys() - self._shared_names():
            self.parameters[name] = self._arrays.astype(self.parameters[name], dtype)
            self.gradients[name] = self._arrays.astype(self.gradients[name], dtype)
        for name, child in self._children.items():
            child.astype(dtype)
            self._share(name, child)
        return self

    def _shared_names(self) -> set[str]:
        return {
            _shared_name(name, key)
            for name, child in self._children.items()
            for key in child.parameters
        }

    def _share(self, name: str, child: Any) -> None:
        for key, value in child.parameters.items():
            self.parameters[_shared_name(name, key)] = value
            self.gradients[_shared_name(name, key)] = child.gradients[key]

    def _set_training(self, training: bool) -> None:
        self.training = training
        for child in self._children.values():
            (child.train if training else child.eval)()


def _shared_name(child: str, key: str) -> str:
    """What a model calls the array `key` of its part `child`."""
    return key if child.startswith("_") else f"{child}.{key}"


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

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
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
    def forward(self, *inputs: Any) -> Any:
        """Compute the loss and keep what `backward` needs.

        Returns:
            a number, or an array of the backend without axes. `float` reads it where it is shown:
            to read it from a GPU is to wait for all that is still being computed.
        """

    @abstractmethod
    def backward(self) -> Any:
        """Gradient(s) of that loss with respect to the input(s) that are real numbers."""


class Optimizer(ABC):
    """Updates parameter arrays in place; keeps its state per parameter name.

    `state` and `restore` here serve every optimizer that keeps what it remembers in attributes
    that are dicts: parameter name -> array or number, as m, v and t of Adam.

    Attributes:
        learning_rate: of the next step; a schedule sets it.
    """

    learning_rate: float

    @abstractmethod
    def step(self, parameters: Parameters, gradients: Mapping[str, Any]) -> None:
        """Move every array of `parameters` in place, using the gradient of the same name."""

    def state(self) -> dict[str, Any]:
        """What it remembers: ``ATTRIBUTE/PARAMETER`` -> array or number, not copied."""
        return {
            f"{attribute}/{name}": value
            for attribute, memory in vars(self).items()
            if isinstance(memory, dict)
            for name, value in memory.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Remember what `state` of an optimizer like this one has returned."""
        for key, value in state.items():
            attribute, _, name = key.partition("/")
            getattr(self, attribute)[name] = value


class Schedule(ABC):
    """A learning rate as a function of time."""

    @abstractmethod
    def rate(self, step: int) -> float:
        """Learning rate at `step` = 0, 1, 2, ..."""


class Transform(ABC):
    """Preprocessing whose statistics come from training data alone."""

    @abstractmethod
    def fit(self, x: Any) -> None:
        """Take the statistics of `x: (N, D)`."""

    @abstractmethod
    def apply(self, x: Any) -> Any:
        """Transform `x: (M, D)` with the statistics of `fit`; `x` is not modified."""


class Penalty(ABC):
    """A regularization term added to the loss."""

    @abstractmethod
    def value(self, parameters: Mapping[str, Any]) -> float:
        """The penalty itself."""

    @abstractmethod
    def gradient(self, parameters: Mapping[str, Any]) -> Parameters:
        """Its gradient, for the parameters that are penalised."""
