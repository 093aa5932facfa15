"""The interfaces of all implementations: of gradus, of plugins and of students.

Conventions, the same everywhere: sequences are `(N, T, D)` = (batch, time, features); token ids
are integers; `V` is the vocabulary size; a layer computes ``x @ W + b`` with `W: (in, out)`.
Random numbers come only from the keyword-only argument `rng: numpy.random.Generator`.

No class here uses an array library: "array" means an array of the current backend (see
`framework.arrays`), by default NumPy. An implementation is checked by its methods
(`missing_methods`), not by its base classes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, MutableMapping
from typing import Any, Self

from framework.arrays import Array, Arrays, NumpyArrays, current_arrays
from framework.kinds import KINDS, missing_methods
from framework.model_arrays import NamedArrays

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
    "read_text",
    "read_tokens",
]

#: Name -> array of the backend.
Parameters = MutableMapping[str, Any]

_TABLES = ("parameters", "gradients", "buffers")


class Model:
    """A layer or a whole network; a model can contain other models.

    Attributes:
        parameters: name -> array, with those of parts as ``part.name``. Optimizers change these
            arrays in place, or assign new ones.
        gradients: the same names and shapes; `backward` **adds** into them.
        training: True in training mode (dropout drops, batch norm uses the batch).
    """

    #: The default for a class that does not call `__init__`.
    _arrays: Arrays = NumpyArrays()

    def __init__(self) -> None:
        self.parameters, self.gradients = NamedArrays("parameters"), NamedArrays("gradients")
        vars(self)["buffers"] = NamedArrays("buffers")
        self.training = True
        self._arrays = current_arrays()
        self._children: dict[str, Any] = {}
        self._shown_names: dict[str, Mapping[str, str] | None] = {}

    def add_parameter(self, name: str, value: Any) -> Any:
        """Register the array `value` under `name`, with a zero gradient of the same shape.

        Returns: the registered array: `value` itself, or its copy in an array of the current
        backend.
        """
        parameter = self._arrays.asarray(value)
        self.parameters[name] = parameter
        self.gradients[name] = self._arrays.zeros_like(parameter)
        return parameter

    def add_child(self, name: str, child: Any, names: Mapping[str, str] | None = None) -> Any:
        """Make `child` a part of this model: its parameters appear here as ``name.parameter``.

        Args:
            name: the name of the part; a name that begins with "_" is left out of parameter names.
            child: an object with the methods of a model; it need not be a `Model`.
            names: a parameter of the part -> its name here, instead of its own.
        """
        tables = [self._named_arrays(attribute) for attribute in _TABLES]
        self._children[name], self._shown_names[name] = child, names
        for table in tables:
            table.add_part(name, child, names)
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
        """Return name -> array of values that training changes without gradients.

        Examples are running statistics. A checkpoint stores them with the parameters.
        """
        return self._named_arrays("buffers")

    def zero_gradients(self) -> None:
        """Set every gradient to zero."""
        self._arrays.fill_zero(self.gradients)

    def train(self) -> None:
        """Switch to training mode, parts included."""
        self._set_training(True)

    def eval(self) -> None:
        """Switch to evaluation mode, parts included."""
        self._set_training(False)

    def astype(self, dtype: Any) -> Self:
        """Convert all arrays to `dtype`, parts included, and return the model."""
        for child in self._children.values():
            child.astype(dtype)
        for attribute in _TABLES:
            own = self._named_arrays(attribute).own
            for name, array in own.items():
                own[name] = self._arrays.astype(array, dtype)
        return self

    def _named_arrays(self, attribute: str) -> NamedArrays:
        """Return the arrays of this model and its parts, also if a plain dict was assigned."""
        children, stored = self._children, vars(self)[attribute]
        if isinstance(stored, NamedArrays):
            return stored
        table = NamedArrays(attribute, None if children else stored)
        for name, child in children.items():
            table.add_part(name, child, self._shown_names[name])
        if children:  # what belongs to a part reaches it
            table.update(stored)
        vars(self)[attribute] = table
        return table

    def _set_training(self, training: bool) -> None:
        self.training = training
        for child in self._children.values():
            (child.train if training else child.eval)()


class LanguageModel(Model):
    """A model that predicts the next token from the tokens before it.

    Perplexity, sampling and beam search are written once over `initial_state` and
    `next_log_probabilities`.

    Attributes:
        state: the state after the last token that `forward` read. Models for long texts set it, so
            that the next chunk of the text continues with it.
    """

    state: Any

    def initial_state(self, batch_size: int) -> Any:
        """Return the state before the first token, for a batch of `batch_size` texts."""
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token of each text; predict the next one.

        Args:
            tokens: the current ids, `(N,)` integers.
            state: the result of `initial_state` or of the last call.

        Returns:
            log probabilities of the next token `(N, V)`, and the state after `tokens`.
        """
        raise NotImplementedError

    def read_tokens(self, tokens: Any, state: Any) -> list[tuple[Any, Any]]:
        """Read several tokens of each text in one call; predict the next one after each of them.

        A model that reads several tokens together, as a transformer does, overrides this loop.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the result of `initial_state`, or a state that one of the methods returned.

        Returns:
            the results of `next_log_probabilities` for the T tokens, one after the other.
        """
        results = []
        for t in range(tokens.shape[1]):
            results.append(self.next_log_probabilities(tokens[:, t], state))
            state = results[-1][1]
        return results

    def read_text(self, tokens: Any, state: Any) -> tuple[list[Any], Any]:
        """Read several tokens of each text, where no state between them is needed.

        A model whose layers read whole texts overrides it: on a GPU that is faster than a loop.

        Args:
            tokens, state: as those of `read_tokens`.

        Returns:
            log probabilities `(N, V)` after each of the T tokens, and the state after the last one.
        """
        results = read_tokens(self, tokens, state)
        return [log_probabilities for log_probabilities, _ in results], results[-1][1]


