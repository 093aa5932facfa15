"""Networks on recurrent layers: written once over the parts and operators of any backend.

Of the layers only their interface is used: ``forward(x, state, mask)``, ``backward(grad_h)`` ->
grad_x and grad_state, ``initial_state(batch_size)`` and the attribute ``state``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np

from framework.interfaces import LanguageModel, Model
from framework.models.deep_cells import stacked
from framework.models.networks import PAD, Embedding, Scores
from framework.models.parts import part


class Bidirectional(Model):
    """y_t = [→h_t, ←h_t], of two layers one of which reads from the end.

    Attributes:
        state: the last state of each layer, as a tuple.

    Source: Schuster and Paliwal, "Bidirectional Recurrent Neural Networks" (1997).
    """

    state: tuple[Any, Any]

    def __init__(self, forward: Any, backward: Any) -> None:
        super().__init__()
        if forward is backward:
            raise ValueError("forward and backward are one layer: each needs weights of its own")
        self.forward_layer = self.add_child("forward_layer", forward)
        self.backward_layer = self.add_child("backward_layer", backward)

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        """Return the states that both layers start from."""
        layers = self.forward_layer, self.backward_layer
        return layers[0].initial_state(batch_size), layers[1].initial_state(batch_size)

    def forward(self, x: Any, state: tuple[Any, Any] | None = None, mask: Any = None) -> Any:
        """Return all states y `(N, T, H_forward + H_backward)` of `x: (N, T, D)`."""
        start, end = (None, None) if state is None else state
        from_end = None if mask is None else self._reversed(mask)
        to_right = self.forward_layer.forward(x, start, mask)
        to_left = self.backward_layer.forward(self._reversed(x), end, from_end)
        self.state = self.forward_layer.state, self.backward_layer.state
        self._H = to_right.shape[-1]
        return self._arrays.namespace.concatenate([to_right, self._reversed(to_left)], -1)

    def backward(self, grad_y: Any) -> tuple[Any, tuple[Any, Any]]:
        """Return the gradients of x `(N, T, D)`, and of the states that the layers started from."""
        grad_x, grad_start = self.forward_layer.backward(grad_y[..., : self._H])
        grad, grad_end = self.backward_layer.backward(self._reversed(grad_y[..., self._H :]))
        return grad_x + self._reversed(grad), (grad_start, grad_end)

    def _reversed(self, x: Any) -> Any:
        return self._arrays.namespace.flip(x, (1,))


class Stacked(Model):
    """A deep recurrent network: the states of a layer are the inputs of the next one.

    Attributes:
        state: the states of all layers after the last step that `forward` read, a tuple.

    Source: CS224n lecture 7, sections 4.10 to 4.13; Britz et al. (2017).
    """

    state: tuple[Any, ...]

    def __init__(self, layers: Sequence[Any], skip: Literal["skip", "dense"] | None = None) -> None:
        super().__init__()
        if not layers:
            raise ValueError("a stack needs one layer at least")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("one layer stands in two places: each needs weights of its own")
        if skip not in (None, "skip", "dense"):
            raise ValueError(f"skip is None, 'skip' or 'dense', not {skip!r}")
        self.skip = skip
        self.layers = [
            self.add_child(f"layer_{i}", layer) for i, layer in enumerate(layers, start=1)
        ]

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        """Return the states of all layers before the first step, from below."""
        return tuple(layer.initial_state(batch_size) for layer in self.layers)

    def forward(self, x: Any, state: Sequence[Any] | None = None, mask: Any = None) -> Any:
        """Return the result `(N, T, H)` of `x: (N, T, D)`: that of the highest layer.

        Raises:
            ValueError: there is not one state for each layer.
        """
        states = [None] * len(self.layers) if state is None else state
        self._widths = []
        for layer, start in zip(self.layers, states, strict=True):
            h = layer.forward(x, start, mask)
            self._widths.append(x.shape[-1])
            if self.skip == "dense" and layer is not self.layers[-1]:
                x = self._arrays.namespace.concatenate([x, h], -1)
            else:
                x = x + h if self.skip == "skip" and x.shape == h.shape else h
        self.state = tuple(layer.state for layer in self.layers)
        return x

    def backward(self, grad_h: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return the gradients of x `(N, T, D)`, and of all first states, from below."""
        grad_states: list[Any] = []
        for layer, width in zip(reversed(self.layers), reversed(self._widths), strict=True):
            around, of_h = None, grad_h
            if self.skip == "dense" and layer is not self.layers[-1]:
                around, of_h = grad_h[..., :width], grad_h[..., width:]
            elif self.skip == "skip" and grad_h.shape[-1] == width:
                around = grad_h
            grad_h, grad_state = layer.backward(of_h)
            grad_h = grad_h if around is None else around + grad_h
            grad_states.insert(0, grad_state)
        return grad_h, tuple(grad_states)


