"""A language model with a fixed window, with torch tensors.

Source: CS224n lecture 6, sections 1.13 to 1.15; Bengio et al. (2003).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from plugins.torch_backend.arrays import checked_ids, to_tensor
from plugins.torch_backend.shared.scored_words import WordScorer


class WindowLM(WordScorer):
    """ŷ_t = softmax(tanh(e_t W + b_1) U + b_2 [+ e_t W_direct]), e_t the vectors of n words.

    The state is the last n − 1 words that `forward` read, `(N, n − 1)`; V where there was none.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        window: int = 4,
        *,
        direct: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if window < 1:
            raise ValueError(f"a window holds at least one word, not {window}")
        V, E, H, n = vocabulary_size, embedding_size, hidden_size, window
        self.vocabulary_size, self.window, self.direct = V, n, direct
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V + 1, E)))
        self.add_parameter("W", rng.normal(scale=(n * E) ** -0.5, size=(n * E, H)))
        self.add_parameter("b_1", np.zeros(H))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))
        if direct:
            self.add_parameter("W_direct", rng.normal(scale=(n * E) ** -0.5, size=(n * E, V)))

    @torch.no_grad()
    def forward(self, tokens: Tensor, state: Any = None) -> Tensor:
        """Logits `(N, T, V)` for `tokens: (N, T)`; None as a state: the texts begin here.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        tokens = checked_ids(tokens, self.vocabulary_size)
        N, T = tokens.shape
        before = self.initial_state(N) if state is None else to_tensor(state).long()
        text = torch.cat([before, tokens], dim=1)
        self.state = text[:, T:].clone()
        self._windows = text.unfold(1, self.window, 1).reshape(N * T, self.window)
        self._e = functional.embedding(self._windows, self.parameters["embedding"]).flatten(1)
        h = torch.addmm(self.parameters["b_1"], self._e, self.parameters["W"]).tanh_()
        logits = self._scores(h)
        if self.direct:
            logits.addmm_(self._e, self.parameters["W_direct"])
        return logits.view(N, T, -1)

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Backpropagate `(N, T, V)` through both layers to the word vectors."""
        grad = grad_logits.flatten(0, 1)
        grad_z = self._scores_back(grad) * (1 - self._h**2)
        self.gradients["W"].addmm_(self._e.T, grad_z)
        self.gradients["b_1"].add_(grad_z.sum(0))
        grad_e = grad_z @ self.parameters["W"].T
        if self.direct:
            self.gradients["W_direct"].addmm_(self._e.T, grad)
            grad_e.addmm_(grad, self.parameters["W_direct"].T)
        places = self._windows.flatten()
        self.gradients["embedding"].index_add_(0, places, grad_e.view(len(places), -1))

    def initial_state(self, batch_size: int) -> Tensor:
        """Return the empty history, V everywhere, `(batch_size, n − 1)`."""
        size = (batch_size, self.window - 1)
        device = self.parameters["U"].device
        return torch.full(size, self.vocabulary_size, dtype=torch.long, device=device)