def read_tokens(model: Any, tokens: Any, state: Any) -> list[tuple[Any, Any]]:
    """Return the results of `LanguageModel.read_tokens` of `model`, whatever its base class.

    A language model of another base class may not have the method.
    """
    if isinstance(model, LanguageModel):
        return model.read_tokens(tokens, state)
    return LanguageModel.read_tokens(model, tokens, state)


def read_text(model: Any, tokens: Any, state: Any) -> tuple[list[Any], Any]:
    """Return the results of `LanguageModel.read_text` of `model`, whatever its base class."""
    if isinstance(model, LanguageModel):
        return model.read_text(tokens, state)
    return LanguageModel.read_text(model, tokens, state)


class Loss(ABC):
    """A scalar to minimise: the mean over the batch unless the class says otherwise."""

    @abstractmethod
    def forward(self, *inputs: Any) -> Any:
        """Compute the loss and keep what `backward` needs.

        Returns:
            a number, or an array of the backend without axes. `float` reads it; a read from a GPU
            waits until all its computations are done.
        """

    @abstractmethod
    def backward(self) -> Any:
        """Return the gradient(s) of that loss with respect to the real-valued input(s)."""


class Optimizer(ABC):
    """An update rule for parameter arrays, which keeps a state for each name.

    `state` and `restore` work for every optimizer that keeps its state in dicts as attributes:
    parameter name -> array or number, as m, v and t of Adam.

    Attributes:
        learning_rate: the learning rate of the next step; a schedule sets it.
    """

    learning_rate: float

    @abstractmethod
    def step(self, parameters: Parameters, gradients: Mapping[str, Any]) -> None:
        """Update every array of `parameters` with the gradient of the same name.

        It changes the arrays in place, or assigns new ones to the names in `parameters`.
        """

    def state(self) -> dict[str, Any]:
        """Return the state: ``ATTRIBUTE/PARAMETER`` -> array or number, not copied."""
        return {
            f"{attribute}/{name}": value
            for attribute, memory in vars(self).items()
            if isinstance(memory, dict)
            for name, value in memory.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `state` of an optimizer with the same settings."""
        for key, value in state.items():
            attribute, _, name = key.partition("/")
            getattr(self, attribute)[name] = value


class Schedule(ABC):
    """A learning rate as a function of time."""

    @abstractmethod
    def rate(self, step: int) -> float:
        """Return the learning rate at `step` = 0, 1, 2, ..."""


class Transform(ABC):
    """Preprocessing with statistics of the training data only."""

    @abstractmethod
    def fit(self, x: Any) -> None:
        """Compute the statistics of `x: (N, D)`."""

    @abstractmethod
    def apply(self, x: Any) -> Any:
        """Transform `x: (M, D)` with the statistics of `fit`; `x` is not modified."""


class Penalty(ABC):
    """A regularization term added to the loss."""

    @abstractmethod
    def value(self, parameters: Mapping[str, Any]) -> float:
        """Return the penalty itself."""

    @abstractmethod
    def gradient(self, parameters: Mapping[str, Any]) -> Parameters:
        """Return the gradient for the penalised parameters."""