class RecurrentDropout(Model):
    """A recurrent layer that drops entries of x, or of its matrices with one mask for all steps.

    Source: Zaremba et al. (2014); Gal and Ghahramani (2016); Merity et al. (2018).
    """

    def __init__(
        self,
        layer: Any,
        keep_probability: float,
        drop: Literal["inputs", "weights"] = "inputs",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if drop not in ("inputs", "weights"):
            raise ValueError(f"drop is 'inputs' or 'weights', not {drop!r}")
        self.drop = drop
        self.layer = self.add_child("_layer", layer)
        matrices = sorted(name for name, value in layer.parameters.items() if value.ndim == 2)
        self.dropouts: dict[str, Any] = {}
        for name in ["x"] if drop == "inputs" else matrices:
            dropout = part("dropout")(keep_probability, inverted=True, rng=rng)
            self.dropouts[name] = self.add_child(f"_drop_{name}", dropout)

    @property
    def state(self) -> Any:
        """The state of the layer after the last step that `forward` read."""
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the layer before the first step."""
        return self.layer.initial_state(batch_size)

    def forward(self, x: Any, state: Any = None, mask: Any = None) -> Any:
        """Return the states of the layer `(N, T, H)` for `x: (N, T, D)`."""
        if self.drop == "inputs":
            return self.layer.forward(self.dropouts["x"].forward(x), state, mask)
        whole = self.layer.parameters
        self._dropped = {name: one.forward(whole[name]) for name, one in self.dropouts.items()}
        with _replaced(self.layer.parameters, self._dropped):
            return self.layer.forward(x, state, mask)

    def backward(self, grad_h: Any) -> tuple[Any, Any]:
        """Return the gradients of x `(N, T, D)` and of the first state."""
        if self.drop == "inputs":
            grad_x, grad_state = self.layer.backward(grad_h)
            return self.dropouts["x"].backward(grad_x), grad_state
        gradients, zeros_like = self.layer.gradients, self._arrays.zeros_like
        zeros = {name: zeros_like(value) for name, value in self._dropped.items()}
        with _replaced(self.layer.parameters, self._dropped), _replaced(gradients, zeros):
            grad_x, grad_state = self.layer.backward(grad_h)
            found = {name: gradients[name] for name in zeros}
        for name, dropout in self.dropouts.items():
            gradients[name] += dropout.backward(found[name])
        return grad_x, grad_state


@contextmanager
def _replaced(arrays: Any, others: Mapping[str, Any]) -> Iterator[None]:
    """Put `others` into `arrays` for the block."""
    before = {name: arrays[name] for name in others}
    arrays.update(others)
    try:
        yield
    finally:
        arrays.update(before)


class RecurrentLM(LanguageModel):
    """ŷ_t = softmax(h_t U + b_2), where the states h_t come from a cell that reads e_t = E[x_t].

    Source: CS224n lecture 6, sections 2.2 to 2.10; Mikolov et al. (2010).
    """

    #: Name of the bias of the scores.
    bias = "b_2"

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: Any = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.embedding = self.add_child("_embedding", Embedding(V, E, rng=rng))
        self.cell = self.add_child("cell", self._cell(cell, E, H, rng))
        self.scores = self.add_child("_scores", Scores(H, V, b=self.bias, rng=rng))

    def _cell(self, cell: Any, E: int, H: int, rng: np.random.Generator) -> Any:
        return part(cell)(E, H, rng=rng)

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the cell before the first token."""
        return self.cell.initial_state(batch_size)

    def forward(self, tokens: Any, state: Any = None) -> Any:
        """Logits `(N, T, V)` for `tokens: (N, T)`; the cell's last state is left in `self.state`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        h = self.cell.forward(self.embedding.forward(tokens), state)
        self.state = self.cell.state
        return self.scores.forward(h)

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, V)` through the output layer, the cell and the embedding."""
        grad_e, _ = self.cell.backward(self.scores.backward(grad_logits))
        self.embedding.backward(grad_e)

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """Read one token of each text `(N,)`; log P of the one after it `(N, V)`, and the state."""
        logits, xp = self.forward(tokens[:, None], state)[:, 0], self._arrays.namespace
        shifted = logits - xp.amax(logits, -1)[:, None]
        return shifted - xp.log(xp.exp(shifted).sum(-1))[:, None], self.state


class GatedLM(RecurrentLM):
    """ŷ_t = softmax(h_t U + b), with the states h_t of the highest of several gated layers.

    Source: CS224n lecture 7, sections 3 and 4; Zaremba et al. (2014).
    """

    bias = "b"

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        layers: int = 1,
        *,
        rng: np.random.Generator,
    ) -> None:
        self._layers = layers
        super().__init__(vocabulary_size, embedding_size, hidden_size, cell, rng=rng)

    def _cell(self, cell: Any, E: int, H: int, rng: np.random.Generator) -> Any:
        return stacked(part, part(cell), E, H, self._layers, rng=rng)


