"""Language models written twice: stacked LSTM, the layers of the course, a fixed window."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from framework.interfaces import Model
from framework.models.parts import parts_from
from framework.providers.backends import Backend
from framework.training.loops import Batch, text_batches
from plugins.bench.pair import Pair
from plugins.networks.language_models.rnn_lm import RecurrentLM
from plugins.networks.language_models.window_lm import WindowLM
from plugins.torch_backend.gated_rnns.gru import GRU
from plugins.torch_backend.gated_rnns.lstm import LSTM
from plugins.torch_backend.language_models.rnn import RNN
from plugins.torch_backend.neural_networks.neuron import Affine

#: Chunks of the text, which is read again from its beginning after them.
_CHUNKS = 64


class TextPair(Pair):
    """Two language models, on ids that are as unequally frequent as words."""

    def __init__(
        self,
        backend: Backend,
        *,
        vocabulary: int,
        embedding: int,
        hidden: int,
        batch: int,
        length: int,
        is_random: bool = True,
    ) -> None:
        super().__init__(backend, is_random=is_random)
        self.V, self.E, self.H, self.N, self.T = vocabulary, embedding, hidden, batch, length
        self.units = batch * length

    def _text(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        p = 1 / np.arange(1, self.V + 1)
        size = self.N * self.T * _CHUNKS + 1
        return np.random.default_rng(0).choice(self.V, size=size, p=p / p.sum())

    def batches(self) -> Iterator[Batch]:
        """Yield chunks of the text."""
        while True:
            yield from text_batches(self._text(), self.N, self.T)[1]


class PlainCellLM(nn.Module):
    """A language model on a layer of `torch.nn`, which keeps its state from chunk to chunk."""

    def __init__(self, V: int, E: int, H: int, cell: nn.RNNBase) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.cell = cell
        self.output = nn.Linear(H, V)
        self.state: Any = None
        for name, parameter in cell.named_parameters():
            if name.startswith("bias_hh"):  # one bias is enough, and the models here have one
                nn.init.zeros_(parameter).requires_grad_(False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits `(N, T, V)`."""
        h, state = self.cell(self.embedding(tokens), self.state)
        is_pair = isinstance(state, tuple)
        self.state = tuple(part.detach() for part in state) if is_pair else state.detach()
        logits: Tensor = self.output(h)
        return logits


class CellPair(TextPair):
    """A recurrent layer between embeddings and the scores of all words."""

    layers: int = 1

    def our_model(self) -> Model:
        """Build `recurrent_lm` on our layer."""
        with self.backend.in_force(), parts_from(self._part):
            return RecurrentLM(self.V, self.E, self.H, rng=np.random.default_rng(0))

    def _part(self, name: str) -> Any:
        return self.our_cell() if name == "rnn" else Affine

    def plain_model(self) -> nn.Module:
        """Build the model on the layer of `torch.nn`."""
        return PlainCellLM(self.V, self.E, self.H, self.plain_cell())

    def our_cell(self) -> Any:
        """Return the class of our layer."""
        raise NotImplementedError

    @abstractmethod
    def plain_cell(self) -> nn.RNNBase:
        """Build the layer of `torch.nn`."""

    @abstractmethod
    def plain_blocks(self, value: Tensor) -> Tensor:
        """Return the blocks of the last axis in the order of `torch.nn`."""

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return embeddings, layers and output; biases of `torch.nn` alone are left out."""
        weights = {
            "embedding.weight": ours["embedding"],
            "output.weight": ours["U"].T,
            "output.bias": ours["b_2"],
        }
        for i, prefix in enumerate(self._prefixes(ours)):
            weights[f"cell.weight_ih_l{i}"] = self.plain_blocks(ours[f"{prefix}W_x"]).T
            weights[f"cell.weight_hh_l{i}"] = self.plain_blocks(ours[f"{prefix}W_h"]).T
            weights[f"cell.bias_ih_l{i}"] = self.plain_blocks(ours[f"{prefix}b"])
        return weights

    @staticmethod
    def _prefixes(ours: Mapping[str, Tensor]) -> list[str]:
        return [name.removesuffix("W_x") for name in ours if name.endswith(".W_x")]


class LSTMPair(CellPair):
    """The LSTM: our blocks are i, f, o, g, and those of `torch.nn` i, f, g, o."""

    def our_cell(self) -> Any:
        """Return our LSTM."""
        return LSTM

    def plain_cell(self) -> nn.RNNBase:
        """Build `nn.LSTM`."""
        return nn.LSTM(self.E, self.H, self.layers, batch_first=True)

    def plain_blocks(self, value: Tensor) -> Tensor:
        """Exchange the last two of four blocks."""
        i, f, o, g = value.chunk(4, dim=-1)
        return torch.cat([i, f, g, o], dim=-1)


class CourseLSTM(LSTMPair):
    """One LSTM of the course's size."""

    optimizer: ClassVar[str] = "adam"
    rate: ClassVar[float] = 0.003


