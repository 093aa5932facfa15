"""Kim's network, computed faster: one matrix product for the words and filters of all widths.

The solution multiplies every window with the filters, so that a word is read as often as it stands
in a window, and padding as if it were words. Here every word meets every part of every filter once,
and the answers of a window are sums of those products, shifted against each other.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array
from solutions.convolution.text_cnn import text_cnn as solution
from solutions.convolution.text_cnn.text_cnn import PAD, check_ids, windows_with_words


class TextCNN(solution.TextCNN):
    """The solution's network, with the same parameters and results.

    Built as `solutions.convolution.text_cnn.text_cnn.TextCNN` is, and with the same parts but for
    the convolutions, of which it uses the parameters alone.
    """

    def forward(self, ids: Array) -> Array:
        """logits `(N, K)` of `ids: (N, T)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        check_ids(ids, self.vocabulary_size)
        self._words = ids != PAD
        self._read = ids[self._words]  # (M,): every word, but no padding
        self._x = self._vectors(self._read)
        self._filters = self._all_filters()
        answers = self._answers(self._x @ self._filters)
        masks = (windows_with_words(self._words, h) for h in self.widths)
        maxima = [
            pool.forward(c, mask) for pool, c, mask in zip(self.pools, answers, masks, strict=True)
        ]
        self._z = np.maximum(np.concatenate(maxima, axis=1), 0)
        self._kept = self.dropout.forward(self._z)
        logits: Array = self._kept @ self.parameters["W"] + self.parameters["b"]
        return logits

    def backward(self, grad_logits: Array) -> None:
        """Add the gradients of all parameters.

        Args:
            grad_logits: `(N, K)`. Not modified.
        """
        self.gradients["W"] += self._kept.T @ grad_logits
        self.gradients["b"] += grad_logits.sum(axis=0)
        grad_z = self.dropout.backward(grad_logits @ self.parameters["W"].T) * (self._z > 0)
        grad_products = self._grad_products(np.split(grad_z, len(self.widths), axis=1))
        grad_filters = self._x.T @ grad_products  # (D, Σ h · C)
        for i, part in enumerate(self._parts(grad_filters), start=1):
            self.gradients[f"conv_{i}.W"] += part.transpose(1, 0, 2)
        if "embedding" in self.gradients:
            tuned = self._filters[-self.embedding_size :]
            _add_rows(self.gradients["embedding"], self._read, grad_products @ tuned.T)

    def _all_filters(self) -> Array:
        """`(D, Σ h · C)`: the h parts of the filters of each width, side by side."""
        filters = [convolution.parameters["W"] for convolution in self.convolutions]
        return np.concatenate([W.transpose(1, 0, 2).reshape(W.shape[1], -1) for W in filters], 1)

    def _parts(self, products: Array) -> list[Array]:
        """For each width a view `(..., h, C)` of `products: (..., Σ h · C)`."""
        C = products.shape[-1] // sum(self.widths)
        ends = np.cumsum([h * C for h in self.widths])[:-1]
        return [
            part.reshape(*part.shape[:-1], h, C)
            for part, h in zip(np.split(products, ends, axis=-1), self.widths, strict=True)
        ]

    def _answers(self, products: Array) -> list[Array]:
        """c `(N, T + h − 1, C)` for each width: a window's k-th word answers with part k."""
        N, T = self._words.shape
        grid = np.zeros((N, T, products.shape[1]), products.dtype)
        grid[self._words] = products
        answers = []
        for i, part in enumerate(self._parts(grid), start=1):
            h, C = part.shape[2:]
            c = np.empty((N, T + h - 1, C), grid.dtype)
            c[:] = self.parameters[f"conv_{i}.b"]
            for k in range(h):  # word s is the k-th one of window s + h − 1 − k
                c[:, h - 1 - k : h - 1 - k + T] += part[:, :, k]
            answers.append(c)
        return answers

    def _grad_products(self, grad_maxima: list[Array]) -> Array:
        """Back through the maxima and the shifted sums, `(M, Σ h · C)`; adds that of each b."""
        N, T = self._words.shape
        C = grad_maxima[0].shape[1]
        grid = np.empty((N, T, sum(self.widths) * C), grad_maxima[0].dtype)
        for i, part in enumerate(self._parts(grid), start=1):
            grad_c = self.pools[i - 1].backward(grad_maxima[i - 1])
            self.gradients[f"conv_{i}.b"] += grad_c.sum(axis=(0, 1))
            h = part.shape[2]
            for k in range(h):
                part[:, :, k] = grad_c[:, h - 1 - k : h - 1 - k + T]
        of_words: Array = grid[self._words]
        return of_words


def _add_rows(table: Array, ids: Array, rows: Array) -> None:
    """``np.add.at(table, ids, rows)`` with the rows of one id summed first, which is faster."""
    if not len(ids):
        return
    order = np.argsort(ids, kind="stable")
    found, starts = np.unique(ids[order], return_index=True)
    table[found] += np.add.reduceat(rows[order], starts, axis=0)