def agreement_accuracy(
    model: Any, prefixes: Sequence[Any], right: Any, wrong: Any, distances: Any
) -> dict[int, float]:
    """Distance -> share of the items for which P(right | prefix) > P(wrong | prefix).

    The items are `prefixes`, M texts `(T_m,)`, and `right`, `wrong` and `distances`, `(M,)` each.

    Raises:
        ValueError: an empty prefix, or numbers of items that differ.
    """
    counts = {len(prefixes), len(right), len(wrong), len(distances)}
    if len(counts) > 1 or any(not len(prefix) for prefix in prefixes):
        raise ValueError("every item needs a prefix, a right and a wrong form, and a distance")
    found: dict[int, list[bool]] = {}
    for m, prefix in enumerate(prefixes):
        state = model.initial_state(1)
        for token in prefix[:, None]:
            logs, state = model.next_log_probabilities(token, state)
        is_right = bool(logs[0, int(right[m])] > logs[0, int(wrong[m])])
        found.setdefault(int(distances[m]), []).append(is_right)
    return {distance: sum(found[distance]) / len(found[distance]) for distance in sorted(found)}


class RecurrentTagger(Model):
    """logits_t = y_t W + b, with the states y_t of one direction or of both.

    Source: CS224n lecture 7, sections 4.5 to 4.9.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        tags: int,
        cell: str = "rnn",
        both: bool = True,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.embedding = self.add_child("_embedding", Embedding(V, E, rng=rng))
        reader: Any = part(cell)(E, H, rng=rng)
        if both:
            reader = part("bidirectional")(reader, part(cell)(E, H, rng=rng))
        self.reader = self.add_child("reader", reader)
        self.output = self.add_child("output", part("affine")(2 * H if both else H, tags, rng=rng))

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, T, C)` of `ids: (N, T)`, padded at the end.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        x = self.embedding.forward(ids)
        return self.output.forward(self.reader.forward(x, None, ids != PAD))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, C)` through output and reader to the word vectors."""
        grad_x, _ = self.reader.backward(self.output.backward(grad_logits))
        self.embedding.backward(grad_x)


def tagging_accuracy(logits: Any, tags: Any, ids: Any) -> float:
    """Return the share of words with the right tag; 0 without words."""
    words = ids != PAD
    right = (logits.argmax(-1) == tags) & words
    return float(right.sum()) / max(float(words.sum()), 1.0)


def next_word_tags(ids: Any) -> Any:
    """Return the next word of each place, a new array `(N, T − 1)`, given ids `(N, T)`."""
    return ids[:, 1:] + 0


#: Pooling of a `SentenceEncoder` -> the part that pools; "final" needs none.
POOLINGS = {"max": "max_over_time", "mean": "average_over_time"}


class SentenceEncoder(Model):
    """logits = encoding U + b_2, where the encoding pools the states of a recurrent layer.

    Source: CS224n lecture 6, section 3.5; Conneau et al. (2017).
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        pooling: str = "final",
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if pooling not in ("final", *POOLINGS):
            raise ValueError(f"pooling is final, {', '.join(POOLINGS)}, but got '{pooling}'")
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size, self.pooling = V, pooling
        self.embedding = self.add_child("_embedding", Embedding(V, E, rng=rng))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.pool = part(POOLINGS[pooling])() if pooling in POOLINGS else None
        self.scores = self.add_child("_scores", Scores(H, classes, rng=rng))

    def encode(self, ids: Any) -> Any:
        """One vector for each text of `ids: (N, T)`, `(N, H)`; zeros for a text without words.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        words = ids != PAD
        h = self.cell.forward(self.embedding.forward(ids), None, words)
        self._h = h
        # At padding the cell keeps its state: the last one is that of the last word.
        return self.pool.forward(h, words) if self.pool else h[:, -1]

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, C)` of `ids: (N, T)`, padded at the end."""
        return self.scores.forward(self.encode(ids))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, C)` through the scores, the pooling and the cell."""
        grad = self.scores.backward(grad_logits)
        if self.pool:
            grad_h = self.pool.backward(grad)
        else:
            zeros = self._arrays.zeros_like(self._h[:, 1:])
            grad_h = self._arrays.namespace.concatenate([zeros, grad[:, None]], 1)
        self.embedding.backward(self.cell.backward(grad_h)[0])