class StackedLSTM(LSTMPair):
    """Zaremba et al.'s model: the loss is summed over time, and gradients are clipped."""

    summed: ClassVar[bool] = True

    def __init__(
        self, backend: Backend, *, layers: int = 2, clip: float = 5.0, **sizes: Any
    ) -> None:
        super().__init__(backend, **sizes)
        self.layers, self.clip = layers, clip

    def our_model(self) -> Model:
        """Build `recurrent_lm` on a stack, as `gradus train --layers` does."""
        model: Model = self.backend.build(
            "recurrent_lm",
            kind="language_model",
            vocabulary_size=self.V,
            embedding_size=self.E,
            hidden_size=self.H,
            cell={"layer": "lstm", "layers": self.layers},
            rng=np.random.default_rng(0),
        )
        return model


class CourseRNN(CellPair):
    """One plain recurrent layer of the course's size."""

    optimizer: ClassVar[str] = "adam"
    rate: ClassVar[float] = 0.003

    def our_cell(self) -> Any:
        """Return our RNN."""
        return RNN

    def plain_cell(self) -> nn.RNNBase:
        """Build `nn.RNN`."""
        return nn.RNN(self.E, self.H, batch_first=True)

    def plain_blocks(self, value: Tensor) -> Tensor:
        """Return `value`: there is one block."""
        return value


class CourseGRU(CourseRNN):
    """One GRU of the course's size; u here is 1 − z in `torch.nn`."""

    def our_cell(self) -> Any:
        """Return our GRU, whose r acts after the matrix, as in `torch.nn`."""
        return partial(GRU, reset_after=True)

    def plain_cell(self) -> nn.RNNBase:
        """Build `nn.GRU`."""
        return nn.GRU(self.E, self.H, batch_first=True)

    def plain_blocks(self, value: Tensor) -> Tensor:
        """Return the blocks r, −u, h̃."""
        u, r, content = value.chunk(3, dim=-1)
        return torch.cat([r, -u, content], dim=-1)


class ResetBeforeGRU(nn.GRU):
    """The parameters of `nn.GRU`, with r before the matrix: torch has no kernel for this form."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        """Return the states `(N, T, H)`, and the last one."""
        W_x, b, W_h = map(self.get_parameter, ("weight_ih_l0", "bias_ih_l0", "weight_hh_l0"))
        H = self.hidden_size
        W_gates, W_content = torch.split(W_h, [2 * H, H])
        from_input = nn.functional.linear(input, W_x, b)
        h = from_input.new_zeros(len(input), H) if hx is None else hx.to(from_input)
        states = []
        for a in from_input.unbind(1):
            r, z = (a[:, : 2 * H] + h @ W_gates.T).sigmoid().chunk(2, dim=1)
            h = torch.lerp((a[:, 2 * H :] + (r * h) @ W_content.T).tanh(), h, z)
            states.append(h)
        return torch.stack(states, dim=1), h


class DefaultGRU(CourseGRU):
    """One GRU of the course's size in its default form, beside a loop on the same parameters."""

    def our_cell(self) -> Any:
        """Return our GRU, whose r acts before the matrix."""
        return GRU

    def plain_cell(self) -> nn.RNNBase:
        """Build the loop."""
        return ResetBeforeGRU(self.E, self.H, batch_first=True)


class PlainWindow(nn.Module):
    """The fixed window in `torch.nn`; a text begins with the id V."""

    def __init__(self, V: int, E: int, H: int, window: int) -> None:
        super().__init__()
        self.V, self.window = V, window
        self.embedding = nn.Embedding(V + 1, E)
        self.hidden = nn.Linear(window * E, H)
        self.output = nn.Linear(H, V)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits `(N, T, V)`."""
        text = nn.functional.pad(tokens, (self.window - 1, 0), value=self.V)
        e = self.embedding(text.unfold(1, self.window, 1)).flatten(2)
        logits: Tensor = self.output(self.hidden(e).tanh())
        return logits


class FixedWindow(TextPair):
    """Bengio et al.'s model without direct connections."""

    window: ClassVar[int] = 4

    def our_model(self) -> Model:
        """Build `window_lm`."""
        with self.backend.in_force():
            sizes = (self.V, self.E, self.H, self.window)
            return WindowLM(*sizes, rng=np.random.default_rng(0))

    def plain_model(self) -> nn.Module:
        """Build the model in `torch.nn`."""
        return PlainWindow(self.V, self.E, self.H, self.window)

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the table and both layers."""
        return {
            "embedding.weight": ours["embedding"],
            "hidden.weight": ours["W"].T,
            "hidden.bias": ours["b_1"],
            "output.weight": ours["U"].T,
            "output.bias": ours["b_2"],
        }

    def batches(self) -> Iterator[Batch]:
        """Yield chunks of the text, each as a text of its own."""
        for batch in super().batches():
            yield Batch(batch.inputs, batch.targets)
